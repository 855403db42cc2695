"""Visitors of a website, all at once, against the widget's address.

    python -m benchmarks.api.widget [--visitors 50] [--questions 2] [--out FILE]

The service answers with ``bundled-small`` from the sample knowledge, all of it public. Every
visitor has an address and a visit of its own, and asks one question after the other; who is turned
away asks again after Retry-After, as the widget tells its visitor. Prints JSON: statuses, how often
a first try was taken, and seconds to the first word and to the whole answer, waiting in line
included. It fails if any status is 5xx, a visitor was turned away without being told when to come
again, or an answer came with another visitor's visit.
"""

import argparse
import asyncio
import base64
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks import ROOT
from chatbot.store import Store
from tests.support.serving import running, wait_for

CASES = ROOT / "tests" / "cases" / "sample.jsonl"
SITE = "https://www.example.com"


@dataclass
class Tally:
    """What the visitors saw; times in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    refused: int = 0
    taken_at_once: int = 0
    unannounced: int = 0
    mixed_up: int = 0
    broken: int = 0

    @property
    def failed(self) -> bool:
        """Whether anybody saw what nobody should."""
        server = any(status >= 500 for status in self.statuses)
        return server or bool(self.unannounced or self.mixed_up or self.broken)

    def as_dict(self) -> dict[str, Any]:
        """The figures."""
        return {
            "statuses": dict(self.statuses),
            "taken_at_once": self.taken_at_once,
            "answered": len(self.whole) - self.refused,
            "refused": self.refused,
            **_quantiles("first_word", self.first),
            **_quantiles("whole", self.whole),
            "429_without_retry_after": self.unannounced,
            "streams_broken": self.broken,
            "visits_mixed_up": self.mixed_up,
        }


def _quantiles(name: str, seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    if not ordered:
        return {}
    p95 = ordered[int(len(ordered) * 0.95)]
    return {f"{name}_p50": round(statistics.median(ordered), 2), f"{name}_p95": round(p95, 2)}


async def visitor(url: str, number: int, questions: list[str], tally: Tally) -> None:
    """One visitor's questions."""
    visit, name = "", f"I am visitor{number}x."
    headers = {"Origin": SITE, "X-Forwarded-For": f"203.0.113.{number + 1}"}
    async with httpx.AsyncClient(timeout=600, headers=headers) as client:
        for question in questions:
            body = {"question": f"{question} {name}", "visit": visit}
            first = True
            while (pause := await ask(client, url, body, tally)) > 0:
                first = False
                await asyncio.sleep(pause)
            tally.taken_at_once += first
            visit = body.get("visit", "")
            said = base64.urlsafe_b64decode(visit.partition(".")[0]).decode() if visit else ""
            others = said.replace(name, "")
            tally.mixed_up += "visitor" in others


async def ask(client: httpx.AsyncClient, url: str, body: dict[str, Any], tally: Tally) -> float:
    """One try; returns the seconds to wait before the next, or 0. ``body`` gets the new visit."""
    begun, first = time.perf_counter(), 0.0
    async with client.stream("POST", url, json=body) as response:
        tally.statuses[response.status_code] += 1
        if response.status_code != 200:
            wait = response.headers.get("Retry-After", "")
            tally.unannounced += not wait.isdigit()
            return float(wait) if wait.isdigit() else 1.0
        async for line in response.aiter_lines():
            event = json.loads(line[6:]) if line else {"type": ""}
            if event["type"] in ("text", "answer") and not first:
                first = time.perf_counter() - begun
            if event["type"] == "answer":
                tally.first.append(first)
                tally.whole.append(time.perf_counter() - begun)
                tally.refused += event["refused"]
                body["visit"] = event["visit"]
                return 0.0
    tally.broken += 1
    return 0.0


async def load(url: str, visitors: int, asked: list[list[str]]) -> Tally:
    """All of them, until the last one has every answer."""
    tally = Tally()
    await asyncio.gather(*(visitor(url, n, asked[n % len(asked)], tally) for n in range(visitors)))
    return tally


async def add_key(database: str) -> str:
    """A key for ``SITE``."""
    store = Store(database)
    key = await store.widget_keys.add("benchmark", [SITE], per_minute=1000)
    await store.close()
    return key.id


def main() -> int:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--questions", type=int, default=2)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()

    cases = [json.loads(line) for line in CASES.open(encoding="utf-8")]
    questions = [case["question"] for case in cases if not case["history"]]
    each = options.questions
    asked = [questions[at : at + each] for at in range(0, len(questions) - each, each)]
    with tempfile.TemporaryDirectory() as folder:
        knowledge = Path(folder) / "knowledge"
        shutil.copytree(ROOT / "knowledge", knowledge)
        (knowledge / ".audience").write_text("public\n")
        database = f"sqlite:///{folder}/peregrine.db"
        environment = {
            "CHATBOT_LLM": "bundled-small",
            "CHATBOT_EMBEDDINGS": "bundled",
            "CHATBOT_KNOWLEDGE": knowledge,
            "CHATBOT_INDEX": f"{folder}/index",
            "CHATBOT_DATA": f"{folder}/data",
            "CHATBOT_DATABASE": database,
        }
        with running(["-m", "chatbot", "serve"], environment) as service:
            wait_for(f"{service.url}/readyz", service.process)
            key = asyncio.run(add_key(database))
            begun = time.perf_counter()
            tally = asyncio.run(load(f"{service.url}/widget/{key}/ask", options.visitors, asked))
            figures = tally.as_dict() | {"seconds": round(time.perf_counter() - begun, 1)}
    print(json.dumps(figures, indent=1))
    if options.out:
        options.out.write_text(json.dumps(figures, indent=1) + "\n")
    return int(tally.failed)


if __name__ == "__main__":
    sys.exit(main())
