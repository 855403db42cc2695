"""``chatbot keys``: who may use the API."""

import argparse
import sys
from typing import Any

from chatbot.cli.common import add_json, in_range, print_json
from chatbot.cli.desk import with_store


def add_commands(commands: Any) -> None:
    """Add it to the parser of ``chatbot``."""
    keys = commands.add_parser("keys", help="which programs may use the API").add_subparsers(
        required=True, metavar="ACTION"
    )
    add = keys.add_parser("add", help="make a key; it is shown once")
    add.add_argument("name", metavar="NAME")
    add.add_argument(
        "--per-minute", type=in_range(int, 1, 1_000_000), metavar="N", help="requests a minute"
    )
    add.add_argument(
        "--groups",
        default="internal",
        metavar="A,B",
        help="whose documents it sees beside public ones: internal, or names of groups",
    )
    add_json(add)
    add.set_defaults(command=_add)
    shown = keys.add_parser("list", help="all keys")
    add_json(shown)
    shown.set_defaults(command=_list)
    revoke = keys.add_parser("revoke", help="end a key")
    revoke.add_argument("name", metavar="NAME")
    revoke.set_defaults(command=_revoke)


def _add(options: argparse.Namespace) -> None:
    groups = options.groups.split(",")
    key, text = with_store(
        lambda store: store.keys.add(options.name, options.per_minute, groups=groups)
    )
    if options.json:
        print_json({"id": key.id, "name": key.name, "key": text})
        return
    print(text)
    print("This key is shown this once; send it as 'Authorization: Bearer KEY'.", file=sys.stderr)


def _list(options: argparse.Namespace) -> None:
    keys = with_store(lambda store: store.keys.all())
    shown = ("id", "name", "per_minute", "created_at", "revoked_at", "groups")
    rows = [{name: getattr(key, name) for name in shown} for key in keys]
    if options.json:
        print_json({"keys": rows})
        return
    for row in rows:
        state = f"revoked {row['revoked_at']}" if row["revoked_at"] else "in use"
        limit = f"{row['per_minute']}/min" if row["per_minute"] else ""
        sees = ", ".join(row["groups"]) or "public only"
        print(f"{row['id']:14} {row['name']:24} {limit:12} {row['created_at']}  {state}  {sees}")


def _revoke(options: argparse.Namespace) -> None:
    with_store(lambda store: store.keys.revoke(options.name))
    print(f"{options.name} ends within seconds.", file=sys.stderr)
