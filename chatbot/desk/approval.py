"""What an owner has the bot say word for word: checked before it is saved, and as a table (CSV)."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice

from chatbot.audience import INTERNAL, read_audience
from chatbot.desk.naming import choose_document, nearest_documents
from chatbot.errors import AudienceError
from chatbot.grounding.topics import changes_topic
from chatbot.memory import Turn
from chatbot.service.approved import can_be_approved, state_of
from chatbot.store.approved import Approved, ApprovedText
from chatbot.text.questions import question_key
from chatbot.text.spreadsheets import (
    UTF_8_MARK,
    csv_line,
    day_comes_first,
    iso_day,
    unescape_formula,
)

COLUMNS = (
    "question",
    "answer",
    "document",
    "expires_on",
    "audience",
    "state",
    "approved_by",
    "approved_at",
)
_READ = COLUMNS[:5]
_NEEDED = ("question", "answer")
_LONGEST = {"question": 2000, "answer": 8000}  # characters
_ROWS = 10_000
_BETWEEN = ",;\t"  # spreadsheets of many languages write semicolons


class DraftError(Exception):
    """Something cannot be approved as it was written: ``key`` names the sentence that says why, in
    the words of the console, and ``values`` are what it names."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


@dataclass(frozen=True)
class Draft:
    """What was written: ``document`` may be the end of a path, ``expires_on`` is ISO or empty, and
    ``audience`` names groups, ``public`` or ``internal``, which is also meant by nothing."""

    question: str
    answer: str
    document: str = ""
    expires_on: str = ""
    audience: str = ""


def check_draft(
    draft: Draft, files: Mapping[str, str], shown: Sequence[str] = (), *, past: bool = False
) -> ApprovedText:
    """What can be saved of it; ``files`` are the hashes of the documents that answers come from,
    by path, ``shown`` those that were on screen. With ``past`` it may have expired already.

    Raises:
        DraftError: a text is missing or too long, the question leans on what went before it, there
            is no such document or day, or what names no audience.
    """
    question, answer = draft.question.strip(), draft.answer.strip()
    for name, text in (("question", question), ("answer", answer)):
        if not text:
            raise DraftError(f"{name}_needed")
        if len(text) > _LONGEST[name]:
            raise DraftError("text_too_long", most=_LONGEST[name])
    if not can_be_approved(question):
        raise DraftError("question_leans")
    document = _document(draft.document.strip(), files, shown)
    expires_on = _last_day(draft.expires_on.strip(), past)
    hashed = files.get(document, "")
    audience = _audience(draft.audience)
    return ApprovedText(question, answer, document, hashed, expires_on, audience)


def check_alone(question: str, asked: str, history: Sequence[Turn]) -> None:
    """Refuse the words of a follow-up as they were: they mean something in their conversation only.

    Raises:
        DraftError: they are.
    """
    said = [turn["content"] for turn in history]
    if said and question_key(question) == question_key(asked) and not changes_topic(said, question):
        raise DraftError("question_leans")


def write_table(every: Iterable[Approved], files: Mapping[str, str]) -> Iterator[str]:
    """Lines of CSV of those that were not withdrawn."""
    yield UTF_8_MARK + csv_line(COLUMNS)
    for one in every:
        if not one.withdrawn:
            texts = (one.question, one.answer, one.document, one.expires_on or "", one.audience)
            by = (state_of(one, files), one.approved_by, one.approved_at)
            yield csv_line([*texts, *by])


def read_table(
    rows: Iterable[tuple[int, Draft]], files: Mapping[str, str], kept: Iterable[Approved] = ()
) -> list[ApprovedText]:
    """The approved answers of :func:`read_rows`, all checked. A document that is gone may stay
    with the question for which it is ``kept``.

    Raises:
        DraftError: a row cannot be saved; it names the row.
    """
    found: dict[str, ApprovedText] = {}
    gone = {
        one.key: {one.document: one.document_hash}
        for one in kept
        if one.document and one.document not in files
    }
    for number, draft in rows:
        try:
            key = question_key(draft.question.strip())
            known = {**files, **gone[key]} if key in gone else files
            text = check_draft(draft, known, past=True)
            if key in found:
                raise DraftError("question_twice")
        except DraftError as exc:
            raise DraftError("in_row", row=number, problem=exc) from exc
        found[key] = text
    return list(found.values())


def read_rows(content: bytes) -> list[tuple[int, Draft]]:
    """Each row of a table with its number in a spreadsheet, where the names of columns are the
    first; columns that it has beside are left alone.

    Raises:
        DraftError: it is no such table, or has too many rows.
    """
    return list(_rows(content))


def _rows(content: bytes) -> Iterator[tuple[int, Draft]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise DraftError("table_not_text") from exc
    first = text.partition("\n")[0]
    between = max(_BETWEEN, key=first.count)
    # Strict: a quotation mark that is not closed would make one text of all rows behind it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    try:
        # Not one row more is read than is needed to say that there are too many.
        head, *rows = list(islice(reader, _ROWS + 2)) or [[]]
    except csv.Error as exc:
        raise DraftError("table_quotes", line=reader.line_num) from exc
    names = [name.strip().lower() for name in head]
    if not set(_NEEDED) <= set(names) or not rows:
        raise DraftError("table_columns", columns=", ".join(_READ))
    if twice := next((name for name in _READ if names.count(name) > 1), None):
        raise DraftError("column_twice", column=twice)
    if len(rows) > _ROWS:
        raise DraftError("table_too_long", most=_ROWS)
    days = (dict(zip(names, row, strict=False)).get("expires_on", "") for row in rows)
    day_first = day_comes_first(days)
    for number, row in enumerate(rows, start=2):
        if any(cell.strip() for cell in row[len(names) :]):
            problem = DraftError("more_cells", between=between)
            raise DraftError("in_row", row=number, problem=problem)
        by_name = dict(zip(names, row, strict=False))
        cells = {name: unescape_formula(by_name.get(name, "").strip()) for name in _READ}
        if any(cells.values()):
            cells["expires_on"] = iso_day(cells["expires_on"], day_first)
            yield number, Draft(**cells)


def _document(named: str, files: Mapping[str, str], shown: Sequence[str]) -> str:
    if not named:
        return ""
    chosen = choose_document(named, [path for path in shown if path in files], files)
    if chosen is None:
        nearest = ", ".join(nearest_documents(named, files)) or "-"
        raise DraftError("no_document", name=named, nearest=nearest)
    return chosen


def _audience(given: str) -> str:
    try:
        return ",".join(sorted(read_audience(given))) if given.strip() else INTERNAL
    except AudienceError as exc:
        raise DraftError("no_audience", reason=exc) from exc


def _last_day(given: str, past: bool) -> str | None:
    if not given:
        return None
    try:
        last = date.fromisoformat(given)
    except ValueError as exc:
        raise DraftError("no_day", day=given[:40]) from exc
    if last < datetime.now(UTC).date() and not past:
        raise DraftError("day_passed", day=last.isoformat())
    return last.isoformat()
