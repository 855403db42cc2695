"""The reading order of a page: which pieces of text make a line, which lines stand in columns.

Coordinates are in points from the lower left corner.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chatbot.knowledge.formats.aligned import Cut, cuts_of, split
from chatbot.knowledge.formats.hanging import rows_end
from chatbot.knowledge.formats.placed import Grid, Span
from chatbot.knowledge.formats.raised import NOTED

_GUTTER = 9.0  # points between two columns of text
_APART = 1.1  # times the size of the type: so far apart are the cells of a row
_BLANK = 0.14  # and so far the words of a line
LEADING = 1.65  # times the size of the type: lines of one paragraph are not further apart
_PROSE = 17  # characters that lines of columns have on average, and cells of tables have not
_FULL = 0.12  # of a column's width, which a full line leaves free at most
_DEPTH = 4
# Lines in which columns are looked for at first; a page of a book has fewer.
_FAR = 100
_SMALL = 0.85  # times the size of the text: raised figures are smaller
_RAISED = 0.45  # times the size of the text: they do not stand higher
_NOTE = re.compile(r"\d{1,2}(?!\d)")
_LEADERS = re.compile(r"(?:\s?[.·_]){5,}|(?:\s?…){2,}")
_LEADING = re.compile(r"\. ?\.|·\s?·|__|…\s?…")
# What people raise to a power, where it is no price.
_BASE = re.compile(r"(?<![\w.,$€£¥])(?<![$€£¥] )(?:10|2)$")


@dataclass
class Line:
    """Pieces side by side; ``cells`` are (left, right, text), several where they stand apart."""

    y: float
    size: float
    bold: bool
    cells: list[tuple[float, float, str]] = field(default_factory=list)
    column: int = 0  # lines of one column have one number
    grid: Grid | None = None

    @property
    def text(self) -> str:
        """The line as a sentence goes on in it."""
        return " ".join(text for _, _, text in self.cells)

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.cells[0][0]

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.cells[-1][1]


def lines_in_order(spans: list[Span], gutters: list[float] | None = None) -> list[Line]:
    """The lines of a page as people read them, column after column; ``gutters`` are where the pages
    before have columns, and get those of this one, so that one line is enough there."""
    lines: list[Line] = []
    for number, part in enumerate(_parts(spans, _DEPTH, gutters if gutters is not None else [])):
        for line in _lines(part):
            line.column = number
            lines.append(line)
    return lines


def _parts(spans: list[Span], depth: int, known: list[float]) -> Iterator[list[Span]]:
    """The spans in parts without columns, in reading order."""
    bands = _bands(spans)
    at = 0
    plain: list[list[Span]] = []
    while at < len(bands):
        end, gutter = _columns(bands, at, known) if depth else (at + 1, 0.0)
        if not gutter:
            plain += bands[at:end]
            at = end
            continue
        inside = [span for band in bands[at:end] for span in band]
        while plain and _begins_higher(plain[-1], inside, gutter):
            inside = [*plain.pop(), *inside]
        if plain:
            yield [span for band in plain for span in band]
            plain = []
        yield from _parts([span for span in inside if span.left < gutter], depth - 1, known)
        yield from _parts([span for span in inside if span.left >= gutter], depth - 1, known)
        at = end
    if plain:
        yield [span for band in plain for span in band]


def _begins_higher(band: list[Span], columns: list[Span], middle: float) -> bool:
    """Whether a band is the first line of one of two columns, above where the other begins."""
    right = band[0].left >= middle
    if not all(span.left >= middle if right else span.right <= middle for span in band):
        return False
    first = max(
        (span for span in columns if (span.left >= middle) == right),
        key=lambda span: span.y,
        default=None,
    )
    return first is not None and band[0].y - first.y < LEADING * first.size


def _bands(spans: list[Span]) -> list[list[Span]]:
    """Spans that stand at about the same height, from the top down."""
    bands: list[list[Span]] = []
    for span in sorted(spans, key=lambda span: (-span.y, span.left)):
        if bands and bands[-1][0].y - span.y < _depth(bands[-1][0].size, span.size):
            bands[-1].append(span)
        else:
            bands.append([span])
    return bands


def _depth(upper: float, lower: float) -> float:
    """How far below a piece another one still belongs to its line, by their sizes: raised figures
    are small and stand higher."""
    if upper < _SMALL * lower:
        return _RAISED * lower
    return 0.5 * min(upper, lower)


def _columns(bands: list[list[Span]], start: int, known: list[float]) -> tuple[int, float]:
    """Where the bands from ``start`` on that have a gutter end, and where it is; 0 for none."""
    end, gutter = _columns_before(bands, start, min(start + _FAR, len(bands)), known)
    if gutter and start + _FAR < len(bands):
        return _columns_before(bands, start, len(bands), known)
    return end, gutter


def _columns_before(
    bands: list[list[Span]], start: int, stop: int, known: list[float]
) -> tuple[int, float]:
    gaps = _gaps(bands[start])
    if not gaps:
        return start + 1, 0.0
    end, kept = start, gaps
    for at in range(start, stop):
        left = [cut for gap in kept if (cut := _free(gap, bands[at]))]
        if not left:
            break
        end, kept = at + 1, left
    gutter = max(kept, key=lambda gap: gap[1] - gap[0])
    middle = (gutter[0] + gutter[1]) / 2
    reached = end
    while end > start and not _both(bands[end - 1], middle):
        end -= 1
    columns = [_Column(), _Column()]
    for span in (span for band in bands[start:end] for span in band):
        columns[span.left >= middle].add(span)
    while end < reached:  # one column is longer than the other
        column = columns[bands[end][0].left >= middle]
        if not (column.is_close(bands[end]) or column.goes_on(bands, end, reached, middle)):
            break
        for span in bands[end]:
            columns[span.left >= middle].add(span)
        end += 1
    sides = [
        [span for band in bands[start:end] for span in band if (span.left < middle) == before]
        for before in (True, False)
    ]
    both = sum(_both(band, middle) for band in bands[start:end])
    again = any(gutter[0] < at < gutter[1] for at in known)
    if rows := rows_end(bands[start:reached]):
        return start + rows, 0.0
    prose = both >= (1 if again else 2) and all(_letters(side) >= _PROSE for side in sides)
    if prose and both > 2 and not again:
        known.append(middle)
    return (end, middle) if prose else (start + 1, 0.0)


@dataclass
class _Column:
    """How far the pieces of a column reach; ``low`` is how deep."""

    left: float = math.inf
    right: float = -math.inf
    low: float = math.inf

    def add(self, span: Span) -> None:
        self.left = min(self.left, span.left)
        self.right = max(self.right, span.right)
        self.low = min(self.low, span.y)

    def is_close(self, band: list[Span]) -> bool:
        """Whether a band goes on in the column, which its first piece is in."""
        return self.low < math.inf and self.low - band[0].y < LEADING * band[0].size

    def goes_on(self, bands: list[list[Span]], start: int, stop: int, middle: float) -> bool:
        """Whether one of the bands below, of which the first begins in it, fills the column."""
        first = bands[start][0].left < middle
        beside = (bands[at] for at in range(start, stop) if not _both(bands[at], middle))
        return self.low < math.inf and any(
            (band[0].left < middle) == first
            and min(span.left for span in band) < self.left + _GUTTER
            and max(span.right for span in band) > self.right - _FULL * (self.right - self.left)
            for band in beside
        )


def _both(band: list[Span], middle: float) -> bool:
    return any(s.left < middle for s in band) and any(s.left >= middle for s in band)


def _letters(spans: list[Span]) -> float:
    """How long a line is on average, in characters."""
    bands = _bands(spans)
    return sum(len(span.text) for span in spans) / max(1, len(bands))


def _gaps(band: list[Span]) -> list[tuple[float, float]]:
    """White between the spans of a band, wide enough to part columns."""
    gaps, reached = [], band[0].right
    for span in _from_left(band):
        if span.left - reached >= _GUTTER:
            gaps.append((reached, span.left))
        reached = max(reached, span.right)
    return gaps


def _free(gap: tuple[float, float], band: list[Span]) -> tuple[float, float] | None:
    """What of the gap no span of the band crosses, if it is still a gutter."""
    left, right = gap
    for span in band:
        if span.right <= left or span.left >= right:
            continue
        if span.left <= left:
            left = span.right
        elif span.right >= right:
            right = span.left
        else:
            return None
    return (left, right) if right - left >= _GUTTER else None


def _lines(spans: list[Span]) -> Iterator[Line]:
    bands = _bands(spans)
    for band, cuts in zip(bands, cuts_of(bands), strict=True):
        grids = [span for span in band if span.grid]
        for span in grids:
            cells = [(span.left, span.right, span.text)]
            yield Line(span.y, span.size, False, cells, grid=span.grid)
        band = [span for span in band if not span.grid] if grids else band
        if not band:
            continue
        letters = max(1, sum(len(span.text) for span in band))
        size = sum(span.size * len(span.text) for span in band) / letters
        line = Line(max(band, key=_length).y, size, all(span.bold for span in band))
        before: Span | None = None
        for span in _from_left([piece for found in band for piece in split(found, cuts)]):
            _add(line, span, size, before, cuts)
            before = span
        line.cells = [
            (left, right, words)
            for left, right, text in line.cells
            if (words := " ".join(_without_leaders(text).split()))
        ]
        if line.cells:
            yield line


def _without_leaders(text: str) -> str:
    """A text without the dots that lead to what stands at the right: "Returns ........ 7"."""
    return _LEADERS.sub(" ", text) if _LEADING.search(text) else text


def _from_left(spans: Sequence[Span]) -> list[Span]:
    return sorted(spans, key=lambda span: span[:5])


def _length(span: Span) -> int:
    return len(span.text)


def _add(
    line: Line, span: Span, size: float, before: Span | None, cuts: Sequence[Cut] = ()
) -> None:
    if before is None:
        line.cells.append((span.left, span.right, span.text))
        return
    left, right, text = line.cells[-1]
    gap = span.left - right
    parted = any(before.left < edge - 1 <= span.left and right <= edge + 1 for _, edge in cuts)
    if gap > _APART * size or parted:
        line.cells.append((span.left, span.right, span.text))
        return
    apart = " " if gap > _BLANK * size else ""
    if span.size < _SMALL * before.size:
        if text[-1:].isdigit():
            apart = _raised(text, span.text)
        elif NOTED.search(text) and _NOTE.match(span.text):
            apart = " "
    line.cells[-1] = (left, max(right, span.right), f"{text}{apart}{span.text}")


def _raised(text: str, figures: str) -> str:
    """What stands between a number and small figures behind it, which make no other number with
    it: a power ("10^6"), or the sign of a footnote."""
    power = figures.strip()
    return "^" if _BASE.search(text) and power.isdigit() and power != "1" else " "
