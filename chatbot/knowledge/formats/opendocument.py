"""OpenDocument texts, tables and slides: .odt, .ods, .odp."""

import re
from collections.abc import Iterator
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
from chatbot.knowledge.formats.equations import write_open_equations
from chatbot.knowledge.formats.inline import with_address
from chatbot.knowledge.formats.raised import raise_run
from chatbot.knowledge.formats.sheet_grid import Grid, grid_blocks
from chatbot.knowledge.formats.zipped import open_archive, title_in, xml

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
)
_OF_THE_PAGE = ("page-number", "header", "footer", "date-time")
_LINES = (f"{_TEXT}p", f"{_TEXT}h")
_POSITION = re.compile(r"(super|sub|-?(?=[1-9]))")  # "super 58%", "-33% 58%"
_NEAR = 20  # pieces of text in front of a raised figure, among which its number is
_MOST = 2_000  # how often a cell or row that repeats is written


def read_opendocument(data: bytes) -> Extracted:
    """A text, a workbook or a deck; slides and sheets are pages, hidden ones are left out."""
    archive = open_archive(data)
    content = xml(archive, "content.xml")
    write_open_equations(content, lambda name: xml(archive, f"{name}/content.xml"))
    reader = _Reader(content)
    body = content.find(f"{_OFFICE}body")
    blocks = list(reader.blocks(body if body is not None else content))
    return render(blocks, title_in(archive, "meta.xml") or first_heading(blocks), reader.notes)


