"""Memory of the service over many requests: it should be flat once the prefix cache is full.

Questions about the sample knowledge base with short answers, eight at once, each with some 200
tokens that no other has, so that a gigabyte of cache is full after a third of them; every tenth
reader leaves after the first piece of text, and every twentieth request fails (its question is
empty).

    python -m benchmarks.llm.memory [--requests 1000]
"""

import argparse
import asyncio
import json
import tempfile
from contextlib import aclosing
from pathlib import Path

import psutil

from benchmarks import ROOT
from chatbot.answering.events import Answered, Token
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.errors import ChatbotError
from chatbot.service import ChatService
from chatbot.settings import load_settings

TOGETHER = 8


async def ask(service: ChatService, number: int, questions: list[str]) -> str:
    """How the ``number``-th request ended."""
    question = questions[number % len(questions)]
    ticket = " ".join(str(number * 1000 + part) for part in range(40))
    question = "" if number % 20 == 19 else f"Ticket {ticket}. {question}"
    try:
        async with aclosing(service.answer(Question(question, asker=EVERYTHING))) as events:
            async for event in events:
                if isinstance(event, Token) and number % 10 == 5:
                    return "left"
                if isinstance(event, Answered):
                    return "answered"
    except ChatbotError:
        return "failed"
    return "nothing"


async def run(service: ChatService, requests: int, questions: list[str]) -> None:
    """Ask, and print the resident memory ten times on the way."""
    process, ends = psutil.Process(), dict.fromkeys(("answered", "left", "failed", "nothing"), 0)
    step = max(TOGETHER, requests // 10)
    places = asyncio.Semaphore(TOGETHER)

    async def one(number: int) -> None:
        async with places:
            ends[await ask(service, number, questions)] += 1

    print(
        "| requests | answered | left | failed | resident MB | threads |\n|---|---|---|---|---|---|"
    )
    for start in range(0, requests, step):
        await asyncio.gather(*(one(number) for number in range(start, start + step)))
        memory = process.memory_info().rss / 1e6
        row = [start + step, ends["answered"], ends["left"], ends["failed"], round(memory),
               process.num_threads()]  # fmt: skip
        print("| " + " | ".join(map(str, row)) + " |", flush=True)
    if ends["nothing"]:
        raise SystemExit(f"{ends['nothing']} requests ended without an answer or a reason.")


def main() -> None:
    """Load the service, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=1000)
    options = parser.parse_args()
    lines = (ROOT / "tests" / "cases" / "sample.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            index=Path(folder), llm="bundled-small", embeddings="bundled", refuse_below=0.0,
            answer_tokens=4,
        )  # fmt: skip
        service = ChatService(settings)
        service.warm_up()
        asyncio.run(run(service, options.requests, questions))


if __name__ == "__main__":
    main()
