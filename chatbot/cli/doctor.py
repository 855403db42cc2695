"""Checks of an installation: each names what is wrong and what to do."""

import asyncio
import os
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from chatbot.answering.events import Answered
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.cli.common import counted
from chatbot.consistency.findings import read_findings
from chatbot.errors import (
    ChatbotError,
    ConfigurationError,
    GenerationError,
    ModelUnavailableError,
    operator_sentence,
)
from chatbot.grounding.confidence import CALIBRATION, load_calibration
from chatbot.index.generations import current_name, load_current
from chatbot.index.manifest import read_manifest
from chatbot.index.stores.mirror import check_vectors
from chatbot.knowledge.audiences import audience_of
from chatbot.knowledge.documents import list_files, list_skipped
from chatbot.llm.catalogue import Entry, LLMEntry, require_weights
from chatbot.llm.factory import choose_engine, load_chat_model
from chatbot.mail.address import PASSWORD_VARIABLE
from chatbot.page.access import Mode, access_mode, check_host
from chatbot.privacy import tracing_on
from chatbot.service import ChatService, build_service
from chatbot.settings import Settings, config_file
from chatbot.store import Store

_NAMED = 5  # files of one check


@dataclass(frozen=True)
class Check:
    """One line of the report."""

    name: str
    ok: bool
    detail: str


def run_checks(settings: Settings, offline: bool) -> list[Check]:
    """All checks; with ``offline`` a question is answered while every connection is refused."""
    checks: list[Check] = []

    def check(name: str, action: Callable[[], str]) -> None:
        try:
            checks.append(Check(name, True, action()))
        except ChatbotError as exc:
            checks.append(Check(name, False, operator_sentence(exc)))

    check("knowledge", lambda: _knowledge(settings))
    service: list[ChatService] = []

    def configure() -> str:
        service.append(build_service(settings, prepare=True))
        return f"settings, prompts and catalogue are valid; {service[0].model_name} answers"

    check("environment", _environment)
    check("configuration", configure)
    if not service:
        return checks
    for name, entry in service[0].models.entries.items():
        check(name, lambda entry=entry: _model(entry, settings))  # type: ignore[misc]
    check("larger model", lambda: _larger(settings, service[0]))
    check("index", lambda: _index(settings, service[0]))
    check("audiences", lambda: _audiences(settings))
    check("vector store", lambda: check_vectors(settings, service[0].models.embeddings_entry.name))
    check("contradictions", lambda: asyncio.run(_contradictions(settings)))
    for name in ("index", "data"):
        check(f"{name} folder", lambda name=name: _writable(getattr(settings, name)))  # type: ignore[misc]
    check("database", lambda: asyncio.run(_database(settings)))
    check("access", lambda: _access(settings))
    check("telemetry", _telemetry)
    check("confidence", lambda: _confidence(settings, service[0]))
    if offline:
        check("offline", lambda: _answers_offline(settings, service[0]))
    return checks


def _knowledge(settings: Settings) -> str:
    """How many documents there are, and what beside them is not read."""
    count = f"{len(list_files(settings.knowledge))} documents"
    kinds = list_skipped(settings.knowledge)
    beside = "; ".join(f"{kind.count} not read: {kind.reason}" for kind in kinds)
    return f"{count}; {beside}" if beside else count


def _audiences(settings: Settings) -> str:
    """Whom the indexed documents are for; fails where that cannot be read of one."""
    name = current_name(settings.index)
    if name is None:
        return "no index yet"
    manifest = read_manifest(settings.index, name)
    if manifest.unclear:
        said = [f"'{path}': {reason}" for path, reason in sorted(manifest.unclear.items())]
        if len(said) > _NAMED:
            said[_NAMED:] = [f"and {counted(len(said) - _NAMED, 'file')} more"]
        raise ConfigurationError(
            "It cannot be read whom documents are for, and only owners and admins see them until "
            f"then: {'; '.join(said)}."
        )
    read = manifest.files.keys() - manifest.failed.keys()
    counts = Counter(", ".join(sorted(audience_of(p, manifest.audiences))) for p in read)
    return "; ".join(f"{count} for {names}" for names, count in counts.most_common())


def _environment() -> str:
    """That every variable is read, and which file the other settings come from."""
    known = {f"CHATBOT_{name.upper()}" for name in Settings.model_fields}
    known |= {"CHATBOT_CONFIG", PASSWORD_VARIABLE}
    unknown = sorted(n for n in os.environ if n.startswith("CHATBOT_") and n not in known)
    if unknown:
        raise ConfigurationError(
            f"{', '.join(unknown)}: there is no such setting; chatbot.example.toml has them all."
        )
    file = config_file()
    return f"settings from {file}" if file.exists() else f"no {file}; defaults and environment"


