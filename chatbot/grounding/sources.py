"""Passages as the sentences and rows that an answer's sentences are compared with."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from langchain_core.documents import Document

from chatbot.grounding.families import Family, families
from chatbot.grounding.injection import instructions
from chatbot.grounding.reading import Reading, as_denied, read, row_reading, split_name
from chatbot.grounding.series import Series, series_of
from chatbot.knowledge.column_names import header_rows, is_words
from chatbot.text.languages import language_of
from chatbot.text.sentences import sentences

_RULE = re.compile(r"(?=[\s|:+=-]*?--)[\s|:+=-]*+")
_CELLS = re.compile(r"(?<!\\)\|")
_ITEM = re.compile(r"\s*(?:[-*+•]\s|\(?\d{1,3}[.)]\s|#)|[\w -]{1,30}: ")
_PROSE = re.compile(r"[,;] .*\w[.!?]$")
_SEPARATORS = (",", ";", "\t")
_ROWS = re.compile(r"(?:^[^\n|]*\|[^\n]*(?:\n|$)){2,}", re.MULTILINE)


# Over a list of what is not so: "What is not covered", "Exclusions".
_LEFT_OUT = re.compile(
    r"\bnot (?:\w+ )?(?:covered|included|insured|accepted|allowed|permitted|refunded|refundable|"
    r"offered|possible|available|paid|carried|eligible)\b|\bexclu(?:sions?|ded|es)\b|"
    r"\bwhat (?:we|you) (?:do not|don't|cannot|can't|may not|never)\b|"
    r"\bnicht (?:\w+ )?(?:versichert|gedeckt|enthalten|inbegriffen|erlaubt|erstattet|möglich)\b|"
    r"\b(?:ausschlüsse|ausgeschlossen|non (?:couvert|inclus|remboursé|assuré)\w*|"
    r"no (?:cubiert|incluid|asegurad)\w*|exclusiones)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\b(?:if|when|why|how|wenn|warum|si|pourquoi|cuando)\b|\?", re.IGNORECASE)


@dataclass(frozen=True)
class Span:
    """``text`` from ``start`` in a passage, read by itself; ``over`` is what stands over it.

    ``row`` is the number of its table, or -1; ``cells`` are (column, cell) of a row whose columns
    are known; ``families`` are the names that the passages set beside each other, and ``series``
    those that begin alike.
    """

    passage: Document
    number: int
    start: int
    text: str
    reading: Reading
    over: Reading
    row: int = -1
    cells: tuple[tuple[str, str], ...] = ()
    families: tuple[Family, ...] = ()
    series: tuple[Series, ...] = ()

    @property
    def heading(self) -> bool:
        """Whether it is a heading, which says nothing by itself."""
        return self.text.startswith("#")

    @property
    def item(self) -> bool:
        """Whether it is an item of a list, which the sentence over the list introduces."""
        return self.row < 0 and bool(_ITEM.match(self.text))


def spans_of(passage: Document, number: int) -> list[Span]:
    """Each sentence and row of a passage but those that give orders to the assistant."""
    text = passage.page_content
    orders = set(instructions(text))
    over, language = _over(passage), language_of(text)
    columns = _names(str(passage.metadata.get("columns") or ""))
    heads = _heads(text)
    found: list[Span] = []
    table, heading, intro = 0, "", ""
    parts = list(_lines(text, columns))
    for at, (start, end) in enumerate(parts):
        if (names := heads.get(text.rfind("\n", 0, start) + 1)) is not None:
            columns, table = names or columns, table + 1
        quote = text[start:end]
        if any(a <= start < b for a, b in orders):
            continue
        if quote.startswith("#"):
            heading, intro = quote.lstrip("# "), ""
        between = text[end : parts[at + 1][0]] if at + 1 < len(parts) else text[end : end + 200]
        if "|" in quote and _RULE.match(between.strip()):
            columns, table = _cells(quote), table + 1
        cells = _row(quote, columns)
        reading = row_reading(cells, language) if cells else read(quote, language)
        item = bool(cells or _ITEM.match(quote))
        if item and not cells and (_LEFT_OUT.search(heading or over) or _denies_list(intro)):
            reading = as_denied(reading)
        context = read(" | ".join(filter(None, (over, heading, intro if item else ""))), language)
        if not item:
            intro = quote
        if cells:
            context = read(f"{context.text} | {' | '.join(map(split_name, columns))}", language)
        row, told = (table, tuple(cells)) if cells else (-1, ())
        found.append(Span(passage, number, start, quote, reading, context, row, told))
    return found


def _denies_list(intro: str) -> bool:
    """Whether a sentence introduces a list of what is not so: "We do not carry:"."""
    return intro.rstrip().endswith(":") and not _ASKS.search(intro) and read(intro).denies


def table_of(span: Span, spans: Sequence[Span]) -> list[Span]:
    """The rows of the table that a row stands in, itself among them; none of what is no row."""
    if span.row < 0:
        return []
    return [other for other in spans if other.passage is span.passage and other.row == span.row]


def all_spans(passages: Sequence[Document], first: int = 1) -> list[Span]:
    """The spans of passages that are numbered from ``first``."""
    numbered = enumerate(passages, start=first)
    found = [span for number, passage in numbered for span in spans_of(passage, number)]
    texts = tuple(passage.page_content for passage in passages)
    known, series = families(found, texts), series_of(texts)
    return [replace(span, families=known, series=series) for span in found]


def _lines(text: str, columns: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Sentences; rows that look like one sentence are parted."""
    for start, end in sentences(text):
        lines = text[start:end].split("\n")
        if len(lines) == 1 or not any(_row(line, columns) for line in lines):
            yield start, end
            continue
        for line in lines:
            if line.strip():
                yield start, start + len(line)
            start += len(line) + 1


