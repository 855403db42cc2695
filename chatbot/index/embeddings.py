"""The embedding model behind LangChain's ``Embeddings``, with its query prefix."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from chatbot.errors import ModelUnavailableError
from chatbot.llm.hardware import fastest_dtype
from chatbot.privacy import keep_hub_local


def load_embeddings(path: Path, query_prefix: str = "", progress: bool = False) -> Embeddings:
    """A sentence-transformers model from a folder, on this machine only.

    Vectors are normalised to length 1, float32; in bf16 where the CPU or GPU computes in it
    (more than twice as fast, and cosine similarities move by less than 0.01). ``query_prefix``
    is put in front of queries and never of passages, as the bge models were trained.
    ``progress`` shows a bar on the terminal.

    Raises:
        ModelUnavailableError: the model does not load.
    """
    query_kwargs: dict[str, object] = {"normalize_embeddings": True}
    if query_prefix:
        query_kwargs["prompt"] = query_prefix
    with loading("embedding model", path):
        from langchain_huggingface import HuggingFaceEmbeddings

        return HuggingFaceEmbeddings(
            model_name=str(path),
            model_kwargs={"model_kwargs": {"dtype": fastest_dtype()}},
            encode_kwargs={"normalize_embeddings": True, "batch_size": 32},
            query_encode_kwargs=query_kwargs,
            show_progress=progress,
        )


@contextmanager
def loading(what: str, path: Path) -> Iterator[None]:
    """Around what sentence-transformers loads from ``path``, on this machine only.

    Raises:
        ModelUnavailableError: it does not load.
    """
    keep_hub_local()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        yield
    except Exception as exc:  # transformers raises OSError, ValueError, SafetensorError, ...
        raise ModelUnavailableError(
            f"The {what} in '{path}' does not load ({exc}); fetch it again with 'chatbot pull'."
        ) from exc


@dataclass(frozen=True)
class TokenWindow:
    """How much the model reads of a text; ``limit`` is in tokens, ``tokenizer`` a copy of its own
    that only counts (:func:`window_of`)."""

    limit: int
    tokenizer: Any

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, with those that the model adds."""
        if not texts:
            return []
        return [len(ids) for ids in _ids(self.tokenizer, list(texts))]


def window_of(embeddings: Embeddings) -> TokenWindow | None:
    """The window of a model on this machine; ``None`` where there is no telling."""
    client = getattr(embeddings, "_client", None)
    tokenizer = getattr(client, "tokenizer", None)
    limit = getattr(client, "max_seq_length", None)
    if tokenizer is None or not limit:
        return None
    return TokenWindow(int(limit), _counting(tokenizer))


def count_tokens(embeddings: Embeddings, texts: list[str]) -> int:
    """Tokens of ``texts`` that the model reads; words, where it has no tokenizer here."""
    window = window_of(embeddings)
    if window is None:
        return sum(len(text.split()) for text in texts)
    return sum(min(count, window.limit) for count in window.count(texts))


@lru_cache(maxsize=1)
def _counting(tokenizer: Any) -> Any:
    """A copy that only counts: a tokenizer keeps whether it cuts and fills up, so a count would
    change what another thread embeds at that moment."""
    copied = deepcopy(tokenizer)
    _ids(copied, [""])  # set before threads share it
    return copied


def _ids(tokenizer: Any, texts: list[str]) -> list[list[int]]:
    found = tokenizer(texts, padding=False, truncation=False, verbose=False)
    return list(found["input_ids"])
