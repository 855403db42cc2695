"""What several commands share: folders, cases, numbers, JSON, progress bars and the service."""

import argparse
import asyncio
import json
import math
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from chatbot.errors import ConfigurationError, DataError, GenerationError, QuestionError

Number = TypeVar("Number", int, float)

_SECONDS_A_LINE = 10.0


def add_cases(parser: argparse.ArgumentParser) -> None:
    """``--cases`` and ``--limit``."""
    parser.add_argument("--cases", type=Path, required=True, metavar="FILE")
    parser.add_argument("--limit", type=in_range(int, 1), metavar="N")


def in_range(
    kind: type[Number], least: Number, most: Number | None = None, *, above: bool = False
) -> Callable[[str], Number]:
    """The type of an option that takes numbers from ``least`` to ``most``, or with ``above`` only
    those above ``least``; any other text is a usage error that names the range."""
    name = "whole number" if kind is int else "number"
    wanted = f"a {name} {'above' if above else 'from'} {least}"
    if most is not None:
        wanted += f" {'up ' if above else ''}to {most}"

    highest = math.inf if most is None else most

    def parse(text: str) -> Number:
        with suppress(ValueError):
            value = kind(text)
            if least <= value <= highest and value != math.inf and not (above and value == least):
                return value
        raise argparse.ArgumentTypeError(f"'{text}' is not {wanted}.")

    return parse


def add_folders(parser: argparse.ArgumentParser) -> None:
    """``--knowledge`` and ``--index``."""
    parser.add_argument("--knowledge", type=Path, metavar="DIR")
    parser.add_argument("--index", type=Path, metavar="DIR")


def add_json(parser: argparse.ArgumentParser) -> None:
    """``--json``."""
    parser.add_argument("--json", action="store_true", help="machine-readable output")


def make_service(options: argparse.Namespace) -> Any:
    """The service of these options; nothing is loaded yet."""
    from chatbot.service import build_service
    from chatbot.settings import load_settings

    names = ("knowledge", "index", "llm", "adapter", "vector_store")
    return build_service(load_settings(**{n: getattr(options, n, None) for n in names}))


def check_outputs(*paths: Path | None) -> None:
    """That files can be written when the work is done: after an hour of it is too late to say.

    Raises:
        ConfigurationError: one cannot.
    """
    for path in paths:
        if path is None:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
            raise ConfigurationError(f"'{path}' cannot be written; name another file.")


def counted(count: int, thing: str) -> str:
    """ "1 row", "2 rows"."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


@asynccontextmanager
async def approved_answers(service: Any) -> AsyncIterator[None]:
    """A service that serves the approved answers, if there is a database; none is made for it."""
    from chatbot.store import Store

    settings = service.settings
    if settings.database is None and not settings.database_file.is_file():
        yield
        return
    store = Store(settings.database_url)
    service.serve_approved(store.approved)
    try:
        yield
    finally:
        await store.close()


def print_json(value: Any) -> None:
    """One line of JSON on stdout, in ASCII where it holds what the terminal has no letters for."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode((sys.stdout and sys.stdout.encoding) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value)
    print(text, flush=True)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal's stderr, elsewhere nothing; yields ``(done, total)``."""
    if not (sys.stderr and sys.stderr.isatty()):
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None, visible=False)
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=True)


@contextmanager
def download_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal's stderr, elsewhere a line there now and then; yields ``(done, total)``,
    in bytes."""
    if not (sys.stderr and sys.stderr.isatty()):
        yield _lines_of(what)
        return
    from rich import progress as shown
    from rich.console import Console

    columns = (
        shown.TextColumn("{task.description}"),
        shown.BarColumn(),
        shown.DownloadColumn(),
        shown.TransferSpeedColumn(),
        shown.TimeRemainingColumn(),
    )
    with shown.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines_of(what: str) -> Callable[[int, int], None]:
    """Writes a line at most every ten seconds, and only when something has come."""
    told, shown = time.monotonic(), 0

    def tell(done: int, total: int) -> None:
        nonlocal told, shown
        if done > shown and time.monotonic() - told >= _SECONDS_A_LINE:
            told, shown = time.monotonic(), done
            print(f"{what}: {done / 1e6:,.0f} of {total / 1e6:,.0f} MB", file=sys.stderr)

    return tell


def build_index(service: Any) -> Any:
    """Update the index with a progress bar on the terminal."""
    with progress_bar("Embedding") as progress:
        return service.update_index(progress)


def measured_service(options: argparse.Namespace) -> Any:
    """A service with an index of ``--knowledge`` that is kept apart from the one that serves: its
    vectors are searched here, whatever store has those of the other."""
    import hashlib

    from chatbot.settings import load_settings

    served = load_settings().index
    if options.knowledge and not options.index:
        key = hashlib.sha256(str(options.knowledge.resolve()).encode()).hexdigest()[:12]
        options.index = served / "evaluation" / key
    if options.index and options.index.resolve() != served.resolve():
        options.vector_store = "faiss"
    service = make_service(options)
    build_index(service)
    return service


def check_questions(service: Any, cases: Iterable[Any]) -> None:
    """That each case has a question that can be answered, before the first one is.

    Raises:
        DataError: one has none; it names the case.
    """
    from chatbot.evaluation.answers import question_of

    settings = service.settings
    for case in cases:
        try:
            question_of(case).within_limits(settings.max_question_chars, settings.answer_tokens)
        except QuestionError as exc:
            raise DataError(f"The case '{case.id}' cannot be asked: {exc}") from exc


def answer_with_progress(service: Any, cases: list[Any]) -> list[dict[str, Any]]:
    """A row for each case, with a progress bar; says of how many there is no answer.

    Raises:
        GenerationError: there is none of any.
    """
    from chatbot.evaluation.answers import answer_cases

    check_questions(service, cases)
    with progress_bar("Answering") as progress:
        rows = asyncio.run(answer_cases(service, cases, progress))
    failed = [row["failed"] for row in rows if row["failed"]]
    if failed and len(failed) == len(rows):
        raise GenerationError(f"No case was answered: {failed[0]}")
    if failed:
        about = f"{len(failed)} of {counted(len(rows), 'case')} failed"
        print(f"{about}; the first one said: {failed[0]}", file=sys.stderr)
    return rows


def need_index(service: Any) -> None:
    """Build the index where there is none yet, so that a first question just works."""
    from chatbot.index.generations import current_name

    if current_name(service.settings.index) is None:
        print("There is no index yet; building it.", file=sys.stderr)
        build_index(service)
