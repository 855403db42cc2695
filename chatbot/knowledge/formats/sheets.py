"""Spreadsheets: every cell as it is shown, merged cells filled in, hidden parts left out.

The XML is read here: no library that was tried tells the value as shown, formulas without a value,
hidden rows and rows beyond a wrong dimension (docs/experiments.md, "Readers").
"""

import datetime as dt
import re
from functools import lru_cache
from string import digits
from xml.parsers.expat import ExpatError
from zipfile import ZipFile

from chatbot.errors import reason_of
from chatbot.knowledge.blocks import (
    Block,
    Extracted,
    Heading,
    Page,
    check_length,
    render,
)
from chatbot.knowledge.formats.addresses import with_address
from chatbot.knowledge.formats.cells import WIDEST, Attributes, Cell, SheetParser
from chatbot.knowledge.formats.numbers import format_text, format_value, general
from chatbot.knowledge.formats.sheet_grid import Grid, grid_blocks, linked_by
from chatbot.knowledge.formats.sheet_styles import (
    codes_of,
    looks_of,
    sign_styles,
    struck_styles,
    text_of,
)
from chatbot.knowledge.formats.text_boxes import absolute_part, drawn_blocks, relations
from chatbot.knowledge.formats.zipped import DAMAGE, open_archive, side_xml, title_in, xml

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PLAIN = 12  # characters of a number that is shown as it is stored
_NEEDS_FORM = re.compile(r"[eE]|\.\d*0$")  # a power of ten; "45.0", as Google Sheets stores 45
_SINCE_1900, _SINCE_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)
_MARCH_1900 = dt.datetime(1900, 3, 1)
_WIDEST_MERGED = 200  # columns that a merged cell goes over beside its first
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # a sign that XML cannot hold, such as a line's end


def read_xlsx(data: bytes) -> Extracted:
    """A workbook; each sheet that is shown is a page."""
    archive = open_archive(data)
    book = _Book(archive)
    blocks: list[Block] = []
    hidden = 0
    shown = {name for name, _, seen in book.sheets if seen}
    for name, part, seen in book.sheets:
        if not seen:
            hidden += 1
            continue
        drawn = drawn_blocks(archive, book.targets(part), shown, book.notes)
        found = [*grid_blocks(book.grid(name, part)), *drawn]
        if found:
            blocks += [Page(f"sheet {name}"), Heading(2, name), *found]
    notes = [f"{hidden} hidden sheet{'s' * (hidden > 1)} left out"] if hidden else []
    if book.rows_left_out:
        notes.append(f"{book.rows_left_out} hidden rows left out")
    return render(blocks, title_in(archive, "docProps/core.xml"), [*notes, *book.notes])


