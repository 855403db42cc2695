"""An answer on the page: what is said before its first word, and what stays when it is stopped."""

import asyncio
import threading
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import chainlit as cl
import pytest
from chainlit.context import context_var
from chainlit.user import PersistedUser

from chatbot.answering.events import Event, PassagesFound, Queued, Rereading, Rewritten, Token
from chatbot.audience import EVERYTHING
from chatbot.desk.conversation import Conversation
from chatbot.errors import BusyError, ModelUnavailableError
from chatbot.llm.engines.protocol import GenerationRequest, Piece
from chatbot.page.data_layer import DeskDataLayer
from chatbot.page.desk import Desk, stop_is_told, stream
from chatbot.page.reply import answer, whole_words
from chatbot.page.waiting import titles_of
from chatbot.passage import Passage
from chatbot.service import ChatService
from chatbot.settings import Settings
from chatbot.store import Store
from tests.support.database import put_database
from tests.support.scripted import US, HashedEmbeddings, ScriptedEngine, scripted_model

LATER: list[Event] = [Queued(2), Queued(1), PassagesFound([]), Token("Hello.")]


class Emitter:
    """What the page gets, in order: (what, step)."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []

    async def send_step(self, step: dict[str, Any]) -> None:
        self.sent.append(("new", dict(step)))

    async def update_step(self, step: dict[str, Any]) -> None:
        self.sent.append(("changed", dict(step)))

    async def delete_step(self, step: dict[str, Any]) -> None:
        self.sent.append(("gone", dict(step)))

    async def stream_start(self, step: dict[str, Any]) -> None:
        self.sent.append(("begun", dict(step)))

    async def send_token(self, id: str, token: str, **_: object) -> None: ...

    async def send_element(self, element: dict[str, Any]) -> None: ...

    async def emit(self, event: str, data: object) -> None: ...

    def waiting(self) -> list[str]:
        """What was said in the place of an answer, and that it went."""
        lines = [(what, step) for what, step in self.sent if step["id"].startswith("waiting-")]
        return ["-" if what == "gone" else step["output"] for what, step in lines]


async def persist_file(**_: object) -> dict[str, str]:
    """Files are in nobody's way here."""
    return {"id": "file"}


