"""OpenDocument texts, tables and slides: .odt, .ods, .odp."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from chatbot.knowledge.blocks import (
    Block,
    Extracted,
    Heading,
    Item,
    Page,
    Paragraph,
    Table,
    first_heading,
    one_line,
    render,
)
from chatbot.knowledge.column_names import header_rows
from chatbot.knowledge.formats.addresses import with_address
from chatbot.knowledge.formats.described import described
from chatbot.knowledge.formats.equations import write_open_equations
from chatbot.knowledge.formats.open_styles import Styles, margins
from chatbot.knowledge.formats.open_values import times, write_values
from chatbot.knowledge.formats.raised import raise_run
from chatbot.knowledge.formats.sheet_grid import Grid, grid_blocks, linked_by
from chatbot.knowledge.formats.zipped import open_archive, side_xml, title_in, xml

_NAMES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TEXT, _TABLE, _DRAW, _OFFICE, _STYLE = (
    _NAMES % name for name in ("text", "table", "drawing", "office", "style")
)
_LINK = "{http://www.w3.org/1999/xlink}href"
_PRESENTATION = _NAMES % "presentation"
_HIDDEN = (
    f"{_TEXT}tracked-changes",
    f"{_OFFICE}annotation",
    f"{_OFFICE}forms",
    f"{_TEXT}hidden-text",
    f"{_TEXT}hidden-paragraph",
    f"{_TEXT}sequence-decls",
    f"{_TEXT}ruby-text",
)
_OF_THE_PAGE = ("page-number", "header", "footer", "date-time")
_LINES = (f"{_TEXT}p", f"{_TEXT}h")
_PICTURED = (f"{_DRAW}image", f"{_DRAW}object")  # what a frame shows that has words in its place
_SAID = tuple(f"{_NAMES % 'svg-compatible'}{name}" for name in ("title", "desc"))
_EXTENDED = "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"
# A control that nobody filled.
_PLACEHOLDER = f"{{{_EXTENDED}}}showing-place-holder"
_PAGE_NUMBERS = (f"{_TEXT}page-number", f"{_TEXT}page-count")
_DEEPEST = 10  # levels of headings
_FEW = 2  # words around the number of a page
_NEAR = 20  # pieces of text in front of a raised figure, among which its number is


def read_opendocument(data: bytes) -> Extracted:
    """A text, a workbook or a deck; slides and sheets are pages, hidden ones are left out."""
    archive = open_archive(data)
    content = xml(archive, "content.xml")
    notes: list[str] = []
    write_open_equations(content, lambda at: side_xml(archive, f"{at}/content.xml", notes))
    write_values(content)
    named = side_xml(archive, "styles.xml", notes)
    reader = _Reader(content, named, notes)
    body = content.find(f"{_OFFICE}body")
    blocks = list(reader.blocks(body if body is not None else content))
    if named is not None and content.find(f".//{_OFFICE}text") is not None:
        around = list(margins(named, content))
        above, below = (
            [block for kind, margin in around if kind == name for block in reader.margin(margin)]
            for name in ("header", "footer")
        )
        blocks = [*above, *blocks, *below]
    return render(blocks, title_in(archive, "meta.xml") or first_heading(blocks), notes)


class _Reader:
    def __init__(self, content: Any, named: Any, notes: list[str]) -> None:
        self.notes = notes
        self._styles = Styles(*(root for root in (content, named) if root is not None))
        self._next: dict[tuple[str, int], int] = {}  # numbers of lists that can go on
        self._headings: list[int] = []  # the numbers of the last heading and those above it

    def margin(self, element: Any) -> Iterator[Block]:
        """The blocks of what stands above or below each page; none that only number it."""
        for line in list(element.iter(*_LINES)):
            numbered = next(line.iter(*_PAGE_NUMBERS), None) is not None
            for number in list(line.iter(*_PAGE_NUMBERS)):
                number.text = ""
            if numbered and len(re.findall(r"[^\W\d]+", "".join(line.itertext()))) <= _FEW:
                line.getparent().remove(line)
        yield from self.blocks(element)

    def blocks(self, element: Iterable[Any], depth: int = -1) -> Iterator[Block]:
        """The blocks of what ``element`` holds."""
        for child in element:
            tag = child.tag
            if not isinstance(tag, str) or tag in _HIDDEN or self._is_hidden(child):
                continue
            if child.get(f"{_PRESENTATION}class") in _OF_THE_PAGE:
                continue
            if tag == f"{_TEXT}h":
                yield self._heading(child)
                yield from self._boxed(child)
            elif tag == f"{_TEXT}p":
                yield from self._paragraph(child)
            elif tag == f"{_TEXT}list":
                yield from self._list(child, depth + 1)
            elif tag == f"{_TABLE}table":
                yield from self._table(child)
            elif tag == f"{_DRAW}page":
                yield from self._slide(child)
            elif tag == f"{_DRAW}frame" and (said := _said_of(child)):
                yield Paragraph(said)
            else:
                yield from self.blocks(child, depth)

    def _is_hidden(self, element: Any) -> bool:
        if element.get(f"{_TEXT}display") == "none" or element.get(f"{_TEXT}is-hidden") == "true":
            return True  # a section that no reader sees
        styles = (element.get(f"{space}style-name") for space in (_TEXT, _TABLE, _DRAW))
        if not any(self._styles.is_unseen(style) for style in styles if style):
            return False
        name = element.get(f"{_TABLE}name") or element.get(f"{_DRAW}name")
        if name:
            self.notes.append(f"hidden: '{name}' left out")
        return True

    def _heading(self, element: Any, label: str = "") -> Block:
        """A heading behind its number, which is its ``label`` where it is an item of a list."""
        told = element.get(f"{_TEXT}outline-level") or "1"
        level = min(max(int(told), 1), _DEEPEST) if told.isdecimal() else 1
        unnumbered = element.get(f"{_TEXT}is-list-header") == "true"
        unnumbered = unnumbered or self._styles.is_unnumbered(element.get(f"{_TEXT}style-name"))
        if not label and not unnumbered:
            above = [*self._headings, *[0] * level][:level]
            start = _whole(element.get(f"{_TEXT}start-value"))
            self._headings = [*above[:-1], start or above[-1] + 1]
            label = self._styles.heading_label([number or 1 for number in self._headings])
        if element.find(f"{_TEXT}number") is not None:  # it is among its words
            label = ""
        return Heading(min(level, 6), f"{label} {self._line(element)}".strip())

    def _paragraph(self, element: Any) -> Iterator[Block]:
        style = element.get(f"{_TEXT}style-name") or ""
        hidden = element.find(f"{_TEXT}hidden-paragraph")
        if hidden is not None and hidden.get(f"{_TEXT}is-hidden") == "true":
            return
        text = self._line(element)
        yield Heading(1, text) if self._styles.is_title(style) else Paragraph(text)
        yield from self._boxed(element)

    def _boxed(self, line: Any) -> Iterator[Block]:
        for box in _boxes(line):
            yield from self.blocks(box)

    def _list(
        self, element: Any, depth: int, style: str = "", above: Sequence[int] = ()
    ) -> Iterator[Block]:
        """The items of a list; ``above`` are the numbers of those that it is in."""
        style = str(element.get(f"{_TEXT}style-name") or style)
        goes_on = element.get(f"{_TEXT}continue-numbering") == "true"
        goes_on = goes_on or element.get(f"{_TEXT}continue-list") is not None
        first = self._styles.first(style, depth)
        number = self._next.get((style, depth), first) if goes_on else first
        for item in element.iterchildren(f"{_TEXT}list-item", f"{_TEXT}list-header"):
            number = _whole(item.get(f"{_TEXT}start-value")) or number
            is_item = item.tag == f"{_TEXT}list-item"
            # Else it is there for those in it only.
            own = is_item and any(child.tag in _LINES for child in item)
            numbers = [*above, number if own else max(number - 1, 1)]
            label = self._styles.label(style, numbers) if is_item else ""
            marker = f"{label}." if label.isalnum() else label or "-"
            for child in item:
                if child.tag == f"{_TEXT}list":
                    yield from self._list(child, depth + 1, style, numbers)
                elif child.tag == f"{_TEXT}p":
                    yield Item(self._line(child), marker, depth)
                    marker = ""
                    yield from self._boxed(child)
                elif child.tag == f"{_TEXT}h":
                    yield self._heading(child, marker.removeprefix("-"))
                    yield from self._boxed(child)
                    marker = ""
                elif child.tag != f"{_TEXT}number":
                    yield from self.blocks([child], depth)
            number += own
        self._next[(style, depth)] = number

    def _slide(self, page: Any) -> Iterator[Block]:
        number = 1 + sum(1 for _ in page.itersiblings(f"{_DRAW}page", preceding=True))
        yield Page(f"slide {number}")
        titles = [frame for frame in page if frame.get(f"{_PRESENTATION}class") == "title"]
        for frame in titles:  # wherever they stand in the file
            yield Heading(2, " ".join(self._line(p) for p in frame.iter(f"{_TEXT}p")))
        yield from self.blocks([frame for frame in page if frame not in titles])

    def _table(self, element: Any) -> Iterator[Block]:
        if element.getparent().tag == f"{_OFFICE}spreadsheet":
            name = str(element.get(f"{_TABLE}name"))
            blocks = list(grid_blocks(self._grid(element)))
            over = element.find(f"{_TABLE}shapes")
            blocks += self.blocks(over) if over is not None else ()
            yield from (Page(f"sheet {name}"), Heading(2, name), *blocks) if blocks else ()
            return
        grid = self._grid(element)
        columns = sorted({column for row in grid.rows.values() for column in row})
        rows = [[grid.rows[r].get(c, "") for c in columns] for r in sorted(grid.rows)]
        marked = element.find(f"{_TABLE}table-header-rows") is not None
        yield Table(rows, 1 if marked and len(rows) > 1 else header_rows(rows))

    def _grid(self, element: Any) -> Grid:
        grid = Grid()
        grid.hidden_columns = self._unseen_columns(element)
        at = 0
        for row in element.iter(f"{_TABLE}table-row"):
            if row.getparent().tag == f"{_TABLE}table" and row.getparent() is not element:
                continue
            repeated = times(row, "number-rows-repeated")
            seen = row.get(f"{_TABLE}visibility") in (None, "visible")
            if row.getparent().tag == f"{_TABLE}table-header-rows" and repeated == 1:
                grid.heads.add(at)
            cells = self._cells(row, at, grid)
            if not seen:
                grid.hidden_rows.update(range(at, at + repeated))
                cells = {}
            for number in range(repeated if cells else 0):
                merged = grid.rows.get(at + number, {})
                grid.rows[at + number] = merged | cells
            at += repeated
        for hidden in grid.hidden_rows:  # what a cell over several rows was written into
            grid.rows.pop(hidden, None)
        return grid

    def _unseen_columns(self, element: Any) -> set[int]:
        unseen: set[int] = set()
        at = 0
        for column in element.iter(f"{_TABLE}table-column"):
            repeated = times(column, "number-columns-repeated")
            if column.get(f"{_TABLE}visibility") not in (None, "visible"):
                unseen.update(range(at, at + repeated))
            at += repeated
        return unseen

    def _cells(self, row: Any, at: int, grid: Grid) -> dict[int, str]:
        cells: dict[int, str] = {}
        looks = set()
        column = 0
        for cell in row:
            repeated = times(cell, "number-columns-repeated")
            if cell.tag == f"{_TABLE}table-cell":
                style = cell.get(f"{_TABLE}style-name")
                text = "" if self._styles.is_unseen(style) else self._lines(cell)
                if address := linked_by(cell.get(f"{_TABLE}formula") or ""):
                    text = with_address(text, address)
                down = times(cell, "number-rows-spanned")
                across = times(cell, "number-columns-spanned")
                if text:
                    looks.add(self._styles.look(style))
                    if across > 1:
                        grid.wide.add(at)
                    if cell.get(f"{_OFFICE}value-type") in ("float", "percentage", "currency"):
                        grid.numbers.add(at)
                    for place in range(column, column + max(repeated, across)):
                        if place in grid.hidden_columns:
                            continue
                        cells[place] = text
                        for below in range(at + 1, at + down):
                            grid.rows.setdefault(below, {})[place] = text
            column += repeated
        if len(looks) == 1 and (look := looks.pop()):
            grid.looks[at] = look
        return cells

    def _lines(self, element: Any) -> str:
        """The paragraphs of a cell or a note on one line."""
        parts = []
        for child in element:
            if child.tag in _HIDDEN or self._styles.is_unseen(child.get(f"{_TEXT}style-name")):
                continue
            inner = child.tag not in _LINES and next(child.iter(*_LINES), None) is not None
            parts.append(self._lines(child) if inner else self._line(child))
            parts += map(self._lines, () if inner else _boxes(child))
        return one_line(" ".join(parts))

    def _line(self, element: Any) -> str:
        """The text of a paragraph: links with their address, notes behind it, no comments; raised
        figures apart from the number before them."""
        pieces = [element.text or ""]
        for child in element:
            tag, style = child.tag, child.get(f"{_TEXT}style-name")
            unread = not isinstance(tag, str) or tag in _HIDDEN or _is_box(child)
            if unread or self._styles.is_unseen(style) or child.get(_PLACEHOLDER) == "true":
                text = ""
            elif tag == f"{_TEXT}number":
                text = f"{self._line(child)} "
            elif tag == f"{_DRAW}frame" and (said := _said_of(child)):
                text = f" {said}{' ' * (child.tail or '')[:1].isalnum()}"
            elif tag in _SAID:
                text = described(child.text or "")
            elif tag == f"{_TEXT}s" or tag == f"{_TEXT}tab":
                text = " "
            elif tag == f"{_TEXT}line-break":
                text = "\n"
            elif tag == f"{_TEXT}note":
                note = child.find(f"{_TEXT}note-body")
                text = f" ({self._lines(note)})" if note is not None else ""
            else:
                text = self._line(child)
                if tag == f"{_TEXT}a":
                    text = with_address(text, str(child.get(_LINK) or ""))
                elif kind := self._styles.raised(style):
                    text = raise_run(kind, text, "".join(pieces[-_NEAR:]), child.tail or "")
            pieces += [text, child.tail or ""]
        return "".join(pieces)


def _is_box(element: Any) -> bool:
    """Whether an element is drawn as a box with lines of its own."""
    if not isinstance(element.tag, str) or not element.tag.startswith(_DRAW):
        return False
    held = (*_LINES, f"{_TEXT}list")
    return element.tag == f"{_DRAW}text-box" or any(child.tag in held for child in element)


def _boxes(element: Any) -> Iterator[Any]:
    """The boxes that stand in a paragraph."""
    for child in element:
        if _is_box(child):
            yield child
        else:
            yield from _boxes(child)


def _said_of(frame: Any) -> str:
    """What a picture is said to show."""
    pictured = any(child.tag in _PICTURED for child in frame)
    if not pictured or frame.find(f"{_TABLE}table") is not None:
        return ""
    names = (described(frame.findtext(name) or "") for name in _SAID)
    return ": ".join(dict.fromkeys(filter(None, map(one_line, names))))


def _whole(value: str | None) -> int:
    return int(value) if value and value.isdecimal() else 0
