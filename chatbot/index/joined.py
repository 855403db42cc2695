"""A chunk as it is shown: joined to its neighbours, and once where several say the same."""

import re
from dataclasses import dataclass

from chatbot.knowledge.chunks import Chunk

# Passages whose words are this much alike (Jaccard) are shown once.
_ALIKE = 0.9
_VALUE = re.compile(r"\d|^\W*[b-hj-z]\W*$")


@dataclass(frozen=True)
class Choice:
    """A chunk with the rows joined to it and the other documents that say the same."""

    row: int
    score: float
    rows: range
    words: frozenset[str]
    also: list[str]


def alike(words: frozenset[str], others: frozenset[str]) -> bool:
    """Whether two passages say nearly the same, by the words of each: of two that have another
    number or letter ("Plan B"), each has something to say."""
    few, many = sorted((len(words), len(others)))
    if few <= _ALIKE * many:  # nearly always, and at no cost
        return False
    if len(words & others) <= _ALIKE * len(words | others):
        return False
    return not any(_VALUE.search(word) for word in words ^ others)


def join_rows(chunks: list[Chunk], row: int, size: int, taken: set[int]) -> range:
    """The rows around ``row`` whose chunks make one passage of at most ``size`` characters.

    They are of one document and page, and none is in ``taken``. By turns the next one and the
    one before: an answer more often goes on than it began earlier.
    """
    first = last = row

    def fits(other: int, start: int, end: int) -> bool:
        beside = chunks[other]
        same = beside.path == chunks[row].path and beside.page == chunks[row].page
        return same and other not in taken and chunks[end].end - chunks[start].start <= size

    grows = True
    while grows:
        grows = False
        if last + 1 < len(chunks) and fits(last + 1, first, last + 1):
            last, grows = last + 1, True
        if first > 0 and fits(first - 1, first - 1, last):
            first, grows = first - 1, True
    return range(first, last + 1)
