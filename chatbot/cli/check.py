"""The command ``check``: a reply that a person wrote against the knowledge folder."""

import argparse
import sys
from pathlib import Path
from typing import Any

from chatbot.cli.common import add_folders, add_json, make_service, need_index, print_json
from chatbot.errors import QuestionError


def add_commands(commands: Any) -> None:
    """Add it to the parser of ``chatbot``."""
    check = commands.add_parser("check", help="what the knowledge base supports of a reply")
    check.add_argument(
        "file", nargs="?", default="-", metavar="FILE", help="the reply; - or nothing for stdin"
    )
    check.add_argument("--question", default="", metavar="Q", help="what the reply answers")
    add_folders(check)
    add_json(check)
    check.set_defaults(command=_check)


def _check(options: argparse.Namespace) -> None:
    from chatbot.audience import EVERYTHING
    from chatbot.desk.checking import check_reply
    from chatbot.grounding.citations import MARK

    reply = _read(options.file)
    service = make_service(options)
    need_index(service)
    checked = check_reply(service, reply, EVERYTHING, options.question)
    if options.json:
        print_json({"sentences": [sentence.as_dict() for sentence in checked]})
        return
    for sentence in checked:
        sign = "ok" if sentence.supported else "-" if sentence.is_polite else MARK.strip()
        print(f"{sign:<3}{' '.join(sentence.text.split())}")
        if sentence.reason:
            print(f"   {sentence.reason}")
        if told := sentence.citation or sentence.near:
            print(f"   {told.path}: {' '.join(told.quote.split())}")


def _read(name: str) -> str:
    try:
        if name == "-":
            given = sys.stdin.buffer.read() if sys.stdin else b""  # none where it was closed
            return given.decode("utf-8-sig")
        return Path(name).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        raise QuestionError("The reply is not UTF-8 text.") from exc