def _writable(folder: Path) -> str:
    """That files can be made in a folder, or the folder itself."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if not os.access(place, os.W_OK | os.X_OK):
        raise ConfigurationError(f"'{folder}' cannot be written by this user.")
    return str(folder)


async def _database(settings: Settings) -> str:
    store = Store(settings.database_url)
    try:
        keys = [key for key in await store.keys.all() if not key.revoked_at]
        users = await store.users.all()
    finally:
        await store.close()
    used = f"{_counted(len(users), 'user')}, {_counted(len(keys), 'API key')} in use"
    return f"{store.database.kind}, {used}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _access(settings: Settings) -> str:
    """That the page is not open to other machines."""
    mode = access_mode(settings)
    check_host(settings.host, mode)
    ways: dict[Mode, str] = {
        "password": "users sign in",
        "header": f"the proxy names users in {settings.auth_header}",
        "oauth": "an OAuth provider signs users in",
        "open": "open to this machine only",
    }
    return f"{settings.host}:{settings.port}, {ways[mode]}"


def _telemetry() -> str:
    """That no library sends conversations elsewhere."""
    if on := tracing_on():
        told = ", ".join(f"{name} (to {service})" for name, service in on.items())
        raise ConfigurationError(f"Conversations leave this machine by {told}; unset it.")
    return "off in every library"


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


def _larger(settings: Settings, service: ChatService) -> str:
    """Whether a larger model will answer, and if not, why the small one does."""
    preparation = service.models.preparation
    if preparation is None:
        return f"none is waited for: {settings.llm or service.model_name} is named or here"
    try:
        preparation.check()
    except ModelUnavailableError as exc:
        return f"the small model answers: {exc}"
    return (
        f"{preparation.entry.title} is made ready when the service starts; until then the small "
        "model answers"
    )


def _index(settings: Settings, service: ChatService) -> str:
    if current_name(settings.index) is None:
        return "not built yet; 'chatbot index' or the first start builds it"
    generation = load_current(settings.index, service.models.embeddings_entry.name)
    kept = generation.manifest
    left_out = f"; {len(kept.failed)} documents left out" if kept.failed else ""
    partly = f"; {len(kept.notes)} read in part" if kept.notes else ""
    what = f"{kept.generation}, {kept.chunks} chunks, {kept.search} vector search"
    return f"{what}{left_out}{partly}"


async def _contradictions(settings: Settings) -> str:
    """What was found over the folder and nobody put aside."""
    findings = read_findings(settings.index)
    if not findings.generation:
        return "not looked for yet; 'chatbot index' and the running service do"
    store = Store(settings.database_url)
    try:
        dismissed = await store.dismissals.all()
    finally:
        await store.close()
    found = tuple(finding for finding in findings.found if finding.id not in dismissed)
    told = replace(findings, found=found).counts()
    aside = len(findings.found) - len(found)
    return (
        f"{told['contradictions']} contradictions, {told['copies']} near-copies"
        f"{f', {aside} dismissed' if aside else ''}; /console/contradictions"
    )


def _confidence(settings: Settings, service: ChatService) -> str:
    """How the gate decides, and whether its calibration knows the embeddings in use."""
    calibration = load_calibration(settings.calibration or CALIBRATION)
    risk = f"a risk of {settings.risk:.0%}" if settings.risk else "its usual risk"
    how = f"calibration '{calibration.version}' at {risk}"
    if settings.refuse_below is not None:
        how = f"refuses below a confidence of {settings.refuse_below} (CHATBOT_REFUSE_BELOW)"
    name = service.models.embeddings_entry.name
    if calibration.embeddings == name:
        return how
    return (
        f"{how}; it was fitted with the embeddings '{calibration.embeddings}', so similarities are "
        f"left out with '{name}'; fit it with 'chatbot calibrate --out'"
    )


def _answers_offline(settings: Settings, service: ChatService) -> str:
    with refused_connections() as tried:
        if current_name(service.settings.index) is None:
            service.update_index()
        answer = asyncio.run(_ask(service))
        service.models.embed(["text"], as_queries=True)
        if settings.database_url.startswith("sqlite"):
            asyncio.run(_open_page(settings, service))
    if tried:
        raise GenerationError(f"Something called out to {', '.join(sorted(set(tried)))}.")
    return (
        "the page opened and a question was answered with every connection refused; none was "
        f"tried ({answer.answer.model})"
    )


async def _ask(service: ChatService) -> Answered:
    events = [
        event async for event in service.answer(Question("What does this cover?", asker=EVERYTHING))
    ]
    last = events[-1]
    assert isinstance(last, Answered)
    return last


async def _open_page(settings: Settings, service: ChatService) -> None:
    """Start the whole application in this process and get its page."""
    from chatbot.api import create_app

    transport = httpx.ASGITransport(create_app(settings, service))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        page = await client.get("/")
    if page.status_code != 200:
        raise GenerationError(f"The page did not open (HTTP {page.status_code}).")


class _Watch:
    """An audit hook for this process: unlike a patched socket it sees every Python caller."""

    def __init__(self) -> None:
        self.tried: list[list[str]] = []
        self._installed = False

    def begin(self) -> list[str]:
        if not self._installed:  # a hook cannot be taken away again
            sys.addaudithook(self._see)
            self._installed = True
        self.tried.append([])
        return self.tried[-1]

    def _see(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.tried or not event.startswith("socket."):
            return
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            if arguments[0].family == socket.AF_UNIX or arguments[-1] is None:
                return
            self.tried[-1].append(str(arguments[-1]))
            raise ConnectionRefusedError(f"offline check: {arguments[-1]}")
        if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
            self.tried[-1].append(str(arguments[0]))
            raise socket.gaierror(f"offline check: {arguments[0]}")


_watch = _Watch()


@contextmanager
def refused_connections() -> Iterator[list[str]]:
    """Refuse every outgoing connection and name look-up of this process; yields those tried."""
    tried = _watch.begin()
    try:
        yield tried
    finally:
        _watch.tried.remove(tried)