def follow(one: Span, other: Span) -> bool:
    """Whether two spans are sentences of one paragraph, one behind the other."""
    if one.passage is not other.passage or one.row >= 0 or other.row >= 0:
        return False
    between = one.passage.page_content[one.start + len(one.text) : other.start]
    return "\n" not in between or not (
        "\n\n" in between or _ITEM.match(other.text) or one.text.startswith("#")
    )


def join_spans(one: Span, other: Span) -> Span:
    """Two sentences that follow each other as one."""
    end = other.start + len(other.text)
    quote = one.passage.page_content[one.start : end]
    return replace(one, text=quote, reading=read(quote, one.reading.language))


def _over(passage: Document) -> str:
    named = [str(passage.metadata.get(name) or "") for name in ("title", "heading", "page")]
    path = re.sub(r"\.\w+$", "", str(passage.metadata.get("path") or ""))
    return " | ".join(filter(None, [*named, re.sub(r"[-_/]+", " ", path)]))


def _heads(text: str) -> dict[int, list[str]]:
    """Where the rows of tables begin that are written without a rule, and what they name their
    columns; nothing where no row of them does, and empty names where those of the table before
    do not hold, either."""
    heads: dict[int, list[str]] = {}
    for match in _ROWS.finditer(text):
        lines = match[0].rstrip("\n").split("\n")
        rows = [_cells(line) for line in lines]
        if any(map(_RULE.fullmatch, lines)):
            continue
        if len({line.count("|") for line in lines}) == 1 and not lines[1].startswith("|"):
            rows = [_plain_cells(line) for line in lines]
        even = len({len(row) for row in rows}) == 1
        named = even and header_rows(rows)
        another = even and heads and is_words(rows[0])  # than the first one of the passage
        heads[match.start()] = rows[0] if named else [""] * len(rows[0]) if another else []
    return heads


def _names(columns: str) -> list[str]:
    return [name.strip() for name in columns.split(" | ")] if columns else []


def _row(line: str, columns: Sequence[str]) -> list[tuple[str, str]]:
    """(column, cell) of a row; none where the line has not as many cells as there are columns."""
    if "\n" in line:
        return []
    if "|" in line:
        cells = _cells(line)
        for each in (cells, _plain_cells(line)):
            if len(each) == len(columns):
                return list(zip(columns, each, strict=True))
        return [("", cell) for cell in cells] if len(cells) > 1 else []
    if _PROSE.search(line):  # commas of a sentence under or beside a table
        return []
    for separator in _SEPARATORS:
        if len(columns) > 1 and line.count(separator) >= len(columns) - 1:
            cells = next(csv.reader([line], delimiter=separator), [])
            if len(cells) == len(columns):
                return list(zip(columns, cells, strict=True))
    return []


def _plain_cells(line: str) -> list[str]:
    """The cells of a row that no "|" begins or ends, so that the first or last may be empty."""
    return [cell.strip() for cell in _CELLS.split(line)]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in _CELLS.split(line.strip().removeprefix("|").removesuffix("|"))]
