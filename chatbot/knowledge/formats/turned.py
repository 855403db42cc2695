"""Text that stands sideways or on its head on a page of a PDF: pages that are turned as a whole are
turned back, and what runs up or down beside upright text is no part of its lines.

Coordinates are in points from the lower left corner; boxes are (left, bottom, right, top).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from chatbot.knowledge.formats.placed import Span

Box = tuple[float, float, float, float]
Turn = Callable[[Box], Box]

_BELOW = 50.0  # points under the page, where text stands that runs up beside the others
_SAME = 0.5  # points
_BULLET = "\x7f"  # in the standard encoding of fonts each number without a sign draws a bullet


def read_spans(found: Sequence[Any], page: Box) -> tuple[list[Span], Turn | None]:
    """The spans of a page as pdf_oxide finds them, and how its boxes are turned where most of its
    text stands sideways."""
    told = [(piece, _direction(piece)) for piece in found if piece.text.strip()]
    sideways = sum(len(piece.text) for piece, way in told if way)
    if not sideways:
        return [_span(piece) for piece, _ in told], None
    if 2 * sideways > sum(len(piece.text) for piece, _ in told):
        letters: Counter[str] = Counter()
        for piece, way in told:
            letters[way] += len(piece.text) if way else 0
        turn = _turn(letters.most_common(1)[0][0], page)
        return [_turned(piece, turn) for piece, _ in told], turn
    return [_standing(piece, way) if way else _span(piece) for piece, way in told], None


def turned_paths(paths: Sequence[dict[str, Any]], turn: Turn) -> list[dict[str, Any]]:
    """What is drawn on a page that is turned."""
    found = []
    for path in paths:
        left, bottom, width, height = path["bbox"]
        box = turn((left, bottom, left + width, bottom + height))
        found.append(path | {"bbox": (box[0], box[1], box[2] - box[0], box[3] - box[1])})
    return found


def set_apart(spans: Sequence[Span], page: Box) -> Iterator[Span]:
    """The spans with those that stand sideways, and in no drawn table, in lines under the page."""
    for span in spans:
        if not span.way:
            yield span
            continue
        left, bottom, right, _ = _turn(span.way, page)(_box(span.source))
        yield span._replace(left=left, y=bottom - (page[3] - page[1]) - _BELOW, right=right)


def _span(piece: Any) -> Span:
    x, y, width, height = piece.bbox
    size = float(piece.font_size or height or 10)
    text = piece.text.replace(_BULLET, "•")
    return Span(x, y, x + width, size, text, bool(piece.is_bold), source=piece)


def _standing(piece: Any, way: str) -> Span:
    """A piece beside upright text, in the box that it fills."""
    left, bottom, right, top = _box(piece)
    return _span(piece)._replace(left=left, y=(bottom + top) / 2, right=right, way=way)


def _turned(piece: Any, turn: Turn) -> Span:
    left, bottom, right, _ = turn(_box(piece))
    return _span(piece)._replace(left=left, y=bottom, right=right, source=None)


def _box(piece: Any) -> Box:
    x, y, width, height = piece.page_bbox
    return x, y, x + width, y + height


def _direction(piece: Any) -> str:
    """Whether the text runs "up" or "down", or stands on its head ("over"); nothing for upright
    text."""
    x, y, width, height = piece.bbox
    left, bottom, across, high = piece.page_bbox
    if width > _SAME and abs(left + across - x) < _SAME and abs(bottom + high - y) < _SAME:
        return "over"
    if abs(width - across) < _SAME or abs(width - high) > _SAME or abs(height - across) > _SAME:
        return ""
    return "up" if abs(bottom - y) < _SAME else "down"


def _turn(way: str, page: Box) -> Turn:
    """How a box is turned, so that text that runs ``way`` is upright; the page begins at 0, 0."""
    first, low, last, top = page

    def up(box: Box) -> Box:
        return box[1] - low, last - box[2], box[3] - low, last - box[0]

    def down(box: Box) -> Box:
        return top - box[3], box[0] - first, top - box[1], box[2] - first

    def over(box: Box) -> Box:
        return last - box[2], top - box[3], last - box[0], top - box[1]

    return {"up": up, "down": down, "over": over}[way]
