"""What our layers cost over the bare pipeline: the engine's thread, LangChain, the service.

The same prompts, recorded from the service, go through each layer by turns in one process; all
of them are in the prefix cache, so that the model's own part of the first token is short. Each
try puts one question to every layer, and answers are compared with the bare pipeline's for the
same question, since how much a model copies, and so its rate, depends on the question: the median
of those ratios counts. Processor time per token is printed beside the rate: it hardly depends on
what else runs on the machine.

    python -m benchmarks.llm.overhead [--tries 16] [--users 8] [--tokens 160]
"""

import argparse
import asyncio
import json
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.llm.contenders import endless_engine
from benchmarks.served import ENTRY, MODEL, graph
from chatbot.answering.events import Answered, Token
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.llm.engines.protocol import GenerationRequest
from chatbot.llm.local import LocalChatModel
from chatbot.service import ChatService
from chatbot.settings import load_settings

QUESTIONS = (
    "How long can customers in the EU return a product?",
    "How long can customers in the US return a product?",
    "What does a firmware update change?",
    "How do I reset a generation 2 device?",
    "How can I cancel an order?",
    "What is covered by the warranty in the EU?",
    "How do I delete my account?",
    "Which payment methods do you accept?",
)


class Recorded:
    """The engine, which also keeps each prompt and how many tokens were written for it."""

    name = "openvino"

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.prompts: list[str] = []
        self.tokens = 0

    def stream(self, request: GenerationRequest, cancel: threading.Event) -> Any:
        """Pass through, counting."""
        self.prompts.append(request.prompt)
        tokens = 0
        for piece in self.engine.stream(request, cancel):
            tokens = max(tokens, piece.tokens)
            yield piece
        self.tokens += tokens

    def count_tokens(self, text: str) -> int:
        """Pass through."""
        return int(self.engine.count_tokens(text))


class Figures(NamedTuple):
    """Seconds to the first text, from there to the last one, and from there to the end; the
    processor's seconds after the first text, and how many tokens came after it."""

    first: float
    text: float
    after: float
    cpu: float
    tokens: int


Run = Callable[[Sequence[int]], Figures]


def bare(engine: Any, prompts: Sequence[str], tokens: int) -> Run:
    """Only ``add_request`` and ``step``; the engine's own thread sleeps meanwhile."""
    from openvino import Tensor

    numbers = iter(range(10**6, 10**7))

    def run(which: Sequence[int]) -> Figures:
        pipeline = engine._pipeline
        started = time.perf_counter()
        request = GenerationRequest("", tokens)
        handles = [
            pipeline.add_request(
                next(numbers),
                Tensor(np.array([engine._tokens.encode(prompts[i])], dtype=np.int64)),
                engine._config(request, tokens),
            )
            for i in which
        ]
        first, count, at_first, cpu = 0.0, 0, 0, 0.0
        while pipeline.has_non_finished_requests():
            pipeline.step()
            for handle in handles:
                while handle.can_read():
                    count += sum(len(o.generated_ids) for o in handle.read().values())
            if count and not first:
                first, cpu, at_first = time.perf_counter(), time.process_time(), count
        spent = time.perf_counter() - first
        spent_cpu = time.process_time() - cpu
        return Figures(first - started, spent, 0.0, spent_cpu, count - at_first)

    return run


def layer(recorded: Recorded, stream: Callable[[int], AsyncIterator[Any]]) -> Run:
    """Everything that ``stream`` yields is a piece of text for a person."""

    async def one(index: int) -> tuple[float, float, float]:
        first = last = cpu = 0.0
        async for _ in stream(index):
            last = time.perf_counter()
            if not first:
                first, cpu = last, time.process_time()
        return first, last, cpu

    def run(which: Sequence[int]) -> Figures:
        recorded.tokens = 0

        async def everybody() -> tuple[float, list[tuple[float, float, float]]]:
            started = time.perf_counter()  # a server's event loop runs already
            return started, await asyncio.gather(*map(one, which))

        started, texts = asyncio.run(everybody())
        ended, cpu = time.perf_counter(), time.process_time()
        (first, _, cpu_before), last = min(texts), max(last for _, last, _ in texts)
        count = recorded.tokens - len(which)
        return Figures(first - started, last - first, ended - last, cpu - cpu_before, count)

    return run


