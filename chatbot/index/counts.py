"""Word counts of texts and of their windows, as rows that can be taken over and joined."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatbot.text.tokens import tokens

_WINDOW = 300  # characters
# A row of a table: cells parted by "|", a tab, or signs with no blank behind.
_ROW = re.compile(r"[^\n]*(?:\||\t|[^\s,;];(?=[^\s,;])|[^\s,],(?=[^\s,])[^\n]*[^\s,],(?=[^\s,]))")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+|\n|$)\s*")


@dataclass(frozen=True)
class Counts:
    """Word counts of texts as rows of a sparse matrix; ``words`` are column numbers (uint32)."""

    starts: NDArray[np.int64]
    words: NDArray[np.uint32]
    times: NDArray[np.uint16]

    def rows(self, chosen: NDArray[np.int64]) -> "Counts":
        """The rows ``chosen``, in that order."""
        first = self.starts[chosen]
        lengths = self.starts[chosen + 1] - first
        at = ranges(first, lengths)
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return Counts(starts, self.words[at], self.times[at])


def ranges(first: NDArray[np.int64], many: NDArray[np.int64]) -> NDArray[np.int64]:
    """first[0], first[0] + 1, ... (``many[0]`` numbers), first[1], ..."""
    ends = np.cumsum(many)
    total = int(ends[-1]) if len(ends) else 0
    numbers: NDArray[np.int64] = np.arange(total) + np.repeat(first - (ends - many), many)
    return numbers


def windows_of(
    owners: NDArray[np.int64], texts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The windows of ``texts``, and how many each text has; ``owners`` ascend."""
    first = np.searchsorted(owners, texts)
    many = np.searchsorted(owners, texts, side="right") - first
    return ranges(first, many), many


def without_unused(
    vocabulary: dict[str, int], texts: Counts, windows: Counts
) -> tuple[dict[str, int], Counts, Counts]:
    """Without the words that no text holds any more: what was removed is not to be found here.

    Each word of a window is one of its text.
    """
    used = np.zeros(len(vocabulary), dtype=np.bool_)
    used[texts.words] = True
    if used.all():
        return vocabulary, texts, windows
    number = np.cumsum(used, dtype=np.uint32) - np.uint32(1)
    kept = (word for word, row in vocabulary.items() if used[row])
    return (
        {word: row for row, word in enumerate(kept)},
        Counts(texts.starts, number[texts.words], texts.times),
        Counts(windows.starts, number[windows.words], windows.times),
    )


def joined(first: Counts, second: Counts) -> Counts:
    """The rows of both, over one vocabulary."""
    return Counts(
        np.concatenate([first.starts, second.starts[1:] + first.starts[-1]]),
        np.concatenate([first.words, second.words]),
        np.concatenate([first.times, second.times]),
    )


class _Counter:
    """Collects word counts row by row; new words get the next numbers of ``vocabulary``."""

    def __init__(self, vocabulary: dict[str, int]) -> None:
        self._vocabulary = vocabulary
        self._starts = [0]
        self._words: list[int] = []
        self._times: list[int] = []

    def add(self, counts: Counter[str]) -> None:
        number = self._vocabulary.setdefault
        self._words += [number(word, len(self._vocabulary)) for word in counts]
        self._times += counts.values()
        self._starts.append(len(self._words))

    def counts(self) -> Counts:
        return Counts(
            np.asarray(self._starts, dtype=np.int64),
            np.asarray(self._words, dtype=np.uint32),
            np.minimum(np.asarray(self._times, dtype=np.int64), 65535).astype(np.uint16),
        )


def count(
    texts: Iterable[str], vocabulary: dict[str, int]
) -> tuple[Counts, Counts, NDArray[np.int64]]:
    """Counts of the texts and of their windows, and whose each window is.

    The first line of a text (title and headings) counts for each of its windows.
    """
    whole, windows = _Counter(vocabulary), _Counter(vocabulary)
    owners: list[int] = []
    for row, text in enumerate(texts):
        context, _, body = text.partition("\n")
        over = Counter(tokens(context))
        total = over.copy()
        for window in _windows(body):
            counts = Counter(tokens(window))
            total.update(counts)
            counts.update(over)
            windows.add(counts)
            owners.append(row)
        whole.add(total)
    return whole.counts(), windows.counts(), np.asarray(owners, dtype=np.int64)


def _windows(body: str) -> Iterator[str]:
    """``body`` in windows of whole sentences, and of one row each where rows are; one at least."""
    start = end = 0
    for match in _SENTENCE.finditer(body):
        row = _ROW.match(body, match.start(), match.end()) is not None
        if end > start and (row or match.end() - start > _WINDOW):
            yield body[start:end]
            start = end
        end = match.end()
    yield body[start:]
