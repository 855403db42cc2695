"""Rows of CSV files, with every offset still one into the file."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from chatbot.knowledge.blocks import (
    Extracted,
    Rows,
    even_rows,
    rows_in_parts,
)
from chatbot.knowledge.exported import readable_rows
from chatbot.knowledge.marks import blanked
from chatbot.knowledge.name_rows import lines_above, names_in, with_whole_names
from chatbot.knowledge.unseen import (
    COLUMNS,
    STATES,
    draft_notes,
    is_draft,
    is_unseen_record,
    key_of,
    published_by,
    said_of,
)

CSV_SUFFIXES = (".csv", ".tsv")

_SAMPLE = 50
_TOP = 5  # rows among which the names of the columns are looked for
_MAX_COLUMNS = 400
_MOST_LABELLED = 50_000  # rows of a file whose groups have labels
_NUMBER = re.compile(r"[\d.,%€$£+-]+")
# A quote opens a cell at its start only ('24" monitor' has none that does); what is in it.
_OPENS = re.compile(r'(?:^|[,;\t|]) *"')
_CLOSES = re.compile(r'(?:[^"]++|"")*+"')
_QUOTED = re.compile(rf"({_OPENS.pattern}){_CLOSES.pattern}")


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
    header, names = _names(cells)
    text, starts, notes = _without_drafts(text, starts, sign, header, names)
    tables = _parts(text, starts, sign, header, " | ".join(names)[:_MAX_COLUMNS])
    return Extracted(readable_rows(text, starts[0], sign), tables=tables, notes=notes, body=body)


def _without_drafts(
    text: str, starts: list[int], sign: str, header: int, names: Sequence[str]
) -> tuple[str, list[int], tuple[str, ...]]:
    """A file without the rows that a column says to be drafts or not published, where its rows
    begin, and what is to be said of that. A first column names what its rows are about."""
    columns = [
        (at, name)
        for name, at in said_of([(name, at) for at, name in enumerate(names)])
        if at and key_of(name) in COLUMNS
    ]
    if not columns:
        return text, starts, ()
    spans = list(pairwise([*starts[header:], len(text)]))
    rows = [cells_of(text[a:b], sign) for a, b in spans]
    told = [[(name, row[at]) for at, name in columns if at < len(row)] for row in rows]
    published = published_by(pair for pairs in told for pair in pairs)
    sure = {*published, *COLUMNS.difference(STATES)}
    drafts = [
        span
        for span, pairs in zip(spans, told, strict=True)
        if any(
            is_unseen_record(name, said, published) and (key_of(name) in sure or is_draft(said))
            for name, said in pairs
        )
    ]
    gone = {start for start, _ in drafts}
    kept = [start for start in starts if start not in gone]
    notes = draft_notes(len(drafts))
    if len(kept) == header:  # nothing is left to be named
        return blanked(text, [(0, len(text))]), starts, notes
    return blanked(text, drafts), kept, notes


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


def _names(rows: Sequence[list[str]]) -> tuple[int, list[str]]:
    """How many rows there are to the end of those that name the columns, and the names; none
    where no row does."""
    at = lines_above(even_rows([_trimmed(row) for row in rows]))
    at = at or _names_at(rows)
    if at < 0:
        return 0, []
    width = max(len(_trimmed(row)) for row in rows[at : at + 2])  # the second one can be wider
    first, *below = _as_wide(rows[at:], width)
    if names_in([first, *below], likely=True) < 2:
        return at + 1, _trimmed(rows[at])
    whole = zip(with_whole_names(first, below[0]), below[0], strict=True)
    return at + 2, [" ".join(dict.fromkeys(filter(None, both))) for both in whole]


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
            return at if names_in(_as_wide([names, *below], len(names)), likely=True) else -1
        if below and all(name and not _NUMBER.fullmatch(name) for name in names):
            return at
    return -1


def _as_wide(rows: Sequence[list[str]], width: int) -> list[list[str]]:
    return [[*row, *[""] * width][:width] for row in rows]


def _trimmed(row: list[str]) -> list[str]:
    """The row without the empty cells at its end."""
    return row[: max((at for at, cell in enumerate(row, start=1) if cell), default=0)]


def cells_of(row: str, sign: str) -> list[str]:
    """The cells of a row, without the quotes around them."""
    try:
        if '"' not in row:
            parts = row.split(sign)
        else:
            parts = next(csv.reader([row], delimiter=sign, skipinitialspace=True), [])
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