def layers(tokens: int, index: Path, found: list[float]) -> dict[str, Run]:
    """From the bare pipeline to the service; each adds one layer to the one before.

    ``found`` gets the seconds that each retrieval took, the embedding of the query included.
    """
    settings = load_settings(
        index=index, llm=MODEL, embeddings="bundled", refuse_below=0.0,
        answer_tokens=tokens, answers_at_once=16,
    )  # fmt: skip
    engine = endless_engine(graph())
    recorded = Recorded(engine)
    llm = LocalChatModel(
        engine=recorded, model_name=MODEL, template=ENTRY.template, max_tokens=tokens
    )
    service = ChatService(settings, llm=llm)
    service.warm_up()

    async def answer(index: int) -> AsyncIterator[Any]:
        async for event in service.answer(Question(QUESTIONS[index], asker=EVERYTHING)):
            if isinstance(event, Token):
                yield event
            elif isinstance(event, Answered):
                found.append(event.answer.timings["retrieved"] - event.answer.timings["ready"])

    for number in range(len(QUESTIONS)):
        layer(recorded, answer)([number])
    prompts = recorded.prompts[:]

    async def engine_stream(index: int) -> AsyncIterator[Any]:
        from chatbot.llm.local import _in_thread

        async for piece in _in_thread(recorded, GenerationRequest(prompts[index], tokens)):
            yield piece

    async def model_stream(index: int) -> AsyncIterator[Any]:
        plain = LocalChatModel(
            engine=recorded, model_name=MODEL, template=ENTRY.template, max_tokens=tokens
        )
        object.__setattr__(plain, "render", lambda messages: prompts[index])
        async for chunk in plain.astream("rendered already"):
            if chunk.text:
                yield chunk

    return {
        "bare pipeline": bare(engine, prompts, tokens),
        "our engine": layer(recorded, engine_stream),
        "LocalChatModel": layer(recorded, model_stream),
        "ChatService, retrieval included": layer(recorded, answer),
    }


def main() -> None:
    """Measure by turns and print a table for one person and for many."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tries", type=int, default=16)
    parser.add_argument("--users", type=int, default=8, choices=range(2, len(QUESTIONS) + 1))
    parser.add_argument("--tokens", type=int, default=160)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found: list[float] = []
        runs = layers(options.tokens, Path(folder), found)
        found.clear()  # the first ones load what they need
        figures = {1: measured(runs, 1, options.tries)}
        retrieval = 1000 * float(np.median(found))
        figures[options.users] = measured(runs, options.users, options.tries)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    print(f"Retrieval alone: {retrieval:.1f} ms in the middle.")
    for users, rows in figures.items():
        print(
            f"\n| {users} at once | first text ms | tokens/s | ms of processor a token "
            "| ms after the text | first text | rate | processor |"
        )
        print("|---|---|---|---|---|---|---|---|")
        for name, row in rows.items():
            print(
                f"| {name} | {row['first_ms']:.1f} | {row['rate']:.1f} | {row['cpu_ms']:.2f} "
                f"| {row['after_ms']:.1f} | {row['first_added_ms']:+.1f} ms "
                f"| {row['rate_ratio'] - 1:+.1%} | {row['cpu_ratio'] - 1:+.1%} |"
            )


def measured(runs: dict[str, Run], users: int, tries: int) -> dict[str, dict[str, float]]:
    """For each layer its medians, and the medians of what it adds to the first layer's figures
    for the same questions."""
    seen: dict[str, list[Figures]] = {name: [] for name in runs}
    for attempt in range(tries):
        which = [(attempt + user) % len(QUESTIONS) for user in range(users)]
        for name, run in runs.items():
            seen[name].append(run(which))
    base = _per_token(next(iter(seen.values())))
    found = {}
    for name, figures in seen.items():
        first, rate, cpu = _per_token(figures)
        columns = {
            "first_ms": first,
            "rate": rate,
            "cpu_ms": cpu,
            "after_ms": 1000 * np.array([one.after for one in figures]),
            "first_added_ms": first - base[0],
            "rate_ratio": rate / base[1],
            "cpu_ratio": cpu / base[2],
        }
        found[name] = {key: float(np.median(values)) for key, values in columns.items()}
    return found


def _per_token(figures: Sequence[Figures]) -> np.ndarray:
    """Rows of milliseconds to the first text, tokens a second, processor's milliseconds a token;
    (3, tries) float64."""
    first, text, _, cpu, tokens = np.array(figures).T
    return np.array([1000 * first, tokens / text, 1000 * cpu / tokens])


if __name__ == "__main__":
    main()
