"""The fast engine on CPU: OpenVINO GenAI with continuous batching and a prefix cache.

One thread owns the pipeline and steps it; every request has a queue of its own, so requests
share each step, and one that is cancelled or fails frees its place without touching the others.
"""

import itertools
import json
import queue
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chatbot.errors import GenerationError, ModelUnavailableError
from chatbot.llm.channels import to_channels
from chatbot.llm.converted import graph_folder, used
from chatbot.llm.engine import (
    FinishReason,
    GenerationRequest,
    Piece,
    StopFilter,
    StreamDecoder,
)
from chatbot.llm.hardware import processors

# Seconds between two pieces of an answer, and at least between any two of all answers. Everything
# after the model (decoding, threads, LangChain, the page) costs by the piece, and on two cores it
# costs the model's time: with a piece for every token eight people together lost 45%.
_PIECE = 0.06
_PIECE_SHARED = 0.01

# OpenVINO's step() keeps Python's lock, so whoever a piece is for would wait for the next step too.
# After pieces were passed on the worker rests, in seconds; longer after the first one of an answer,
# which has the longest way and for which a person waits.
_REST = 0.0003
_REST_FIRST = 0.003

# Prompt-lookup decoding (A. Saxena, "Prompt Lookup Decoding", 2023): when the last tokens of an
# answer stand in its prompt too, so many that follow there are checked in one step. Answers copy
# from passages: a step then yields 3.6 tokens instead of one.
_GUESSES = 5
_NGRAM = 3

_PROPERTIES = "properties.json"

# Tokens of prompts in one step: more read a prompt faster, and hold up the others' answers longer.
_STEP_TOKENS = 512


@dataclass
class _Running:
    """A request inside the worker; ``pieces`` carries (new token ids, done) or an exception.

    ``held`` are tokens that wait for the next piece, ``passed`` is when the last one was passed on
    (monotonic seconds).
    """

    input_ids: Any
    config: Any
    cancel: threading.Event
    pieces: "queue.SimpleQueue[tuple[list[int], bool] | Exception]" = field(
        default_factory=queue.SimpleQueue
    )
    handle: Any = None
    held: list[int] = field(default_factory=list)
    passed: float | None = None


