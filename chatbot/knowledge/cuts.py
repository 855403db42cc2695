"""Where a text is cut into pieces of a size: at headings first, inside a word last."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

from chatbot.knowledge.blocks import Place, Rows
from chatbot.text.sentences import lines, sentences

Span = tuple[int, int]
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_BLANK = re.compile(r"\s+")
_LEVELS = 6
_RECORDS, _PARAGRAPHS, _LINES, _SENTENCES, _WORDS, _ANYWHERE = range(_LEVELS, _LEVELS + 6)
_FEWER = 3  # so many times shorter are pieces of rows and records
_TOGETHER = 200_000  # characters that are looked through for sentences at a time


class Cutter:
    """Cuts one text; time grows with its length alone."""

    def __init__(
        self,
        text: str,
        headings: Sequence[Place],
        records: Sequence[int],
        tables: Sequence[Rows],
    ) -> None:
        self._text = text
        self._headings = [
            [place.start for place in headings if place.level == level]
            for level in range(1, _LEVELS + 1)
        ]
        self._records = list(records)
        self._tables = tables
        self._table_starts = [rows.start for rows in tables]

    def spans(self, start: int, end: int, size: int) -> list[Span]:
        """Pieces of at most ``size`` characters, without white space around; none is empty."""
        found = []
        for first, last in self._pieces(start, end, size, 0):
            piece = self._text[first:last]
            bare = piece.strip()
            if bare:
                first += len(piece) - len(piece.lstrip())
                found.append((first, first + len(bare)))
        return found

    def _pieces(self, start: int, end: int, size: int, level: int) -> Iterator[Span]:
        if end - start <= size or level > _ANYWHERE:
            yield start, end
            return
        kept: Span | None = None
        # Rows and records have little to do with each other: of many in one piece, the vector
        # would be like none of them. What is shown is joined to its neighbours again.
        # A record's title is its heading, so records are cut there as well.
        listed = {_RECORDS, *([_LINES] if self._in_table(start, end) else [])}
        listed |= {*range(_LEVELS)} if self._records else set()
        for first, last in self._parts(start, end, size, level):
            if last - first > size:
                if kept:
                    yield kept
                    kept = None
                yield from self._pieces(first, last, size, level + 1)
            elif kept and last - kept[0] <= (size // _FEWER if level in listed else size):
                kept = (kept[0], last)
            else:
                if kept:
                    yield kept
                kept = (first, last)
        if kept:
            yield kept

    def _in_table(self, start: int, end: int) -> bool:
        at = bisect_left(self._table_starts, end) - 1
        return at >= 0 and self._tables[at].end > start

    def _parts(self, start: int, end: int, size: int, level: int) -> Iterator[Span]:
        at = start
        for cut in self._cuts(start, end, size, level):
            if at < cut < end:
                yield at, cut
                at = cut
        yield at, end

    def _cuts(self, start: int, end: int, size: int, level: int) -> Iterator[int]:
        if level < _LEVELS:
            yield from _places_between(self._headings[level], start, end)
        elif level == _RECORDS:
            yield from _places_between(self._records, start, end)
        elif level == _PARAGRAPHS:
            yield from (m.start() for m in _PARAGRAPH.finditer(self._text, start, end))
        elif level == _LINES:
            yield from self._lines(start, end)
        elif level == _SENTENCES:
            yield from self._plain(start, end, sentences)
        elif level == _WORDS:
            yield from (match.start() for match in _BLANK.finditer(self._text, start, end))
        else:
            yield from range(start + size, end, size)

    def _lines(self, start: int, end: int) -> Iterator[int]:
        """Lines as their author wrote them, and rows where there is a table."""
        at = start
        first = max(0, bisect_right(self._table_starts, start) - 1)
        for rows in self._tables[first : bisect_left(self._table_starts, end)]:
            if rows.end <= at:
                continue
            yield from self._plain(at, max(at, rows.start), lines)
            yield from _places_between(list(rows.at), at, end)
            at = min(end, rows.end)
            yield at
        yield from self._plain(at, end, lines)

    def _plain(self, start: int, end: int, parts: Callable[[str], list[Span]]) -> Iterator[int]:
        while start < end:
            stop = end
            if end - start > _TOGETHER:
                line = self._text.rfind("\n", start, start + _TOGETHER)
                stop = line + 1 if line > start else start + _TOGETHER
            yield from (start + first for first, _ in parts(self._text[start:stop]))
            yield stop
            start = stop


def _places_between(places: Sequence[int], start: int, end: int) -> Sequence[int]:
    return places[bisect_right(places, start) : bisect_left(places, end)]
