"""BM25 weights of words in texts, as a sparse matrix by columns."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot.index.counts import Counts, ranges

K1, B = 1.5, 0.75
_BLOCK = 1 << 22  # entries worked on at a time where there are too many for copies of all


class Bm25:
    """BM25 weights: Robertson's formula with Lucene's idf, ln(1 + (N-n+.5)/(n+.5))."""

    def __init__(self, counts: Counts, vocabulary: int) -> None:
        self._counts = counts
        self.size = size = len(counts.starts) - 1
        self.frequency = _frequency(counts.words, vocabulary)
        rarity = np.log1p((size - self.frequency + 0.5) / (self.frequency + 0.5))
        self._idf = rarity.astype(np.float32)
        lengths = np.zeros(size, dtype=np.float32)
        filled = np.flatnonzero(np.diff(counts.starts))
        if len(filled):
            lengths[filled] = np.add.reduceat(
                counts.times, counts.starts[:-1][filled], dtype=np.int64
            )
        mean = float(lengths.mean()) if size else 1.0
        self._norm = K1 * (1 - B + B * lengths / max(mean, 1e-9))

    def _weights(
        self, words: NDArray[Any], times: NDArray[Any], rows: NDArray[Any]
    ) -> NDArray[np.float32]:
        times = times.astype(np.float32)
        weights: NDArray[np.float32] = self._idf[words] * times / (times + self._norm[rows])
        return weights

    @cached_property
    def _postings(self) -> Any:
        """A sparse matrix by columns: the weight of each word (column) in each text (row)."""
        from scipy.sparse import csr_matrix

        counts, shape = self._counts, (self.size, len(self.frequency))
        matrix = csr_matrix(
            (counts.times.astype(np.float32), counts.words.astype(np.int32), counts.starts), shape
        ).tocsc()
        starts, rows, weights = matrix.indptr.astype(np.int64), matrix.indices, matrix.data
        for first in range(0, len(rows), _BLOCK):
            at = slice(first, min(first + _BLOCK, len(rows)))
            many = np.diff(np.clip(starts, at.start, at.stop))
            words = np.repeat(np.arange(len(many)), many)
            weights[at] = self._weights(words, weights[at], rows[at])
        return matrix

    def scores(self, words: Sequence[int]) -> NDArray[np.float32]:
        """BM25 of every text for a query in which each word counts once, shape (n,)."""
        ones = np.ones(len(words), dtype=np.float32)
        scores: NDArray[np.float32] = self._postings[:, list(words)] @ ones
        return scores

    def scores_of(self, rows: NDArray[np.int64], words: Sequence[int]) -> NDArray[np.float32]:
        """The same of the texts ``rows`` only, from their own word counts."""
        starts = self._counts.starts
        first = starts[rows]
        many = starts[rows + 1] - first
        entries = ranges(first, many)
        held = self._counts.words[entries]
        asked = np.zeros(len(self.frequency), dtype=np.bool_)
        asked[list(words)] = True
        at = np.flatnonzero(asked[held])
        place = np.searchsorted(np.cumsum(many), at, side="right")
        weights = self._weights(held[at], self._counts.times[entries[at]], rows[place])
        return np.bincount(place, weights, minlength=len(rows)).astype(np.float32)


def _frequency(words: NDArray[np.uint32], vocabulary: int) -> NDArray[np.int64]:
    """How many texts hold each word, shape (vocabulary,)."""
    frequency = np.zeros(vocabulary, dtype=np.int64)
    for first in range(0, len(words), _BLOCK):
        frequency += np.bincount(words[first : first + _BLOCK], minlength=vocabulary)
    return frequency
