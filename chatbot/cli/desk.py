"""The commands of the desk: ``chatbot users`` and ``chatbot feedback``."""

import argparse
import asyncio
import getpass
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from chatbot.cli.common import add_folders, add_json, counted, make_service, need_index, print_json
from chatbot.errors import UserError

Result = TypeVar("Result")


def add_commands(commands: Any) -> None:
    """Add both commands to the parser of ``chatbot``."""
    users = commands.add_parser("users", help="who may sign in").add_subparsers(
        required=True, metavar="ACTION"
    )
    add = users.add_parser("add", help="add a user, or change password and role")
    add.add_argument("name", metavar="NAME")
    add.add_argument(
        "--role",
        choices=["agent", "owner", "admin"],
        help="without it an agent, or the role that the user has",
    )
    password = add.add_mutually_exclusive_group()
    password.add_argument(
        "--password-stdin", action="store_true", help="read the password from stdin"
    )
    password.add_argument(
        "--no-password", action="store_true", help="signs in by proxy or OAuth only"
    )
    add.add_argument(
        "--groups", metavar="A,B", help="whose documents an agent sees beside internal ones"
    )
    add.set_defaults(command=_add_user)
    groups = users.add_parser("groups", help="change the groups of a user")
    groups.add_argument("name", metavar="NAME")
    groups.add_argument("groups", nargs="*", metavar="GROUP", help="all of them; none takes them")
    groups.set_defaults(command=_set_groups)
    shown = users.add_parser("list", help="all users")
    add_json(shown)
    shown.set_defaults(command=_list_users)
    remove = users.add_parser("remove", help="remove a user and all conversations")
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(command=_remove_user)

    feedback = commands.add_parser("feedback", help="what people's judgements say").add_subparsers(
        required=True, metavar="ACTION"
    )
    export = feedback.add_parser("export", help="training rows and regression cases")
    export.add_argument("--out", type=Path, metavar="F", help="rows; cases go to F.cases.jsonl")
    add_json(export)
    export.set_defaults(command=_export)
    gaps = feedback.add_parser("gaps", help="what the knowledge base does not answer")
    add_folders(gaps)
    add_json(gaps)
    gaps.set_defaults(command=_gaps)


def with_store(work: Callable[[Any], Awaitable[Result]]) -> Result:
    """What ``work`` makes of the database of the settings."""
    from chatbot.settings import load_settings
    from chatbot.store import Store

    async def run() -> Result:
        store = Store(load_settings().database_url)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


def _add_user(options: argparse.Namespace) -> None:
    password = None if options.no_password else _read_password(options.password_stdin)
    groups = None if options.groups is None else options.groups.split(",")
    user = with_store(
        lambda store: store.users.add(options.name, password, options.role, groups=groups)
    )
    print(f"{user.name} can sign in as {user.role}; restart a running service.", file=sys.stderr)


def _read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n") if sys.stdin else ""
    if not (sys.stdin and sys.stdin.isatty()):
        raise UserError("There is no terminal to ask for a password; use --password-stdin.")
    try:
        password = getpass.getpass("Password: ")
        again = getpass.getpass("Again: ")
    except EOFError as exc:  # Ctrl-D
        raise UserError("No password was given; nothing was changed.") from exc
    if password != again:
        raise UserError("The two passwords are not the same.")
    return password


def _set_groups(options: argparse.Namespace) -> None:
    with_store(lambda store: store.users.change(options.name, groups=options.groups))
    shown = ", ".join(options.groups) or "no group"
    print(f"{options.name} has {shown} from the next question on.", file=sys.stderr)


def _list_users(options: argparse.Namespace) -> None:
    users = with_store(lambda store: store.users.all())
    shown = ("name", "role", "created_at", "groups")
    rows = [{name: getattr(user, name) for name in shown} for user in users]
    if options.json:
        print_json({"users": rows})
        return
    for row in rows:
        groups = ", ".join(row["groups"])
        print(f"{row['name']:24} {row['role']:8} {row['created_at']}  {groups}")


def _remove_user(options: argparse.Namespace) -> None:
    with_store(lambda store: store.users.remove(options.name))
    print(f"{options.name} was removed.", file=sys.stderr)


def _export(options: argparse.Namespace) -> None:
    from chatbot.desk.corrections import regression_cases, training_rows

    async def read(store: Any) -> Any:
        return await store.reviews.lessons(), await store.reviews.waiting()

    lessons, waiting = with_store(read)
    rows, cases = training_rows(lessons), regression_cases(lessons)
    if options.out:
        _write_lines(options.out, rows)
        _write_lines(options.out.with_suffix(".cases.jsonl"), cases)
    if options.json:
        print_json({"rows": [_plain(r) for r in rows], "cases": [_plain(c) for c in cases]})
    where = f" in {options.out}" if options.out else ""
    print(
        f"{counted(len(lessons), 'accepted answer')}: {counted(len(rows), 'training row')} and "
        f"{counted(len(cases), 'regression case')}{where}.",
        file=sys.stderr,
    )
    if proposed := sum(item.kind == "correction" for item in waiting):
        waits = "waits" if proposed == 1 else "wait"
        print(
            f"{counted(proposed, 'correction')} {waits} for an owner at /console/review.",
            file=sys.stderr,
        )


def _plain(record: BaseModel) -> dict[str, Any]:
    """A record with the keys of its format; a case without passages of its own has no such key."""
    values = record.model_dump()
    return {k: v for k, v in values.items() if v is not None or k == "answer"}


def _write_lines(path: Path, records: Sequence[BaseModel]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as stream:
        for record in records:
            stream.write(json.dumps(_plain(record), ensure_ascii=False) + "\n")


def _gaps(options: argparse.Namespace) -> None:
    from chatbot.audience import EVERYTHING
    from chatbot.desk.gaps import find_gaps

    waiting = with_store(lambda store: store.reviews.waiting())
    gaps = []
    if waiting:
        service = make_service(options)
        need_index(service)
        embeddings = service.models.embeddings()
        gaps = find_gaps(waiting, embeddings, lambda q: service.search(q, EVERYTHING))
    if options.json:
        print_json({"gaps": [asdict(gap) for gap in gaps]})
        return
    for gap in gaps:
        print(
            f"{counted(gap.size, 'question')} ({gap.refused} refused, {gap.thumbs_down} thumbs "
            "down)"
        )
        for question in gap.examples:
            print(f"  {' '.join(question.split())}")
        print(f"  nearest: {', '.join(str(entry['path']) for entry in gap.nearest) or '-'}\n")
    if not gaps:
        print("Nothing was refused or thumbed down yet.", file=sys.stderr)
