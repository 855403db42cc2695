"""Tables of HTML as grids: spanned cells are filled in, empty ones keep their place."""

from collections.abc import Iterator, Sequence
from typing import Any

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import Table, even_rows, one_line
from chatbot.knowledge.column_names import header_rows, is_words
from chatbot.knowledge.formats.icons import picture_label
from chatbot.knowledge.formats.inline import inline_text, is_hidden, is_struck
from chatbot.knowledge.formats.set_apart import is_set_apart
from chatbot.knowledge.name_rows import names_with_gaps

_MOST_CELLS = 500_000  # of a table
_MOST_TEXT = 50_000_000  # characters, each spanned cell counted as often as it is filled in
_MOST = 1000  # columns, and rows that one cell can span
_LONG = 700  # characters; a longer cell is a part of the page, not a value
_SHORT = 200  # characters of a cell in a table that only looks like a layout
_MOST_NAMES = 4  # rows that name columns
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_PARTS = _HEADINGS | {"pre", "form"}
_CELLS = ("td", "th")
_TABLES = ("table", "grid")
_AROUND = ("thead", "tbody", "tfoot", "div")  # rows
_ROLES = {"row": "tr", "cell": "td", "gridcell": "td", "columnheader": "th", "rowheader": "th"}


def require_readable(cells: int, characters: int) -> None:
    """Refuse a table that is too large.

    Raises:
        DocumentError: it has more cells, or more text, than can be read.
    """
    if characters > _MOST_TEXT:
        raise DocumentError(f"a table of it has more than {_MOST_TEXT:,} characters")
    if cells > _MOST_CELLS:
        raise DocumentError(f"a table of it has more than {_MOST_CELLS:,} cells")


Cells = Sequence[tuple[Any, list[Any]]]  # each row of a table, and its cells


def cells_of(element: Any) -> Cells:
    """The rows of a table, without the columns whose name says that it is hidden, as pages of
    GitBook keep what their cards lead to."""
    rows = [(row, _cells(row)) for row in _rows(element)]
    names = rows[0][1] if rows else []
    hidden = {at for at, cell in enumerate(names) if "data-hidden" in cell.attrib}
    if not hidden:
        return rows
    return [(row, [c for at, c in enumerate(cells) if at not in hidden]) for row, cells in rows]


def in_order(rows: Cells) -> Cells:
    """The rows as they are drawn: those of a foot last, wherever it stands."""
    return sorted(rows, key=lambda row: row[0].getparent().tag == "tfoot")


def tables_of(rows: Cells, hidden: frozenset[str]) -> Iterator[Table]:
    """The table of some rows, or several where names of columns stand further down again.

    Raises:
        DocumentError: as :func:`html_table`.
    """
    begun = reach = 0
    filled = False  # whether the rows since then hold anything but names
    for at, (row, cells) in enumerate(rows):
        names = _names(row, cells)
        if names and filled and len(cells) > 1 and reach <= at < len(rows) - 1:
            texts = [one_line(inline_text(cell, hidden)) for cell in cells]
            headed = any(_names(*each) for each in rows[begun : min(begun + 2, at)])
            if headed and is_words(texts) and not is_hidden(row, hidden):
                start = at - (at > begun + 1 and len(rows[at - 1][1]) == 1)  # with its title
                yield html_table(rows[begun:start], hidden)
                begun, filled = start, False
        filled |= not names
        reach = max([reach, *(at + _span(cell, "rowspan") for cell in cells)])
    yield html_table(rows[begun:], hidden)


def is_layout(element: Any, rows: Cells) -> bool:
    """Whether a table only puts parts of a page beside each other."""
    if element.get("role") in ("presentation", "none"):
        return not _reads_as_data(element, rows)
    if max((len(cells) for _, cells in rows), default=0) < 2:
        return True
    if len(rows) == 1 and all(cell.find(".//table") is not None for cell in rows[0][1]):
        return True  # tables beside each other
    if next(element.iterdescendants(*_PARTS), None) is None:
        return False
    for _, cells in rows:
        for cell in cells:
            if next(cell.iterdescendants(*_PARTS), None) is not None:
                if _is_part(cell, alone=len(rows) == 1):
                    return True
                return sum(len("".join(cell.itertext())) for cell in cells) > _LONG
    return False


