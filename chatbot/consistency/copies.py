"""Documents that are for the most part copies of each other, by the index's own vectors."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from chatbot.index.generations import Generation

_COSINE = 0.94  # of two chunks that may be copies
_WORDS = 0.8  # and of their words so many are shared (Jaccard)
_CHARS = 200  # of a chunk; shorter ones are headings and phrases
_SHARE = 0.6  # of the shorter document
_CROWD = 8  # a chunk that stands in more documents is boilerplate
_BLOCK = 512


@dataclass(frozen=True)
class Copy:
    """``share`` of the shorter of two documents stands in the other one, too; the rows are those
    of the longest such chunk in each."""

    rows: tuple[int, int]
    share: float


def near_copies(generation: Generation, new: set[str]) -> Iterator[Copy]:
    """Pairs of documents, of which one at least is ``new``."""
    copied: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for pair in _alike_rows(generation, new):
        paths = (generation.chunks[pair[0]].path, generation.chunks[pair[1]].path)
        copied[paths].append(pair)
    size: dict[str, int] = defaultdict(int)
    for chunk in generation.chunks:
        size[chunk.path] += len(chunk.text)
    for (one, other), rows in sorted(copied.items()):
        same = sum(len(generation.chunks[row].text) for row in {row for row, _ in rows})
        share = same / max(1, min(size[one], size[other]))
        if share >= _SHARE:
            longest = max(rows, key=lambda pair: len(generation.chunks[pair[0]].text))
            yield Copy(longest, min(1.0, share))


def _alike_rows(generation: Generation, new: set[str]) -> Iterator[tuple[int, int]]:
    """Pairs of rows of two documents whose chunks are copies, the document of the smaller path
    first."""
    chunks = generation.chunks
    long = np.asarray([len(chunk.text) >= _CHARS for chunk in chunks])
    wanted = np.flatnonzero(long & np.asarray([chunk.path in new for chunk in chunks]))
    vectors = np.asarray(generation.vectors, dtype=np.float32)
    for first in range(0, len(wanted), _BLOCK):
        rows = wanted[first : first + _BLOCK]
        near = (vectors[rows] @ vectors.T >= _COSINE) & long
        for row, at in zip(rows, near, strict=True):
            others = [o for o in np.flatnonzero(at) if _is_copy(generation, int(row), int(o))]
            if len({chunks[o].path for o in others}) <= _CROWD:
                yield from (pair for o in others if (pair := _pair(generation, row, o, new)))


def _pair(
    generation: Generation, row: np.intp, other: np.intp, new: set[str]
) -> tuple[int, int] | None:
    """In the order of their paths; of two new ones the second look at a pair is left out."""
    paths = generation.chunks[row].path, generation.chunks[other].path
    if paths[0] < paths[1]:
        return int(row), int(other)
    return None if paths[1] in new else (int(other), int(row))


def _is_copy(generation: Generation, row: int, other: int) -> bool:
    one, two = generation.chunks[row], generation.chunks[other]
    if one.path == two.path:
        return False
    mine, theirs = set(one.text.lower().split()), set(two.text.lower().split())
    return len(mine & theirs) >= _WORDS * len(mine | theirs)
