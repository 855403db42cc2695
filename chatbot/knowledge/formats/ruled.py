"""Tables that are drawn with lines or bands of colour on a page: what stands between two lines is
a row, however many lines of text its cells have.

Coordinates are in points from the lower left corner.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import Any, NamedTuple

from chatbot.knowledge.column_names import header_rows
from chatbot.knowledge.formats.outer_rows import with_row_above, with_row_below
from chatbot.knowledge.formats.placed import Grid, Span
from chatbot.knowledge.formats.rulings import NEAR, Box, Line, connected, places, rulings

_MOST_PATHS = 20_000  # more are a drawing
_MOST_LINES = 1_500  # that are left of them on a page
_COLUMN_GAP = 9.0  # points between columns that no line parts
_PROSE = 40  # characters of a cell on average that no table without lines between columns has
_NAMED = 1.8  # times the size of the type: so far above the first line names of columns stand
_MOST_CELLS = 20_000
_NEAR_WALL = 2.5  # characters, of about the same width, between a line and the blank it stands in
_NUMBER = re.compile(r"\W*\d[\d.,:/ -]*\W*(?:[^\W\d]{1,3}|%|€)?\W*")


def with_grids(
    spans: Sequence[Span], paths: Sequence[dict[str, Any]], page: tuple[float, float]
) -> list[Span]:
    """The spans of a page of this width and height; those of each drawn table are one span with
    its rows. ``paths`` are pdf_oxide's."""
    if len(paths) > _MOST_PATHS or len(spans) < 4:
        return list(spans)
    flat, upright = rulings(paths, page)
    if len(flat) < 3 or len(flat) + len(upright) > _MOST_LINES:
        return list(spans)
    rest = list(spans)
    for level, across in connected(flat, upright):
        rest = _taken(rest, level, across)
    return rest


def _taken(spans: list[Span], flat: list[Line], upright: list[Line]) -> list[Span]:
    """The spans with those of the table that these lines draw as one."""
    heights = sorted(places(flat), reverse=True)
    if len(heights) < 2:
        return spans
    box = _box(flat, heights)
    edges = places(upright)
    drawn = len(edges) > 2
    if not drawn:
        inside = [span for span in spans if _within(span, box)]
        flat = with_row_below(spans, flat, box, _edges_of_text(inside, box)) or flat
        higher = box._replace(top=box.top + _NAMED * max((s.size for s in inside), default=0.0))
        edges = _edges_of_text([span for span in spans if _within(span, higher)], box)
    found = _read(spans, flat, upright)
    wider = with_row_above(spans, flat, upright, box, edges)
    if wider and (named := _read(spans, *wider)) and _are_names(named, found):
        found = named
    if found is None:
        return spans
    taken = set(map(id, found.spans))
    return [span for span in spans if id(span) not in taken] + [found.table]


def _are_names(named: "_Found", plain: "_Found | None") -> bool:
    """Whether a row above the lines of a table names its columns, also where the first one between
    lines could do so."""
    grid = named.grid
    if not grid.header or (plain and len(plain.grid.edges) != len(grid.edges)):
        return False
    if plain is None or not plain.grid.header:
        return True
    return all(grid.rows[0]) and (len(grid.rows[0]) > 2 or grid.bold > plain.grid.bold)


class _Found(NamedTuple):
    """A table, and the spans that it is made of."""

    table: Span
    grid: Grid
    spans: list[Span]


def _box(flat: Sequence[Line], heights: Sequence[float]) -> Box:
    left, right = min(line.start for line in flat), max(line.end for line in flat)
    return Box(left - 1, heights[-1], right + 1, heights[0])


def _read(spans: Sequence[Span], flat: list[Line], upright: list[Line]) -> _Found | None:
    heights = sorted(places(flat), reverse=True)
    if len(heights) < 3:
        return None
    box = _box(flat, heights)
    inside = [span for span in spans if _within(span, box)]
    if len(inside) < 4:
        return None
    edges = places(upright)
    drawn = len(edges) > 2
    if not drawn:
        edges = _edges_of_text(inside, box)
    if len(edges) < 3 or (len(edges) - 1) * (len(heights) - 1) > _MOST_CELLS:
        return None
    cells = _cells([part for span in inside for part in _at_walls(span, upright)], edges, heights)
    regions = _regions(flat, upright if drawn else None, edges, heights)
    merged: dict[tuple[int, int], list[Span]] = {first: [] for first in regions.values()}
    for (row, column), first in regions.items():
        merged[first] += cells[row][column]
    rows = [row for at in range(len(heights) - 1) for row in _rows(merged, regions, edges, at)]
    rows = [row for row in rows if any(row)]
    if not _is_table(rows, drawn):
        return None
    names, below = (
        [span for cell in part for span in cell] for part in (cells[0], chain(*cells[1:]))
    )
    bold = bool(names) and all(span.bold for span in names)
    header = header_rows(rows, strong=bold and not all(span.bold for span in below))
    if header and len(rows) > 2 and _spread(regions, len(edges) - 1):
        header = 2
    grid = Grid(tuple(map(tuple, rows)), header, tuple(edges), bold)
    size = max(span.size for span in inside)
    text = " ".join(cell for row in rows for cell in row if cell)
    table = Span(box.left, box.top - size, box.right, size, text, False, grid)
    return _Found(table, grid, inside)


def _is_table(rows: Sequence[Sequence[str]], drawn: bool) -> bool:
    full = [row for row in rows if sum(map(bool, row)) > 1]
    if len(rows) < 2 or len(full) < 2:
        return False
    cells = [cell for row in rows for cell in row if cell]
    return drawn or (
        len(full) * 2 >= len(rows) and sum(map(len, cells)) <= _PROSE * max(1, len(cells))
    )


