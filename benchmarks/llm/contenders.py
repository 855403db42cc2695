"""The four contenders and ours in two forms, each as its users would set it up.

All get rendered text, decode greedily, and write exactly as many tokens as they are asked for:
the end token is ignored, so that all do the same work. Libraries are imported by the contender
that runs, because each has a process of its own and pays for its own imports.
"""

import asyncio
import json
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any


class Contender:
    """Loads in ``__init__`` and writes; ``dense`` is a folder with the weights as safetensors."""

    title = ""

    def __init__(self, gguf: Path, dense: Path) -> None: ...

    def stream(self, prompt: str, tokens: int) -> Iterator[object]:
        """Something for each piece of text, as soon as a person could read it."""
        raise NotImplementedError

    def together(self, prompts: Sequence[str], tokens: int) -> None:
        """Answer all prompts, as many people asking at once would have it."""
        with ThreadPoolExecutor(len(prompts)) as pool:
            list(pool.map(lambda prompt: list(self.stream(prompt, tokens)), prompts))


class HuggingFacePipelineTutorial(Contender):
    """LangChain's pipeline from a model's name, with its defaults: float32, no cache."""

    title = "LangChain HuggingFacePipeline (f32)"

    def __init__(self, gguf: Path, dense: Path) -> None:
        from langchain_huggingface import HuggingFacePipeline

        self._llm = HuggingFacePipeline.from_model_id(
            model_id=str(dense),
            task="text-generation",
            pipeline_kwargs={"do_sample": False, "return_full_text": False},
        )

    def _limits(self, tokens: int) -> dict[str, Any]:
        return {"pipeline_kwargs": {"max_new_tokens": tokens, "min_new_tokens": tokens}}

    def stream(self, prompt: str, tokens: int) -> Iterator[object]:
        """``llm.stream``, as in the tutorials."""
        return self._llm.stream(prompt, **self._limits(tokens))

    def together(self, prompts: Sequence[str], tokens: int) -> None:
        """``llm.batch``: faster than as many threads that each call the pipeline."""
        self._llm.batch(list(prompts), **self._limits(tokens))


class TransformersHalf(Contender):
    """``generate`` of transformers in bfloat16; many people as one static batch."""

    title = "transformers generate (bf16)"

    def __init__(self, gguf: Path, dense: Path) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self._tokenizer = AutoTokenizer.from_pretrained(dense, padding_side="left")
        self._tokenizer.pad_token = self._tokenizer.eos_token
        self._model = AutoModelForCausalLM.from_pretrained(dense, dtype=torch.bfloat16).eval()

    def _generate(self, prompts: Sequence[str], tokens: int, **options: Any) -> None:
        inputs = self._tokenizer(list(prompts), return_tensors="pt", padding=True)
        self._model.generate(
            **inputs,
            max_new_tokens=tokens,
            min_new_tokens=tokens,
            do_sample=False,
            pad_token_id=self._tokenizer.eos_token_id,
            **options,
        )

    def stream(self, prompt: str, tokens: int) -> Iterator[object]:
        """With transformers' own streamer."""
        from transformers import TextIteratorStreamer

        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True)
        thread = threading.Thread(
            target=self._generate, args=([prompt], tokens), kwargs={"streamer": streamer}
        )
        thread.start()
        yield from streamer
        thread.join()

    def together(self, prompts: Sequence[str], tokens: int) -> None:
        """One batch, padded on the left."""
        self._generate(prompts, tokens)


class LlamaCpp(Contender):
    """The server of llama.cpp over HTTP: continuous batching and its prompt cache are on."""

    title = "llama.cpp server"

    def __init__(self, gguf: Path, dense: Path) -> None:
        import xllamacpp

        params = xllamacpp.CommonParams()
        params.model.path = str(gguf)
        params.hostnames = ["127.0.0.1"]
        params.port = 0
        threads = len(os.sched_getaffinity(0))
        params.n_parallel = 16
        params.n_ctx = 16 * 1280
        params.cpuparams.n_threads = threads
        params.cpuparams_batch.n_threads = threads
        self._server = xllamacpp.Server(params)

    def stream(self, prompt: str, tokens: int) -> Iterator[object]:
        """Server-sent events of ``/completion``."""
        import httpx

        body = {
            "prompt": prompt, "n_predict": tokens, "ignore_eos": True, "temperature": 0,
            "cache_prompt": True, "stream": True,
        }  # fmt: skip
        url = f"{self._server.listening_address}/completion"
        with httpx.stream("POST", url, json=body, timeout=600) as response:
            response.raise_for_status()
            for line in response.iter_lines():
                if line.startswith("data: ") and json.loads(line[6:])["content"]:
                    yield line


class Ours(Contender):
    """:class:`LocalChatModel` over the OpenVINO engine, as the chain streams from it."""

    title = "Peregrine (openvino)"

    def __init__(self, gguf: Path, dense: Path) -> None:
        from benchmarks.served import ENTRY, MODEL, graph
        from chatbot.llm.local import LocalChatModel

        self._engine = endless_engine(graph())
        # The prompt is rendered already: one message, passed through as it is.
        self._llm = LocalChatModel(engine=self._engine, model_name=MODEL, template=ENTRY.template)
        object.__setattr__(self._llm, "render", lambda messages: messages[0].text)

    def stream(self, prompt: str, tokens: int) -> Iterator[object]:
        """The chat model's stream; chunks without text are not for reading."""
        return (chunk for chunk in self._llm.stream(prompt, max_tokens=tokens) if chunk.text)

    def together(self, prompts: Sequence[str], tokens: int) -> None:
        """As many tasks of one event loop, as in the service."""

        async def one(prompt: str) -> None:
            async for _ in self._llm.astream(prompt, max_tokens=tokens):
                pass

        async def everybody() -> None:
            await asyncio.gather(*map(one, prompts))

        asyncio.run(everybody())


def endless_engine(graph: Path) -> Any:
    """Our engine, except that it writes on after the end token."""
    from chatbot.llm.engines.openvino import OpenVINOEngine

    class Endless(OpenVINOEngine):
        def _config(self, request: Any, limit: int) -> Any:
            config = super()._config(request, limit)
            config.ignore_eos = True
            return config

    return Endless(graph)


CONTENDERS: dict[str, type[Contender]] = {
    "stock": HuggingFacePipelineTutorial,
    "transformers": TransformersHalf,
    "llamacpp": LlamaCpp,
    "ours": Ours,
}
