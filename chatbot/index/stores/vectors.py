"""Nearest vectors by FAISS: exact up to a certain number, inverted lists with 8 bits above it."""

from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from chatbot.audience import Audience

# Flat search reads every vector, 1.5 KB each: 9 ms for this many on one thread, about as much as
# all else of a search together. Above, lists are probed instead, which find 98 to 99 of a hundred
# (benchmarks/knowledge/scale.py measures both).
EXACT_UP_TO = 100_000
_TRAIN = 40  # vectors per list to find the lists with
_PROBES = 24


class Seen(Protocol):
    """The rows that may be found: :class:`chatbot.index.views.View`."""

    rows: NDArray[np.bool_]
    names: Audience
    count: int

    @property
    def bits(self) -> NDArray[np.uint8]:
        """``rows``, eight in a byte."""


class Nearest(Protocol):
    """What searches the vectors of one generation."""

    def search(
        self, vector: NDArray[np.float32], k: int, seen: Seen | None = None
    ) -> list[tuple[int, float]]:
        """The ``k`` nearest (row, inner product), best first, of those that may be ``seen``."""


class VectorIndex:
    """Inner-product search over normalised vectors, (n, d)."""

    def __init__(self, faiss_index: Any, kind: str) -> None:
        self._index = faiss_index
        self.kind = kind

    @cached_property
    def _store(self) -> Any:
        # Building and saving an index needs no store, and its import takes a while.
        from chatbot.index.stores.faiss_store import FaissVectorStore

        return FaissVectorStore.over(self._index)

    @classmethod
    def build(cls, vectors: NDArray[Any], exact_up_to: int = EXACT_UP_TO) -> "VectorIndex":
        """Index ``vectors``, float16 or float32; :attr:`kind` says how."""
        import faiss

        count, width = vectors.shape
        kind = kind_for(count, exact_up_to)
        if kind == "flat":
            flat = faiss.IndexFlatIP(width)
            _add(flat, vectors)
            return cls(flat, kind)
        lists = int(kind.removeprefix("ivf").partition("-")[0])
        index = faiss.index_factory(width, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
        random = np.random.default_rng(0)
        sample = np.sort(random.choice(count, min(count, lists * _TRAIN), replace=False))
        index.train(np.ascontiguousarray(vectors[sample], dtype=np.float32))
        _add(index, vectors)
        return cls(index, kind)

    @classmethod
    def load(cls, path: Path, kind: str) -> "VectorIndex":
        """Read what :meth:`save` wrote.

        Raises:
            RuntimeError: the file is missing or damaged.
        """
        import faiss

        return cls(faiss.read_index(str(path)), kind)

    def save(self, path: Path) -> None:
        """Write it in FAISS's own format."""
        import faiss

        faiss.write_index(self._index, str(path))

    def search(
        self, vector: NDArray[np.float32], k: int, seen: Seen | None = None
    ) -> list[tuple[int, float]]:
        """The ``k`` nearest (row, inner product), best first; approximate unless flat."""
        if seen is not None:
            return self._among(vector, k, seen)
        if self.kind != "flat":
            self._index.nprobe = _PROBES
        found = self._store.similarity_search_with_score_by_vector(
            vector.tolist(), k=min(k, self._index.ntotal)
        )
        return [(int(document.metadata["row"]), float(score)) for document, score in found]

    def _among(self, vector: NDArray[np.float32], k: int, seen: Seen) -> list[tuple[int, float]]:
        import faiss as typed

        faiss: Any = typed  # its stubs do not know what its Python side takes
        if not seen.count:
            return []
        selector = faiss.IDSelectorBitmap(seen.bits)
        if self.kind == "flat":
            how = faiss.SearchParameters(sel=selector)
        else:  # as many of these vectors are looked at as of all otherwise
            lists = min(self._index.nlist, -(-_PROBES * self._index.ntotal // seen.count))
            how = faiss.SearchParametersIVF(sel=selector, nprobe=lists)
        scores, rows = self._index.search(vector[None], min(k, seen.count), params=how)
        pairs = zip(rows[0].tolist(), scores[0].tolist(), strict=True)
        return [(row, score) for row, score in pairs if row >= 0]


def kind_for(count: int, exact_up_to: int = EXACT_UP_TO) -> str:
    """``flat``, or ``ivf<lists>-sq8`` with about twice the square root of ``count`` lists."""
    if count <= exact_up_to:
        return "flat"
    return f"ivf{2 ** round(np.log2(2 * count**0.5))}-sq8"


def _add(index: Any, vectors: NDArray[Any]) -> None:
    for first in range(0, len(vectors), 65_536):
        index.add(np.ascontiguousarray(vectors[first : first + 65_536], dtype=np.float32))
