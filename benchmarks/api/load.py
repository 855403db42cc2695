"""Load: many users at once against the API, and against llama.cpp's server, in one run.

    python -m benchmarks.api.load [--users 50] [--seconds 180] [--out FILE]

Every user asks one question after the other by ``/v1/chat/completions``, streaming, and waits as
long as Retry-After says when turned away. llama.cpp's server gets the very prompts that the
service renders for these questions and the very weights that answer in it (same passages, same
limit of tokens, as many slots as the service answers at once), so what differs is the server.
Tokens are those that each server says it wrote. Prints a table and writes JSON.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks import ROOT
from benchmarks.served import weights
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.service import build_service
from chatbot.settings import load_settings
from tests.support.serving import LLAMA_SERVER, running, wait_for

CASES = ROOT / "tests" / "cases" / "sample.jsonl"
LIMIT = 64  # tokens of an answer, on both sides


@dataclass
class Tally:
    """What the users saw; times in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    tokens: int = 0
    unannounced: int = 0  # 429 without a usable Retry-After
    failed: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The figures of one side."""
        first = sorted(self.first)
        return {
            "statuses": dict(self.statuses),
            "completed": len(self.whole),
            "first_token_p50": round(statistics.median(first), 2) if first else None,
            "first_token_p95": round(first[int(len(first) * 0.95)], 2) if first else None,
            "whole_p50": round(statistics.median(self.whole), 2) if self.whole else None,
            "tokens_per_second": round(self.tokens / self.seconds, 1),
            "answers_per_second": round(len(self.whole) / self.seconds, 2),
            "429_without_retry_after": self.unannounced,
            "failed": dict(self.failed),
        }


async def user(
    client: httpx.AsyncClient, bodies: list[dict[str, Any]], start: int, ends: float, tally: Tally
) -> None:
    """Ask until the time is over."""
    number = start
    while time.perf_counter() < ends:
        body = bodies[number % len(bodies)]
        number += 1
        begun = time.perf_counter()
        try:
            pause = await ask(client, body, begun, tally)
        except httpx.HTTPError as exc:
            tally.failed[type(exc).__name__] += 1
            pause = 1.0
        await asyncio.sleep(min(pause, max(ends - time.perf_counter(), 0)))


async def ask(client: httpx.AsyncClient, body: dict[str, Any], begun: float, tally: Tally) -> float:
    """One question; returns the seconds to wait before the next."""
    async with client.stream("POST", "/v1/chat/completions", json=body) as response:
        tally.statuses[response.status_code] += 1
        if response.status_code != 200:
            wait = response.headers.get("Retry-After", "")
            tally.unannounced += response.status_code == 429 and not wait.isdigit()
            return float(wait) if wait.isdigit() else 1.0
        first = None
        async for line in response.aiter_lines():
            if not line.startswith("data: {"):
                continue
            chunk = json.loads(line[6:])
            tally.tokens += (chunk.get("usage") or {}).get("completion_tokens", 0)
            for choice in chunk.get("choices", []):
                if not choice["delta"].get("content"):
                    continue
                if first is None:
                    first = time.perf_counter() - begun
                    tally.first.append(first)
        tally.whole.append(time.perf_counter() - begun)
    return 0.0


async def load(url: str, bodies: list[dict[str, Any]], users: int, seconds: float) -> Tally:
    """``users`` of them for ``seconds``; what is under way at the end counts as far as it came."""
    tally = Tally()
    limits = httpx.Limits(max_connections=users)
    headers = {"Authorization": "Bearer none"}  # llama.cpp's server wants a key
    async with httpx.AsyncClient(
        base_url=url, timeout=300, limits=limits, headers=headers
    ) as client:
        begun = time.perf_counter()
        ends = begun + seconds
        step = max(len(bodies) // users, 1)
        asking = [
            asyncio.create_task(user(client, bodies, n * step, ends, tally)) for n in range(users)
        ]
        await asyncio.wait(asking, timeout=seconds)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        tally.seconds = time.perf_counter() - begun
    return tally


def rendered(questions: list[str]) -> list[dict[str, Any]]:
    """The requests for llama.cpp's server: what the service would ask its model."""
    service = build_service(load_settings(llm="bundled-small", embeddings="bundled"))
    if service.status() != "ready":
        service.warm_up()
    chain = service._loader.ready().chain
    bodies = []
    for question in questions:
        prepared = chain.prepare.invoke(Question(question, asker=EVERYTHING))
        messages = service._prompts.render_answer(
            prepared.history, prepared.passages, question
        ).to_messages()
        roles = {"human": "user", "ai": "assistant", "system": "system"}
        rows = [{"role": roles[m.type], "content": str(m.text)} for m in messages]
        bodies.append({"messages": rows, "temperature": 0, "stop": ["\nQuestion:", "\nUser:"]})
    return bodies


def main() -> None:
    """Run both sides and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()

    cases = [json.loads(line) for line in CASES.open(encoding="utf-8")]
    questions = [c["question"] for c in cases if c["answerable"] and not c["history"]]
    stream = {"stream": True, "stream_options": {"include_usage": True}, "max_tokens": LIMIT}
    theirs = [body | stream | {"model": "bundled-small"} for body in rendered(questions)]
    ours = [
        {"model": "peregrine", "messages": [{"role": "user", "content": q}]} | stream
        for q in questions
    ]
    results = {}
    environment = {"CHATBOT_LLM": "bundled-small", "CHATBOT_EMBEDDINGS": "bundled"}
    with running(["-m", "chatbot", "serve"], environment) as service:
        wait_for(f"{service.url}/readyz", service.process)
        tally = asyncio.run(load(service.url, ours, options.users, options.seconds))
        results["peregrine"] = tally.as_dict()
        print(json.dumps(results["peregrine"]), file=sys.stderr)
    with running([*LLAMA_SERVER, "PORT", "none", "8", str(weights())], {}) as llama:
        wait_for(f"{llama.url}/health", llama.process)
        tally = asyncio.run(load(llama.url, theirs, options.users, options.seconds))
        results["llama.cpp"] = tally.as_dict()
    print(json.dumps(results, indent=1))
    if options.out:
        options.out.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
