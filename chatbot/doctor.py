"""Checks of an installation: each names what is wrong and what to do."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from chatbot.errors import ChatbotError, GenerationError
from chatbot.events import Answered
from chatbot.grounding.confidence import CALIBRATION, load_calibration
from chatbot.index.generations import current_name, load_current
from chatbot.knowledge.documents import list_files
from chatbot.llm.catalogue import Entry, LLMEntry, require_weights
from chatbot.llm.factory import choose_engine, load_chat_model
from chatbot.service import ChatService, build_service
from chatbot.settings import Settings


@dataclass(frozen=True)
class Check:
    """One line of the report."""

    name: str
    ok: bool
    detail: str

    def as_dict(self) -> dict[str, Any]:
        """As JSON shows it."""
        return asdict(self)


def run_checks(settings: Settings, offline: bool) -> list[Check]:
    """All checks; with ``offline`` a question is answered while every connection is refused."""
    checks: list[Check] = []

    def check(name: str, action: Callable[[], str]) -> None:
        try:
            checks.append(Check(name, True, action()))
        except ChatbotError as exc:
            checks.append(Check(name, False, str(exc)))

    check("knowledge", lambda: f"{len(list_files(settings.knowledge))} documents")
    service: list[ChatService] = []

    def configure() -> str:
        service.append(build_service(settings))
        return f"settings, prompts and catalogue are valid; {service[0].model_name} answers"

    check("configuration", configure)
    if not service:
        return checks
    for name, entry in service[0].entries.items():
        check(name, lambda entry=entry: _model(entry, settings))  # type: ignore[misc]
    check("index", lambda: _index(settings, service[0]))
    check("confidence", lambda: _confidence(settings, service[0]))
    if offline:
        check("offline", lambda: _answers_offline(service[0]))
    return checks


def _model(entry: Entry, settings: Settings) -> str:
    """Where a model's weights lie, or that its server answers."""
    if not isinstance(entry, LLMEntry):
        return f"{entry.name}: {require_weights(entry)}"
    if not entry.hosted:
        engine = choose_engine(entry, settings)
        return f"{entry.name}: {require_weights(entry, engine)} on {engine}"
    model = load_chat_model(entry, settings)
    model.invoke("Say OK.", max_tokens=5)
    return f"{entry.name}: the server answers"


def _index(settings: Settings, service: ChatService) -> str:
    if current_name(settings.index) is None:
        return "not built yet; 'chatbot index' or the first start builds it"
    generation = load_current(settings.index, service.embeddings_name)
    kept = generation.manifest
    return f"{kept.generation}, {kept.chunks} chunks, {kept.search} vector search"


def _confidence(settings: Settings, service: ChatService) -> str:
    """How the gate decides, and whether its calibration knows the embeddings in use."""
    calibration = load_calibration(settings.calibration or CALIBRATION)
    how = f"calibration '{calibration.version}' at a risk of {settings.risk:.0%}"
    if settings.refuse_below is not None:
        how = f"refuses below a confidence of {settings.refuse_below} (CHATBOT_REFUSE_BELOW)"
    if calibration.embeddings == service.embeddings_name:
        return how
    return (
        f"{how}; it was fitted with the embeddings '{calibration.embeddings}', so similarities are "
        f"left out with '{service.embeddings_name}'; fit it with 'chatbot calibrate --out'"
    )


def _answers_offline(service: ChatService) -> str:
    with refused_connections() as tried:
        if current_name(service.settings.index) is None:
            service.update_index()
        answer = asyncio.run(_ask(service))
    if tried:
        raise GenerationError(f"Something called out to {', '.join(sorted(set(tried)))}.")
    return f"answered with every connection refused, and none was tried ({answer.answer.model})"


async def _ask(service: ChatService) -> Answered:
    events = [event async for event in service.answer("What does this cover?", [])]
    last = events[-1]
    assert isinstance(last, Answered)
    return last


@contextmanager
def refused_connections() -> Iterator[list[str]]:
    """Refuse every outgoing connection and name look-up of this process; yields those tried."""
    tried: list[str] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def refuse_connect(self: socket.socket, address: Any) -> None:
        if self.family == socket.AF_UNIX:
            return connect(self, address)
        tried.append(str(address))
        raise ConnectionRefusedError(f"offline check: {address}")

    def refuse_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        tried.append(str(host))
        raise socket.gaierror(f"offline check: {host}")

    socket.socket.connect = refuse_connect  # type: ignore[method-assign, assignment]
    socket.getaddrinfo = refuse_look_up
    try:
        yield tried
    finally:
        socket.socket.connect = connect  # type: ignore[method-assign]
        socket.getaddrinfo = look_up
