"""The commands that train: ``finetune``, ``export`` and ``adapter``."""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.cli.common import (
    add_folders,
    add_json,
    answer_with_progress,
    in_range,
    measured_service,
    print_json,
)
from chatbot.cli.desk import with_store
from chatbot.errors import ConfigurationError, TrainingError
from chatbot.files import file_hash, write_whole

if TYPE_CHECKING:
    from chatbot.answering.excerpts import Excerpts
    from chatbot.cases import AnswerRow
    from chatbot.llm.adapters import Adapter

_FIGURES = ("token_f1", "contains_gold", "rouge_l", "abstained")


def add_commands(commands: Any) -> None:
    """Add them to the parser of ``chatbot``."""
    tune = commands.add_parser("finetune", help="LoRA training on rows")
    tune.add_argument("--data", nargs="+", default=[], metavar="FILE[=N]", type=_data_file,
                      help="JSON lines; =N takes a random N of a file's rows")  # fmt: skip
    tune.add_argument("--recipe", type=Path, metavar="DIR",
                      help="knowledge bases with questions and ideal answers, which are taught "
                      "over the passages that retrieval finds")  # fmt: skip
    tune.add_argument("--near-misses", action="store_true",
                      help="with --recipe and --from: what that adapter would not refuse is taught "
                      "behind what it quotes for it")  # fmt: skip
    tune.add_argument("--base", metavar="NAME", help="by default the model that answers here")
    tune.add_argument("--out", type=Path, required=True, metavar="DIR")
    tune.add_argument("--from", dest="start", default="none", metavar="ADAPTER",
                      help="train an adapter further: a folder, or 'current'")  # fmt: skip
    tune.add_argument("--rehearse", type=in_range(int, 0), default=50, metavar="N",
                      help="with --from: its own answers to N headings of the knowledge folder, "
                      "so that it forgets less")  # fmt: skip
    tune.add_argument("--refusals", type=in_range(float, 0, 0.9),
                      help="largest share of refusals; 0.1 without --recipe, else 0.5")  # fmt: skip
    tune.add_argument("--epochs", type=in_range(float, 0, 1000, above=True), default=1.0)
    tune.add_argument("--rate", type=in_range(float, 0, 1, above=True), help="peak learning rate")
    tune.add_argument("--seed", type=in_range(int, 0, 2**32 - 1), default=7)
    tune.add_argument("--cases", type=Path, metavar="FILE",
                      help="held-out cases, answered before and after")  # fmt: skip
    tune.add_argument("--install", action="store_true",
                      help="use the adapter if it is no worse on --cases")  # fmt: skip
    add_folders(tune)
    add_json(tune)
    tune.set_defaults(command=_finetune)

    export = commands.add_parser("export", help="an adapter merged into its model")
    export.add_argument("adapter", type=Path, metavar="DIR")
    export.add_argument("--format", choices=["gguf", "safetensors"], required=True)
    export.add_argument("--out", type=Path, metavar="PATH")
    add_json(export)
    export.set_defaults(command=_export)

    adapter = commands.add_parser("adapter", help="which adapter answers").add_subparsers(
        required=True, metavar="ACTION"
    )
    use = adapter.add_parser("use", help="take an adapter into use")
    use.add_argument("adapter", type=Path, metavar="DIR")
    use.set_defaults(command=_use)
    back = adapter.add_parser("rollback", help="back to the adapter before")
    shown = adapter.add_parser("show", help="the adapter in use")
    for parser, command in ((back, _rollback), (shown, _show)):
        parser.add_argument("--base", metavar="NAME")
        add_json(parser)
        parser.set_defaults(command=command)


def _data_file(text: str) -> str:
    """``FILE[=N]`` as :func:`chatbot.training.data.parse_data_file` reads it; N counts from 1."""
    if re.search(r"=0+$", text):
        raise argparse.ArgumentTypeError(f"'{text}' takes no row; give =N from 1, or none for all.")
    return text


def _excerpts(settings: Any) -> "Excerpts":
    """Of passages, compared by the embeddings that serve."""
    from chatbot.answering.excerpts import Excerpts
    from chatbot.index.embeddings import load_embeddings
    from chatbot.llm.catalogue import load_catalogue, require_weights

    entry = load_catalogue(settings.models).choose_embeddings(settings.embeddings)
    return Excerpts(load_embeddings(require_weights(entry), entry.query_prefix))


