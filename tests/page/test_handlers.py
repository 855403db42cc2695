"""The page's handlers: what a page that comes back is shown."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import chainlit as cl
import pytest
from chainlit.context import context_var, init_ws_context
from chainlit.session import WebsocketSession, ws_sessions_id, ws_sessions_sid

from chatbot.page.data_layer import DeskDataLayer
from chatbot.page.handlers import Page
from chatbot.page.session import current
from chatbot.service import ChatService
from chatbot.store import Store
from tests.support.database import put_database
from tests.support.scripted import US

Sent = list[tuple[str, Any]]


@pytest.fixture
async def layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DeskDataLayer]:
    store = Store(put_database(f"sqlite:///{tmp_path / 'desk.db'}", ("ann", "agent")))
    layer = DeskDataLayer(store, "password", lambda asker, paths: True)
    monkeypatch.setattr("chainlit.data._data_layer", layer)
    monkeypatch.setattr("chainlit.data._data_layer_initialized", True)
    yield layer
    await store.close()


@pytest.fixture
def sent() -> Sent:
    return []


@pytest.fixture
async def session(layer: DeskDataLayer, sent: Sent) -> AsyncIterator[WebsocketSession]:
    """A browser's session in a conversation that has begun; ``sent`` is what reaches it."""

    async def emit(event: str, data: Any) -> None:
        sent.append((event, data))

    given: Any = {"emit": emit, "emit_call": emit, "user_env": {}, "client_type": "webapp"}
    user = await layer.get_user("ann")
    names = [str(uuid.uuid4()), str(uuid.uuid4())]
    session = WebsocketSession(id=names[0], socket_id=names[1], user=user, **given)
    session.has_first_interaction = True
    init_ws_context(session)
    yield session
    for sessions in (ws_sessions_id, ws_sessions_sid):
        sessions.clear()


async def come_back(page: Page, session: WebsocketSession, sent: Sent) -> Sent:
    """Connect anew, after a while in which nothing reached the browser; what it gets then."""
    sent.clear()
    session.restore(str(uuid.uuid4()))
    await page.connect(session.socket_id)
    return list(sent)


async def test_an_answer_that_was_finished_while_nobody_was_connected_is_shown_once(
    service: ChatService, layer: DeskDataLayer, session: WebsocketSession, sent: Sent
) -> None:
    page = Page(service, layer.store, layer, "password")
    await asyncio.create_task(page.choose(cl.Action(name="choose", payload={"choice": US})))
    answer = cl.chat_context.get()[-1]
    await layer.get_thread(session.thread_id)  # it is kept
    got = await come_back(page, session, sent)
    (shown,) = [data for event, data in got if event == "resume_thread"]
    assert [step["id"] for step in shown["steps"]].count(answer.id) == 1
    assert [element["name"] for element in shown["elements"]] == ["Sources"]
    # A page that has the button already is told to take it away first.
    buttons = [(event, data["id"]) for event, data in got if event.endswith("action")]
    assert buttons == [(event, f"{answer.id}-again") for event in ("remove_action", "action")]
    again = await come_back(page, session, sent)
    assert "resume_thread" not in [event for event, _ in again]


async def test_what_the_database_did_not_keep_stays_on_screen(
    service: ChatService, layer: DeskDataLayer, session: WebsocketSession, sent: Sent
) -> None:
    page = Page(service, layer.store, layer, "password")
    await asyncio.create_task(page.choose(cl.Action(name="choose", payload={"choice": US})))
    await layer.get_thread(session.thread_id)
    await layer.store.threads.delete_step(cl.chat_context.get()[-1].id)
    got = await come_back(page, session, sent)
    assert "resume_thread" not in [event for event, _ in got]


async def test_a_question_back_is_drafted_for_the_customer_as_it_is(
    service: ChatService, layer: DeskDataLayer, session: WebsocketSession
) -> None:
    page = Page(service, layer.store, layer, "password")
    record = {"question": "How long?", "abstained": True, "choices": ["US", "EU"]}
    current().add_question("asked", "How long?")
    current().add_answer("back", said := "Which country is it?", {"answer": said} | record)
    await asyncio.create_task(page.receive(cl.Message("Thanks.", command="Draft reply")))
    drafted = cl.chat_context.get()[-1].content
    assert "\n\nWhich country is it?\n\nThanks.\n\n" in drafted
    assert current().draft in drafted