def _within(span: Span, box: Box) -> bool:
    middle = span.y + 0.3 * span.size
    return (
        box.bottom < middle < box.top
        and span.left >= box.left - NEAR
        and span.right <= box.right + 2 * NEAR
    )


def _edges_of_text(spans: Sequence[Span], box: Box) -> list[float]:
    """The edges of columns that white parts from the top to the bottom."""
    edges = [box.left]
    reached = None
    for span in sorted(spans):
        if reached is not None and span.left - reached >= _COLUMN_GAP:
            edges.append((reached + span.left) / 2)
        reached = max(reached or span.right, span.right)
    return [*edges, box.right]


def _cells(
    spans: Sequence[Span], edges: Sequence[float], heights: Sequence[float]
) -> list[list[list[Span]]]:
    """The spans of each cell, rows from the top down."""
    cells: list[list[list[Span]]] = [[[] for _ in edges[1:]] for _ in heights[1:]]
    for span in spans:
        middle = span.y + 0.3 * span.size
        row = next((n for n, (_, low) in enumerate(pairwise(heights)) if middle > low), -1)
        # Where it begins: one that crosses a line belongs to the merged cell of its beginning.
        column = next((n for n, (_, end) in enumerate(pairwise(edges)) if span.left < end - 1), -1)
        cells[row][column].append(span)
    return cells


def _at_walls(span: Span, upright: Sequence[Line]) -> Iterator[Span]:
    """The span in parts where lines that are drawn through its row cross it at a blank: pdf_oxide
    joins words of two cells that stand close to each other."""
    middle = span.y + 0.3 * span.size
    for at in sorted({line.at for line in upright if line.start < middle < line.end}):
        if not span.left + 1 < at < span.right - 1 or " " not in span.text:
            continue
        place = (at - span.left) / (span.right - span.left) * len(span.text)
        blanks = (n for n, sign in enumerate(span.text) if sign == " ")
        cut = min(blanks, key=lambda n: abs(n + 0.5 - place))
        if abs(cut + 0.5 - place) <= _NEAR_WALL:
            yield span._replace(right=at, text=span.text[:cut])
            span = span._replace(left=at, text=span.text[cut + 1 :])
    yield span


Regions = dict[tuple[int, int], tuple[int, int]]


def _regions(
    flat: Sequence[Line],
    upright: Sequence[Line] | None,
    edges: Sequence[float],
    heights: Sequence[float],
) -> Regions:
    """For each cell the first one of the merged cell that it is part of: no line parts them."""
    found: Regions = {}
    levels = {at: [line for line in flat if abs(line.at - at) <= NEAR] for at in heights}
    walls = {
        at: [line for line in upright or () if abs(line.at - at) <= NEAR] for at in edges[1:-1]
    }
    for row, (top, bottom) in enumerate(pairwise(heights)):
        for column, (left, right) in enumerate(pairwise(edges)):
            found[row, column] = (row, column)
            beside = upright is not None and column
            if beside and not _crosses(walls[left], (top + bottom) / 2):
                found[row, column] = found[row, column - 1]
            elif row and not _crosses(levels[top], (left + right) / 2):
                found[row, column] = found[row - 1, column]
    return found


def _crosses(lines: Sequence[Line], at: float) -> bool:
    return any(line.start <= at <= line.end for line in lines)


def _spread(regions: Regions, width: int) -> bool:
    """Whether a cell of the first row goes over several columns: names stand below it."""
    first = [regions[0, column] for column in range(width)]
    return 1 < len(set(first)) < width


def _rows(
    merged: dict[tuple[int, int], list[Span]], regions: Regions, edges: Sequence[float], row: int
) -> Iterator[list[str]]:
    """What stands between two lines: one row, or, where all columns have lines side by side and
    none is longer than another, a row for each."""
    parts = [_text_lines(merged[regions[row, column]]) for column in range(len(edges) - 1)]
    filled = [part for part in parts if part]
    if len({regions[row, column] for column in range(len(edges) - 1)}) == len(parts) and (
        _side_by_side(filled)
    ):
        for number in range(len(filled[0])):
            yield [part[number][1] if part else "" for part in parts]
        return
    yield [" ".join(text for _, text in part) for part in parts]


def _side_by_side(parts: Sequence[Sequence[tuple[float, str]]]) -> bool:
    if len(parts) < 2 or len(parts[0]) < 2 or len({len(part) for part in parts}) > 1:
        return False
    if any(abs(a[0] - b[0]) > 2 for part in parts[1:] for a, b in zip(parts[0], part, strict=True)):
        return False
    numbers = any(all(_NUMBER.fullmatch(text) for _, text in part) for part in parts[1:])
    return numbers or len(parts[0]) > 3


def _text_lines(spans: Sequence[Span]) -> list[tuple[float, str]]:
    """(height, text) of each line of a cell."""
    lines: list[tuple[float, list[Span]]] = []
    for span in sorted(spans, key=lambda span: (-span.y, span.left)):
        if lines and lines[-1][0] - span.y < 0.5 * span.size:
            lines[-1][1].append(span)
        else:
            lines.append((span.y, [span]))
    return [(y, _joined_text(sorted(line))) for y, line in lines]


def _joined_text(spans: Sequence[Span]) -> str:
    text = spans[0].text
    for before, span in pairwise(spans):
        text += (" " if span.left - before.right > 0.14 * span.size else "") + span.text
    return " ".join(text.split())
