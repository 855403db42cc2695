"""``chatbot keys``: which programs may use the API, and which websites may show the widget."""

import argparse
import sys
from typing import Any

from chatbot.cli.common import add_json, in_range, print_json
from chatbot.cli.desk import with_store
from chatbot.errors import UserError


def add_commands(commands: Any) -> None:
    """Add it to the parser of ``chatbot``."""
    keys = commands.add_parser("keys", help="which programs and websites may ask").add_subparsers(
        required=True, metavar="ACTION"
    )
    add = keys.add_parser("add", help="make a key; it is shown once")
    add.add_argument("name", metavar="NAME")
    add.add_argument(
        "--per-minute", type=in_range(int, 1, 1_000_000), metavar="N", help="requests a minute"
    )
    add.add_argument(
        "--groups",
        metavar="A,B",
        help="whose documents it sees beside public ones: internal (the default), or names of "
        "groups",
    )
    add.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="a public key, for the widget on pages of this website (https://www.example.com); "
        "give it again for more, and --per-minute for each visitor",
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
    if options.origin:
        _add_widget_key(options)
        return
    groups = "internal" if options.groups is None else options.groups
    key, text = with_store(
        lambda store: store.keys.add(options.name, options.per_minute, groups=groups.split(","))
    )
    if options.json:
        print_json({"id": key.id, "name": key.name, "key": text})
        return
    print(text)
    print("This key is shown this once; send it as 'Authorization: Bearer KEY'.", file=sys.stderr)


def _add_widget_key(options: argparse.Namespace) -> None:
    if options.groups is not None:
        raise UserError("A website's visitors see what is public only; leave --groups out.")
    key = with_store(
        lambda store: store.widget_keys.add(options.name, options.origin, options.per_minute)
    )
    if options.json:
        print_json({"id": key.id, "name": key.name, "key": key.id, "origins": key.origins})
        return
    print(key.id)
    print(
        "This key is public. Put into your pages, with the address of this service:\n"
        f'<script src="https://SERVICE/widget/peregrine.js" data-key="{key.id}" async></script>',
        file=sys.stderr,
    )


def _list(options: argparse.Namespace) -> None:
    async def all_keys(store: Any) -> tuple[list[Any], list[Any]]:
        return await store.keys.all(), await store.widget_keys.all()

    keys, widget_keys = with_store(all_keys)
    shown = ("id", "name", "per_minute", "created_at", "revoked_at")
    rows = [{name: getattr(key, name) for name in (*shown, "groups")} for key in keys]
    widget_rows = [
        {name: getattr(key, name) for name in (*shown, "used_at", "origins")} for key in widget_keys
    ]
    if options.json:
        print_json({"keys": rows, "widget_keys": widget_rows})
        return
    if not rows and not widget_rows:
        print("No keys: programs on this machine ask without one.", file=sys.stderr)
    for row in [*rows, *widget_rows]:
        state = f"revoked {row['revoked_at']}" if row["revoked_at"] else "in use"
        limit = f"{row['per_minute']}/min" if row["per_minute"] else ""
        sees = ", ".join(row.get("groups", [])) or "public only"
        line = f"{row['id']:27} {row['name']:24} {limit:12} {row['created_at']}  {state}  {sees}"
        print("  ".join([line, *row.get("origins", [])]))


def _revoke(options: argparse.Namespace) -> None:
    """The API key of that name, or else the widget's."""

    async def revoke(store: Any) -> None:
        try:
            await store.keys.revoke(options.name)
        except UserError:
            await store.widget_keys.revoke(options.name)

    with_store(revoke)
    print(f"{options.name} ends within seconds.", file=sys.stderr)
