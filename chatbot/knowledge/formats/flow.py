"""Lines of pages as blocks: paragraphs, headings, items and tables."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from chatbot.knowledge.blocks import (
    Block,
    Heading,
    Item,
    Paragraph,
    Table,
    columns_of,
)
from chatbot.knowledge.formats.flow_tables import (
    ALIGNED,
    BULLET,
    NUMBER,
    PageTable,
    drawn_table,
    placed_table,
    table_end,
)
from chatbot.knowledge.formats.layout import LEADING, Line

_ENDS = re.compile(r"[.!?:;。！？][\"'”’)\]]*$")
_DIGIT = re.compile(r"\d")
_HYPHENS = ("-", "\u00ad", "\u2010")
_BROKEN = re.compile(r"([^\W_]+)[-\u00ad\u2010]$")
_LONGEST_WORD = 100  # characters
_NEAR = 40  # characters that show whether a text is in capitals
# Behind a hyphen that stands for a word's other half: "Innen- und Außendienst".
_HALVES = re.compile(r"(?:und|oder|bzw|sowie|and|or|to|y|o|et|ou)\b")
# A line that ends in one of these goes on, whatever follows.
_OPEN = re.compile(
    r"\b(?:the|an?|of|from|to|for|with|and|or|in|on|at|by|than|until|our|your|der|die|das|den|dem|"
    r"des|ein|eine[mnrs]?|und|oder|von|mit|für|auf|zu|zum|zur|bei|im|am|bis|le|la|les|un|une|du|"
    r"et|ou|pour|avec|sur|el|los|las|del|con|para|por)$",
    re.IGNORECASE,
)
# "(a)" begins a part of a clause behind the end of another one; elsewhere it can refer to one.
_LETTERED = re.compile(r"(\((?:[a-z]|[ivx]{1,4}|\d{1,2})\))\s+(?=\S)")
_PART_ENDS = re.compile(r"(?:[.:;]|[;,]\s(?:and|or|und|oder|et|ou|y|o))$")
# Two signs of scripts that have no blanks between words.
_UNPARTED = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]{2}")
_FOOTNOTE = re.compile(r"(?:\d{1,2}|[*†‡])[.)]?\s")
LARGER = 7 / 6  # a heading's type is by so much larger than that of the text
_LONGEST = 100  # characters of a heading


def usual_size(pages: Sequence[Sequence[Line]]) -> float:
    """The size of the type that most of the text is set in, in points."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def page_blocks(lines: Sequence[Line], size: float, words: set[str]) -> list[Block]:
    """The blocks of a page; ``words`` tell whether a word broken at a line's end has a hyphen."""
    blocks: list[Block] = []
    part: list[Line] = []
    edges = _column_edges(lines)
    turns: list[int] = []  # the blocks that begin a column
    at = 0
    while at < len(lines):
        end = table_end(lines, at)
        if end > at:
            blocks += _paragraph(part, size, words)
            part = []
            grid = lines[at].grid
            blocks.append(drawn_table(grid) if grid else placed_table(lines[at:end]))
            at = end
            continue
        line = lines[at]
        if part and not _goes_on(part[-1], line, edges[line.column]):
            blocks += _paragraph(part, size, words)
            turns += [len(blocks)] if part[-1].column != line.column else []
            part = []
        part.append(line)
        at += 1
    blocks += _paragraph(part, size, words)
    for turn in reversed(turns):
        if 0 < turn < len(blocks) and _continues(blocks[turn - 1], blocks[turn]):
            blocks[turn - 1 : turn + 1] = [_joined(blocks[turn - 1], blocks[turn], words)]
    return blocks


def joined_over_pages(pages: list[list[Block]], words: set[str]) -> list[list[Block]]:
    """A sentence that goes on over the page stands on the page where it begins, though a footnote
    may stand below it. A table that goes on has the names of its columns on each page."""
    begun: list[Block] | None = None
    for page in pages:
        if not page:
            continue
        if begun is not None:
            page[0] = _named(begun, page[0])
            at = _last(begun)
            last, first = begun[at], page[0]
            if _continues(last, first):
                begun[at] = _joined(last, first, words)
                del page[0]
        begun = page if page else begun
    return pages


def _last(page: Sequence[Block]) -> int:
    """The last block of a page that is no footnote."""
    at = len(page) - 1
    while at and isinstance(page[at], Paragraph) and _FOOTNOTE.match(_text(page[at])):
        at -= 1
    return at


