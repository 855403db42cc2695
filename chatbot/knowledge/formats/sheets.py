"""Spreadsheets: every cell as it is shown, merged cells filled in, hidden parts left out.

The XML is read here: of the libraries that were tried, none tells all of the value as shown, the
formula without a value, the hidden rows and a row beyond a wrong dimension (docs/experiments.md,
"Readers").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat
from typing import Any
from zipfile import ZipFile

from chatbot.knowledge.blocks import (
    Block,
    Extracted,
    Heading,
    Page,
    Paragraph,
    Table,
    check_length,
    named,
    render,
)
from chatbot.knowledge.formats.numbers import BUILT_IN, general, shown
from chatbot.knowledge.formats.zipped import opened, xml

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_VALUE, _FORMULA, _INLINE = f"{_MAIN}v", f"{_MAIN}f", f"{_MAIN}is"
_PLAIN = 12  # characters of a number that is shown as it is stored
_WIDEST = 16_384
_MOST_CELLS = 3_000_000
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")


@dataclass
class Grid:
    """Cells of a sheet by row and column from 0; ``numbers`` are the rows that hold numbers."""

    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    numbers: set[int] = field(default_factory=set)


def read_xlsx(data: bytes) -> Extracted:
    """A workbook; each sheet that is shown is a page."""
    archive = opened(data)
    book = _Book(archive)
    blocks: list[Block] = []
    hidden = 0
    for name, part, seen in book.sheets:
        if not seen:
            hidden += 1
            continue
        found = list(grid_blocks(book.grid(part)))
        if found:
            blocks += [Page(f"sheet {name}"), Heading(2, name), *found]
    notes = [f"{hidden} hidden sheet{'s' * (hidden > 1)} left out"] if hidden else []
    if book.rows_left_out:
        notes.append(f"{book.rows_left_out} hidden rows left out")
    return render(blocks, _title(archive), notes)


def grid_blocks(grid: Grid) -> Iterator[Block]:
    """Tables of a sheet, which empty rows part; lines above a table are paragraphs."""
    part: list[int] = []
    for row in sorted(grid.rows):
        if part and row > part[-1] + 1:
            yield from _part(grid, part)
            part = []
        part.append(row)
    yield from _part(grid, part)


def _part(grid: Grid, numbers: list[int]) -> Iterator[Block]:
    while numbers and len(set(grid.rows[numbers[0]].values())) == 1:
        yield Paragraph(next(iter(grid.rows[numbers[0]].values())))
        numbers = numbers[1:]
    if not numbers:
        return
    columns = sorted(set().union(*(grid.rows[row] for row in numbers)))
    rows = [[*map(grid.rows[row].get, columns, repeat(""))] for row in numbers]
    yield Table(rows, named(rows) or _typed(grid, numbers, columns))


def _typed(grid: Grid, numbers: list[int], columns: list[int]) -> int:
    """One where the first row has words only and numbers stand below, as years as names do."""
    first, rest = numbers[0], numbers[1:]
    words = first not in grid.numbers and all(grid.rows[first].get(c) for c in columns)
    below = any(row in grid.numbers for row in rest[:20])
    return int(words and below and len(columns) > 1)


class _Book:
    """A workbook: its sheets, texts and formats."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self.rows_left_out = 0
        book = xml(archive, "xl/workbook.xml")
        settings = book.find(f"{_MAIN}workbookPr")
        self._since_1904 = settings is not None and settings.get("date1904") in ("1", "true")
        targets = {
            relation.get("Id"): relation.get("Target")
            for relation in xml(archive, "xl/_rels/workbook.xml.rels")
        }
        self.sheets = [
            (
                str(sheet.get("name")),
                _part_name(str(targets.get(sheet.get(_RELATION)))),
                sheet.get("state", "visible") == "visible",
            )
            for sheet in book.iter(f"{_MAIN}sheet")
        ]
        self._texts = self._read_texts()
        self._formats = self._read_formats()

    def _read_texts(self) -> list[str]:
        shared = xml(self._archive, "xl/sharedStrings.xml")
        if shared is None:
            return []
        return [_text_of(item) for item in shared.iter(f"{_MAIN}si")]

    def _read_formats(self) -> list[str]:
        styles = xml(self._archive, "xl/styles.xml")
        if styles is None:
            return []
        codes = dict(BUILT_IN)
        for code in styles.iter(f"{_MAIN}numFmt"):
            codes[int(code.get("numFmtId"))] = str(code.get("formatCode"))
        cells = styles.find(f"{_MAIN}cellXfs")
        return [codes.get(int(style.get("numFmtId") or 0), "General") for style in cells]

    def grid(self, part: str) -> Grid:
        """The cells of a sheet that are shown."""
        from lxml import etree

        grid = Grid()
        hidden: set[int] = set()
        cells = 0
        length = 0
        xml_part = self._archive.open(part)
        events = etree.iterparse(
            xml_part, tag=[f"{_MAIN}{name}" for name in ("row", "col", "mergeCell")],
            resolve_entities=False, no_network=True,
        )  # fmt: skip
        row_number = -1
        for _, element in events:
            if element.tag == f"{_MAIN}col" and element.get("hidden") in ("1", "true"):
                last = min(int(element.get("max")), _WIDEST)
                hidden.update(range(int(element.get("min")) - 1, last))
            elif element.tag == f"{_MAIN}mergeCell":
                _fill(grid, str(element.get("ref")), hidden)
            elif element.tag == f"{_MAIN}row":
                row_number = int(element.get("r") or row_number + 2) - 1
                cells += len(element)
                if element.get("hidden") in ("1", "true"):
                    self.rows_left_out += 1
                else:
                    length += self._row(element, row_number, grid, hidden)
                check_length(length if cells <= _MOST_CELLS else 1 << 40)
                element.clear()
        return grid

    def _row(self, element: Any, row: int, grid: Grid, hidden: set[int]) -> int:
        values: dict[int, str] = {}
        column = -1
        for cell in element:
            letters = (cell.get("r") or "").rstrip("0123456789")
            column = _column(letters) if letters else column + 1
            if column in hidden:
                continue
            kind = cell.get("t", "n")
            text = self._cell(cell, kind)
            if text:
                values[column] = text
                if kind == "n" and text[0] != "=":
                    grid.numbers.add(row)
        if values:
            grid.rows[row] = values
        return sum(map(len, values.values()))

    def _cell(self, cell: Any, kind: str) -> str:
        """What the cell shows."""
        value = formula = None
        for part in cell:
            if part.tag == _VALUE:
                value = part.text
            elif part.tag == _FORMULA:
                formula = f"={part.text}" if part.text else "=(a formula without a stored value)"
            elif part.tag == _INLINE:
                return _text_of(part)
        if value is None:
            return formula or ""
        if kind == "n":
            return self._number(value, int(cell.get("s", 0)))
        if kind == "s":
            at = int(value)
            return self._texts[at] if at < len(self._texts) else ""
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        return str(value)

    def _number(self, value: str, style: int) -> str:
        code = self._formats[style] if style < len(self._formats) else "General"
        if code == "General" and len(value) <= _PLAIN and "E" not in value:
            return value
        try:
            number = float(value)
        except ValueError:
            return value
        if number - number != 0:  # not a number, or without end
            return value
        return general(number) if code == "General" else shown(number, code, self._since_1904)


