"""Which questions mean the same, by the embedding model that is loaded anyway."""

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from chatbot.desk.review import COMPARED
from chatbot.service import ChatService

log = logging.getLogger(__name__)

_FOR_A_PAGE = 16  # questions that a page waits for; the others follow beside it
_BATCH = 64
_KEPT = 5000


class Likeness:
    """Vectors of questions, kept while the process runs."""

    def __init__(self, service: ChatService) -> None:
        self._service = service
        self._embedding = threading.Lock()
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._beside = ThreadPoolExecutor(1, "console questions")
        self._wanted: set[str] = set()  # by the thread beside

    def vectors(self, questions: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vector (d) of each of the first questions that has one by now; none while no model
        is loaded. Blocks while it embeds a few; the next page knows the others."""
        if not self._service.can_answer:
            return {}
        asked = list(dict.fromkeys(questions))[:COMPARED]
        missing = [question for question in asked if question not in self._vectors]
        if missing:
            self._embed(missing[:_FOR_A_PAGE])
            later = [q for q in missing[_FOR_A_PAGE:] if q not in self._wanted]
            self._wanted.update(later)
            if later:
                self._beside.submit(self._follow, later)
        known = self._vectors
        return {question: known[question] for question in asked if question in known}

    def _follow(self, questions: Sequence[str]) -> None:
        try:
            for first in range(0, len(questions), _BATCH):
                self._embed(questions[first : first + _BATCH])
        except Exception:
            log.exception("Questions could not be compared")
        finally:
            self._wanted.difference_update(questions)

    def _embed(self, questions: Sequence[str]) -> None:
        made = self._service.models.embeddings().embed_documents(list(questions))
        with self._embedding:
            known = self._vectors | {
                question: np.asarray(vector, dtype=np.float32)
                for question, vector in zip(questions, made, strict=True)
            }
            # Those that were asked for last stay.
            self._vectors = dict(list(known.items())[-_KEPT:])
