"""The project's own data formats: labelled cases to measure with, and rows to train on.

Both are JSON lines. A case says what a right answer holds; a training row says what the model
is to write, and one with ``standalone`` how to rewrite a follow-up.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chatbot.errors import DataError, QuestionError
from chatbot.files import parse_json
from chatbot.knowledge.places import title_of
from chatbot.memory import Turn
from chatbot.passage import Passage
from chatbot.text.unicode import require_unicode


def _unless_empty(default: Any) -> Any:
    """A field that is written only where it says something."""
    return Field(default=default, exclude_if=lambda value: not value)


class GivenPassage(BaseModel):
    """A passage that a case or row carries itself; ``path`` is relative to its knowledge.

    ``title``, ``heading`` and ``columns`` are what retrieval shows over the text; without a title
    the file's name stands for it.
    """

    model_config = ConfigDict(frozen=True)
    path: str
    text: str
    title: str = _unless_empty("")
    heading: str = _unless_empty("")
    columns: str = _unless_empty("")


class Relevant(BaseModel):
    """Where the answer stands: ``quote`` is verbatim in the document; empty for all of it."""

    model_config = ConfigDict(frozen=True)
    path: str
    quote: str = ""


class _Asked(BaseModel):
    """A question with the turns before it."""

    model_config = ConfigDict(frozen=True)
    id: str
    question: str
    history: list[Turn] = []


class Case(_Asked):
    """A labelled question; ``passages`` replace retrieval where they are given."""

    answerable: bool = True
    answers: list[str] = []
    relevant: list[Relevant] = []
    passages: list[GivenPassage] | None = None


class RewriteCase(_Asked):
    """A follow-up question and the standalone question that it means."""

    standalone: str


class AnswerRow(_Asked):
    """A reply to learn; an ``answer`` of ``None`` means to refuse.

    ``quotes`` are the sentences and rows of the passages that the answer rests on, as they are
    read. ``retrieved`` passages are shown to the model as they are, in this order; others get
    passages beside them that look right.
    """

    passages: list[GivenPassage]
    answer: str | None
    answerable: bool = True
    quotes: list[str] = _unless_empty([])
    retrieved: bool = _unless_empty(False)


class RecipeRow(BaseModel):
    """A question about a knowledge folder with its ideal answer, or ``None`` to refuse;
    ``relevant`` are all the quotes that the answer rests on."""

    model_config = ConfigDict(frozen=True)
    id: str
    kind: str
    question: str
    history: list[Turn] = []
    answer: str | None
    relevant: list[Relevant] = []


Row = AnswerRow | RewriteCase
Record = TypeVar("Record", Case, RewriteCase, RecipeRow)


def read_cases(path: Path, kind: type[Record], limit: int | None = None) -> list[Record]:
    """The cases of a file, in order, at most ``limit``.

    Raises:
        DataError: the file cannot be read, is empty, or a line is not such a case; it names
            the line.
    """
    cases: list[Record] = []
    for number, line in _lines(path):
        if limit is not None and len(cases) >= limit:
            break
        cases.append(_validate(kind, _record(line, path, number), path, number))
    if not cases:
        raise DataError(f"'{path}' holds no case; it needs one JSON object a line.")
    return cases


def read_rows(path: Path) -> tuple[list[Row], list[str]]:
    """The usable training rows of a file, and a sentence about each line that is not usable.

    Raises:
        DataError: the file cannot be read or no line of it is usable.
    """
    rows: list[Row] = []
    problems: list[str] = []
    for number, line in _lines(path):
        try:
            record = _record(line, path, number)
            kind: type[BaseModel] = RewriteCase if "standalone" in record else AnswerRow
            rows.append(_validate(kind, record, path, number))  # type: ignore[type-var,arg-type]
        except DataError as exc:
            problems.append(str(exc))
    if not rows:
        why = problems[0] if problems else "it is empty."
        raise DataError(f"'{path}' holds no usable training row: {why}")
    return rows, problems


def from_fields(fields: Mapping[str, Any]) -> GivenPassage:
    """A passage that was on screen (:class:`~chatbot.passage.PassageFields`), as the model read
    it; records of earlier versions have no ``title``, ``section`` and ``columns``."""
    return GivenPassage(
        path=fields["path"],
        text=fields["text"],
        title=fields.get("title", ""),
        heading=fields.get("section", ""),
        columns=fields.get("columns", ""),
    )


def to_documents(passages: list[GivenPassage]) -> list[Passage]:
    """Given passages as the chain knows retrieved ones; offsets count within the given text."""
    return [
        Passage(
            page_content=passage.text,
            metadata={
                "path": passage.path,
                "start": 0,
                "end": len(passage.text),
                "title": passage.title or title_of(passage.path),
                "heading": passage.heading,
                "columns": passage.columns,
            },
        )
        for passage in passages
    ]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that hold anything, with their numbers."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8"
        raise DataError(f"'{path}' cannot be read: {reason}.") from exc
    # Not splitlines: JSON may hold other ends of lines (U+2028) as they are.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


def _record(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        record = parse_json(line)
    except ValueError as exc:
        raise DataError(f"'{path}', line {number}: it is not valid JSON ({exc}).") from exc
    if "\\u" in line:
        _require_unicode(record, path, number)
    if not isinstance(record, dict):
        raise DataError(f"'{path}', line {number}: it is not a JSON object.")
    return record


def _require_unicode(record: Any, path: Path, number: int) -> None:
    try:
        require_unicode(json.dumps(record, ensure_ascii=False))
    except QuestionError as exc:
        raise DataError(f"'{path}', line {number}: {exc}") from exc


def _validate(kind: type[Record], record: dict[str, Any], path: Path, number: int) -> Record:
    try:
        return kind.model_validate(record)
    except ValidationError as exc:
        first = exc.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DataError(f"'{path}', line {number}, '{place}': {first['msg']}.") from exc
