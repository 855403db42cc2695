"""Documents that are for the most part copies of each other, by the runs of words they share.

Resemblance by shingles with a sample of fixed hashes: Broder, "On the resemblance and containment
of documents" (1997), and Manber, "Finding similar files in a large file system" (1994).
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chatbot.index.generations import Generation

_RUN = 5  # words
_KEPT = 4  # of the runs one in so many is compared, the same ones in every document
_SHARE = 0.6  # of the runs of the shorter document
_LEAST = 12  # runs that are shared; fewer are a notice or a table's head
_CROWD = 8  # a run that stands in more documents is boilerplate
_WORD = re.compile(r"\w+")
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, so that a product loses nothing modulo 2**64

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Copy:
    """``share`` of the shorter of two documents stands in the other one, too; ``rows`` are the
    chunk with most of it in each."""

    rows: tuple[int, int]
    share: float


def near_copies(generation: Generation, new: set[str]) -> Iterator[Copy]:
    """Pairs of documents, of which one at least is ``new``, the one of the smaller path first."""
    paths = sorted(generation.rows.keys() & generation.texts.keys())
    runs = [_runs(generation.texts[path]) for path in paths]
    own, shared = _shared(runs)
    for (one, other), count in sorted(shared.items()):
        least = min(own[one], own[other])
        share = count / max(1, least)
        if count >= _LEAST and share >= _SHARE and not new.isdisjoint((paths[one], paths[other])):
            yield Copy(_most_alike(generation, paths[one], paths[other]), round(min(1.0, share), 3))


def _runs(text: str) -> Hashes:
    """The sampled runs of a text, each once, sorted; (n,) uint64."""
    words = _WORD.findall(text.lower())
    if len(words) < _RUN:
        return np.empty(0, dtype=np.uint64)
    numbers = [zlib.crc32(word.encode("utf-8", "replace")) for word in words]
    hashes = np.asarray(numbers, dtype=np.uint64)
    rows = np.lib.stride_tricks.sliding_window_view(hashes, _RUN)
    mixed = np.zeros(len(rows), dtype=np.uint64)
    for column in range(_RUN):
        mixed = (mixed ^ rows[:, column]) * _FACTOR
        mixed ^= mixed >> np.uint64(29)
    return np.unique(mixed[mixed % np.uint64(_KEPT) == 0])


def _shared(runs: list[Hashes]) -> tuple[Counter[int], Counter[tuple[int, int]]]:
    """How many runs each document has that are no boilerplate, and how many two of them share."""
    every = np.concatenate([*runs, np.empty(0, dtype=np.uint64)])
    documents = np.repeat(np.arange(len(runs)), [len(each) for each in runs])
    order = np.argsort(every, kind="stable")
    every, documents = every[order], documents[order]
    changes = np.ones(len(every), dtype=np.bool_)
    changes[1:] = every[1:] != every[:-1]
    starts = np.flatnonzero(changes)
    counts = np.diff(np.r_[starts, len(every)])
    own: Counter[int] = Counter()
    shared: Counter[tuple[int, int]] = Counter()
    rare = np.repeat(counts <= _CROWD, counts)
    own.update(documents[rare].tolist())
    several = (counts > 1) & (counts <= _CROWD)
    for start, count in zip(starts[several].tolist(), counts[several].tolist(), strict=True):
        holders = documents[start : start + count].tolist()
        shared.update((holders[i], holders[j]) for i in range(count) for j in range(i + 1, count))
    return own, shared


def _most_alike(generation: Generation, one: str, other: str) -> tuple[int, int]:
    """The rows of the two chunks, one of each document, that share most words."""
    words = {
        row: set(_WORD.findall(generation.chunks[row].text.lower()))
        for path in (one, other)
        for row in range(*generation.rows[path])
    }
    pairs = [
        (row, at) for row in range(*generation.rows[one]) for at in range(*generation.rows[other])
    ]
    return max(pairs, key=lambda pair: len(words[pair[0]] & words[pair[1]]))
