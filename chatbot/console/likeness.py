"""Which questions mean the same, by the embedding model that is loaded anyway."""

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chatbot.service import ChatService

_AT_ONCE = 48  # questions embedded for one page; the others follow with the next ones
_KEPT = 5000


class Likeness:
    """Vectors of questions, kept while the process runs."""

    def __init__(self, service: ChatService) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def vectors(self, questions: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vector (d) of each question that has one by now; none while no model is loaded.
        Blocks while it embeds."""
        if not self._service.can_answer:
            return {}
        with self._lock:
            if len(self._vectors) > _KEPT:
                self._vectors.clear()
            missing = [q for q in dict.fromkeys(questions) if q not in self._vectors][:_AT_ONCE]
            if missing:
                made = self._service.models.embeddings().embed_documents(missing)
                for question, vector in zip(missing, made, strict=True):
                    self._vectors[question] = np.asarray(vector, dtype=np.float32)
            return {q: self._vectors[q] for q in questions if q in self._vectors}
