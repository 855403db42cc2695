"""Tables of pages on which no lines are drawn, by the places of their cells."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from chatbot.knowledge.blocks import Table
from chatbot.knowledge.column_names import header_rows
from chatbot.knowledge.formats.layout import Line
from chatbot.knowledge.formats.placed import Grid

# Also those of fonts of signs, which have no meaning of their own.
BULLET = re.compile(r"([•▪●○◦‣·–—*\-\ue000-\uf8ff])\s+(?=\S)")
NUMBER = re.compile(r"(\d{1,3}[.)]|[a-zA-Z][.)])\s+(?=\S)")
_HALF = 1.05  # times the size of the type: half of what is between two lines is not more
ALIGNED = 6.0  # points by which cells of one column can be out of line
_NEARER = 0.9  # times the distance of rows: lines of one cell are not further apart
_CLOSE = 0.8  # times the largest distance of rows: so are lines of one cell at most
_GAP = 1.5  # times the largest distance of rows: a table that begins anew is further apart


@dataclass(frozen=True)
class PageTable(Table):
    """A table with the ``edges`` of its columns on its page; ``bold``: so is its first row."""

    edges: tuple[float, ...] = ()
    bold: bool = False


def table_end(lines: Sequence[Line], start: int) -> int:
    """Where the rows end that begin at ``start``; ``start`` where there is no table."""
    if lines[start].grid:
        return start + 1
    if len(lines[start].cells) < 2:
        return start
    end = start
    while end < len(lines) and _is_row(lines, start, end):
        end += 1
    while end > start and len(lines[end - 1].cells) < 2 and not _ends_cell(lines, start, end - 1):
        end -= 1
    full = sum(len(line.cells) > 1 for line in lines[start:end])
    return end if full >= 2 else start


def _is_row(lines: Sequence[Line], start: int, at: int) -> bool:
    line = lines[at]
    if line.grid or line.column != lines[start].column or BULLET.match(line.text):
        return False
    if len(line.cells) == 2 and NUMBER.match(line.text):  # an item behind its number
        return False
    if at > start and (lines[at - 1].y - line.y > 4 * line.size or _begins(lines, start, at)):
        return False
    if len(line.cells) > 1:
        return True
    # What is left of a cell of the row above: under one of its later cells, not at the margin.
    above = lines[at - 1]
    if at > start and (_is_beside(lines[start], lines, at) or _wraps(lines[start], lines, at)):
        return True
    return (len(above.cells) > 1 and line.left > above.cells[0][1]) or _under(line, lines[start])


def _ends_cell(lines: Sequence[Line], start: int, at: int) -> bool:
    """Whether the last line is one of a cell of the last row: it stands under a later column, and
    nearer than rows do."""
    widest = max((a.y - b.y for a, b in pairwise(lines[start:at])), default=0.0)
    near = lines[at - 1].y - lines[at].y < _CLOSE * widest
    return near and _under(lines[at], lines[start])


def _begins(lines: Sequence[Line], start: int, at: int) -> bool:
    """Whether a line behind a gap is the first one of another table: in bold type, or with cells
    that stand in no column of the rows above, or two in one."""
    usual = max((a.y - b.y for a, b in pairwise(lines[start:at])), default=0.0)
    line, above = lines[at], lines[at - 1]
    if not usual or len(line.cells) < 2 or above.y - line.y <= _GAP * usual:
        return False
    columns = _column_places(lines[start:at])
    met = [
        [number for number, (a, b) in enumerate(columns) if left < b and a < right]
        for left, right, _ in line.cells
    ]
    alone = [numbers[0] for numbers in met if len(numbers) == 1]
    return (line.bold and not above.bold) or not all(met) or len(set(alone)) < len(alone)


def _wraps(first: Line, lines: Sequence[Line], at: int) -> bool:
    """Whether a line is the rest of the first cell of the row above: it stands nearer to that than
    a whole row to what is above it."""
    end = at
    while end < len(lines) and _is_label(lines[end], first):
        end += 1
    if end == at or end == len(lines) or len(lines[end].cells) < len(first.cells):
        return False
    most = _NEARER * (lines[end - 1].y - lines[end].y)
    same = lines[at].bold == lines[at - 1].bold
    return same and all(a.y - b.y < most for a, b in pairwise(lines[at - 1 : end]))


def _is_label(line: Line, first: Line) -> bool:
    """Whether a line stands in the first column alone."""
    single = len(line.cells) == 1 and not line.grid
    return single and abs(line.left - first.left) < ALIGNED and line.right < first.cells[1][0]


def _is_beside(first: Line, lines: Sequence[Line], at: int) -> bool:
    """Whether a line is one of two in the first cell of a row whose other cells stand at half its
    height, as pages that were printed from a browser have them."""
    line = lines[at]
    if abs(line.left - first.left) > ALIGNED or line.right > first.cells[1][0]:
        return False
    above = at > 1 and _is_rest(lines[at - 1], first) and _half(lines[at - 1], line)
    below = at + 2 < len(lines) and _is_rest(lines[at + 1], first) and _half(line, lines[at + 1])
    if above:
        return len(lines[at - 2].cells) == 1 and _half(lines[at - 2], lines[at - 1])
    return below and len(lines[at + 2].cells) == 1 and _half(lines[at + 1], lines[at + 2])


def _is_rest(line: Line, first: Line) -> bool:
    """Whether a line holds all cells of a row but its first one."""
    return (
        not line.grid and line.left > first.cells[0][1] and len(line.cells) > len(first.cells) - 2
    )


def _half(above: Line, below: Line) -> bool:
    return 0 < above.y - below.y < _HALF * above.size


def _under(line: Line, first: Line) -> bool:
    return any(abs(line.left - left) < ALIGNED for left, _, _ in first.cells[1:])


def drawn_table(grid: Grid) -> PageTable:
    """A table whose lines are drawn."""
    return PageTable(grid.rows, grid.header, edges=grid.edges, bold=grid.bold)


def placed_table(lines: Sequence[Line]) -> PageTable:
    """The table of some lines, of which several can be one row."""
    columns = _column_places(lines)
    rows: list[list[str]] = []
    gaps = [above.y - below.y for above, below in pairwise(lines)]
    usual = max(gaps, default=0.0)
    early: list[str] = []  # what stands above the first line of its row
    for number, line in enumerate(lines):
        row, begun = early or [""] * len(columns), bool(early)
        early = []
        for left, right, text in line.cells:
            at = _place(columns, left, right)
            row[at] = f"{row[at]} {text}".strip()
        if number and row[0] and len(line.cells) == 1 and _is_beside(lines[0], lines, number):
            if _is_rest(lines[number - 1], lines[0]):
                rows[-1][0] = f"{rows[-1][0]} {row[0]}"
            else:
                early = row
            continue
        if number and _wraps(lines[0], lines, number):
            rows[-1][0] = f"{rows[-1][0]} {row[0]}"
            continue
        nearer = number and number < len(gaps) and gaps[number] < _CLOSE * gaps[number - 1]
        if not row[0] and number < len(gaps) and (begun or nearer):
            early = row
            continue
        wrapped = number and not row[0] and gaps[number - 1] < _CLOSE * usual
        if wrapped or (number and len(line.cells) < 2 and not row[0]):
            rows[-1] = [f"{a} {b}".strip() for a, b in zip(rows[-1], row, strict=True)]
        else:
            rows.append(row)
    lefts = tuple(left for left, _ in columns)
    bold = lines[0].bold
    header = header_rows(
        rows, strong=bold and not any(line.bold for line in lines[1:-1] or lines[1:])
    )
    return PageTable(rows, header, edges=lefts, bold=bold)


def _column_places(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """(left, right) of the columns: cells that overlap stand in one."""
    places: list[tuple[float, float]] = []
    for left, right in sorted((left, right) for line in lines for left, right, _ in line.cells):
        if places and left < places[-1][1] - 1:
            places[-1] = (places[-1][0], max(places[-1][1], right))
        else:
            places.append((left, right))
    return places


def _place(columns: Sequence[tuple[float, float]], left: float, right: float) -> int:
    middle = (left + right) / 2
    return min(
        range(len(columns)),
        key=lambda at: max(columns[at][0] - middle, middle - columns[at][1], 0.0),
    )
