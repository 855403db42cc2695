"""Rows of CSV files and records of JSON exports, with every offset still one into the file.

In JSON, escapes and the HTML inside texts become what they mean, filled up to the same length
with blanks or, inside a word, with an invisible character that search and models never see.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import (
    MAX_HEADING,
    Extracted,
    Place,
    Rows,
    even_rows,
    rows_in_parts,
)
from chatbot.knowledge.column_names import header_rows
from chatbot.knowledge.exported import readable_rows, without_tags
from chatbot.knowledge.formats.text import lines_of
from chatbot.knowledge.marks import FILLER, blank, entities, fill

CSV_SUFFIXES = (".csv", ".tsv")

_SAMPLE = 50
_TOP = 5  # rows among which the names of the columns are looked for
_LEAD = 200  # characters
_MAX_COLUMNS = 400
_MOST_LABELLED = 50_000  # rows of a file whose groups have labels
_NUMBER = re.compile(r"[\d.,%€$£+-]+")
# A quote opens a cell at its start only ('24" monitor' has none that does); what is in it.
_OPENS = re.compile(r'(?:^|[,;\t|]) *"')
_CLOSES = re.compile(r'(?:[^"]++|"")*+"')
_QUOTED = re.compile(rf"({_OPENS.pattern}){_CLOSES.pattern}")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(
    r'\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[0-9a-fA-F]{4}|u[0-9a-fA-F]{4}|["\\/bfnrt])'
)
_NAMED = re.compile(
    r'"(?:title|name|question|subject|headline|heading|summary)"\s*:\s*"((?:[^"\\]|\\.){1,600})"',
    re.IGNORECASE,
)
_DRAFT = re.compile(
    r'"(?:draft|hidden)"\s*:\s*true|"(?:published|publish)"\s*:\s*false|'
    r'"(?:state|status|visibility)"\s*:\s*'
    r'"(?:draft|unpublished|not published|archived|hidden|trash)"',
    re.IGNORECASE,
)


def read_csv(text: str) -> Extracted:
    """A table whose first row names the columns, where it holds words in every cell."""
    body = int(text.startswith("\ufeff"))
    if text[body : body + 4].lower() == "sep=":
        body = text.find("\n") + 1
    starts = _row_starts(text, body)
    if not starts:
        return Extracted(text, body=body)
    ends = [*starts[1:], len(text)]
    sign = delimiter([text[a:b] for a, b in zip(starts[:_SAMPLE], ends, strict=False)])
    cells = [cells_of(text[a:b], sign) for a, b in zip(starts[:_SAMPLE], ends, strict=False)]
    at = _names_at(cells)
    columns = " | ".join(_trimmed(cells[at]))[:_MAX_COLUMNS] if at >= 0 else ""
    tables = _parts(text, starts, sign, at + 1, columns)
    return Extracted(readable_rows(text, starts[0], sign), tables=tables, body=body)


def _parts(
    text: str, starts: Sequence[int], sign: str, header: int, columns: str
) -> tuple[Rows, ...]:
    """The rows of a file below the first ``header`` ones, parted by their labels if it has some."""
    below = tuple(starts[header:])
    lines = [text[a:b] for a, b in pairwise([*starts, len(text)])]
    labels = (
        header
        and len(lines) <= _MOST_LABELLED
        and any(
            line.startswith((sign, f'""{sign}')) or not line.rstrip(f"{sign}\n").count(sign)
            for line in lines[header:]
        )
    )
    if not labels:
        return (Rows(below[0], len(text), columns, below),)
    cells = even_rows([cells_of(line, sign) for line in lines])
    return tuple(rows_in_parts(cells, header, starts, len(text), columns))


def _names_at(rows: Sequence[list[str]]) -> int:
    """Which row names the columns: the first one that fills most of them, if it holds names; -1
    for none. What stands above it, as in exports to tax advisers, can be wider."""
    widths = Counter(map(len, rows[1:]))
    usual = max(widths, key=lambda width: (widths[width], width), default=0)
    usual = min(usual, max(map(len, map(_trimmed, rows)), default=0))
    for at, row in enumerate(rows[:_TOP]):
        if len(row) < usual or 2 * sum(map(bool, row)) <= usual:
            continue
        names, below = _trimmed(row), rows[at + 1 :]
        if len(names) <= usual:
            return at if header_rows([names, *below], likely=True) else -1
        if below and all(name and not _NUMBER.fullmatch(name) for name in names):
            return at
    return -1


def _trimmed(row: list[str]) -> list[str]:
    """The row without the empty cells at its end."""
    return row[: max((at for at, cell in enumerate(row, start=1) if cell), default=0)]


def cells_of(row: str, sign: str) -> list[str]:
    """The cells of a row, without the quotes around them."""
    try:
        parts = row.split(sign) if '"' not in row else next(csv.reader([row], delimiter=sign), [])
    except csv.Error:  # a quote that nothing ends
        parts = row.split(sign)
    return [" ".join(part.split()) for part in parts]


def csv_rows(text: str) -> tuple[list[list[str]], str]:
    """All rows of a small table, and the sign between their cells."""
    starts = _row_starts(text, int(text.startswith("\ufeff")))
    parts = [text[a:b] for a, b in pairwise([*starts, len(text)])]
    sign = delimiter(parts) if parts else ","
    shown = readable_rows(text, starts[0], sign) if parts else ""
    rows = [cells_of(shown[a:b], sign) for a, b in pairwise([*starts, len(text)])]
    return even_rows(rows), sign


def read_json(data: bytes) -> Extracted:
    """A JSON file by its records.

    Raises:
        DocumentError: it is not valid, or nested too deeply.
    """
    text = lines_of(data)
    _check(text.removeprefix("\ufeff"), "it")
    return _records(text)


def read_json_lines(text: str) -> Extracted:
    """A record in each line.

    Raises:
        DocumentError: a line is no JSON.
    """
    starts, offset = [], 0
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip("\ufeff \t"):
            _check(line.lstrip("\ufeff"), f"line {number} of it")
            starts.append(offset)
        offset += len(line) + 1
    return _visible(text, [*pairwise([*starts, len(text)])])


def _check(text: str, what: str) -> None:
    try:
        json.loads(text)
    except RecursionError:
        raise DocumentError("its JSON is nested too deeply") from None
    except ValueError as exc:
        raise DocumentError(f"{what} is not valid JSON ({exc})") from None


def _row_starts(text: str, begin: int) -> list[int]:
    """Where rows begin; a quoted cell can go over several lines."""
    starts, offset, quoted = [], begin, False
    for line in text[begin:].split("\n"):
        if not quoted and line.strip(" \t,;|"):
            starts.append(offset)
        at = 0
        while match := _CLOSES.match(line, at) if quoted else _OPENS.search(line, at):
            quoted, at = not quoted, match.end()
        offset += len(line) + 1
    return starts


def delimiter(rows: Sequence[str]) -> str:
    """The sign that stands most evenly often in the first of ``rows``."""

    def evenness(sign: str) -> tuple[int, int]:
        counts = [_QUOTED.sub(r"\1", row).count(sign) for row in rows[:_SAMPLE]]
        usual = max(set(counts), key=counts.count, default=0)
        return (counts.count(usual) if usual else 0, usual)

    return max((";", ",", "\t", "|"), key=evenness)


def _records(text: str) -> Extracted:
    """The objects in the first list that has some, at any depth."""
    open_: list[str] = []
    spans: list[tuple[int, int]] = []
    wanted = start = 0
    for match in _TOKEN.finditer(text):
        sign = match[0]
        if sign in "{[":
            if sign == "{" and open_ and open_[-1] == "[" and wanted in (0, len(open_)):
                wanted, start = len(open_), match.start()
            open_.append(sign)
        elif sign in "}]" and open_:
            open_.pop()
            if sign == "}" and wanted and len(open_) == wanted:
                spans.append((start, match.end()))
    return _visible(text, spans)


def _visible(text: str, spans: list[tuple[int, int]]) -> Extracted:
    headings: list[Place] = []
    starts: list[int] = []
    pieces: list[str] = []
    at = hidden = 0
    for start, end in spans:
        record = text[start:end]
        if _DRAFT.search(record) and _is_draft(record):
            hidden += 1
            pieces += [text[at:start], blank(record)]
            at = end
            continue
        starts.append(start)
        if match := _NAMED.search(record):
            name = " ".join(_readable(match[1]).replace(FILLER, "").split())
            headings.append(Place(start, 2, name[:MAX_HEADING]))
    notes = (f"{hidden} records of it are drafts or not published",) if hidden else ()
    shown = _STRING.sub(lambda match: f'"{_readable(match[1])}"', "".join([*pieces, text[at:]]))
    # What stands before the first record, such as the name of the list, is no text.
    body = starts[0] if starts and starts[0] < _LEAD else 0
    return Extracted(shown, "", (), tuple(headings), (), notes, tuple(starts), body)


def _is_draft(record: str) -> bool:
    """Whether a record says of itself that it is not published; one without a name may say so in
    what it wraps, as "attributes" or "fields"."""
    own = json.loads(record.strip("\ufeff"))
    if not isinstance(own, dict):
        return False
    inner = (value for value in own.values() if isinstance(value, dict))
    holders = [own] if _own_keys(own, _NAMED) else [own, *inner]
    return any(_own_keys(holder, _DRAFT) for holder in holders)


def _own_keys(holder: dict[str, Any], pattern: re.Pattern[str]) -> bool:
    """Whether ``pattern`` fits a key of an object, with its value, and not one in its values."""
    simple = {key: value for key, value in holder.items() if not isinstance(value, dict | list)}
    return pattern.search(json.dumps(simple)) is not None


def _readable(text: str) -> str:
    """What is between quotes, with escapes, tags and entities as what they mean."""
    if "\\" in text:
        text = _ESCAPE.sub(_unescape, text)
    return fill(entities(without_tags(text)))


def _unescape(match: re.Match[str]) -> str:
    escape = match[0]
    if escape in (r"\n", r"\r"):
        return " \n" if escape == r"\n" else "  "
    meant = str(json.loads(f'"{escape}"'))
    if not meant.isprintable() or meant in '"\\':
        meant = "'" if meant == '"' else "\\" if meant == "\\" else " "
    fill = " " if meant.isspace() or meant == "'" else FILLER
    return meant + fill * (len(escape) - len(meant))
