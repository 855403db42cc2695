"""BM25 weights of words in texts, as a sparse matrix by columns."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chatbot.index.counts import matrix

if TYPE_CHECKING:
    from scipy.sparse import csc_array, csr_array

K1, B = 1.5, 0.75
_ROWS = 1 << 16  # texts read at a time to count the words of some of them
_BLOCK = 1 << 22  # entries worked on at a time where there are too many for copies of all


class Bm25:
    """BM25 weights: Robertson's formula with Lucene's idf, ln(1 + (N-n+.5)/(n+.5))."""

    def __init__(self, counts: "csr_array") -> None:
        """``counts`` has a row for each text and a column for each word."""
        self._counts = counts
        self._lengths = counts.sum(axis=1).astype(np.float32)
        size, vocabulary = counts.shape
        self._weigh(size, _frequency(counts.indices, vocabulary), self._lengths)

    def _weigh(self, size: int, frequency: NDArray[np.int64], lengths: NDArray[np.float32]) -> None:
        """Set what the weights are made of, from the texts that count: how many they are, how many
        hold each word, and their lengths."""
        self.frequency = frequency
        rarity = np.log1p((size - frequency + 0.5) / (frequency + 0.5))
        self._idf = rarity.astype(np.float32)
        mean = float(lengths.mean()) if size else 1.0
        self._norm = K1 * (1 - B + B * self._lengths / max(mean, 1e-9))

    def among(self, rows: NDArray[np.bool_]) -> "Bm25":
        """The same as if there were the texts ``rows``, (n,), alone; the others score 0."""
        return _Among(self, rows)

    def _weights(
        self, words: NDArray[Any], times: NDArray[Any], rows: NDArray[Any]
    ) -> NDArray[np.float32]:
        times = times.astype(np.float32)
        weights: NDArray[np.float32] = self._idf[words] * times / (times + self._norm[rows])
        return weights

    @cached_property
    def _postings(self) -> "csc_array":
        """The weight of each word (column) in each text (row)."""
        counts = self._counts
        times = counts.data.astype(np.float32)
        postings = matrix(counts.indptr, counts.indices, times, counts.shape[1]).tocsc()
        starts, rows, weights = postings.indptr.astype(np.int64), postings.indices, postings.data
        for first in range(0, len(rows), _BLOCK):
            at = slice(first, min(first + _BLOCK, len(rows)))
            many = np.diff(np.clip(starts, at.start, at.stop))
            words = np.repeat(np.arange(len(many)), many)
            weights[at] = self._weights(words, weights[at], rows[at])
        return postings

    @cached_property
    def _times(self) -> NDArray[np.uint16]:
        """How often, in the order of the postings."""
        counts = self._counts
        times: NDArray[np.uint16] = (
            matrix(counts.indptr, counts.indices, counts.data, counts.shape[1]).tocsc().data
        )
        return times

    def scores(self, words: Sequence[int]) -> NDArray[np.float32]:
        """BM25 of every text for a query in which each word counts once, shape (n,)."""
        ones = np.ones(len(words), dtype=np.float32)
        scores: NDArray[np.float32] = self._postings[:, list(words)] @ ones
        return scores

    def scores_of(self, rows: NDArray[np.int64], words: Sequence[int]) -> NDArray[np.float32]:
        """The same of the texts ``rows`` only, from their own word counts."""
        held = self._counts[rows][:, list(words)].tocoo()
        weights = self._weights(np.asarray(words)[held.col], held.data, rows[held.row])
        return np.bincount(held.row, weights, minlength=len(rows)).astype(np.float32)


class _Among(Bm25):
    """Some of the texts of another one, whose counts and postings it shares."""

    def __init__(self, whole: Bm25, rows: NDArray[np.bool_]) -> None:
        self._whole, self._rows = whole, rows
        self._counts, self._lengths = whole._counts, whole._lengths
        counts = self._counts
        held = np.zeros(counts.shape[1], dtype=np.int64)
        for first in range(0, counts.shape[0], _ROWS):
            starts = counts.indptr[first : first + _ROWS + 1]
            kept = np.repeat(rows[first : first + _ROWS], np.diff(starts))
            words = counts.indices[starts[0] : starts[-1]][kept]
            held += np.bincount(words, minlength=len(held))
        self._weigh(int(rows.sum()), held, self._lengths[rows])

    def scores(self, words: Sequence[int]) -> NDArray[np.float32]:
        """As of the others, from the counts: the weights of these texts are not kept."""
        postings, times = self._whole._postings, self._whole._times
        scores = np.zeros(len(self._rows), dtype=np.float32)
        for word in words:
            at = slice(postings.indptr[word], postings.indptr[word + 1])
            rows = postings.indices[at]
            kept = self._rows[rows]
            rows = rows[kept]
            scores[rows] += self._weights(np.asarray(word), times[at][kept], rows)
        return scores


def _frequency(words: NDArray[np.int32], vocabulary: int) -> NDArray[np.int64]:
    """How many texts hold each word, shape (vocabulary,)."""
    frequency = np.zeros(vocabulary, dtype=np.int64)
    for first in range(0, len(words), _BLOCK):
        frequency += np.bincount(words[first : first + _BLOCK], minlength=vocabulary)
    return frequency
