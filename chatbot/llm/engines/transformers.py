"""The engine that runs everywhere: Hugging Face transformers on CPU or GPU, one request a time."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chatbot.errors import GenerationError, ModelUnavailableError, reason_of
from chatbot.llm.adapters import Adapter
from chatbot.llm.catalogue import LLMEntry, require_weights
from chatbot.llm.converted import merged_weights
from chatbot.llm.engines.protocol import (
    STOPPED,
    GenerationRequest,
    Piece,
    StopFilter,
    StreamDecoder,
)
from chatbot.llm.local import LocalChatModel, local_model
from chatbot.llm.weights import Precision, load_weights
from chatbot.settings import Settings

LIBRARY = "transformers"
AT_ONCE = 1


def load(entry: LLMEntry, settings: Settings, adapter: Adapter | None) -> LocalChatModel:
    """The chat model of a catalogue entry.

    Raises:
        ModelUnavailableError: weights are missing, or they or the adapter do not load.
    """
    weights = require_weights(entry, LIBRARY)
    if adapter is not None and weights.suffix == ".gguf":  # without PEFT, which may be missing
        engine = TransformersEngine(merged_weights(entry, settings, weights, adapter))
    else:
        engine = TransformersEngine(weights, adapter.path if adapter else None)
    return local_model(engine, entry, settings)


class TransformersEngine:
    """Runs a safetensors folder, or a GGUF file that transformers can read."""

    name = "transformers"

    def __init__(
        self, path: Path, adapter: Path | None = None, precision: Precision = "auto"
    ) -> None:
        """Load the model, spread over the GPUs if there are any, with an adapter merged in.

        Raises:
            ModelUnavailableError: the weights or the adapter do not load.
        """
        import torch

        self._torch = torch
        try:
            self._tokenizer, model = load_weights(path, precision, spread=True)
        except Exception as exc:  # OSError, ValueError, SafetensorError, GGUF errors, ...
            raise ModelUnavailableError(
                f"The weights '{path}' do not load ({reason_of(exc)}); install or fetch them again."
            ) from exc
        self._model = (model if adapter is None else _merge(model, adapter)).eval()
        self._ends = _end_tokens(self._model, self._tokenizer)
        self._lock = threading.Lock()

    def stream(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        """See :class:`chatbot.llm.engines.protocol.Engine`; requests take turns."""
        with self._lock:
            try:
                if cancel.is_set():  # while it waited: nothing of it is read
                    yield Piece("", 0, "cancelled")
                    return
                yield from self._generate(request, cancel)
            except (RuntimeError, ValueError, IndexError) as exc:
                raise GenerationError(
                    f"The model failed while answering ({reason_of(exc)}); ask again."
                ) from exc
            finally:
                cancel.set()

    def probability(self, request: GenerationRequest, text: str, cancel: threading.Event) -> float:
        """See :class:`~chatbot.llm.engines.protocol.Engine`; the answer reads the prompt again, and
        what has begun to be read is read to its end."""
        torch = self._torch
        (token, *_) = self._tokenizer(text, add_special_tokens=False).input_ids
        encoded = self._tokenizer(request.prompt, add_special_tokens=False, return_tensors="pt")
        request.room(int(encoded.input_ids.shape[1]))
        try:
            with self._lock, torch.inference_mode():
                if cancel.is_set():
                    raise GenerationError(STOPPED)
                out = self._model(
                    input_ids=encoded.input_ids.to(self._model.device), logits_to_keep=1
                )
        except (RuntimeError, ValueError, IndexError) as exc:
            raise GenerationError(
                f"The model failed while reading ({reason_of(exc)}); ask again."
            ) from exc
        return float(torch.softmax(out.logits[0, -1].float(), dim=-1)[token])

    def count_tokens(self, text: str) -> int:
        """See :class:`chatbot.llm.engines.protocol.Engine`."""
        return len(self._tokenizer(text, add_special_tokens=False).input_ids)

    def close(self) -> None:
        """See :class:`chatbot.llm.engines.protocol.Engine`."""

    def _generate(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        encoded = self._tokenizer(request.prompt, add_special_tokens=False, return_tensors="pt")
        prompt_tokens = int(encoded.input_ids.shape[1])
        limit = request.room(prompt_tokens)
        stops, decoder = StopFilter(request.stop), StreamDecoder(self._decode)
        avoided = None
        if request.avoid:
            (avoided, *_) = self._tokenizer(request.avoid, add_special_tokens=False).input_ids
        tokens = self._tokens(encoded.input_ids, request.temperature, avoided)
        for count, token in enumerate(tokens, 1):
            if cancel.is_set():
                yield Piece(stops.flush(), count - 1, "cancelled", prompt_tokens)
                return
            if token in self._ends:
                yield Piece(stops.flush(), count - 1, "stop", prompt_tokens)
                return
            text = stops.push(decoder.push([token]))
            if stops.stopped:
                yield Piece(text, count, "stop", prompt_tokens)
                return
            if count >= limit:
                yield Piece(text + stops.flush(), count, "length", prompt_tokens)
                return
            if text:
                yield Piece(text, count)

    def _tokens(self, prompt: Any, temperature: float, avoided: int | None) -> Iterator[int]:
        """Greedy or sampled decoding without end, a token at a time with a key-value cache; the
        first one is not ``avoided``.

        A plain loop instead of ``generate`` in a thread: it stops between two tokens, and its
        errors arrive here.
        """
        torch = self._torch
        step = prompt.to(self._model.device)
        cache: Any = None
        while True:
            with torch.inference_mode():
                out = self._model(
                    input_ids=step, past_key_values=cache, use_cache=True, logits_to_keep=1
                )
            cache = out.past_key_values
            logits = out.logits[0, -1]
            if avoided is not None:
                logits = logits.clone()
                logits[avoided], avoided = -torch.inf, None
            token = self._pick(logits, temperature)
            yield token
            step = torch.tensor([[token]], device=self._model.device)

    def _decode(self, ids: list[int]) -> str:
        return str(self._tokenizer.decode(ids, skip_special_tokens=True))

    def _pick(self, logits: Any, temperature: float) -> int:
        if temperature <= 0:
            return int(logits.argmax())
        probabilities = self._torch.softmax(logits.float() / temperature, dim=-1)
        return int(self._torch.multinomial(probabilities, 1))


def _merge(model: Any, adapter: Path) -> Any:
    """The model with a PEFT adapter added to its weights, so that it costs no time later."""
    try:
        from peft import PeftModel

        return PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
    except ImportError as exc:
        raise ModelUnavailableError(
            "Adapters need PEFT; run 'pip install peregrine-chatbot[train]'."
        ) from exc
    except Exception as exc:  # ValueError, RuntimeError (shapes), OSError, ...
        raise ModelUnavailableError(
            f"The adapter '{adapter}' does not fit this model ({reason_of(exc)})."
        ) from exc


def _end_tokens(model: Any, tokenizer: Any) -> set[int]:
    """The tokens that end an answer: some models have several."""
    configured = getattr(model.generation_config, "eos_token_id", None)
    listed = configured if isinstance(configured, list) else [configured]
    return {token for token in (*listed, tokenizer.eos_token_id) if token is not None}
