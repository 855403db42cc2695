"""The engine to compare with: float32, greedy, a token at a time, without doing work twice.

The beginning that a prompt shares with the one before it is not read again, and an answer that is
``expected`` is checked in one pass: as long as its tokens are the ones that float32 would write,
they are; from the first other one on it writes by itself.
"""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from chatbot.llm.engines.protocol import GenerationRequest
from chatbot.llm.engines.transformers import TransformersEngine


class ExactEngine(TransformersEngine):
    """Serves one caller at a time; ``expected`` is what the next answer may be."""

    name = "f32"

    def __init__(self, path: Path, adapter: Path | None) -> None:
        super().__init__(path, adapter, "f32")
        self.expected = ""
        self._cache: Any = None
        self._read: list[int] = []

    def probability(self, request: GenerationRequest, text: str, cancel: threading.Event) -> float:
        """See :class:`chatbot.llm.engines.protocol.Engine`."""
        (token, *_) = self._ids(text)
        logits = self._logits(self._ids(request.prompt), [])[0]
        return float(self._torch.softmax(logits, dim=-1)[token])

    def _tokens(self, prompt: Any, temperature: float, avoided: int | None) -> Iterator[int]:
        ids = [int(token) for token in prompt[0]]
        draft = self._ids(self.expected)
        while True:
            for logits, guess in zip(self._logits(ids, draft), [*draft, None], strict=True):
                if avoided is not None:
                    logits[avoided], avoided = -self._torch.inf, None
                token = self._pick(logits, temperature)
                yield token
                ids.append(token)
                if token != guess:
                    break
            draft = []

    def _logits(self, ids: list[int], draft: list[int]) -> Any:
        """What follows ``ids`` and each token of ``draft`` after them: (draft + 1, vocabulary)."""
        wanted = ids + draft
        keep = min(_common(self._read, wanted), len(ids) - 1)
        if self._cache is not None:
            self._cache.crop(keep - self._cache.get_seq_length())  # negative: so many less
        with self._torch.inference_mode():
            out = self._model(
                input_ids=self._torch.tensor([wanted[keep:]]), past_key_values=self._cache,
                use_cache=True, logits_to_keep=len(draft) + 1,
            )  # fmt: skip
        self._cache, self._read = out.past_key_values, wanted
        return out.logits[0].clone()

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer(text, add_special_tokens=False).input_ids
        return ids


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two sequences begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