class Patient(ScriptedEngine):
    """Writes nothing until it is stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.stopped = threading.Event(), threading.Event()

    def stream(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        self.begun.set()
        while not cancel.is_set():
            cancel.wait(0.02)
        self.stopped.set()
        yield Piece("", 0, "cancelled")


class Telling:
    """A service that tells these events."""

    def __init__(self, events: list[Event], fails: Exception | None = None) -> None:
        self._events, self._fails = events, fails

    def status(self) -> str:
        return "ready"

    async def answer(self, question: object) -> AsyncGenerator[Event, None]:
        for event in self._events:
            yield event
        if self._fails:
            raise self._fails


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(put_database(f"sqlite:///{tmp_path / 'desk.db'}", ("ann", "agent")))
    yield store
    await store.close()


@pytest.fixture
async def page(store: Store, monkeypatch: pytest.MonkeyPatch) -> Emitter:
    layer = DeskDataLayer(store, "password", lambda asker, paths: True)
    for module in ("message", "element"):
        monkeypatch.setattr(f"chainlit.{module}.get_data_layer", lambda: layer)
    user = await layer.get_user("ann")
    assert isinstance(user, PersistedUser)
    emitter, names = Emitter(), ("thread_id", "id")
    session = SimpleNamespace(user=user, language="de", **{n: str(uuid.uuid4()) for n in names})
    session.persist_file = persist_file
    context: Any = SimpleNamespace(session=session, emitter=emitter, current_run=None)
    context_var.set(context)
    return emitter


def desk_over(service: Any, store: Store) -> Desk:
    return Desk(service, store, Conversation(), "de", "agent", "ann", EVERYTHING)


async def kept(store: Store) -> dict[str, Any]:
    """The thread as it is kept, with the question that Chainlit keeps by itself."""
    thread = context_var.get().session.thread_id
    asked = {"id": "asked", "threadId": thread, "type": "user_message", "output": US}
    await store.threads.save_step(asked | {"createdAt": "2026-01-01T00:00:00Z"}, None)
    for _ in range(100):  # Chainlit writes in tasks of its own
        found = await store.threads.get(thread)
        if found and len(found["steps"]) > 1:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("no answer was kept")


async def test_a_reader_is_told_what_is_done_until_the_first_word(
    service: ChatService, store: Store, page: Emitter
) -> None:
    await answer(desk_over(service, store), "asked", US)
    searching, reading, gone = page.waiting()
    assert searching == "Sucht in den Dokumenten."
    assert reading == "Liest 2 Textstellen, aus: US returns, EU returns"
    assert gone == "-"
    assert [what for what, _ in page.sent] == ["new", "changed", "gone", "begun", "new"]
    steps = (await kept(store))["steps"]
    assert [step["type"] for step in steps] == ["user_message", "assistant_message"]


async def test_a_reader_is_told_the_place_in_the_line(store: Store, page: Emitter) -> None:
    await answer(desk_over(Telling(LATER), store), "asked", US)
    places = [f"Sie sind Nummer {number} in der Warteschlange." for number in (2, 1)]
    assert page.waiting() == ["Sucht in den Dokumenten.", *places, "-"]


async def test_an_answer_that_was_stopped_before_its_first_word_says_so(
    settings: Settings, embeddings: HashedEmbeddings, store: Store, page: Emitter
) -> None:
    engine = Patient()
    service = ChatService(settings, llm=scripted_model(engine), embeddings=embeddings)
    service.warm_up()
    desk = desk_over(service, store)
    asking = asyncio.create_task(answer(desk, "asked", US))
    assert await asyncio.to_thread(engine.begun.wait, 20)
    assert len(page.waiting()) == 2
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await asyncio.to_thread(engine.stopped.wait, 5)
    assert page.waiting()[-1] == "-"
    assert page.sent[-1][1]["output"] == "*Angehalten.*"
    assert desk.conversation.question("asked") == US  # so that it can be asked again
    restored = Conversation.of_thread(await kept(store))
    assert not restored.unanswered
    for conversation in (desk.conversation, restored):
        assert (conversation.history, conversation.last_question) == ([], US)


@pytest.mark.parametrize(
    ("events", "fails", "stays"),
    [
        ([], BusyError("Too many wait."), True),
        ([Queued(1)], ModelUnavailableError("It is gone."), True),
        ([Queued(1)], asyncio.CancelledError(), True),  # Stop
        ([Queued(1), PassagesFound([])], ModelUnavailableError("It is gone."), False),
    ],
)
async def test_an_answer_stays_until_the_work_on_another_one_begins(
    store: Store, page: Emitter, events: list[Event], fails: Any, stays: bool
) -> None:
    desk = desk_over(Telling(events, fails), store)
    before: Any = cl.Message("45 days.")
    await before.send()
    desk.conversation.add_question("asked", US)
    desk.conversation.add_answer(before.id, "45 days.", None)
    desk.conversation.draft = "Dear customer, ..."
    with pytest.raises(type(fails)):
        await answer(desk, "asked", US, again=1)
    shown = ("gone", before.id) not in [(what, step["id"]) for what, step in page.sent]
    entries = [entry.id for entry in desk.conversation.entries]
    assert (shown, entries) == (stays, ["asked", before.id] if stays else [])
    assert bool(desk.conversation.draft) is stays


async def test_what_was_withdrawn_does_not_stay_when_it_is_stopped(
    store: Store, page: Emitter
) -> None:
    events = [
        PassagesFound([]),
        Token("No, it is not."),
        Rewritten("Yes, within 2 hours."),
        Rereading(),
    ]
    stop: Any = asyncio.CancelledError()
    desk = desk_over(Telling(events, stop), store)
    with pytest.raises(asyncio.CancelledError):
        await answer(desk, "asked", US)
    assert page.sent[-1][1]["output"] == "Yes, within 2 hours.\n\n*Angehalten.*"
    assert desk.conversation.history[-1]["content"] == "Yes, within 2 hours."


@pytest.mark.parametrize(("command", "metadata"), [("Draft", {}), (None, {"partial": ""})])
async def test_what_was_stopped_beside_an_answer_says_so(
    store: Store, page: Emitter, command: str | None, metadata: dict[str, str]
) -> None:
    begun = asyncio.Event()

    async def nothing() -> AsyncGenerator[str, None]:
        begun.set()
        await asyncio.sleep(20)
        yield ""

    async def work() -> None:
        async with stop_is_told(desk_over(Telling([]), store), command):
            await stream(cl.Message(""), nothing())

    working = asyncio.create_task(work())
    await begun.wait()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    assert page.waiting() == ["Liest, was bisher gesagt wurde.", "-"]
    assert page.sent[-1][1]["output"] == "*Angehalten.*"
    assert page.sent[-1][1]["metadata"] == metadata


def test_titles_are_named_once_as_plain_words_and_not_too_many() -> None:
    titles = ["A [b](c) d", "A [b](c) d", "", "x" * 99, "Last"]
    found = [
        Passage(page_content="", metadata={"path": f"{n}.md", "title": title})
        for n, title in enumerate(titles)
    ]
    assert titles_of(found) == rf"A \[b\](c) d, 2.md, {'x' * 59}…, …"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("The Harbor Pro costs 4", "The Harbor Pro costs"),
        ("It costs 1.", "It costs"),  # of 1.50
        ("Returns within 45 days. Sale it", "Returns within 45 days. Sale"),
        ("Returns within a month.", "Returns within a month."),
        ("Returns within ", "Returns within "),
        ("Ye", ""),
        ("", ""),
    ],
)
def test_a_word_that_was_being_written_is_left_out(written: str, kept: str) -> None:
    assert whole_words(written) == kept
