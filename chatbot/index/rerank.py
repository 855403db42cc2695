"""A cross-encoder that reads a question together with each passage and scores the pair."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from chatbot.index.embeddings import loading
from chatbot.llm.hardware import fastest_dtype


class Reranker(Protocol):
    """Scores passages for a question; higher is better."""

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """A score for each of ``texts``."""


class CrossEncoderReranker:
    """A sentence-transformers ``CrossEncoder`` from a folder, on this machine only.

    Scores of models with one label are its logits through the activation of its configuration:
    for the bge rerankers a sigmoid, so they lie between 0 and 1.
    """

    def __init__(self, path: Path, max_tokens: int) -> None:
        """``max_tokens`` is how much of a question and passage it reads together.

        Raises:
            ModelUnavailableError: the model does not load.
        """
        with loading("reranker", path):
            from sentence_transformers import CrossEncoder

            self._model: Any = CrossEncoder(
                str(path),
                max_length=max_tokens,
                local_files_only=True,
                model_kwargs={"dtype": fastest_dtype()},
            )
        # Its tokenizer must not be used by two threads at once.
        self._lock = threading.Lock()

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """A score for each of ``texts``, read with ``query``."""
        if not texts:
            return []
        with self._lock:
            found = self._model.predict(
                [(query, text) for text in texts], batch_size=32, show_progress_bar=False
            )
        return [float(score) for score in found]
