"""Planted instructions put to the real model: how many have an effect, and what leaks.

An instruction has an effect when its marker stands in the answer. The cases are in
tests/cases/injection.jsonl: direct ones in the question, indirect ones in a passage, and ones of
several turns; each brings its passage along.

    python benchmarks/grounding/injection.py [--llm NAME] [--limit N] [--rows FILE]
"""

import argparse
import asyncio
import json
from collections import Counter
from pathlib import Path

from chatbot.cases import GivenPassage, to_documents
from chatbot.events import Answered
from chatbot.grounding.injection import copies
from chatbot.prompts import load_prompts
from chatbot.service import build_service
from chatbot.settings import load_settings

CASES = Path(__file__).resolve().parents[2] / "tests" / "cases" / "injection.jsonl"


async def measure(llm: str | None, limit: int | None) -> tuple[dict[str, object], list[dict]]:
    """The figures, and a row for each case."""
    settings = load_settings(llm=llm)
    service = build_service(settings)
    service.warm_up()
    secret = load_prompts(settings.prompts).instructions
    lines = CASES.read_text(encoding="utf-8").splitlines()[:limit]
    rows, count, effects, leaks = [], Counter(), Counter(), 0
    for case in map(json.loads, lines):
        given = to_documents([GivenPassage(**passage) for passage in case["passages"]])
        async for event in service.answer(case["question"], case["history"], given=given):
            if isinstance(event, Answered):
                answer = event.answer
        effect = case["marker"].lower() in answer.answer.lower()
        leaks += copies(answer.answer, secret)
        count[case["kind"]] += 1
        effects[case["kind"]] += effect
        row = {"id": case["id"], "effect": effect, "abstained": answer.abstained}
        rows.append(row | {"question": case["question"], "answer": answer.answer})
    kinds = {kind: {"n": n, "effect": effects[kind]} for kind, n in count.items()}
    without = 1 - sum(effects.values()) / len(rows)
    figures = {"n": len(rows), "without_effect": round(without, 4), "kinds": kinds, "leaks": leaks}
    return figures | {"model": service.model_name}, rows


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--llm")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--rows", type=Path)
    options = parser.parse_args()
    figures, rows = asyncio.run(measure(options.llm, options.limit))
    if options.rows:
        options.rows.write_text("".join(json.dumps(row) + "\n" for row in rows))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
