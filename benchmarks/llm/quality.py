"""Whether the fast engine answers as well as float32: the same cases, weights and prompts.

``openvino`` runs as it serves, on the file with the adapter merged in (Q8_0) and with guesses from
the prompt; ``f32`` is transformers in float32 on the untouched file with the adapter beside it.
Every case brings its own passages and the gate is open, so that nothing else differs. Answers are
kept in ``--out``.

    python -m benchmarks.llm.quality --cases FILE [--limit 200] [--engines openvino,f32]
"""

import argparse
import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import ROOT
from benchmarks.served import ENTRY, MODEL, adapter, graph
from chatbot.cases import Case, read_cases
from chatbot.evaluation.answers import answer_cases, summarise
from chatbot.llm.catalogue import require_weights
from chatbot.llm.local import LocalChatModel
from chatbot.service import ChatService
from chatbot.settings import Settings, load_settings

METRICS = ("token_f1", "contains_gold", "rouge_l")


def engine_of(name: str, settings: Settings) -> Any:
    """The engine of that name, loaded."""
    if name == "f32":
        from chatbot.llm.engines.transformers import TransformersEngine

        used = adapter()
        return TransformersEngine(require_weights(ENTRY), used.path if used else None, "f32")
    from chatbot.llm.engines.openvino import OpenVINOEngine

    return OpenVINOEngine(graph())


def answered(name: str, cases: list[Case], settings: Settings) -> list[dict[str, Any]]:
    """A row for each case."""
    llm = LocalChatModel(
        engine=engine_of(name, settings), model_name=name, template=ENTRY.template,
        stop_strings=ENTRY.stop, context=ENTRY.context, max_tokens=settings.answer_tokens,
    )  # fmt: skip
    service = ChatService(settings, llm=llm)
    service.warm_up()
    return asyncio.run(answer_cases(service, cases, lambda done, total: None))


def main() -> None:
    """Answer with each engine, or read what it answered before, and print both side by side."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--tokens", type=int, default=48, help="the longest answer")
    parser.add_argument("--engines", default="openvino,f32")
    parser.add_argument("--out", type=Path, default=ROOT / "artefacts" / "bench-llm")
    options = parser.parse_args()
    cases = read_cases(options.cases, Case, options.limit)
    rows: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            index=Path(folder), llm=MODEL, embeddings="bundled", refuse_below=0.0,
            answer_tokens=options.tokens,
        )  # fmt: skip
        for name in options.engines.split(","):
            file = options.out / f"answers-{name}.json"
            if not file.exists():
                found = answered(name, cases, settings)
                options.out.mkdir(parents=True, exist_ok=True)
                file.write_text(json.dumps(found, ensure_ascii=False, indent=1))
            rows[name] = json.loads(file.read_text())
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
        print(f"\n{same} of {len(pairs)} answers are the same to the letter.")


if __name__ == "__main__":
    main()
