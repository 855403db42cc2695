"""The commands that answer: ``serve``, ``index``, ``search`` and ``ask``."""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from chatbot.cli.common import (
    add_folders,
    add_json,
    build_index,
    make_service,
    need_index,
    print_json,
)
from chatbot.errors import ConfigurationError


def add_commands(commands: Any) -> None:
    """Add them to the parser of ``chatbot``."""
    serve = commands.add_parser("serve", help="the web page and the API")
    serve.add_argument("--host")
    serve.add_argument("--port", type=int)
    serve.set_defaults(command=_serve)

    index = commands.add_parser("index", help="build or update the index")
    add_folders(index)
    add_json(index)
    index.set_defaults(command=_index)

    search = commands.add_parser("search", help="find passages")
    search.add_argument("query", metavar="QUERY")
    search.add_argument("--k", type=int, default=5)
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

    serve(load_settings(host=options.host, port=options.port))


def _index(options: argparse.Namespace) -> None:
    report = build_index(make_service(options))
    if options.json:
        print_json(report.as_dict())
        return
    for failure in report.failed:
        print(f"{failure['path']} was left out: {failure['reason']}.", file=sys.stderr)
    print(
        f"{report.documents} documents, {report.chunks} chunks ({report.reused} reused) in "
        f"{report.seconds:.1f} s; generation {report.generation}.",
        file=sys.stderr,
    )


def _search(options: argparse.Namespace) -> None:
    from chatbot.events import passage_of

    if options.k < 1:
        raise ConfigurationError("--k takes a number from 1.")
    service = make_service(options)
    need_index(service)
    found = service.retriever(k=options.k, mode=options.mode).invoke(options.query)
    passages = [passage_of(document) for document in found]
    if options.json:
        keys = ("path", "start", "end", "text", "score")
        print_json({"passages": [{key: getattr(p, key) for key in keys} for p in passages]})
        return
    for number, passage in enumerate(passages, start=1):
        print(f"[{number}] {passage.path} ({passage.heading})\n{passage.text.strip()}\n")


def _ask(options: argparse.Namespace) -> None:
    history = _read_history(options.history) if options.history else []
    service = make_service(options)
    need_index(service)
    answer = asyncio.run(_last_answer(service, options.question, history, not options.json))
    if options.json:
        print_json(answer.as_dict())
        return
    print()
    for number, citation in enumerate(answer.citations, start=1):
        print(f"[{number}] {citation.path}: {citation.quote}")
    print(f"Answered by {answer.model}, confidence {answer.confidence:.2f}", file=sys.stderr)


async def _last_answer(service: Any, question: str, history: list[Any], show: bool) -> Any:
    from chatbot.events import Answered, Token

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
