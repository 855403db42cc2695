"""Which statements have nearly the same words, without comparing each with each.

MinHash (Broder 1997) in bands: of two statements that share half of their words 96 of 100 pairs
are found, of those that share a tenth 2 of 100. The hashes depend on the words alone, so a
statement need not be looked at again when another document changes.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

_BANDS, _ROWS = 24, 3
_CROWD = 24  # statements of so many documents that have a band in common are phrases, not claims
_PRIME = np.uint64((1 << 61) - 1)


def candidate_pairs(
    words: Sequence[frozenset[int]], documents: NDArray[np.int32], new: NDArray[np.bool_]
) -> Iterator[tuple[int, int]]:
    """Pairs (i, j) with i < j, of two documents, of which one at least is ``new``; each once.

    ``words`` are the hashes of each statement's words, ``documents`` the number of its document.
    """
    if len(words) < 2 or not new.any():
        return
    found: set[int] = set()
    count = len(words)
    for band in _bands(words):
        for rows in _groups(band, new):
            for at, i in enumerate(rows):
                for j in rows[at + 1 :]:
                    if documents[i] != documents[j] and (new[i] or new[j]):
                        found.add(i * count + j)
    for pair in sorted(found):
        yield divmod(pair, count)


def _groups(band: NDArray[np.uint64], new: NDArray[np.bool_]) -> Iterator[list[int]]:
    """Statements with the same hash, in order, where one of them is new."""
    rows = np.flatnonzero(np.isin(band, band[new]))
    rows = rows[np.argsort(band[rows], kind="stable")]
    starts = np.flatnonzero(np.concatenate([[True], np.diff(band[rows]) != 0]))
    sizes = np.diff(np.concatenate([starts, [len(rows)]]))
    for start, size in zip(starts, sizes, strict=True):
        if 1 < size <= _CROWD:
            yield rows[start : start + size].tolist()


def _bands(words: Sequence[frozenset[int]]) -> Iterator[NDArray[np.uint64]]:
    """A hash of each statement for each band (n)."""
    lengths = np.asarray([len(each) for each in words])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    flat = np.fromiter((w for each in words for w in each), dtype=np.uint64, count=lengths.sum())
    random = np.random.default_rng(7)  # the same numbers in every process
    for _ in range(_BANDS):
        band = np.zeros(len(words), dtype=np.uint64)
        for _ in range(_ROWS):
            factor, shift = random.integers(1, 1 << 31, size=2, dtype=np.uint64)
            mixed = (flat * factor + shift) % _PRIME
            least = np.minimum.reduceat(mixed, starts)
            band = band * np.uint64(0x9E3779B97F4A7C15) + least
        yield band