class _Reader:
    def __init__(self, content: Any) -> None:
        self.notes: list[str] = []
        self._unseen: set[str] = set()
        self._raised: dict[str, str] = {}
        self._numbered = {
            (style.get(f"{_STYLE}name"), level.get(f"{_TEXT}level"))
            for style in content.iter(f"{_TEXT}list-style")
            for level in style.iter(f"{_TEXT}list-level-style-number")
            if level.get(f"{_STYLE}num-format")
        }
        self._next: dict[tuple[str, int], int] = {}  # numbers of lists that can go on
        self._titles = set()
        for style in content.iter(f"{_STYLE}style"):
            for properties in style:
                name = style.get(f"{_STYLE}name")
                if properties.get(f"{_STYLE}text-line-through-style", "none") != "none":
                    self._unseen.add(name)
                position = properties.get(f"{_STYLE}text-position", "")
                if match := _POSITION.match(position):
                    self._raised[name] = "sub" if match[1] in ("sub", "-") else "sup"
                values = properties.attrib.values()
                shown = properties.get(f"{_TABLE}display") or properties.get(
                    f"{_PRESENTATION}visibility"
                )
                if shown in ("false", "hidden") or (
                    properties.get(f"{_TEXT}display") == "none" and "none" in values
                ):
                    self._unseen.add(name)
            if style.get(f"{_STYLE}parent-style-name") == "Title":
                self._titles.add(style.get(f"{_STYLE}name"))

    def blocks(self, element: Any, depth: int = -1) -> Iterator[Block]:
        """The blocks of what ``element`` holds."""
        for child in element:
            tag = child.tag
            if not isinstance(tag, str) or tag in _HIDDEN or self._is_hidden(child):
                continue
            if child.get(f"{_PRESENTATION}class") in _OF_THE_PAGE:
                continue
            if tag == f"{_TEXT}h":
                level = child.get(f"{_TEXT}outline-level") or "1"
                yield Heading(min(int(level), 6) if level.isdecimal() else 1, self._line(child))
            elif tag == f"{_TEXT}p":
                yield from self._paragraph(child)
            elif tag == f"{_TEXT}list":
                yield from self._list(child, depth + 1)
            elif tag == f"{_TABLE}table":
                yield from self._table(child)
            elif tag == f"{_DRAW}page":
                yield from self._slide(child)
            else:
                yield from self.blocks(child, depth)

    def _is_hidden(self, element: Any) -> bool:
        if element.get(f"{_TEXT}display") == "none":  # a section that no reader sees
            return True
        styles = (element.get(f"{space}style-name") for space in (_TEXT, _TABLE, _DRAW))
        if not any(style in self._unseen for style in styles if style):
            return False
        name = element.get(f"{_TABLE}name") or element.get(f"{_DRAW}name")
        if name:
            self.notes.append(f"hidden: '{name}' left out")
        return True

    def _paragraph(self, element: Any) -> Iterator[Block]:
        style = element.get(f"{_TEXT}style-name") or ""
        text = self._line(element)
        if style == "Title" or style in self._titles:
            yield Heading(1, text)
        else:
            yield Paragraph(text)
        for box in element.iter(f"{_DRAW}text-box"):
            yield from self.blocks(box)

    def _list(self, element: Any, depth: int, style: str = "") -> Iterator[Block]:
        style = str(element.get(f"{_TEXT}style-name") or style)
        numbered = "Numbering" in style or (style, str(depth + 1)) in self._numbered
        goes_on = element.get(f"{_TEXT}continue-numbering") == "true"
        goes_on = goes_on or element.get(f"{_TEXT}continue-list") is not None
        number = self._next.get((style, depth), 1) if goes_on else 1
        for item in element.iterchildren(f"{_TEXT}list-item", f"{_TEXT}list-header"):
            number = _whole(item.get(f"{_TEXT}start-value")) or number
            marker = f"{number}." if numbered and item.tag == f"{_TEXT}list-item" else "-"
            for child in item:
                if child.tag == f"{_TEXT}list":
                    yield from self._list(child, depth + 1, style)
                elif child.tag in (f"{_TEXT}p", f"{_TEXT}h"):
                    yield Item(self._line(child), marker, depth)
                    marker = ""
            number += 1
        self._next[(style, depth)] = number

    def _slide(self, page: Any) -> Iterator[Block]:
        number = 1 + sum(1 for _ in page.itersiblings(f"{_DRAW}page", preceding=True))
        yield Page(f"slide {number}")
        for frame in page:
            if frame.get(f"{_PRESENTATION}class") == "title":
                yield Heading(2, " ".join(self._line(p) for p in frame.iter(f"{_TEXT}p")))
            else:
                yield from self.blocks(frame)

    def _table(self, element: Any) -> Iterator[Block]:
        if element.getparent().tag == f"{_OFFICE}spreadsheet":
            name = str(element.get(f"{_TABLE}name"))
            blocks = list(grid_blocks(self._grid(element)))
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
            times = _times(row, "number-rows-repeated")
            seen = row.get(f"{_TABLE}visibility") in (None, "visible")
            cells = self._cells(row, at, grid)
            if not seen:
                grid.hidden_rows.update(range(at, at + times))
                cells = {}
            for number in range(times if cells else 0):
                merged = grid.rows.get(at + number, {})
                grid.rows[at + number] = merged | cells
            at += times
        for hidden in grid.hidden_rows:  # what a cell over several rows was written into
            grid.rows.pop(hidden, None)
        return grid

    def _unseen_columns(self, element: Any) -> set[int]:
        unseen: set[int] = set()
        at = 0
        for column in element.iter(f"{_TABLE}table-column"):
            times = _times(column, "number-columns-repeated")
            if column.get(f"{_TABLE}visibility") not in (None, "visible"):
                unseen.update(range(at, at + times))
            at += times
        return unseen

    def _cells(self, row: Any, at: int, grid: Grid) -> dict[int, str]:
        cells: dict[int, str] = {}
        column = 0
        for cell in row:
            times = _times(cell, "number-columns-repeated")
            if cell.tag == f"{_TABLE}table-cell":
                struck = cell.get(f"{_TABLE}style-name") in self._unseen
                text = "" if struck else self._lines(cell)
                down = _times(cell, "number-rows-spanned")
                across = _times(cell, "number-columns-spanned")
                if text:
                    if across > 1:
                        grid.wide.add(at)
                    if cell.get(f"{_OFFICE}value-type") in ("float", "percentage", "currency"):
                        grid.numbers.add(at)
                    for place in range(column, column + max(times, across)):
                        if place in grid.hidden_columns:
                            continue
                        cells[place] = text
                        for below in range(at + 1, at + down):
                            grid.rows.setdefault(below, {})[place] = text
            column += times
        return cells

    def _lines(self, element: Any) -> str:
        """The paragraphs of a cell or a note on one line."""
        parts = []
        for child in element:
            if child.tag in _HIDDEN or child.get(f"{_TEXT}style-name") in self._unseen:
                continue
            inner = child.tag not in _LINES and next(child.iter(*_LINES), None) is not None
            parts.append(self._lines(child) if inner else self._line(child))
        return one_line(" ".join(parts))

    def _line(self, element: Any) -> str:
        """The text of a paragraph: links with their address, notes behind it, no comments; raised
        figures apart from the number before them."""
        pieces = [element.text or ""]
        for child in element:
            tag, style = child.tag, child.get(f"{_TEXT}style-name")
            unread = not isinstance(tag, str) or tag in _HIDDEN or tag == f"{_DRAW}text-box"
            if unread or style in self._unseen:
                text = ""
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
                elif style in self._raised:
                    kind = self._raised[style]
                    text = raise_run(kind, text, "".join(pieces[-_NEAR:]), child.tail or "")
            pieces += [text, child.tail or ""]
        return "".join(pieces)


def _whole(value: str | None) -> int:
    return int(value) if value and value.isdecimal() else 0


def _times(element: Any, name: str) -> int:
    value = element.get(f"{_TABLE}{name}") or "1"
    return min(int(value), _MOST) if value.isdigit() else 1