def _is_part(cell: Any, alone: bool) -> bool:
    """Whether a cell, or the only row of a table (``alone``), holds a part of a page: a heading and
    what stands below it."""
    if next(cell.iterdescendants(*_HEADINGS), None) is None:
        return False
    return alone or next(cell.iterdescendants("table"), None) is not None


def _reads_as_data(element: Any, rows: Cells) -> bool:
    """Whether a table that calls itself a layout has names over values all the same, as editors
    of help centres write every table."""
    if element.find(".//table") is not None:
        return False
    texts = [["".join(cell.itertext()).strip() for cell in cells] for _, cells in rows]
    return (
        len(texts) > 1
        and (is_words(texts[0]) or header_rows(texts) > 0)
        and len({len(row) for row in texts}) == 1
        and max(len(text) for row in texts for text in row) <= _SHORT
    )


def numbered_code(rows: Cells) -> Any:
    """The code of a table that only puts line numbers beside it; ``None`` for other tables."""
    named = len(rows) == 2 and len(rows[0][1]) == 1  # by a file
    cells = rows[-1][1] if len(rows) == 1 or named else []
    if len(cells) != 2 or cells[1].find(".//pre") is None:
        return None
    numbers = "".join(cells[0].itertext()).split()
    return cells[1] if all(number.isdigit() for number in numbers) else None


def html_table(given: Cells, hidden: frozenset[str] = frozenset()) -> Table:
    """The table as rows of equally many cells; the first ones name the columns where they are
    marked so, or look so.

    Raises:
        DocumentError: it has more cells than can be read.
    """
    grid: list[list[str]] = []
    widest = length = 0
    over: dict[int, tuple[str, int]] = {}  # column: a cell from above and rows it still spans
    marked = 0
    named = False  # whether those have several names beside each other
    for row, every in given:
        if is_hidden(row, hidden):
            continue
        line: list[str] = []
        cells = [cell for cell in every if not _is_gone(cell, hidden)]
        for cell in cells:
            _from_above(line, over)
            text = _cell(cell, hidden)
            down = min(_span(cell, "rowspan"), _MOST)
            if cell.get("rowspan") == "0":  # to the end of the table
                down = _MOST
            for _ in range(min(_span(cell, "colspan"), _MOST - len(line))):
                if down > 1:
                    over[len(line)] = (text, down - 1)
                line.append(text)
        first = len(grid) == marked and bool(cells)  # below nothing but names
        titled = grid and len(cells) == 1 and len(set(line)) == 1
        grouped = named and row.getparent().tag != "thead"
        if titled and (grouped or not first or _kind(cells[0]) == "td"):
            line[1:] = [""] * (len(line) - 1)  # the title of the rows below
            first = False
        _from_above(line, over)
        length += sum(map(len, line))
        if first and _names(row, cells) and not (named and _is_label(row, line)):
            marked += 1
            named |= len(set(line)) > 1
        grid.append(line)
        widest = max(widest, len(line))
        require_readable(widest * len(grid), length)
    rows = even_rows(grid)
    shown = [
        [cell for cell in cells if not _is_gone(cell, hidden)]
        for row, cells in given
        if not is_hidden(row, hidden)
    ]
    if marked < 2 and _has_groups(shown, widest):
        rows[0][1:] = [""] * (len(rows[0]) - 1)
        return Table(rows)
    if marked == len(rows):
        marked = header_rows(rows)
    elif not marked and not _is_form(given) and not _goes_down(shown):
        strong = is_set_apart(shown)
        marked = header_rows(rows, strong) or names_with_gaps(rows, strong)
    header = max(marked, _names_below(shown, rows))
    return Table(rows, header if header < len(rows) else 0)


def _is_form(given: Cells) -> bool:
    """Whether each row is a name and its value."""
    return all([_kind(cell) for cell in cells] == ["th", "td"] for _, cells in given)


