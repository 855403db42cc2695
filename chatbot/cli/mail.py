"""The command ``mail``: drafts of answers to the letters of a mail box."""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from chatbot.cli.common import (
    add_folders,
    add_json,
    approved_answers,
    in_range,
    make_service,
    need_index,
    print_json,
)

_SHOWN = 20  # of what was ignored; --json has all


def add_commands(commands: Any) -> None:
    """Add it to the parser of ``chatbot``."""
    mail = commands.add_parser(
        "mail",
        help="draft answers to letters; nothing is ever sent",
        description="Drafts answers to the letters of a mail box, into its folder for drafts, or "
        "beside the .eml files of a folder. Nothing is sent, marked or moved.",
    )
    mail.add_argument("box", metavar="BOX", help="imaps://USER@HOST[:PORT][/FOLDER], or a folder")
    mail.add_argument(
        "--address",
        action="append",
        default=[],
        metavar="A",
        help="an address of yours, whose letters are not answered; again for more",
    )
    mail.add_argument(
        "--password-file", type=Path, metavar="FILE", help="else CHATBOT_MAIL_PASSWORD has it"
    )
    mail.add_argument("--oauth", action="store_true", help="the password is an access token")
    mail.add_argument("--drafts", default="", metavar="FOLDER", help="where drafts go on a server")
    mail.add_argument("--days", type=in_range(int, 1), default=7, help="how old letters may be")
    mail.add_argument("--limit", type=in_range(int, 1), default=50, metavar="N", help="of drafts")
    mail.add_argument(
        "--refusals",
        choices=["draft", "none"],
        default="draft",
        help="what is not known: a draft that a colleague will answer, or none",
    )
    mail.add_argument(
        "--audience",
        action="append",
        default=[],
        metavar="NAME",
        help="whose documents answer: public (the default), internal, or a group; again for more",
    )
    mail.add_argument("--llm", metavar="NAME")
    add_folders(mail)
    add_json(mail)
    mail.set_defaults(command=_mail)


def _mail(options: argparse.Namespace) -> None:
    from chatbot.answering.smalltalk import load_small_talk
    from chatbot.audience import PUBLIC, asker_of, read_names
    from chatbot.mail.answering import LetterAnswering, MailOptions
    from chatbot.mail.state import handled_letters

    started = time.perf_counter()
    asker = asker_of(read_names(",".join(options.audience or [PUBLIC])))
    own = tuple(dict.fromkeys(address.strip().lower() for address in options.address))
    with _opened(options, own) as (box, known):
        service = make_service(options)
        need_index(service)
        small_talk = load_small_talk(service.settings.prompts)
        given = MailOptions(known, asker, options.limit, options.refusals == "draft")
        answering = LetterAnswering(service, small_talk, box, given)
        with handled_letters(service.settings.data, box.name) as handled:
            report = asyncio.run(_with_approved(service, answering.run(handled)))
    report.seconds = round(time.perf_counter() - started, 3)
    _say(report, options.json)
    if report.colleague and not report.drafted and not options.audience:
        print(
            "Letters are answered from documents for the public only; where that are none, mark "
            "some as public, or add --audience internal.",
            file=sys.stderr,
        )


async def _with_approved(service: Any, work: Awaitable[Any]) -> Any:
    """What ``work`` makes of questions that approved answers may answer, too."""
    async with approved_answers(service):
        return await work


@contextmanager
def _opened(
    options: argparse.Namespace, own: tuple[str, ...]
) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """The box, and the addresses of those who answer: a user's name is often one."""
    from chatbot.mail.address import account_of, is_server, secret_of
    from chatbot.mail.folder import FolderBox
    from chatbot.mail.imap import open_imap

    if not is_server(options.box):
        yield FolderBox(Path(options.box), own), own
        return
    account = account_of(options.box, options.oauth)
    known = own or ((account.user.lower(),) if "@" in account.user else ())
    secret = secret_of(options.password_file)
    with open_imap(account, secret, options.days, options.drafts) as box:
        yield box, known


def _say(report: Any, as_json: bool) -> None:
    if as_json:
        print_json(asdict(report))
        return
    for row in report.failed:
        print(f"{row['path']} was left out: {row['reason']}.", file=sys.stderr)
    for row in report.ignored[:_SHOWN]:
        print(f"{row['path']} gets no draft: {row['reason']}.", file=sys.stderr)
    if len(report.ignored) > _SHOWN:
        print(f"{len(report.ignored) - _SHOWN} more get none; --json has all.", file=sys.stderr)
    print(
        f"{report.drafted} answers drafted, {report.colleague} drafts that a colleague will "
        f"answer, in {report.seconds:.1f} s. Nothing was sent.",
        file=sys.stderr,
    )