class OpenVINOEngine:
    """Runs a GGUF file (llama and qwen families) or a folder in OpenVINO's own format."""

    name = "openvino"

    def __init__(self, path: Path, converted: Path | None = None, cache_gb: int = 1) -> None:
        """Load the model; a GGUF file is converted once, into the folder ``converted``.

        ``cache_gb`` bounds the keys and values of running requests and cached prefixes.

        Raises:
            ModelUnavailableError: openvino-genai is not installed, or the file does not load.
        """
        try:
            import openvino_genai
        except ImportError as exc:
            raise ModelUnavailableError(
                "The openvino engine is not installed; run 'pip install openvino-genai' or set "
                "CHATBOT_ENGINE=transformers."
            ) from exc
        self._genai = openvino_genai
        try:
            self._pipeline = _load_pipeline(openvino_genai, path, converted, cache_gb)
        except Exception as exc:  # openvino raises RuntimeError with a long native trace
            raise ModelUnavailableError(
                f"The weights '{path}' do not load ({_first_line(exc)}); install or fetch them "
                "again."
            ) from exc
        self._tokenizer = self._pipeline.get_tokenizer()
        self._tokenizer_lock = threading.Lock()
        self._waiting: queue.SimpleQueue[_Running | None] = queue.SimpleQueue()
        self._worker = threading.Thread(target=self._work, name="openvino-engine", daemon=True)
        self._worker.start()

    def stream(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        """See :class:`chatbot.llm.engine.Engine`."""
        if not self._worker.is_alive():
            raise GenerationError("The model has been closed; restart the service.")
        input_ids = self._encode(request.prompt)
        limit = request.room(int(input_ids.shape[1]))
        running = _Running(input_ids, self._config(request, limit), cancel)
        self._waiting.put(running)
        try:
            yield from self._pieces(running, request.stop, limit)
        finally:
            cancel.set()

    def _pieces(self, running: _Running, stop: Sequence[str], limit: int) -> Iterator[Piece]:
        stops, decoder = StopFilter(stop), StreamDecoder(self._decode)
        prompt_tokens = int(running.input_ids.shape[1])
        count, done = 0, False
        while not done:
            item = running.pieces.get()
            if isinstance(item, Exception):
                raise GenerationError(
                    f"The model failed while answering ({_first_line(item)}); ask again."
                ) from item
            new, done = item
            count += len(new)
            text = stops.push(decoder.push(new, last=done))
            if stops.stopped:
                running.cancel.set()
                yield Piece(text, count, "stop", prompt_tokens)
                return
            if done:
                text += stops.flush()
                reason: FinishReason = "length" if count >= limit else "stop"
                if running.cancel.is_set():
                    reason = "cancelled"
                yield Piece(text, count, reason, prompt_tokens)
            elif text:
                yield Piece(text, count)

    def count_tokens(self, text: str) -> int:
        """See :class:`chatbot.llm.engine.Engine`."""
        return int(self._encode(text).shape[1])

    def close(self) -> None:
        """See :class:`chatbot.llm.engine.Engine`."""
        self._waiting.put(None)
        self._worker.join()

    def _encode(self, text: str) -> Any:
        with self._tokenizer_lock:
            return self._tokenizer.encode(text, add_special_tokens=False).input_ids

    def _decode(self, ids: list[int]) -> str:
        with self._tokenizer_lock:
            return str(self._tokenizer.decode(ids))

    def _config(self, request: GenerationRequest, limit: int) -> Any:
        config = self._genai.GenerationConfig(max_new_tokens=limit)
        config.eos_token_id = self._tokenizer.get_eos_token_id()
        config.apply_chat_template = False
        config.do_sample = request.temperature > 0
        if config.do_sample:
            config.temperature = request.temperature
        config.num_assistant_tokens, config.max_ngram_size = _GUESSES, _NGRAM
        return config

    def _work(self) -> None:
        """The worker thread: admit, step, hand out tokens, until ``None`` arrives."""
        numbers = itertools.count()
        active: list[_Running] = []
        leaving = False  # a request's memory is free with the step after its last one
        while True:
            try:
                while True:  # with nothing to step, wait for the next request
                    arrived = self._waiting.get(block=not (active or leaving))
                    if arrived is None:
                        for running in active:
                            running.pieces.put(GenerationError("the model was closed"))
                        return
                    self._admit(arrived, next(numbers), active)
            except queue.Empty:
                pass
            try:
                self._pipeline.step()
            except Exception as exc:  # a failed step says nothing about which request
                for running in active:
                    running.pieces.put(exc)
                    running.handle.cancel()
                active, leaving = [], False
                continue
            pause = max(_PIECE, _PIECE_SHARED * len(active))
            before = [running.passed for running in active]
            still = [running for running in active if not self._deliver(running, pause)]
            passed = [running.passed for running in active]
            if passed != before:
                time.sleep(_REST_FIRST if passed.count(None) < before.count(None) else _REST)
            active, leaving = still, len(still) < len(active)

    def _admit(self, running: _Running, number: int, active: list[_Running]) -> None:
        try:
            running.handle = self._pipeline.add_request(number, running.input_ids, running.config)
        except Exception as exc:
            running.pieces.put(exc)
            return
        active.append(running)

    def _deliver(self, running: _Running, pause: float) -> bool:
        """Pass new tokens on, every ``pause`` seconds; true when the request is over."""
        handle = running.handle
        while handle.can_read():
            for output in handle.read().values():
                running.held += output.generated_ids
        if running.cancel.is_set():
            handle.cancel()
        status, states = handle.get_status(), self._genai.GenerationStatus
        if status == states.IGNORED:
            running.pieces.put(GenerationError("the conversation does not fit into its memory"))
            return True
        over = status != states.RUNNING or running.cancel.is_set()
        now = time.monotonic()
        waited = running.passed is None or now - running.passed >= pause
        if over or (running.held and waited):
            running.pieces.put((running.held, over))
            running.held, running.passed = [], now
        return over


def _load_pipeline(genai: Any, path: Path, converted: Path | None, cache_gb: int) -> Any:
    """Load ``path``; a GGUF file's graph and tokenizer are kept in ``converted``, which makes later
    starts short and the graph faster (:mod:`chatbot.llm.channels`)."""
    scheduler = genai.SchedulerConfig()
    scheduler.enable_prefix_caching = True
    scheduler.cache_size = cache_gb
    scheduler.max_num_batched_tokens = _STEP_TOKENS
    # The processors of a container, not of the machine; and no thread is bound to one, where it
    # would wait behind whatever else is busy there.
    properties: dict[str, Any] = {
        "INFERENCE_NUM_THREADS": processors(),
        "ENABLE_CPU_PINNING": False,
        "prompt_lookup": True,
    }
    folder = path
    if path.suffix == ".gguf" and converted is not None:
        folder = graph_folder(converted, path)
        if not folder.exists():
            _convert(genai, path, folder)
        properties |= json.loads((folder / _PROPERTIES).read_text(encoding="utf-8"))
    # Words are short work: with a second thread they would only take it from the model.
    tokenizer = genai.Tokenizer(str(folder), INFERENCE_NUM_THREADS=1)
    pipeline = genai.ContinuousBatchingPipeline(
        str(folder), tokenizer, scheduler, "CPU", **properties
    )
    if folder != path:
        used(folder)
    return pipeline


def _convert(genai: Any, path: Path, folder: Path) -> None:
    """Write the graph of a GGUF file and its tokenizer into ``folder``, whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        link = Path(temporary) / path.name  # the graph is written beside the file that is read
        link.symlink_to(path)
        # Read from the GGUF file, a tokenizer takes seconds, and Python stands still meanwhile.
        tokenizer = genai.Tokenizer(str(link), enable_save_ov_model=True)
        genai.ContinuousBatchingPipeline(
            str(link), tokenizer, genai.SchedulerConfig(), "CPU", enable_save_ov_model=True
        )
        link.unlink()
        kept = Path(temporary) / "graph"
        kept.mkdir()
        for file in Path(temporary).glob("*.*"):
            file.rename(kept / file.name)
        group = to_channels(kept / "openvino_model.xml")
        properties = {"DYNAMIC_QUANTIZATION_GROUP_SIZE": group} if group else {}
        (kept / _PROPERTIES).write_text(json.dumps(properties), encoding="utf-8")
        if not folder.exists():
            kept.rename(folder)


def _first_line(exc: Exception) -> str:
    lines = [line for line in str(exc).splitlines() if line.strip()]
    return lines[-1].strip()[:200] if lines else type(exc).__name__
