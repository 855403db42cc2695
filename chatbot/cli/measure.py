"""The commands that measure: ``evaluate`` and ``calibrate``."""

import argparse
import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from chatbot.cli.common import (
    add_cases,
    add_folders,
    add_json,
    answer_with_progress,
    check_outputs,
    check_questions,
    in_range,
    make_service,
    measured_service,
    progress_bar,
)
from chatbot.errors import ConfigurationError

# How follow-ups are searched for.
_QUERIES = (
    ("served", "follow-ups as answers search for them"),
    ("turns", "with the last turns"),
    ("bare", "alone"),
    ("model", "rewritten by the model"),
)


def add_commands(commands: Any) -> None:
    """Add them to the parser of ``chatbot``."""
    _add_evaluate(commands.add_parser("evaluate", help="measure on labelled cases"))
    calibrate = commands.add_parser("calibrate", help="fit the refusal threshold")
    calibrate.add_argument(
        "--risk",
        type=in_range(float, 0, 0.5, above=True),
        default=0.1,
        help="accepted share of answers to uncovered questions",
    )
    calibrate.add_argument("--cases", type=Path, required=True, nargs="+", metavar="FILE")
    calibrate.add_argument("--limit", type=in_range(int, 1), metavar="N", help="of each file")
    calibrate.add_argument(
        "--knowledge", type=Path, nargs="+", metavar="DIR", help="one for all files, or one each"
    )
    calibrate.add_argument("--index", type=Path, metavar="DIR")
    calibrate.add_argument(
        "--out", type=Path, metavar="FILE", help="fit the confidence model anew and write it here"
    )
    calibrate.add_argument(
        "--version", default="1", metavar="NAME", help="name of the fit, with --out"
    )
    calibrate.add_argument("--reading", action="store_true",
                           help="with --out: fit only what the model's reading adds")  # fmt: skip
    add_json(calibrate)
    calibrate.set_defaults(command=_calibrate)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(required=True, metavar="KIND")
    retrieval = kinds.add_parser("retrieval", help="ranking metrics per mode")
    retrieval.add_argument("--mode", default="hybrid", help="dense,lexical,hybrid")
    retrieval.add_argument("--queries", default="served", choices=[name for name, _ in _QUERIES],
                           help=", ".join(f"{name}: {how}" for name, how in _QUERIES))  # fmt: skip
    answers = kinds.add_parser("answers", help="answers, refusals and citations")
    answers.add_argument("--rows", type=Path, metavar="FILE", help="write a JSON line per case")
    rewrites = kinds.add_parser("rewrites", help="follow-ups rewritten by the model")
    rewrites.add_argument("--method", default="model", choices=("model", "bare", "concat"))
    for kind in (answers, rewrites):
        kind.add_argument("--report", type=Path, metavar="FILE", help="write a page about it")
    commands = ((retrieval, _evaluate_retrieval), (answers, _evaluate_answers),
                (rewrites, _evaluate_rewrites))  # fmt: skip
    for kind, command in commands:
        add_cases(kind)
        add_folders(kind)
        kind.add_argument("--llm", metavar="NAME")
        add_json(kind)
        kind.set_defaults(command=command)


def _evaluate_retrieval(options: argparse.Namespace) -> None:
    from chatbot.cases import Case, read_cases
    from chatbot.evaluation.retrieval import evaluate_retrieval

    modes = options.mode.split(",")
    for mode in modes:
        if mode not in ("dense", "lexical", "hybrid"):
            raise ConfigurationError(f"There is no mode '{mode}'; use dense, lexical or hybrid.")
    cases = read_cases(options.cases, Case, options.limit)
    service = measured_service(options)
    from chatbot.audience import EVERYTHING

    with progress_bar("Searching") as progress:
        report = evaluate_retrieval(
            _searches(service, modes, options.queries),
            cases,
            partial(service.document_text, asker=EVERYTHING),
            progress,
        )
    _report(options, report)


def _searches(service: Any, modes: Sequence[str], queries: str) -> dict[str, Any]:
    """What finds the passages for a question and its history, by mode."""
    from chatbot.answering.conversation import search_query, turns_behind
    from chatbot.audience import EVERYTHING
    from chatbot.evaluation.retrieval import PASSAGES, find_by, find_served
    from chatbot.evaluation.rewrites import bare

    if queries == "served" and not service.rewrites:
        return {mode: find_served(service.conversation(PASSAGES, mode)) for mode in modes}
    ways: dict[str, Any] = {"turns": search_query, "bare": bare}
    query = ways.get(queries) or _model_rewrite(service)

    def served(history: Sequence[Any], question: str) -> str:
        """The model is not asked about a question that is on another topic."""
        return str(query(turns_behind(history, question), question))

    way = served if queries == "served" else query
    return {
        mode: find_by(way, service.retriever(EVERYTHING, k=PASSAGES, mode=mode)) for mode in modes
    }