def _finetune(options: argparse.Namespace) -> int | None:
    from chatbot.cases import Case, read_cases
    from chatbot.llm.adapters import AdapterStore, choose_adapter, read_adapter
    from chatbot.llm.templates import chat_template
    from chatbot.reports.training import training_report
    from chatbot.training.begun import PAGE, require_unfinished
    from chatbot.training.data import DataFile, mix, parse_data_file
    from chatbot.training.finetune import finetune, recipe_for
    from chatbot.training.gate import judge

    if not options.data and not options.recipe:
        raise ConfigurationError("Nothing to learn from; give --data, --recipe or both.")
    if options.install and not options.cases:
        raise ConfigurationError("--install needs --cases, which say whether it is no worse.")
    if options.out.exists() and not options.out.is_dir():
        raise ConfigurationError(f"--out '{options.out}' is a file; name a folder.")
    require_unfinished(options.out)
    if options.cases:  # what is wrong with them is said before the work, which takes hours
        read_cases(options.cases, Case)
    settings, entry, prompts = _setup(options.base)
    options.base = entry.name
    now = choose_adapter(entry, settings.models, settings.data, settings.adapter)
    starts = {"none": None, "current": now}
    start = starts[options.start] if options.start in starts else Path(options.start)
    adapter = read_adapter(start, entry, prompts) if start else None
    if options.near_misses and not (options.recipe and adapter):
        raise ConfigurationError("--near-misses needs --recipe, and --from an adapter.")
    files = [parse_data_file(text) for text in options.data]
    excerpts = _excerpts(settings) if entry.excerpts else None
    if options.recipe:
        made = _recipe(options, excerpts, entry.excerpts or 0)
        if options.near_misses and adapter:
            made = _near_misses(options, made, adapter)
        files.append(DataFile(made))
    if adapter and options.rehearse:
        files.append(DataFile(_rehearsal(options, adapter)))
    template = chat_template(entry.template)
    usual = 0.5 if options.recipe else 0.1
    refusals = usual if options.refusals is None else options.refusals
    mixture = mix(
        files,
        prompts,
        template,
        refusals=refusals,
        seed=options.seed,
        reads=entry.reads,
        excerpts=excerpts,
        quotes=entry.quotes,
    )
    for problem in mixture.problems:
        print(f"left out: {problem}", file=sys.stderr)
    recipe = replace(recipe_for(entry), epochs=options.epochs, seed=options.seed)
    if options.rate:
        recipe = replace(recipe, rate=options.rate)
    before = _answers(options, str(now or "none")) if options.cases else []
    report = finetune(
        entry, prompts, mixture, recipe, options.out, lambda t: print(t, file=sys.stderr), start
    )
    after = _answers(options, str(options.out)) if options.cases else []
    figures = _figures(before, after) if options.cases else []
    shown = {key: value for key, value in report.items() if key != "curve"}
    passes = True
    if options.cases:
        verdict = judge(before, after)
        passes = verdict.passes or not options.install
        shown["cases"] = {
            "right_before": verdict.before,
            "right_after": verdict.after,
            "fixed": verdict.fixed,
            "broken": verdict.broken,
            "passes": verdict.passes,
            "figures": {name: {"before": a, "after": b} for name, a, b in figures},
        }
        shown["installed"] = None
        if options.install and verdict.passes:
            _log("adapter.installed", entry.name, str(options.out))
            shown["installed"] = str(AdapterStore(settings.data, entry).install(options.out))
    # The last file: until it is there, the same command goes on.
    write_whole(options.out / PAGE, [training_report(report, before, after, figures)])
    if options.json:
        print_json(shown)
    if not passes:
        raise TrainingError(
            f"The new adapter is worse on the cases ({verdict.after:.1%} right, before "
            f"{verdict.before:.1%}), so the old one stays; '{options.out}/{PAGE}' shows where."
        )
    return None


def _recipe(options: argparse.Namespace, excerpts: "Excerpts | None", shown: int) -> Path:
    """A file of the recipe's rows; a run that goes on has it already."""
    from chatbot.training.grounded import recipe_rows

    read = [(str(f), file_hash(f)) for f in sorted(options.recipe.rglob("*")) if f.is_file()]
    path = _rows_file(options, "recipe", read, shown)
    if path.exists():
        return path
    with tempfile.TemporaryDirectory() as folder:

        def service(documents: Path) -> Any:
            return measured_service(
                argparse.Namespace(knowledge=documents, index=Path(folder) / documents.parent.name)
            )

        rows = list(recipe_rows(options.recipe, service, options.seed, excerpts, shown))
    return _write_rows(path, rows)


def _near_misses(options: argparse.Namespace, recipe: Path, adapter: "Adapter") -> Path:
    """A file of the recipe's rows with what the adapter quotes for those it would not refuse; a
    run that goes on has it already."""
    from chatbot.cases import AnswerRow, read_rows
    from chatbot.llm.factory import load_chat_model
    from chatbot.training.near_misses import near_misses

    path = _rows_file(options, "near-misses", adapter.digest, file_hash(recipe))
    if not path.exists():
        settings, entry, prompts = _setup(options.base)
        rows = [row for row in read_rows(recipe)[0] if isinstance(row, AnswerRow)]
        llm: Any = load_chat_model(entry, settings, adapter)
        _write_rows(path, near_misses(rows, llm, prompts))
        llm.engine.close()  # training needs the memory
    return path


