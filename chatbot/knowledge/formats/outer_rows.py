"""Rows of a drawn table that stand above its first line or below its last one: many tables have a
line under the names of their columns, and under or over each row, and none around the whole.

Coordinates are in points from the lower left corner.
"""

from collections.abc import Sequence

from chatbot.knowledge.formats.placed import Span
from chatbot.knowledge.formats.rulings import NEAR, Box, Line

_DISTANCE = 1.5  # times the size of the type: so far from the line is the row at most
_WRAPPED = 1.35  # and so far apart are the lines of one cell
_MOST_LINES = 3  # of a cell with a name


def with_row_above(
    spans: Sequence[Span], flat: list[Line], upright: list[Line], box: Box, edges: Sequence[float]
) -> tuple[list[Line], list[Line]] | None:
    """The lines with one above the row that stands over the table ``box``, whose columns have
    these ``edges``; ``None`` where no row stands there."""
    row: list[Span] = []
    level = box.top
    for line in _lines(spans, box, above=True)[:_MOST_LINES]:
        first = row[0] if row else line[0]
        far = (_WRAPPED if row else _DISTANCE) * first.size
        if line[0].y - level > far or not _alike(line[0], first):
            break
        filled = _filled(line, edges)
        if not filled or (row and filled == {0}):  # a caption
            break
        row += line
        level = line[0].y
    if len(_filled(row, edges)) < 2:
        return None
    top = max(span.y + span.size for span in row)
    walls = [
        line._replace(end=top) if abs(line.end - box.top) <= NEAR else line for line in upright
    ]
    return [*flat, Line(top, box.left, box.right)], walls


def with_row_below(
    spans: Sequence[Span], flat: list[Line], box: Box, edges: Sequence[float]
) -> list[Line] | None:
    """The level lines with one below the last row, of which there is a line above only; ``None``
    where no row stands there."""
    lines = _lines(spans, box, above=False)
    row = lines[0] if lines else []
    filled = _filled(row, edges)
    if len(filled) < 2 or 0 not in filled or len(filled) < len(edges) - 2:
        return None
    if box.bottom - row[0].y > (1 + _DISTANCE) * row[0].size:
        return None
    return [*flat, Line(min(span.y for span in row) - 0.3 * row[0].size, box.left, box.right)]


def _lines(spans: Sequence[Span], box: Box, above: bool) -> list[list[Span]]:
    """The lines of text above or below the table that are not wider, the nearest one first."""
    found: list[list[Span]] = []
    outside = [
        span
        for span in spans
        if not span.grid
        and (span.y > box.top if above else span.y + 0.3 * span.size < box.bottom)
        and span.left >= box.left - NEAR
        and span.right <= box.right + 2 * NEAR
    ]
    for span in sorted(outside, key=lambda span: span.y if above else -span.y):
        if found and abs(span.y - found[-1][0].y) < 0.5 * span.size:
            found[-1].append(span)
        elif len(found) > _MOST_LINES:
            break
        else:
            found.append([span])
    return found


def _alike(span: Span, other: Span) -> bool:
    return span.bold == other.bold and abs(span.size - other.size) < 0.08 * other.size


def _filled(spans: Sequence[Span], edges: Sequence[float]) -> set[int]:
    """The columns that the spans stand in; none where one of them goes over an edge."""
    found: set[int] = set()
    for span in spans:
        column = next((n for n, end in enumerate(edges[1:]) if span.left < end - 1), None)
        if column is None or span.right > edges[column + 1] + NEAR:
            return set()
        found.add(column)
    return found
