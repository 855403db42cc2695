"""The engine that runs everywhere: Hugging Face transformers on CPU or GPU, one request a time."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chatbot.errors import GenerationError, ModelUnavailableError
from chatbot.llm.engine import GenerationRequest, Piece, StopFilter


class TransformersEngine:
    """Runs a safetensors folder, or a GGUF file that transformers can read."""

    name = "transformers"

    def __init__(self, path: Path) -> None:
        """Load the model in bf16 on a GPU, in float32 on the CPU.

        Raises:
            ModelUnavailableError: the weights do not load.
        """
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self._torch = torch
        source: dict[str, Any] = {"pretrained_model_name_or_path": str(path)}
        if path.suffix == ".gguf":
            source = {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name}
        device = "cuda" if torch.cuda.is_available() else "cpu"
        dtype = torch.bfloat16 if device == "cuda" else torch.float32
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(**source, local_files_only=True)
            self._model = AutoModelForCausalLM.from_pretrained(
                **source, local_files_only=True, dtype=dtype
            ).to(device)
        except Exception as exc:  # OSError, ValueError, SafetensorError, GGUF errors, ...
            raise ModelUnavailableError(
                f"The weights '{path}' do not load ({exc}); install or fetch them again."
            ) from exc
        self._model.eval()
        self._lock = threading.Lock()

    def stream(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        """See :class:`chatbot.llm.engine.Engine`; requests take turns."""
        with self._lock:
            try:
                yield from self._generate(request, cancel)
            except (RuntimeError, ValueError, IndexError) as exc:
                raise GenerationError(
                    f"The model failed while answering ({exc}); ask again."
                ) from exc
            finally:
                cancel.set()

    def count_tokens(self, text: str) -> int:
        """See :class:`chatbot.llm.engine.Engine`."""
        return len(self._tokenizer(text, add_special_tokens=False).input_ids)

    def close(self) -> None:
        """See :class:`chatbot.llm.engine.Engine`."""

    def _generate(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        """Greedy or sampled decoding, a token at a time with a key-value cache.

        A plain loop instead of ``generate`` in a thread: it stops between two tokens, and its
        errors arrive here.
        """
        torch = self._torch
        stops = StopFilter(request.stop)
        encoded = self._tokenizer(request.prompt, add_special_tokens=False, return_tensors="pt")
        step = encoded.input_ids.to(self._model.device)
        cache: Any = None
        ids: list[int] = []
        shown = ""
        while True:
            if cancel.is_set():
                yield Piece(stops.flush(), len(ids), "cancelled")
                return
            if len(ids) >= request.max_new_tokens:
                yield Piece(stops.flush(), len(ids), "length")
                return
            with torch.inference_mode():
                out = self._model(
                    input_ids=step, past_key_values=cache, use_cache=True, logits_to_keep=1
                )
            cache = out.past_key_values
            token = self._pick(out.logits[0, -1], request.temperature)
            if token == self._tokenizer.eos_token_id:
                yield Piece(stops.flush(), len(ids), "stop")
                return
            ids.append(token)
            step = torch.tensor([[token]], device=self._model.device)
            text = self._tokenizer.decode(ids, skip_special_tokens=True)
            if text.endswith("\ufffd"):
                continue
            piece = stops.push(text[len(shown) :])
            shown = text
            yield Piece(piece, len(ids), "stop" if stops.stopped else None)
            if stops.stopped:
                return

    def _pick(self, logits: Any, temperature: float) -> int:
        if temperature <= 0:
            return int(logits.argmax())
        probabilities = self._torch.softmax(logits.float() / temperature, dim=-1)
        return int(self._torch.multinomial(probabilities, 1))