class _Book:
    """A workbook: its sheets, texts and formats; ``notes`` say what of it is damaged."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self.rows_left_out = 0
        self.notes: list[str] = []
        self._relations: dict[str, dict[str, str]] = {}
        book = xml(archive, "xl/workbook.xml")
        settings = book.find(f"{_MAIN}workbookPr")
        self._since_1904 = settings is not None and settings.get("date1904") in ("1", "true")
        counting = book.find(f"{_MAIN}calcPr")
        # Programs that cannot calculate, such as XlsxWriter, store each result as 0.
        self._uncounted = counting is not None and counting.get("fullCalcOnLoad") in ("1", "true")
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
        styles = side_xml(archive, "xl/styles.xml", self.notes)
        self._codes = {} if styles is None else codes_of(styles)
        self._struck = frozenset() if styles is None else struck_styles(styles)
        self.looks = {} if styles is None else looks_of(styles)
        self._signs = {} if styles is None else sign_styles(styles)

    def _read_texts(self) -> list[str]:
        shared = xml(self._archive, "xl/sharedStrings.xml")
        if shared is None:
            return []
        return [text_of(item) for item in shared.iter(f"{_MAIN}si")]

    def grid(self, name: str, part: str) -> Grid:
        """The cells of a sheet that are shown; of one that is damaged, those before the damage."""
        sheet = _Sheet(self, part)
        try:
            with self._archive.open(part) as stream:
                SheetParser(sheet.add_row, sheet.add_other).parse(stream)
        except (*DAMAGE, KeyError, ExpatError) as exc:
            self.notes.append(f"sheet {name} is damaged and read in part only ({reason_of(exc)})")
        self.rows_left_out += sheet.rows_left_out
        return sheet.grid

    def target(self, part: str, relation: str | None) -> str:
        """Where a relation of a sheet leads to."""
        return self.targets(part).get(relation or "", "")

    def targets(self, part: str) -> dict[str, str]:
        """The relations of a sheet, which are read once."""
        if part not in self._relations:
            self._relations[part] = relations(self._archive, part, self.notes)
        return self._relations[part]

    def table(self, part: str, relation: str | None) -> tuple[str, bool]:
        """Where a table of the sheet is, and whether its first row names its columns."""
        table = side_xml(self._archive, absolute_part(self.target(part, relation)), self.notes)
        if table is None:
            return "", False
        return str(table.get("ref")), table.get("headerRowCount") != "0"

    def shown(self, cell: Cell) -> str:
        """What the cell shows."""
        style = cell[0].get("s")
        if self._struck and style in self._struck:
            return ""
        text = self._text(cell)
        if "_x" in text:
            text = _ESCAPED.sub(_unescaped, text)
        address = linked_by(cell[2]) if cell[1] and cell[2] else ""
        text = text.translate(self._signs[style]) if style in self._signs else text
        return with_address(text, address) if address else text

    def _text(self, cell: Cell) -> str:
        attributes, value, formula, is_inline = cell
        code = self._codes.get(attributes.get("s"), "")
        if is_inline:
            return _shown_text(value or "", code)
        kind = attributes.get("t", "n")
        if kind == "str" and value == "":  # what many formulas answer
            return ""
        if not value or (self._uncounted and formula and kind == "n" and value == "0"):
            return _shown_formula(formula)
        if kind == "n":
            return self._number(value, code)
        if kind == "s":
            at = int(value)
            return _shown_text(self._texts[at], code) if at < len(self._texts) else ""
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if kind == "e" and "vm" in attributes:  # stands for a picture, or for another kind of value
            return ""
        return self._moment(value, code) if kind == "d" else value

    def _moment(self, value: str, code: str) -> str:
        """A date that is stored as text in ISO's form, in the format of its cell if it has one."""
        try:
            moment = dt.datetime.fromisoformat(value).replace(tzinfo=None, microsecond=0)
        except ValueError:
            return value
        usual = "yyyy-mm-dd" if moment.time() == dt.time() else "yyyy-mm-dd h:mm"
        days = (moment - (_SINCE_1904 if self._since_1904 else _SINCE_1900)) / dt.timedelta(days=1)
        if not self._since_1904 and moment < _MARCH_1900:
            days -= 1  # Excel counts a 29 February 1900
        return format_value(days, code or usual, self._since_1904)

    def _number(self, value: str, code: str) -> str:
        if not code and len(value) <= _PLAIN and not _NEEDS_FORM.search(value):
            return value
        try:
            number = float(value)
        except ValueError:
            return value
        if number - number != 0:  # not a number, or without end
            return value
        return format_value(number, code, self._since_1904) if code else general(number)


