"""The cases that can be run: accepted answers, and files that owners keep in ``data/cases``."""

import asyncio
import os
import secrets
import unicodedata
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from chatbot.cases import Case, read_cases
from chatbot.desk.corrections import regression_cases
from chatbot.errors import DataError, UserError
from chatbot.settings import Settings
from chatbot.store import Store

# What can be run beside the files, whose names all end in ``.jsonl``.
CORRECTIONS, ALL = "corrections", "all"
_ID_CHARS = 280  # of the id of a case
_LONGEST_NAME = 180  # bytes: file systems take 255


@dataclass(frozen=True)
class CaseSet:
    """A set of cases; ``problem`` says why it cannot be run."""

    name: str
    count: int
    problem: str = ""


def folder_of(settings: Settings) -> Path:
    """Where the files of cases are."""
    return settings.data / "cases"


async def corrections(store: Store) -> list[Case]:
    """The cases that accepted answers make."""
    lessons = await store.reviews.lessons()
    return await asyncio.to_thread(regression_cases, lessons)  # masking takes a while


def list_files(settings: Settings) -> list[CaseSet]:
    """The files, by name. Blocks."""
    found = []
    for path in sorted(folder_of(settings).glob("*.jsonl")):
        if not _is_name(path.name):
            continue
        try:
            found.append(CaseSet(path.name, len(read_cases(path, Case))))
        except DataError as exc:
            found.append(CaseSet(path.name, 0, _named(exc, path, path.name)))
    return found


def read_file(settings: Settings, name: str) -> list[Case]:
    """The cases of a file, their ids with the file's name before them. Blocks.

    Raises:
        DataError: there is no such file, or it is not usable.
    """
    if not _is_name(name):
        raise DataError(f"There is no file of cases '{name}'.")
    path = folder_of(settings) / name
    try:
        cases = read_cases(path, Case)
    except DataError as exc:
        raise DataError(_named(exc, path, name)) from exc
    stem = name.removesuffix(".jsonl")
    return [case.model_copy(update={"id": f"{stem}/{case.id}"}) for case in cases]


def read_all(settings: Settings) -> list[Case]:
    """The cases of all files that are usable. Blocks."""
    usable = [found.name for found in list_files(settings) if not found.problem]
    return [case for name in usable for case in read_file(settings, name)]


def with_distinct_ids(cases: Iterable[Case]) -> list[Case]:
    """The cases with ids that tell them apart: a second ``a`` is ``a (2)``."""
    seen: dict[str, int] = {}
    used: set[str] = set()
    found = []
    for case in cases:
        name = short = case.id[:_ID_CHARS]
        number = seen.get(short, 1)
        while name in used:
            number += 1
            name = f"{short} ({number})"
        seen[short] = number
        used.add(name)
        found.append(case.model_copy(update={"id": name}))
    return found


def put_file(settings: Settings, given: str, content: BinaryIO, log: Callable[[], None]) -> str:
    """Keep a file of cases, in place of one of that name; ``log`` is called just before. Blocks.

    Raises:
        DataError: it is no file of cases.
        UserError: its name cannot be used.
    """
    name = unicodedata.normalize("NFC", given.replace("\\", "/").rsplit("/", 1)[-1].strip())
    if not _is_name(name):
        raise UserError("A file of cases has a plain name that ends in .jsonl.")
    folder = folder_of(settings)
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".upload-{secrets.token_hex(8)}"
    try:
        beside.write_bytes(content.read())
        try:
            read_cases(beside, Case)
        except DataError as exc:
            raise DataError(_named(exc, beside, name)) from exc
        log()
        os.replace(beside, folder / name)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    return name


def remove_file(settings: Settings, name: str, log: Callable[[], None]) -> None:
    """Delete a file of cases; twice is once. ``log`` is called just before. Blocks."""
    path = folder_of(settings) / name
    if _is_name(name) and path.is_file():
        log()
        path.unlink(missing_ok=True)


def _named(problem: DataError, path: Path, name: str) -> str:
    """What is wrong with a file, by the name that its owner knows."""
    return str(problem).replace(str(path), name)


def _is_name(name: str) -> bool:
    """Whether a file of cases may be called so, as people and browsers do: "Fälle (1).jsonl"."""
    plain = name.isprintable() and not {"/", "\\"} & {*name} and not name.startswith(".")
    return plain and name.endswith(".jsonl") and len(name.encode()) <= _LONGEST_NAME