def _title(archive: ZipFile) -> str:
    core = xml(archive, "docProps/core.xml")
    title = core.findtext("{http://purl.org/dc/elements/1.1/}title") if core is not None else ""
    return str(title or "").strip()


def _part_name(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _text_of(item: Any) -> str:
    """Runs of a text; how Japanese words are read aloud is left out."""
    if len(item) == 1 and len(item[0]) == 0:
        return str(item[0].text or "")
    runs = (t for t in item.iter(f"{_MAIN}t") if t.getparent().tag != f"{_MAIN}rPh")
    return "".join(run.text or "" for run in runs)


@lru_cache(maxsize=20_000)
def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _fill(grid: Grid, reference: str, hidden: set[int]) -> None:
    """Each cell of a merged range, in rows that hold something, gets the text of the first."""
    corners = _REFERENCE.findall(reference)
    if len(corners) != 2:
        return
    (left, top), (right, bottom) = ((_column(letters), int(n) - 1) for letters, n in corners)
    text = grid.rows.get(top, {}).get(left)
    if not text or right - left > 200:
        return
    below = grid.rows if bottom - top > len(grid.rows) else range(top, bottom + 1)
    for row in [row for row in below if top <= row <= bottom and row in grid.rows]:
        wide = range(left, right + 1) if row > top or bottom > top else ()
        for column in wide:
            if column not in hidden:
                grid.rows[row].setdefault(column, text)
