"""Tables without lines whose first column has labels and whose other cells have several lines: they
look like columns of text.

Coordinates are in points from the lower left corner.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from chatbot.knowledge.formats.placed import Span

_ALIGNED = 6.0  # points by which labels can be out of line
_APART = 9.0  # points between a label and the cell beside it
_ROWS = 3  # at least, the names of the columns among them
_FURTHER = 1.1  # times the distance of lines: rows are further apart
# What an item of a list begins with, which hangs over it, too.
_MARK = re.compile(r"\W|\(?\w{1,2}[.)]")


def rows_end(bands: Sequence[Sequence[Span]]) -> int:
    """How many of the bands are rows of such a table, from the first one on; 0 where they are none.
    Each row begins with a label of one line."""
    if not _is_row(bands[0]):
        return 0
    label = _first(bands[0])
    right, rows, end = label.right, [0], 1
    while end < len(bands):
        first = _first(bands[end])
        if abs(first.left - label.left) < _ALIGNED and _is_row(bands[end]):
            right = max(right, first.right)
            rows.append(end)
        elif first.left < right:
            break
        end += 1
    gaps = [above[0].y - below[0].y for above, below in pairwise(bands[:end])]
    inner = [gaps[at - 1] for at in range(1, end) if at not in rows]
    outer = [gaps[at - 1] for at in rows[1:] if at - 1 not in rows]
    if len(rows) < _ROWS or not outer:
        return 0
    while end - 1 > rows[-1] and gaps[end - 2] * _FURTHER >= min(outer):  # below the table
        end -= 1
        inner.pop()
    return end if max(inner) * _FURTHER < min(outer) else 0


def _first(band: Sequence[Span]) -> Span:
    return min(band, key=lambda span: span.left)


def _is_row(band: Sequence[Span]) -> bool:
    label, *others = sorted(band, key=lambda span: span.left)
    apart = bool(others) and others[0].left > label.right + _APART
    return apart and not _MARK.fullmatch(label.text.strip())
