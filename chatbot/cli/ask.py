"""The commands that answer: ``serve``, ``index``, ``search`` and ``ask``."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from chatbot.cli.common import (
    add_folders,
    add_json,
    approved_answers,
    in_range,
    make_service,
    need_index,
    print_json,
    progress_bar,
)
from chatbot.errors import ChatbotError, ConfigurationError, disk_sentence, reason_of
from chatbot.files import parse_json


def add_commands(commands: Any) -> None:
    """Add them to the parser of ``chatbot``."""
    serve = commands.add_parser("serve", help="the web page and the API")
    serve.add_argument("--host")
    serve.add_argument("--port", type=in_range(int, 0, 65535))
    serve.add_argument(
        "--no-watch", action="store_true", help="do not follow changes of the knowledge folder"
    )
    serve.set_defaults(command=_serve)

    index = commands.add_parser("index", help="build or update the index")
    add_folders(index)
    add_json(index)
    what = index.add_mutually_exclusive_group()
    what.add_argument("--watch", action="store_true", help="go on and follow every change")
    what.add_argument(
        "--rollback", action="store_true", help="go back to the generation before this one"
    )
    what.add_argument(
        "--forget", action="store_true", help="delete earlier generations and what they hold"
    )
    index.set_defaults(command=_index)

    search = commands.add_parser("search", help="find passages")
    search.add_argument("query", metavar="QUERY")
    search.add_argument("--k", type=in_range(int, 1), default=5)
    search.add_argument("--within", default="", metavar="PATH", help="only below this folder")
    search.add_argument("--mode", choices=["hybrid", "dense", "lexical"], default="hybrid")
    add_folders(search)
    add_json(search)
    search.set_defaults(command=_search)

    ask = commands.add_parser("ask", help="answer one question")
    ask.add_argument("question", metavar="QUESTION")
    ask.add_argument("--history", type=Path, help='JSON file: [{"role", "content"}, ...]')
    ask.add_argument("--llm", metavar="NAME")
    add_folders(ask)
    add_json(ask)
    ask.set_defaults(command=_ask)


def _serve(options: argparse.Namespace) -> None:
    from chatbot.api import serve
    from chatbot.settings import load_settings

    watch = False if options.no_watch else None
    serve(load_settings(host=options.host, port=options.port, watch=watch))


def _index(options: argparse.Namespace) -> None:
    """Without the service, whose imports take longer than finding that nothing changed."""
    from chatbot.index.builder import forget_old, roll_back
    from chatbot.settings import load_settings

    settings = load_settings(knowledge=options.knowledge, index=options.index)
    if options.rollback:
        name = roll_back(settings)
        if options.json:
            print_json({"generation": name})
        print(f"Generation {name} is in use again.", file=sys.stderr)
    elif options.forget:
        count = forget_old(settings)
        if options.json:
            print_json({"forgotten": count})
        print(f"{count} earlier generations are deleted.", file=sys.stderr)
    else:
        _build(options, settings)


def _build(options: argparse.Namespace, settings: Any) -> None:
    from functools import cache

    from chatbot.index.builder import Kept, update_index
    from chatbot.llm.catalogue import load_catalogue, require_weights

    entry = load_catalogue(settings.models).choose_embeddings(settings.embeddings)

    @cache
    def load() -> Any:
        from chatbot.index.embeddings import load_embeddings

        return load_embeddings(require_weights(entry), entry.query_prefix)

    kept = Kept()

    def update() -> None:
        with progress_bar("Embedding") as progress:
            report = update_index(settings, entry.name, load, progress, kept=kept)
        _say(report, _compared(settings, report.generation, kept), options.json)

    if not options.watch:
        update()
        return
    from chatbot.index.watch import watch

    def follow() -> bool:
        try:
            update()
        except ChatbotError as exc:
            print(exc, file=sys.stderr)
            return False
        except OSError as exc:
            print(disk_sentence(exc), file=sys.stderr)
            return False
        finally:
            load()  # so that the next change need not wait for the model
        return True

    watch(settings.knowledge, follow)


def _compared(settings: Any, name: str, kept: Any) -> Any:
    """What the documents of a generation say otherwise than each other; what did not change was
    compared before."""
    from chatbot.consistency.findings import read_findings

    findings = read_findings(settings.index)
    if findings.generation == name:
        return findings
    from chatbot.consistency.compare import compare_documents
    from chatbot.index.generations import load_current

    return compare_documents(settings.index, kept.generation or load_current(settings.index))


def _say(report: Any, findings: Any, as_json: bool) -> None:
    from chatbot.index.manifest import IN_PART

    told = findings.counts()
    if as_json:
        print_json(report.as_dict() | told)
        return
    for failure in report.failed:
        reason = failure["reason"]
        colon = "" if reason.startswith(IN_PART) else ":"
        print(f"{failure['path']} was left out{colon} {reason}.", file=sys.stderr)
    for slip in report.unclear:
        print(
            f"{slip['path']}: {slip['reason']}; what it is about is for owners and admins only.",
            file=sys.stderr,
        )
    for kind in report.skipped:
        what = f"{kind['count']} file{'s' * (kind['count'] > 1)} such as '{kind['example']}'"
        print(f"{what}: {kind['reason']}.", file=sys.stderr)
    print(
        f"{report.documents} documents, {report.chunks} chunks ({report.reused} reused) in "
        f"{report.seconds:.1f} s; generation {report.generation}.",
        file=sys.stderr,
    )
    if any(told.values()):
        print(
            f"{told['contradictions']} pairs of passages contradict each other, "
            f"{told['copies']} pairs of documents are near-copies; /console/contradictions shows "
            "them.",
            file=sys.stderr,
        )


def _search(options: argparse.Namespace) -> None:
    from chatbot.answering.question import Question
    from chatbot.audience import EVERYTHING

    service = make_service(options)
    settings = service.settings
    query = Question(options.query, asker=EVERYTHING).within_limits(
        settings.max_question_chars, settings.answer_tokens
    )
    need_index(service)
    retriever = service.retriever(EVERYTHING, k=options.k, mode=options.mode)
    passages = retriever.model_copy(update={"within": options.within}).search(query.text)
    if options.json:
        keys = ("path", "start", "end", "text", "score", "address")
        print_json({"passages": [{key: getattr(p, key) for key in keys} for p in passages]})
        return
    for number, passage in enumerate(passages, start=1):
        print(f"[{number}] {passage.path} ({passage.heading})\n{passage.text.strip()}\n")


def _ask(options: argparse.Namespace) -> None:
    from chatbot.grounding.citations import MARK

    history = _read_history(options.history) if options.history else []
    service = make_service(options)
    need_index(service)
    answer = asyncio.run(_with_approved(service, options.question, history, not options.json))
    if options.json:
        print_json(answer.as_dict())
        return
    print()
    for number, citation in enumerate(answer.citations, start=1):
        print(f"[{number}] {citation.address or citation.path}: {citation.quote}")
    for part in answer.unsupported:
        print(f"{MARK.strip()} {part.text.strip()} ({part.reason})", file=sys.stderr)
    if answer.approved:
        print(f"Approved by {answer.approved.by} on {answer.approved.at[:10]}", file=sys.stderr)
        return
    print(f"Answered by {answer.model}, confidence {answer.confidence:.2f}", file=sys.stderr)


async def _with_approved(service: Any, question: str, history: list[Any], show: bool) -> Any:
    """The answer, which may be an approved one."""
    async with approved_answers(service):
        return await _last_answer(service, question, history, show)


async def _last_answer(service: Any, question: str, history: list[Any], show: bool) -> Any:
    from chatbot.answering.events import Answered, Rewritten, Token
    from chatbot.answering.question import Question
    from chatbot.audience import EVERYTHING

    async for event in service.answer(Question(question, history, asker=EVERYTHING)):
        if isinstance(event, Token) and show:
            print(event.text, end="", flush=True)
        if isinstance(event, Rewritten) and show:
            print(event.continuation, end="", flush=True)
        if isinstance(event, Answered):
            answer = event.answer
    return answer


def _read_history(path: Path) -> list[Any]:
    from pydantic import TypeAdapter, ValidationError

    from chatbot.memory import Turn

    try:
        turns = parse_json(path.read_text(encoding="utf-8-sig"))
        return TypeAdapter(list[Turn]).validate_python(turns, strict=True)
    except ValidationError as exc:
        raise _no_history(path, _first_fault(exc.errors()[0])) from exc
    except (OSError, ValueError) as exc:
        raise _no_history(path, reason_of(exc)) from exc


def _no_history(path: Path, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"The history '{path}' is not a JSON list of {{role, content}}, where a role is user "
        f"or assistant ({why})."
    )


def _first_fault(error: Any) -> str:
    """Where it stands, as people count, and what is wrong with it."""
    place, reason = error["loc"], str(error["msg"]).rstrip(".")
    if not place:
        return reason
    where = ", ".join([f"turn {place[0] + 1}", *(f"'{name}'" for name in place[1:])])
    return f"{where}: {reason}"