async def test_what_followed_a_command_that_is_edited_is_gone(
    service: ChatService, layer: DeskDataLayer, session: WebsocketSession
) -> None:
    page = Page(service, layer.store, layer, "password")
    command = cl.Message("lamps", command="Search only")
    await asyncio.create_task(page.receive(command))
    current().add_question("asked", "How long?")
    await asyncio.create_task(page.receive(command))
    assert current().entries == []


async def test_a_case_that_is_handed_off_is_not_the_small_talk_that_asked_for_it(
    service: ChatService, layer: DeskDataLayer, session: WebsocketSession
) -> None:
    page = Page(service, layer.store, layer, "password")
    for said in (US, "Can I talk to a human?"):
        await asyncio.create_task(page.receive(cl.Message(said)))
    await asyncio.create_task(page.receive(cl.Message("", command="Hand off")))
    packet = cl.chat_context.get()[-1].elements[0].content
    assert packet.decode().startswith(f"# Handoff: {US}")
    assert (
        "I am a chatbot" not in packet.decode().partition("## Conversation")[0].split("## Draft")[1]
    )
    current().add_question("next", "And on Mars?")
    current().add_answer("stopped", "", None)
    await asyncio.create_task(page.receive(cl.Message("", command="Hand off")))
    packet = cl.chat_context.get()[-1].elements[0].content
    assert packet.decode().startswith("# Handoff: And on Mars?")
    assert "## Draft\n\nNo draft.\n\n## Passages tried\n\nNone." in packet.decode()


async def test_a_summary_is_copied_and_handed_off_without_the_signs_of_the_page(
    service: ChatService, layer: DeskDataLayer, session: WebsocketSession
) -> None:
    page = Page(service, layer.store, layer, "password")
    asked = "Is the T-shirt at $5 in price_list[2]!"
    current().add_question("asked", asked)
    for command in ("Summarise", "Hand off"):
        await asyncio.create_task(page.receive(cl.Message("", command=command)))
        shown = cl.chat_context.get()[-1]
        assert r"price\_list\[2\]\!" in shown.content
        (file, *_) = shown.elements
        plain = file.props["text"] if command == "Summarise" else file.content.decode()
        assert f"\u201c{asked}\u201d" in plain


async def test_a_file_that_comes_with_a_command_is_read(
    service: ChatService, layer: DeskDataLayer, session: WebsocketSession, tmp_path: Path
) -> None:
    page = Page(service, layer.store, layer, "password")
    (tmp_path / "offer.md").write_text("The Harbor Pro costs 450 EUR.")
    file = cl.File(name="offer.md", path=str(tmp_path / "offer.md"))
    asked = cl.Message("Harbor Pro", elements=[file], command="Search only")
    await asyncio.create_task(page.receive(asked))
    assert len(current().documents) == 1
    read, found = [message.content for message in cl.chat_context.get()[-2:]]
    assert "offer.md" in read and read.count("\n") == 0
    assert found != read


@pytest.mark.parametrize(("is_error", "more"), [(True, 0), (False, 1)])
async def test_a_question_without_an_answer_is_said_once(
    service: ChatService, layer: DeskDataLayer, session: WebsocketSession, is_error: bool, more: int
) -> None:
    page = Page(service, layer.store, layer, "password")
    asked = {"id": "asked", "type": "user_message", "output": US}
    told = {"id": "told", "type": "assistant_message", "output": "Ended.", "isError": is_error}
    thread: Any = {"id": session.thread_id, "steps": [asked, told], "elements": []}
    await page.resume(thread)
    assert len(thread["steps"]) == 2 + more
    assert context_var.get().session is session


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ({"tone": "formal", "language": "Deutsch"}, {"tone": "formal", "language": "Deutsch"}),
        ({"tone": "loud"}, {"tone": "friendly", "language": "English"}),
        ({}, {"tone": "friendly", "language": "English"}),
    ],
)
async def test_tone_and_language_of_drafts_stay_as_they_were_chosen(
    service: ChatService,
    layer: DeskDataLayer,
    session: WebsocketSession,
    kept: dict[str, str],
    shown: dict[str, str],
) -> None:
    page = Page(service, layer.store, layer, "password")
    session.chat_settings = kept  # as Chainlit takes it from the thread
    await page.resume({"id": session.thread_id, "steps": [], "elements": []})  # type: ignore[typeddict-item]
    assert session.chat_settings == shown
