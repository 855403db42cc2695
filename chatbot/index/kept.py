"""Vectors of sentences that are compared again and again."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

_KEPT = 20_000  # vectors, 30 MB


class KeptVectors:
    """The vectors of texts, of which the last used ones are kept: a sentence that was compared once
    costs nothing the next time. Safe to use from several threads."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (texts, dimensions), of at least one text."""
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            made = self._embeddings.embed_documents(new)
            known |= {
                text: np.asarray(vector, dtype=np.float32)
                for text, vector in zip(new, made, strict=True)
            }
        with self._lock:
            for text in known:
                self._vectors[text] = known[text]
                self._vectors.move_to_end(text)
            while len(self._vectors) > _KEPT:
                self._vectors.popitem(last=False)
        return np.stack([known[text] for text in texts])