def _rows_file(options: argparse.Namespace, name: str, *made_of: object) -> Path:
    """Where rows belong that are made of these, so that no others are taken for them."""
    from chatbot.training.begun import digest_of

    folder: Path = options.out
    return folder / f"{name}-{digest_of(options.base, options.seed, *made_of)[:8]}.jsonl"


def _write_rows(path: Path, rows: Iterable["AnswerRow"]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whole, since a run that was killed takes the file that is there for all of them.
    write_whole(path, (row.model_dump_json() + "\n" for row in rows))
    return path


def _rehearsal(options: argparse.Namespace, adapter: "Adapter") -> Path:
    """A file of rows to rehearse; a run that goes on has it already."""
    from chatbot.training.rehearsal import rehearsal_cases, rehearsal_rows

    path = _rows_file(options, "rehearsal", adapter.digest, options.rehearse)
    if not path.exists():
        service = _service(options, str(adapter.path))
        chunks = service.current_generation().chunks
        rows = rehearsal_rows(
            answer_with_progress(service, rehearsal_cases(chunks, options.rehearse, options.seed))
        )
        _write_rows(path, rows)
    return path


def _answers(options: argparse.Namespace, adapter: str) -> list[dict[str, Any]]:
    """The cases answered by the whole service with one adapter."""
    from chatbot.cases import Case, read_cases

    cases = read_cases(options.cases, Case)
    return answer_with_progress(_service(options, adapter), cases)


def _service(options: argparse.Namespace, adapter: str) -> Any:
    asked = argparse.Namespace(
        llm=options.base, adapter=adapter, knowledge=options.knowledge, index=options.index
    )
    return measured_service(asked)


def _figures(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> list[tuple[str, float, float]]:
    from chatbot.evaluation.answers import summarise

    was, now = summarise(before, ""), summarise(after, "")
    figures = [(f"answerable: {n}", was["answerable"][n], now["answerable"][n]) for n in _FIGURES]
    refused = was["unanswerable"]["abstained"], now["unanswerable"]["abstained"]
    return [*figures, ("unanswerable: abstained", *refused)]


def _setup(base: str | None) -> tuple[Any, Any, Any]:
    """Settings, the model's entry and the prompts."""
    from chatbot.llm.catalogue import load_catalogue
    from chatbot.prompts import load_prompts
    from chatbot.settings import load_settings

    settings = load_settings()
    entry = load_catalogue(settings.models).choose_llm(base or settings.llm)
    if entry.hosted:
        raise ConfigurationError(f"'{entry.name}' runs on a server, and adapters belong there.")
    return settings, entry, load_prompts(settings.prompts)


def _export(options: argparse.Namespace) -> None:
    from chatbot.llm.adapters import base_of
    from chatbot.training.export import export

    _, entry, prompts = _setup(base_of(options.adapter))
    # Beside the adapter: inside it, transformers would load the adapter's base instead.
    ending = "-merged.gguf" if options.format == "gguf" else "-merged"
    default = options.adapter.with_name(options.adapter.name + ending)
    out = export(options.adapter, entry, prompts, options.format, options.out or default)
    if options.json:
        print_json({"path": str(out), "format": options.format, "base": entry.name})
    else:
        print(out)


def _use(options: argparse.Namespace) -> None:
    from chatbot.llm.adapters import AdapterStore, base_of, read_adapter, require_whole

    settings, entry, prompts = _setup(base_of(options.adapter))
    read_adapter(options.adapter, entry, prompts)
    require_whole(options.adapter)
    _log("adapter.installed", entry.name, str(options.adapter))
    print(AdapterStore(settings.data, entry).install(options.adapter))


def _rollback(options: argparse.Namespace) -> None:
    from chatbot.llm.adapters import AdapterStore

    settings, entry, _ = _setup(options.base)
    store = AdapterStore(settings.data, entry)
    if names := store.history():
        _log("adapter.rolled_back", names[-1])
    store.rollback()
    _show(options)


def _log(action: str, target: str, detail: str = "") -> None:
    """Log a change of adapters before it is made.

    Raises:
        StoreError: it was not logged, so it is not to be made.
    """
    from chatbot.store.audit import COMMAND_LINE

    with_store(lambda store: store.audit.add(COMMAND_LINE, action, target, detail))


def _show(options: argparse.Namespace) -> None:
    from chatbot.llm.adapters import choose_adapter

    settings, entry, _ = _setup(options.base)
    folder = choose_adapter(entry, settings.models, settings.data, settings.adapter)
    if options.json:
        print_json({"base": entry.name, "adapter": str(folder) if folder else None})
    else:
        print(folder or f"'{entry.name}' answers without an adapter.")