class _Sheet:
    """Puts what a sheet shows into ``grid``."""

    def __init__(self, book: _Book, part: str) -> None:
        self.grid = Grid()
        self.rows_left_out = 0
        self._book, self._part = book, part
        self._row = -1
        self._length = 0
        self._without_zeros = False

    def add_row(self, attributes: Attributes, cells: list[Cell]) -> None:
        self._row = int(attributes.get("r") or self._row + 2) - 1
        gone = _is_gone(attributes, "ht")
        if gone:
            self.rows_left_out += 1
            self.grid.hidden_rows.add(self._row)
        values: dict[int, str] = {}
        column = -1
        shown, hidden = self._book.shown, self.grid.hidden_columns
        has_numbers = False
        seen = set()
        for cell in cells:
            reference = cell[0].get("r")
            column = _column(reference.rstrip(digits)) if reference else column + 1
            if not (text := shown(cell)) or (self._without_zeros and _is_zero(cell)):
                continue
            if gone or column in hidden:
                self.grid.unseen[self._row, column] = text
            else:
                values[column] = text
                seen.add(self._book.looks.get(cell[0].get("s"), ""))
                has_numbers |= bool(cell[1]) and cell[0].get("t", "n") == "n"
        if values:
            self.grid.rows[self._row] = values
        if len(seen) == 1 and (look := seen.pop()):
            self.grid.looks[self._row] = look
        if has_numbers:
            self.grid.numbers.add(self._row)
        self._length += sum(map(len, values.values()))
        check_length(self._length)

    def add_other(self, name: str, attributes: Attributes) -> None:
        if name == "col" and _is_gone(attributes, "width"):
            last = min(int(attributes["max"]), WIDEST)
            self.grid.hidden_columns.update(range(int(attributes["min"]) - 1, last))
        elif name == "sheetView":
            self._without_zeros = attributes.get("showZeros") in ("0", "false")
        elif name == "mergeCell":
            _fill(self.grid, attributes["ref"])
        elif name == "autoFilter":
            self.grid.heads.update(_top(attributes["ref"]))
        elif name == "tablePart":
            place, named = self._book.table(self._part, _relation(attributes))
            self.grid.heads.update(_top(place) if named else ())
            self.grid.tables += _ranges(place)
        elif name == "hyperlink":
            address = self._book.target(self._part, _relation(attributes))
            _link(self.grid, attributes["ref"], address)


def _relation(attributes: Attributes) -> str | None:
    """Which relation of the sheet an element names."""
    return next((value for name, value in attributes.items() if name.endswith(":id")), None)


def _shown_text(text: str, code: str) -> str:
    return format_text(text, code) if "@" in code or ";;" in code else text


def _shown_formula(formula: str | None) -> str:
    """What stands for a value that is not stored."""
    if formula is None:
        return ""
    return f"={formula}" if formula else "=(a formula without a stored value)"


def _unescaped(match: re.Match[str]) -> str:
    sign = chr(int(match[1], 16))
    return sign if sign.isprintable() else " "


def _is_zero(cell: Cell) -> bool:
    return cell[0].get("t", "n") == "n" and bool(cell[1]) and not (cell[1] or "").strip("0.-")


def _part_name(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


@lru_cache(maxsize=20_000)
def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _is_gone(attributes: Attributes, size: str) -> bool:
    """Whether a row or column is hidden, or so small that nobody sees it."""
    if attributes.get("hidden") in ("1", "true"):
        return True
    value = attributes.get(size) or ""
    return bool(value.strip("0.") == "" and value)


def _top(reference: str) -> list[int]:
    corner = _REFERENCE.match(reference)
    return [int(corner[2]) - 1] if corner else []


def _link(grid: Grid, reference: str, address: str) -> None:
    corner = _REFERENCE.match(reference)
    if corner and address.startswith(("http", "mailto:")):
        place = int(corner[2]) - 1, _column(corner[1])
        grid.link(*place, address.removeprefix("mailto:"))


def _fill(grid: Grid, reference: str) -> None:
    for rows, columns in _ranges(reference):
        if len(columns) <= _WIDEST_MERGED + 1:
            grid.fill(rows[0], rows[-1], columns[0], columns[-1])


def _ranges(reference: str) -> list[tuple[range, range]]:
    """The rows and columns of a place of several cells; none of another one."""
    corners = _REFERENCE.findall(reference)
    if len(corners) != 2:
        return []
    (left, top), (right, bottom) = ((_column(letters), int(n)) for letters, n in corners)
    if right < left or bottom < top:
        return []
    return [(range(top - 1, bottom), range(left, right + 1))]