def _has_groups(shown: Sequence[list[Any]], wide: int) -> bool:
    """Whether the first row is one cell over all columns, and rows like it part the table: the
    title of a group and no name."""
    titles = [
        at
        for at, cells in enumerate(shown)
        if len(cells) == 1 and _span(cells[0], "colspan") >= wide > 1
    ]
    if titles[:1] != [0] or 1 in titles or any(map(_is_marked, shown[1:2])):
        return False
    return any(1 < at < len(shown) - 1 for at in titles)  # the last row closes the table


def _is_marked(cells: Sequence[Any]) -> bool:
    return bool(cells) and all(_kind(cell) == "th" for cell in cells)


def _goes_down(shown: Sequence[list[Any]]) -> bool:
    """Whether a cell of the first row stands beside rows below it, as no name does."""
    return any(_span(cell, "rowspan") > 1 for cell in next(iter(shown), ()))


def _names_below(shown: Sequence[list[Any]], rows: list[list[str]]) -> int:
    """How many rows name columns because a cell of the first one goes over several of them, and
    names stand below it; else none."""
    first = next(iter(shown), [])
    wide = any(_span(cell, "colspan") > 1 for cell in first)
    if not wide or not any(rows[0]):
        return 0
    if len(first) == 1:  # the title of the table
        rows[0][1:] = [""] * (len(rows[0]) - 1)
        return 1 + (header_rows(rows[1:], strong=any(map(_is_marked, shown[1:2]))) or -1)
    deep = max(_span(cell, "rowspan") for cell in first)
    if deep > 1:
        return deep if deep <= _MOST_NAMES else 0
    return 2 if header_rows(rows[1:]) and all(rows[1]) else 0


def _names(row: Any, cells: list[Any]) -> bool:
    return row.getparent().tag == "thead" or _is_marked(cells)


def _is_label(row: Any, line: Sequence[str]) -> bool:
    """Whether a row of names says something in its first cell alone, as a title of rows does."""
    return row.getparent().tag != "thead" and bool(line[0]) and not any(line[1:])


def _kind(element: Any) -> str:
    """What an element of a table is; some are made of ``div`` and say so by their role."""
    tag: str = element.tag
    role = element.get("role")
    return _ROLES.get(role, tag) if role else tag


def _rows(element: Any) -> Iterator[Any]:
    """The rows; grids made of ``div`` have some around them that only lay them out."""
    for child in element:
        if _kind(child) == "tr":
            yield child
        elif child.get("role") == "rowgroup" or (
            child.tag in _AROUND and child.get("role") not in _TABLES
        ):
            yield from _rows(child)


def _cells(row: Any) -> list[Any]:
    return [
        cell
        for child in row
        for cell in (child if child.tag == "div" and not child.get("role") else (child,))
        if _kind(cell) in _CELLS
    ]


def _from_above(line: list[str], over: dict[int, tuple[str, int]]) -> None:
    while len(line) in over:
        at = len(line)
        text, rows = over.pop(at)
        if rows > 1:
            over[at] = (text, rows - 1)
        line.append(text)


def _is_gone(cell: Any, hidden: frozenset[str]) -> bool:
    """Whether a cell is hidden; one that is struck out keeps its place in the row."""
    return is_hidden(cell, hidden) and not is_struck(cell)


def _cell(cell: Any, hidden: frozenset[str]) -> str:
    """A table in a cell is written behind the cell's own words, a row after the other."""
    if cell.attrib and cell.tag != "th" and is_struck(cell):
        return ""
    if not len(cell) and cell.tag in _CELLS:
        return one_line(cell.text or "") or picture_label(cell, hidden)
    inner = list(cell.iter("table"))
    if not inner:
        return one_line(inline_text(cell, hidden)) or picture_label(cell, hidden)
    rows = [
        " ".join(filter(None, (one_line(inline_text(c, hidden)) for c in _cells(row))))
        for row in _rows(inner[0])
    ]
    own = [one_line(cell.text or ""), *(_around(child, hidden) for child in cell)]
    return "; ".join(filter(None, [" ".join(filter(None, own)), *rows]))


def _around(child: Any, hidden: frozenset[str]) -> str:
    text = "" if child.tag == "table" else inline_text(child, hidden)
    return one_line(f"{text} {child.tail or ''}")


def _span(cell: Any, name: str) -> int:
    value = cell.get(name)
    try:
        return max(1, int(value)) if value else 1
    except ValueError:
        return 1
