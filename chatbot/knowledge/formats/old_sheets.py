"""Spreadsheets of before 2007 (.xls) by xlrd: cells as shown, without what is hidden."""

import io
from typing import Any

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import Block, Extracted, Heading, Page, check_length, render
from chatbot.knowledge.formats.numbers import format_text, format_value, general
from chatbot.knowledge.formats.sheet_grid import Grid, grid_blocks
from chatbot.knowledge.formats.zipped import OLE, PASSWORD

_BOLD = 700  # the weight of bold type
_SOLID = 1  # the pattern of a ground of one colour
_WIDEST = 200  # columns that one merged cell fills


def read_xls(data: bytes) -> Extracted:
    """A workbook; each sheet that is shown is a page.

    Raises:
        DocumentError: it is no .xls file, or behind a password.
    """
    import xlrd

    if not data.startswith((OLE, b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")):
        raise DocumentError("it is no .xls file; give it its real ending")
    try:
        book = xlrd.open_workbook(
            file_contents=data, formatting_info=True, logfile=io.StringIO(), on_demand=True
        )
    except xlrd.XLRDError as exc:
        if "encrypted" in str(exc):
            raise DocumentError(PASSWORD) from exc
        raise
    blocks: list[Block] = []
    sheets = rows = 0
    for number, name in enumerate(book.sheet_names()):
        sheet = book.sheet_by_index(number)
        if sheet.visibility:
            sheets += 1
        else:
            rows += sum(1 for row in sheet.rowinfo_map.values() if row.hidden)
            found = list(grid_blocks(_grid(book, sheet)))
            blocks += [Page(f"sheet {name}"), Heading(2, name), *found] if found else []
        book.unload_sheet(number)
    notes = [f"{sheets} hidden sheet{'s' * (sheets > 1)} left out"] if sheets else []
    notes += [f"{rows} hidden rows left out"] if rows else []
    return render(blocks, "", notes)


def _grid(book: Any, sheet: Any) -> Grid:
    """The cells of a sheet that are shown."""
    import xlrd

    grid = Grid()
    grid.hidden_columns = {column for column, info in sheet.colinfo_map.items() if info.hidden}
    grid.hidden_rows = {row for row, info in sheet.rowinfo_map.items() if info.hidden}
    length = 0
    for row in range(sheet.nrows):
        values: dict[int, str] = {}
        looks = set()
        for column, cell in enumerate(sheet.row(row)):
            if not (text := _cell(book, cell)):
                continue
            if row in grid.hidden_rows or column in grid.hidden_columns:
                grid.unseen[row, column] = text
            else:
                values[column] = text
                looks.add(_look(book, cell))
                if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
                    grid.numbers.add(row)
        if len(looks) == 1 and (look := looks.pop()):
            grid.looks[row] = look
        if values:
            grid.rows[row] = values
            length += sum(map(len, values.values()))
            check_length(length)
    for top, bottom, left, right in sheet.merged_cells:
        if right - left <= _WIDEST:
            grid.fill(top, bottom - 1, left, right - 1)
    for link in sheet.hyperlink_list:
        if (address := str(link.url_or_path or "")).startswith("http"):
            grid.link(link.frowx, link.fcolx, address)
    return grid


def _look(book: Any, cell: Any) -> str:
    """How a cell looks that is bold or on a ground of its own: alike ones have the same text."""
    style = book.xf_list[cell.xf_index]
    look = "bold" if book.font_list[style.font_index].weight >= _BOLD else ""
    ground = style.background
    return f"{look} on {ground.pattern_colour_index}" if ground.fill_pattern == _SOLID else look


def _cell(book: Any, cell: Any) -> str:
    import xlrd

    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return ""
    code = str(book.format_map[book.xf_list[cell.xf_index].format_key].format_str)
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return format_text(cell.value, code) if "@" in code or ";;" in code else str(cell.value)
    if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        if code.lower() == "general":
            return general(cell.value)
        return format_value(cell.value, code, since_1904=bool(book.datemode))
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    return str(xlrd.error_text_from_code.get(cell.value, ""))
