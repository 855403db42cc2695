"""The commands ``chatbot approved import|export``: approved answers as a CSV table."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chatbot.cli.common import add_json, counted, print_json
from chatbot.cli.desk import with_store
from chatbot.errors import DataError, IndexUnavailableError
from chatbot.store.audit import COMMAND_LINE


def add_commands(commands: Any) -> None:
    """Add them to the parser of ``chatbot``."""
    approved = commands.add_parser(
        "approved", help="answers that are given word for word, as a table"
    ).add_subparsers(required=True, metavar="ACTION")
    taking = approved.add_parser("import", help="take all rows of a CSV file in, or none")
    taking.add_argument("file", type=Path, metavar="FILE")
    giving = approved.add_parser("export", help="write those that are not withdrawn")
    giving.add_argument("--out", type=Path, metavar="FILE", help="by default stdout")
    add_json(taking)
    taking.set_defaults(command=_import)
    giving.set_defaults(command=_export)


def _import(options: argparse.Namespace) -> None:
    from chatbot.console.approved import draft_sentence
    from chatbot.desk.approval import DraftError, read_rows, read_table

    content = options.file.read_bytes()
    try:
        rows = read_rows(content)  # before anything is opened for them
        texts = read_table(rows, _hashes(), with_store(lambda store: store.approved.all()))
    except DraftError as exc:
        raise DataError(f"'{options.file}' was not imported: {draft_sentence('en', exc)}") from exc
    done = with_store(lambda store: store.approved.put_all(texts, COMMAND_LINE))
    if options.json:
        print_json(done)
    print(
        f"{counted(len(texts), 'approved answer')}: {done['added']} added, {done['changed']} "
        f"changed, {done['unchanged']} unchanged.",
        file=sys.stderr,
    )


def _export(options: argparse.Namespace) -> None:
    from chatbot.desk.approval import write_table

    every = with_store(lambda store: store.approved.all())
    table = "".join(write_table(every, _hashes()))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(table, encoding="utf-8", newline="")
    else:
        print(table, end="")
    written = sum(not one.withdrawn for one in every)
    print(f"{counted(written, 'approved answer')}.", file=sys.stderr)


def _hashes() -> Mapping[str, str]:
    """Of the indexed documents, by path; none where nothing is indexed yet."""
    from chatbot.index.generations import read_current
    from chatbot.settings import load_settings

    try:
        return read_current(load_settings().index).files
    except IndexUnavailableError:
        return {}
