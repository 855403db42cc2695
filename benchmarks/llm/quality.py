"""Whether the fast engine answers as well as float32: the same cases, weights and prompts.

``openvino`` runs as it serves, on the converted file with the adapter in it and with guesses from
the prompt; ``f32`` is transformers in float32 on the untouched file with the adapter beside it
(:mod:`benchmarks.llm.exact`). Every case brings its own passages and the gate is open, so that
nothing else differs. Answers are kept in ``--out``, each as soon as it is there: the same command
goes on after the last one, and what is compared are the cases that every engine has answered.

    python -m benchmarks.llm.quality --cases FILE [--limit 200] [--engines openvino,f32]
"""

import argparse
import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import ROOT
from benchmarks.llm.exact import ExactEngine
from benchmarks.served import ENTRY, MODEL, adapter, graph
from chatbot.cases import Case, read_cases
from chatbot.evaluation.answers import answer_cases, summarise
from chatbot.llm.catalogue import require_weights
from chatbot.llm.local import LocalChatModel
from chatbot.service import ChatService
from chatbot.settings import load_settings

METRICS = ("token_f1", "contains_gold", "rouge_l")
LONGEST = 48  # tokens of an answer

Row = dict[str, Any]


def engine_of(name: str) -> Any:
    """The engine of that name, loaded."""
    if name == "f32":
        used = adapter()
        return ExactEngine(require_weights(ENTRY), used.path if used else None)
    from chatbot.llm.engines.openvino import OpenVINOEngine

    return OpenVINOEngine(graph())


def answer_missing(name: str, cases: list[Case], expected: list[Row], file: Path) -> None:
    """Append a row to ``file`` for each case that it does not have yet; ``expected`` are another
    engine's rows."""
    done = len(rows_of(file))
    if done >= len(cases):
        return
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            index=Path(folder), llm=MODEL, embeddings="bundled", refuse_below=0.0,
            answer_tokens=LONGEST,
        )  # fmt: skip
        llm = LocalChatModel(
            engine=engine_of(name), model_name=name, template=ENTRY.template,
            stop_strings=ENTRY.stop, context=ENTRY.context, max_tokens=LONGEST,
        )  # fmt: skip
        service = ChatService(settings, llm=llm)
        service.warm_up()
        with file.open("a", encoding="utf-8") as out:
            for at, case in enumerate(cases[done:], start=done):
                if isinstance(llm.engine, ExactEngine):
                    llm.engine.expected = expected[at]["answer"] if at < len(expected) else ""
                (row,) = asyncio.run(answer_cases(service, [case], lambda done, total: None))
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                out.flush()


def rows_of(file: Path) -> list[Row]:
    """The rows that are there."""
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def main() -> None:
    """Answer with each engine, or read what it answered before, and print both side by side."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--engines", default="openvino,f32")
    parser.add_argument("--out", type=Path, default=ROOT / "artefacts" / "bench-llm")
    options = parser.parse_args()
    cases = read_cases(options.cases, Case, options.limit)
    options.out.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[Row]] = {}
    for name in options.engines.split(","):
        file = options.out / f"answers-{MODEL}-{name}.jsonl"
        answer_missing(name, cases, next(iter(rows.values()), []), file)
        rows[name] = rows_of(file)[: len(cases)]
    compared = min(map(len, rows.values()))
    print_table({name: found[:compared] for name, found in rows.items()})


def print_table(rows: dict[str, list[Row]]) -> None:
    """Figures of each engine, and of two how often they differ."""
    print("| engine | n | " + " | ".join(METRICS) + " | refused, answerable | refused, not |")
    print("|---|---|" + "---|" * (len(METRICS) + 2))
    for name, found in rows.items():
        report = summarise(found, name)
        yes, no = report["answerable"], report["unanswerable"]
        cells = [f"{100 * yes[key]:.1f}" for key in METRICS]
        cells += [f"{100 * yes['abstained']:.1f}", f"{100 * no['abstained']:.1f}"]
        print(f"| {name} | {report['n']} | " + " | ".join(cells) + " |")
    if len(rows) == 2:
        pairs = list(zip(*rows.values(), strict=True))
        same = sum(one["answer"] == other["answer"] for one, other in pairs)
        gold = [(one["contains_gold"], other["contains_gold"]) for one, other in pairs]
        print(
            f"\n{same} of {len(pairs)} answers are the same to the letter; gold only in the first "
            f"{gold.count((True, False))}, only in the second {gold.count((False, True))}."
        )


if __name__ == "__main__":
    main()