def _named(before: Sequence[Block], first: Block) -> Block:
    """The first block of a page, a table with the names of the one that it goes on from, if the
    page before ends in one with the same columns."""
    table = before[_last(before)]
    if not isinstance(table, PageTable) or not isinstance(first, PageTable):
        return first
    alike = len(table.edges) == len(first.edges) and all(
        abs(a - b) < ALIGNED for a, b in zip(table.edges, first.edges, strict=True)
    )
    names = table.columns or columns_of(table.rows, table.header)
    if not alike or not names:
        return first
    own = columns_of(first.rows, first.header)
    if first.header and (first.bold or own == names or _counts(table)):
        return first  # no row of the table before is without a number
    repeated = table.header and list(first.rows[: table.header]) == list(table.rows[: table.header])
    return replace(first, header=table.header if repeated else 0, columns=names)


def _continues(last: Block, first: Block) -> bool:
    if not isinstance(last, Paragraph | Item) or not isinstance(first, Paragraph):
        return False
    if _ENDS.search(last.text):
        return False
    return bool(first.text[:1].islower() or last.text.endswith(",") or _OPEN.search(last.text))


def _counts(table: Table) -> bool:
    """Whether a column of the table holds numbers only below its name."""
    below = table.rows[table.header :]
    return any(all(_DIGIT.search(cell) for cell in column) for column in zip(*below, strict=True))


def _joined(last: Block, first: Block, words: set[str]) -> Block:
    text = _join_lines([_text(last), _text(first)], words)
    return Item(text, last.marker, last.depth) if isinstance(last, Item) else Paragraph(text)


def _text(block: Block) -> str:
    return block.text if isinstance(block, Paragraph | Item) else ""


def _column_edges(lines: Sequence[Line]) -> dict[int, tuple[float, float]]:
    """Where the lines of each column begin and end."""
    found: dict[int, tuple[float, float]] = {}
    for line in lines:
        left, right = found.get(line.column, (line.left, line.right))
        found[line.column] = (min(left, line.left), max(right, line.right))
    return found


def _goes_on(line: Line, following: Line, edges: tuple[float, float]) -> bool:
    """Whether the second line belongs to the paragraph of the first."""
    text = following.text
    if line.column != following.column or BULLET.match(text) or NUMBER.match(text):
        return False
    if _LETTERED.match(text) and _PART_ENDS.search(line.text):
        return False
    if abs(line.size - following.size) > 0.08 * line.size or line.bold != following.bold:
        return False
    if line.y - following.y > LEADING * max(line.size, following.size):
        return False
    left, right = edges
    short = line.right < right - 0.25 * (right - left)
    return not (short and _ENDS.search(line.text))


def _paragraph(lines: Sequence[Line], size: float, words: set[str]) -> list[Block]:
    if not lines:
        return []
    text = _join_lines([line.text for line in lines], words)
    first = lines[0]
    if len(text) <= _LONGEST and not BULLET.match(text):
        if first.size >= LARGER * size:
            return [Heading(1 if first.size >= 1.6 * size else 2, text)]
        if first.bold and len(lines) <= 2 and len(text) >= 3 and not _ENDS.search(text):
            return [Heading(3, text)]
    if match := BULLET.match(text):
        return [Item(text[match.end() :], "-")]
    if match := NUMBER.match(text) or _LETTERED.match(text):
        return [Item(text[match.end() :], match[1])]
    return [Paragraph(text)]


def _join_lines(lines: Sequence[str], words: set[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        match = None
        if text.endswith(_HYPHENS):
            match = _BROKEN.search(text, max(0, len(text) - _LONGEST_WORD))
        if match and _HALVES.match(line):
            text = f"{text} {line}"
        elif (
            match
            and _is_shouted(text, line)
            and f"{match[1]}-{line.partition(' ')[0]}" not in words
        ):
            text = text[:-1] + line
        elif match and text[-1] != "\u00ad" and _is_meant(match[1], text[-1], line):
            text += line
        elif match and line[:1].islower():
            rest = re.match(r"[^\W\d_]*", line)
            whole = f"{match[1]}-{rest[0] if rest else ''}"
            text = text[:-1] + ("-" if whole in words else "") + line
        else:
            text += line if _UNPARTED.match(text[-1:] + line[:1]) else f" {line}"
    return text


def _is_meant(before: str, hyphen: str, line: str) -> bool:
    """Whether a hyphen behind this part of a word is one in its middle, too: no word is broken
    behind a figure, an abbreviation or its first letter ("24-hour", "USB-port", "T-shirt"), nor
    before a capital or a figure."""
    if hyphen == "-" and (line[:1].isupper() or line[:1].isdigit()):
        return True
    return len(before) == 1 or before[-1].isdigit() or before.isupper()


def _is_shouted(text: str, line: str) -> bool:
    """Whether a hyphen breaks a word of a text that is all in capitals."""
    near = text[-_NEAR:]
    following = line.partition(" ")[0].strip(".,;:()")
    capitals = near.isupper() and sum(map(str.isalpha, near)) > _NEAR // 2
    before = _BROKEN.search(near)
    parts = [before[1] if before else "", following]
    return capitals and all(len(p) > 1 and p.isalpha() and p.isupper() for p in parts)
