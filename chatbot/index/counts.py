"""Word counts of texts and of their windows: sparse matrices that can be taken over and joined.

The rows of a matrix are texts or windows, its columns word numbers, its values counts (uint16).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chatbot.text.tokens import tokens

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_WINDOW = 300  # characters
# A row of a table: cells parted by "|", a tab, or signs with no blank behind.
_ROW = re.compile(r"[^\n]*(?:\||\t|[^\s,;];(?=[^\s,;])|[^\s,],(?=[^\s,])[^\n]*[^\s,],(?=[^\s,]))")
_SENTENCE = re.compile(r"[^.!?。！？\n]+(?:[.!?。！？]+|\n|$)\s*")


def matrix(
    starts: NDArray[Any], words: NDArray[Any], times: NDArray[Any], vocabulary: int
) -> "csr_array":
    """Counts of words: those of row ``i`` begin at ``starts[i]`` of ``words`` and ``times``, which
    are not copied."""
    from scipy.sparse import csr_array

    return csr_array((times, words, starts), shape=(len(starts) - 1, vocabulary))


def windows_of(
    owners: NDArray[np.int64], texts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The windows of ``texts``, and how many each text has; ``owners`` ascend."""
    first = np.searchsorted(owners, texts)
    many = np.searchsorted(owners, texts, side="right") - first
    before = np.cumsum(many) - many
    return np.arange(many.sum()) + np.repeat(first - before, many), many


def without_unused(
    vocabulary: dict[str, int], texts: "csr_array", windows: "csr_array"
) -> tuple[dict[str, int], "csr_array", "csr_array"]:
    """Without the words that no text holds any more: what was removed is not to be found here.

    Each word of a window is one of its text.
    """
    used = np.zeros(len(vocabulary), dtype=np.bool_)
    used[texts.indices] = True
    if used.all():
        return vocabulary, texts, windows
    columns = np.flatnonzero(used)
    kept = (word for word, column in vocabulary.items() if used[column])
    return (
        {word: column for column, word in enumerate(kept)},
        texts[:, columns],
        windows[:, columns],
    )


def stack(first: "csr_array", second: "csr_array") -> "csr_array":
    """The rows of both, over the vocabulary of the second, which begins with that of the first."""
    from scipy.sparse import vstack

    columns = second.shape[1]
    return vstack([matrix(first.indptr, first.indices, first.data, columns), second], format="csr")


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

    def matrix(self) -> "csr_array":
        times = np.minimum(np.asarray(self._times, dtype=np.int64), 65535).astype(np.uint16)
        words = np.asarray(self._words, dtype=np.int32)
        return matrix(np.asarray(self._starts), words, times, len(self._vocabulary))


def count(
    texts: Iterable[str], vocabulary: dict[str, int]
) -> tuple["csr_array", "csr_array", NDArray[np.int64]]:
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
    return whole.matrix(), windows.matrix(), np.asarray(owners, dtype=np.int64)


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
