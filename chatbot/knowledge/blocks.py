"""Structured text: what every format is converted to, and the one way it is written out.

A reader yields blocks in the order in which people read them. :func:`render` writes them as text
for chunks to be cut from, and notes where pages, headings and tables stand in it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from chatbot.errors import DocumentError
from chatbot.knowledge.groups import parts_of, with_groups

MAX_TEXT = 20_000_000  # characters; more is a bomb, not a help page
MAX_HEADING = 300  # characters; it stands over each chunk
_MAX_LABEL = 100  # characters of a sheet's name
_MAX_COLUMNS = 400  # characters of a table's column names; they stand over its chunks
# What is white space and no single blank; each is two blanks, or a sign that cannot be printed.
_UNEVEN = re.compile(r"[^\S ]|(?<!\|)  |\| {3}")


@dataclass(frozen=True)
class Heading:
    """``level`` is from 1 to 6."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """Line ends in ``text`` are meant, such as those of an address."""

    text: str


@dataclass(frozen=True)
class Item:
    """An item of a list; ``marker`` is "-", "2." or, for its further paragraphs, nothing."""

    text: str
    marker: str = "-"
    depth: int = 0


@dataclass(frozen=True)
class Table:
    """Rows of equally many cells, spans filled in; the first ``header`` rows name the columns.
    ``between`` parts the cells as they are written. ``columns`` are the names where no row of its
    own has them, such as those on the page before."""

    rows: Sequence[Sequence[str]]
    header: int = 0
    between: str = " | "
    columns: str = ""


@dataclass(frozen=True)
class Code:
    """Text whose lines and blanks are kept."""

    text: str


@dataclass(frozen=True)
class Page:
    """A page, slide or sheet begins here: "page 3"."""

    label: str


Block = Heading | Paragraph | Item | Table | Code | Page


@dataclass(frozen=True)
class Place:
    """A heading at ``start`` of the text; ``level`` is from 1 to 6."""

    start: int
    level: int
    text: str


@dataclass(frozen=True)
class Rows:
    """Rows of a table in the text from ``start`` to ``end``, each beginning at one of ``at``;
    ``columns`` are the names over them, "Plan | Price"."""

    start: int
    end: int
    columns: str
    at: tuple[int, ...]


@dataclass(frozen=True)
class Extracted:
    """Text with (offset, label) of its pages, its headings and tables.

    ``records`` are where the records of a list begin. ``notes`` say what was not read of a document
    that was: "page 2 has no text". ``body`` is where the text begins behind what is no text,
    and ``address`` where the original is to be read (http or https). ``audience`` is what the
    document itself says of whom it is for, as it says it; ``None`` where it says nothing. ``turns``
    is the day (ISO) from which on it is not to be read any more.
    """

    text: str
    title: str = ""
    pages: tuple[tuple[int, str], ...] = ()
    headings: tuple[Place, ...] = ()
    tables: tuple[Rows, ...] = ()
    notes: tuple[str, ...] = ()
    records: tuple[int, ...] = ()
    body: int = 0
    address: str = ""
    audience: str | None = None
    turns: str = ""


@dataclass
class _Written:
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    pages: list[tuple[int, str]] = field(default_factory=list)
    headings: list[Place] = field(default_factory=list)
    tables: list[Rows] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)
        check_length(self.length)


def render(blocks: Iterable[Block], title: str = "", notes: Iterable[str] = ()) -> Extracted:
    """The blocks as text: headings as "## Refunds", rows as "a | b | c", a blank line between
    blocks that do not belong together.

    Raises:
        DocumentError: there is more text than any document has.
    """
    out = _Written()
    last: Block | None = None
    for block in blocks:
        if isinstance(block, Page):
            if out.length:
                out.add("\n")
            out.pages.append((out.length, block.label[:_MAX_LABEL]))
            last = None
            continue
        lines = _write_block(block)
        if not any(lines):
            continue
        if last is not None and not (isinstance(last, Item) and isinstance(block, Item)):
            out.add("\n")
        _note(block, lines, out)
        out.add("\n".join(filter(None, lines) if isinstance(block, Table) else lines) + "\n")
        last = block
    return Extracted(
        "".join(out.pieces),
        title.strip(),
        tuple(out.pages),
        tuple(out.headings),
        tuple(out.tables),
        tuple(notes),
    )


def check_length(length: int) -> None:
    """Raise :class:`DocumentError` where a text has more characters than any document."""
    if length > MAX_TEXT:
        raise DocumentError(f"it holds more than {MAX_TEXT / 1e6:.0f} million characters")


def one_line(text: str) -> str:
    """``text`` with its white space as single blanks."""
    return " ".join(text.split())


def as_label(name: str) -> str:
    """A name as it stands before what it names; a question has a mark of its own."""
    return name if name.endswith(("?", "!")) else f"{name}:"


def first_heading(blocks: Iterable[Block]) -> str:
    """The text of the first heading; nothing where there is none."""
    return next((block.text for block in blocks if isinstance(block, Heading)), "")


def even_rows(rows: Sequence[list[str]]) -> list[list[str]]:
    """The rows with as many cells as the longest one has."""
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def columns_of(rows: Sequence[Sequence[str]], header: int) -> str:
    """The names of the columns: "Plan | Price"; of two rows of names, both: "Price EU"."""
    if not header:
        return ""
    names = []
    for cells in zip(*rows[:header], strict=True):
        names.append(" ".join(dict.fromkeys(filter(None, map(one_line, cells)))))
    return " | ".join(names)[:_MAX_COLUMNS]


def rows_in_parts(
    rows: Sequence[Sequence[str]], header: int, at: Sequence[int], end: int, columns: str
) -> list[Rows]:
    """The rows below the first ``header`` ones of a table that ends at ``end``, each beginning
    where ``at`` says (-1: it is not written); where they stand under a label of their part of the
    table, it is in front of the names of their ``columns``."""
    parts = parts_of(rows, header)
    found: list[tuple[str, tuple[int, ...]]] = []
    for (first, label), (after, _) in pairwise([*parts, (len(rows), "")]):
        if starts := tuple(start for start in at[first:after] if start >= 0):
            over = " ".join(filter(None, (label and as_label(label), columns)))
            if label and not columns:  # over the first one of them
                over = label + " | " * (len(rows[0]) - 1)
            found.append((over[:_MAX_COLUMNS], starts))
    begins = [*(starts[0] for _, starts in found), end]
    return [
        Rows(start, stop, *part)
        for (start, stop), part in zip(pairwise(begins), found, strict=True)
    ]


def _write_block(block: Block) -> list[str]:
    """The lines of a block; of a table one for each row, nothing for an empty one."""
    match block:
        case Heading(level, text):
            line = one_line(text)
            return [f"{'#' * level} {line}" if line else ""]
        case Paragraph(text):
            return [_lines(text)]
        case Item(text, marker, depth):
            lead = "  " * depth + (f"{marker} " if marker else "  ")
            text = _lines(text)
            return [lead + text.replace("\n", "\n" + " " * len(lead)) if text else ""]
        case Table(rows, header, between):
            return [_row(row, between) if any(row) else "" for row in with_groups(rows, header)]
        case Code(text):
            return ["```", text.strip("\n"), "```"] if text.strip() else []
        case Page(label):
            return [label]


def _lines(text: str) -> str:
    return "\n".join(filter(None, map(one_line, text.split("\n"))))


def _row(cells: Sequence[str], between: str) -> str:
    line = between.join(cells)
    if ("  " in line or not line.isprintable()) and _UNEVEN.search(line):
        line = between.join(map(one_line, cells))
    return line.rstrip() if line.strip("| ") else ""


def _note(block: Block, lines: Sequence[str], out: _Written) -> None:
    if isinstance(block, Heading):
        text = one_line(block.text)[:MAX_HEADING]
        out.headings.append(Place(out.length, block.level, text))
    elif isinstance(block, Table):
        ends = list(accumulate(len(line) + 1 if line else 0 for line in lines))
        at = [
            out.length + end - len(line) - 1 if line else -1
            for line, end in zip(lines, ends, strict=True)
        ]
        columns = columns_of(block.rows, block.header) or block.columns
        rows = with_groups(block.rows, block.header)
        out.tables += rows_in_parts(rows, block.header, at, out.length + ends[-1] - 1, columns)
