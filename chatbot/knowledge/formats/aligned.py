"""Close columns of tables without lines: cells that stand under each other are apart, though the
blank between them is no wider than one between words.

Coordinates are in points from the lower left corner.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from chatbot.knowledge.formats.placed import Span

Band = Sequence[Span]
Cut = tuple[float, float]  # the white between two columns, from left to right

_NEAR = 1.5  # points by which cells of one column are out of line
_BLANK = 0.35  # times the size of the type: a wider blank is none between words of most texts
_ROWS = 3  # at least
_SHARE = 0.6  # of the rows have a cell in line behind each cut
_APART = 4.0  # times the size of the type: rows of one table are not further apart
_LONG = 40  # characters of a piece; longer ones are lines of text


def cuts_of(bands: Sequence[Band]) -> list[Sequence[Cut]]:
    """For each band where its cells are parted, besides where wide blanks part them."""
    found: list[Sequence[Cut]] = [()] * len(bands)
    for start, end in _runs(bands):
        cuts = _cuts(bands[start:end])
        found[start:end] = [cuts] * (end - start)
    return found


def split(span: Span, cuts: Sequence[Cut]) -> Iterator[Span]:
    """The pieces of a span that goes over ``cuts``, parted at the blanks that stand there."""
    over = [cut for cut in cuts if span.left < cut[0] - _NEAR and span.right > cut[1] + _NEAR]
    widths = span.source.char_widths if over and span.source is not None else ()
    if len(widths) != len(span.text):
        yield span
        return
    begin, left, right = 0, span.left, span.left
    for at, (letter, width) in enumerate(zip(span.text, widths, strict=True)):
        right += width
        if letter == " " and at > begin and any(abs(right - edge) < 2 * _NEAR for _, edge in over):
            text = span.text[begin:at]
            yield span._replace(left=left, right=right - width, text=text, source=None)
            begin, left = at + 1, right
    yield span._replace(left=left, text=span.text[begin:], source=None)


def _runs(bands: Sequence[Band]) -> Iterator[tuple[int, int]]:
    """Where bands begin and end of which each shares the place of a cell with the one above."""
    start = 0
    while start < len(bands):
        end = start + 1
        anchors = _anchors(bands[start])
        while anchors and end < len(bands):
            own = _anchors(bands[end])
            apart = bands[end - 1][0].y - bands[end][0].y
            if apart > _APART * bands[end][0].size or not _shared(anchors, own):
                break
            anchors, end = own, end + 1
        if end - start >= _ROWS:
            yield start, end
        start = end if end - start >= _ROWS else start + 1


def _anchors(band: Band) -> list[tuple[bool, float]]:
    """Where cells behind the first one begin (``False``) and end (``True``)."""
    found = []
    pieces = sorted(band, key=lambda span: span.left)
    for before, span in pairwise(pieces):
        if span.left - before.right >= _BLANK * span.size and len(span.text) <= _LONG:
            found += [(False, span.left), (True, span.right)]
    return found


def _shared(above: list[tuple[bool, float]], below: list[tuple[bool, float]]) -> bool:
    return any(
        ends == other and abs(at - place) < _NEAR for ends, at in above for other, place in below
    )


def _cuts(bands: Sequence[Band]) -> tuple[Cut, ...]:
    """The white that no cell of these rows crosses and behind which most have one in line."""
    places = [_anchors(band) for band in bands]
    begins = sorted(at for row in places for ends, at in row if not ends)
    spans = [span for band in bands for span in band]
    inside = [s for s in spans if not _between(begins, s.left + _NEAR, s.right - _NEAR)]
    reached, cuts = float("-inf"), []
    for span in sorted(inside, key=lambda span: span.left):
        if reached > float("-inf") and span.left - reached >= _BLANK * span.size:
            cuts.append((reached, span.left))
        reached = max(reached, span.right)
    needed = max(_ROWS - 1, _SHARE * len(bands))
    return tuple(cut for cut in cuts if _in_line(cut, places) >= needed)


def _in_line(cut: Cut, places: Sequence[list[tuple[bool, float]]]) -> int:
    """How many rows have a cell behind the cut that begins, or ends, where most others do."""
    first = [[(ends, at) for ends, at in row if at > cut[0]][:2] for row in places]
    best = 0
    for kind in (False, True):
        edges = sorted(at for row in first for ends, at in row if ends == kind)
        best = max([best, *(_between(edges, edge - _NEAR, edge + _NEAR) for edge in edges)])
    return best


def _between(places: Sequence[float], low: float, high: float) -> int:
    """How many of sorted places lie between two, which themselves do not count."""
    return max(0, bisect_left(places, high) - bisect_right(places, low))
