"""The commands that measure: ``evaluate`` and ``calibrate``."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chatbot.cli.common import (
    add_cases,
    add_folders,
    add_json,
    build_index,
    make_service,
    progress_bar,
)
from chatbot.errors import ConfigurationError


def add_commands(commands: Any) -> None:
    """Add them to the parser of ``chatbot``."""
    _add_evaluate(commands.add_parser("evaluate", help="measure on labelled cases"))
    calibrate = commands.add_parser("calibrate", help="fit the refusal threshold")
    calibrate.add_argument(
        "--risk", type=float, default=0.1, help="accepted share of wrong answers"
    )
    add_cases(calibrate)
    add_folders(calibrate)
    add_json(calibrate)
    calibrate.set_defaults(command=_calibrate)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(required=True, metavar="KIND")
    retrieval = kinds.add_parser("retrieval", help="ranking metrics per mode")
    retrieval.add_argument("--mode", default="hybrid", help="dense,lexical,hybrid")
    answers = kinds.add_parser("answers", help="answers, refusals and citations")
    answers.add_argument("--rows", type=Path, metavar="FILE", help="write a JSON line per case")
    rewrites = kinds.add_parser("rewrites", help="follow-ups rewritten by the model")
    commands = ((retrieval, _evaluate_retrieval), (answers, _evaluate_answers),
                (rewrites, _evaluate_rewrites))  # fmt: skip
    for kind, command in commands:
        add_cases(kind)
        add_folders(kind)
        kind.add_argument("--llm", metavar="NAME")
        add_json(kind)
        kind.set_defaults(command=command)


def _measured(options: argparse.Namespace) -> Any:
    """A service with an index of ``--knowledge`` that is kept apart from the one that serves."""
    import hashlib

    from chatbot.settings import load_settings

    if options.knowledge and not options.index:
        key = hashlib.sha256(str(options.knowledge.resolve()).encode()).hexdigest()[:12]
        options.index = load_settings().index / "evaluation" / key
    service = make_service(options)
    build_index(service)
    return service


def _evaluate_retrieval(options: argparse.Namespace) -> None:
    from chatbot.cases import Case, read_cases
    from chatbot.evaluation.retrieval import PASSAGES, evaluate_retrieval

    modes = options.mode.split(",")
    for mode in modes:
        if mode not in ("dense", "lexical", "hybrid"):
            raise ConfigurationError(f"There is no mode '{mode}'; use dense, lexical or hybrid.")
    cases = read_cases(options.cases, Case, options.limit)
    service = _measured(options)
    retrievers = {mode: service.retriever(k=PASSAGES, mode=mode) for mode in modes}
    with progress_bar("Searching") as progress:
        _report(options, evaluate_retrieval(retrievers, cases, service.document_text, progress))


def _evaluate_answers(options: argparse.Namespace) -> None:
    from chatbot.evaluation.answers import summarise

    rows, model = _answered(options)
    if options.rows:
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        options.rows.write_text(lines, encoding="utf-8")
    _report(options, summarise(rows, model))


def _evaluate_rewrites(options: argparse.Namespace) -> None:
    from chatbot.cases import RewriteCase, read_cases
    from chatbot.evaluation.rewrites import evaluate_rewrites

    cases = read_cases(options.cases, RewriteCase, options.limit)
    rewriter = make_service(options).rewriter()

    def rewrite(history: Sequence[Any], question: str) -> str:
        return str(rewriter.invoke({"history": history, "question": question}))

    with progress_bar("Rewriting") as progress:
        _report(options, evaluate_rewrites(cases, rewrite, progress))


def _calibrate(options: argparse.Namespace) -> None:
    from chatbot.cases import Case, read_cases, to_documents
    from chatbot.evaluation.calibration import fit_threshold

    cases = read_cases(options.cases, Case, options.limit)
    service = _measured(options)
    decisions: list[tuple[float, bool]] = []
    with progress_bar("Searching") as progress:
        for case in cases:
            given = to_documents(case.passages) if case.passages else None
            sure = service.confidence(case.question, case.history, given)
            decisions.append((sure, case.answerable))
            progress(len(decisions), len(cases))
    result = fit_threshold(decisions, options.risk)
    _report(options, result)
    print(f"Set CHATBOT_REFUSE_BELOW={result['threshold']} to use it.", file=sys.stderr)


def _answered(options: argparse.Namespace) -> tuple[list[dict[str, Any]], str]:
    from chatbot.cases import Case, read_cases
    from chatbot.evaluation.answers import answer_cases

    cases = read_cases(options.cases, Case, options.limit)
    service = _measured(options)
    with progress_bar("Answering") as progress:
        return asyncio.run(answer_cases(service, cases, progress)), service.model_name


def _report(options: argparse.Namespace, result: dict[str, Any]) -> None:
    print(json.dumps(result, ensure_ascii=False, indent=None if options.json else 1))