def _model_rewrite(service: Any) -> Any:
    """A follow-up in the words of the service's model, which is asked once for each; a first
    question stays as it is."""
    from chatbot.answering.chain import build_rewriter
    from chatbot.prompts import load_prompts

    rewriter = build_rewriter(service.models.load_llm(), load_prompts(service.settings.prompts))
    known: dict[tuple[str, ...], str] = {}

    def rewrite(history: Sequence[Any], question: str) -> str:
        key = (*(str(turn.text) for turn in history), question)
        if history and key not in known:
            known[key] = rewriter(history, question) or question
        return known[key] if history else question

    return rewrite


def _evaluate_answers(options: argparse.Namespace) -> None:
    from chatbot.evaluation.answers import summarise
    from chatbot.reports.evaluation import answers_report

    check_outputs(options.rows, options.report)
    rows, model = _answer_rows(options)
    summary = summarise(rows, model)
    if options.rows:
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        options.rows.write_text(lines, encoding="utf-8")
    if options.report:
        options.report.write_text(answers_report(rows, summary), encoding="utf-8")
    _report(options, summary)


def _evaluate_rewrites(options: argparse.Namespace) -> None:
    from chatbot.cases import RewriteCase, read_cases
    from chatbot.evaluation.rewrites import bare, concatenate, rewrite_cases, summarise_rewrites
    from chatbot.reports.evaluation import rewrites_report

    check_outputs(options.report)
    cases = read_cases(options.cases, RewriteCase, options.limit)
    ways: dict[str, Any] = {"bare": bare, "concat": concatenate}
    if options.method == "model":
        ways["model"] = _model_rewrite(make_service(options))
    with progress_bar("Rewriting") as progress:
        rows = rewrite_cases(cases, ways[options.method], progress)
    summary = summarise_rewrites(rows)
    if options.report:
        options.report.write_text(rewrites_report(rows, summary), encoding="utf-8")
    _report(options, summary)


def _calibrate(options: argparse.Namespace) -> None:
    from chatbot.cases import Case, read_cases
    from chatbot.evaluation.calibration import fit_threshold
    from chatbot.evaluation.examples import decisions, write_fit, write_reading

    if options.reading and not options.out:
        raise ConfigurationError("--reading needs --out, the file to write.")
    check_outputs(options.out)
    folders = options.knowledge or [None]
    if len(folders) not in (1, len(options.cases)):
        raise ConfigurationError(
            f"There are {len(options.cases)} files of cases and {len(folders)} knowledge folders; "
            "give one folder for all of them, or one for each."
        )
    files = [read_cases(path, Case, options.limit) for path in options.cases]
    folders = folders * len(files) if len(folders) == 1 else folders
    services: dict[Path | None, Any] = {}
    for folder in folders:
        if folder not in services:
            one = argparse.Namespace(**vars(options) | {"knowledge": folder})
            services[folder] = measured_service(one)
    for folder, cases in zip(folders, files, strict=True):
        check_questions(services[folder], cases)
    sources = [
        (path.stem, services[folder], cases)
        for path, folder, cases in zip(options.cases, folders, files, strict=True)
    ]
    with progress_bar("Searching") as progress:
        if options.out and options.reading:
            report = write_reading(sources, options.out, options.version, progress)
            _report(options, report)
            return
        if options.out:
            report = write_fit(sources, options.out, options.version, options.risk, progress)
            _report(options, report)
            print(f"Set CHATBOT_CALIBRATION={options.out} to use it.", file=sys.stderr)
            return
        result = fit_threshold(decisions(sources, progress), options.risk)
    _report(options, result)
    print(f"Set CHATBOT_REFUSE_BELOW={result['threshold']} to use it.", file=sys.stderr)


def _answer_rows(options: argparse.Namespace) -> tuple[list[dict[str, Any]], str]:
    from chatbot.cases import Case, read_cases

    cases = read_cases(options.cases, Case, options.limit)
    service = measured_service(options)
    return answer_with_progress(service, cases), service.model_name


def _report(options: argparse.Namespace, result: dict[str, Any]) -> None:
    print(json.dumps(result, ensure_ascii=False, indent=None if options.json else 1))
