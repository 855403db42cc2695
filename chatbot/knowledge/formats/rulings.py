"""Lines and bands of colour on a page, of which tables are drawn.

Coordinates are in points from the lower left corner.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

_THIN = 2.5  # points: a path so thin is a line
_DRAWING = 100  # paths that are neither level nor upright
NEAR = 3.5  # points between lines that are one, such as the borders of neighbouring cells
_SHORTEST = 6.0  # points of a line
_WHITE = 0.97  # of each colour: a band in white is none
_FULL = 0.9  # of the page: a larger rectangle is its ground
_GAP = 4  # times the height of a band: a band without colour between two others is not higher


class Line(NamedTuple):
    """A line at ``at`` (x of an upright one, else y) from ``start`` to ``end``."""

    at: float
    start: float
    end: float


class Box(NamedTuple):
    """A rectangle."""

    left: float
    bottom: float
    right: float
    top: float


def rulings(
    paths: Iterable[dict[str, Any]], page: tuple[float, float]
) -> tuple[list[Line], list[Line]]:
    """The level and the upright lines that the paths draw, pieces of one line joined; none of a
    drawing, in which most go otherwise."""
    flat: list[Line] = []
    upright: list[Line] = []
    bands: list[Box] = []
    white: list[Box] = []
    other = 0
    for path in paths:
        left, bottom, width, height = path["bbox"]
        right, top = left + width, bottom + height
        if height <= _THIN < width:
            flat.append(Line((bottom + top) / 2, left, right))
        elif width <= _THIN < height:
            upright.append(Line((left + right) / 2, bottom, top))
        elif _is_rectangle(path) and width * height < _FULL * page[0] * page[1]:
            (bands if _is_seen(path) else white).append(Box(left, bottom, right, top))
        else:
            other += min(width, height) > _THIN
    if other > max(_DRAWING, len(flat)):
        return [], []
    for box in _striped(bands, white):
        flat += [Line(box.bottom, box.left, box.right), Line(box.top, box.left, box.right)]
        upright += [Line(x, box.bottom, box.top) for x in (box.left, box.right)]
    return _joined(flat), _joined(upright)


def _striped(bands: list[Box], white: list[Box]) -> list[Box]:
    """The bands with those in white, and those that are not drawn, between or below them: every
    second row of a table has no colour of its own."""
    columns: dict[tuple[int, int], list[Box]] = {}
    for box in bands:
        columns.setdefault((round(box.left / 2), round(box.right / 2)), []).append(box)
    found = [*bands]
    for box in white:
        if (round(box.left / 2), round(box.right / 2)) in columns:
            found.append(box)
    for boxes in columns.values():
        boxes.sort(key=lambda box: -box.top)
        for upper, lower in pairwise(boxes):
            gap = upper.bottom - lower.top
            if NEAR < gap < _GAP * max(upper.top - upper.bottom, lower.top - lower.bottom):
                found.append(Box(upper.left, lower.top, upper.right, upper.bottom))
    return found


def _is_rectangle(path: dict[str, Any]) -> bool:
    operations = [operation["op"] for operation in path["operations"]]
    straight = operations == ["rectangle"] or (
        4 <= len(operations) <= 6 and set(operations) <= {"move_to", "line_to", "close_path"}
    )
    return bool(straight and (path["stroke_color"] or path["fill_color"]))


def _is_seen(path: dict[str, Any]) -> bool:
    return bool(path["stroke_color"] or min(path["fill_color"]) < _WHITE)


def _joined(lines: list[Line]) -> list[Line]:
    """Lines at one height (or one x) that touch or overlap, as one."""
    found: list[Line] = []
    group: list[Line] = []
    for line in sorted(lines):
        if group and line.at - group[-1].at > NEAR:
            found += _merged(group)
            group = []
        group.append(line)
    found += _merged(group)
    return [line for line in found if line.end - line.start >= _SHORTEST]


def _merged(group: list[Line]) -> Iterator[Line]:
    if not group:
        return
    at = sum(line.at for line in group) / len(group)
    start, end = None, 0.0
    for line in sorted(group, key=lambda line: line.start):
        if start is not None and line.start <= end + NEAR:
            end = max(end, line.end)
            continue
        if start is not None:
            yield Line(at, start, end)
        start, end = line.start, line.end
    if start is not None:
        yield Line(at, start, end)


def connected(
    flat: Sequence[Line], upright: Sequence[Line]
) -> Iterator[tuple[list[Line], list[Line]]]:
    """Lines that touch each other; and level lines alone, where they begin and end alike."""
    owner = list(range(len(flat) + len(upright)))

    def root(at: int) -> int:
        while owner[at] != at:
            owner[at] = owner[owner[at]]
            at = owner[at]
        return at

    crossed: set[int] = set()
    for n, line in enumerate(flat):
        for m, other in enumerate(upright, start=len(flat)):
            if _touch(line, other):
                owner[root(n)] = root(m)
                crossed.add(n)
    groups: dict[object, tuple[list[Line], list[Line]]] = {}
    for n, line in enumerate(flat):
        key = root(n) if n in crossed else ("alone", round(line.start / 8), round(line.end / 8))
        groups.setdefault(key, ([], []))[0].append(line)
    for m, other in enumerate(upright, start=len(flat)):
        if root(m) in groups:
            groups[root(m)][1].append(other)
    yield from groups.values()


def _touch(flat: Line, upright: Line) -> bool:
    return (
        flat.start - NEAR <= upright.at <= flat.end + NEAR
        and upright.start - NEAR <= flat.at <= upright.end + NEAR
    )


def places(lines: Sequence[Line]) -> list[float]:
    """Where the lines are, those close to each other as one, in ascending order."""
    found: list[float] = []
    for at in sorted(line.at for line in lines):
        if not found or at - found[-1] > NEAR:
            found.append(at)
    return found
