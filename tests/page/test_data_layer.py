"""The page's data layer: what is not saved is said, and what is deleted stays deleted."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from chainlit.context import context_var
from chainlit.element import File
from chainlit.session import ws_sessions_id
from chainlit.types import Pagination, ThreadFilter
from chainlit.user import PersistedUser, User

from chatbot.errors import UserError
from chatbot.page.access import Mode
from chatbot.page.data_layer import DeskDataLayer
from chatbot.page.session import tell_ended
from chatbot.store import Store
from tests.support.database import put_database


class Emitter:
    """What the page gets."""

    def __init__(self) -> None:
        self.toasts: list[str] = []
        self.steps: list[dict[str, Any]] = []

    async def send_toast(self, message: str, type: str) -> None:
        self.toasts.append(message)

    async def send_step(self, step: dict[str, Any]) -> None:
        self.steps.append(step)


class Session:
    """A page that is open."""

    def __init__(self, user: PersistedUser) -> None:
        self.user = user
        self.thread_id = str(uuid.uuid4())
        self.id = str(uuid.uuid4())
        self.files_dir = Path("/nonexistent")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(put_database(f"sqlite:///{tmp_path / 'desk.db'}", ("ann", "owner")))
    yield store
    await store.close()


@pytest.fixture
async def layer(store: Store) -> DeskDataLayer:
    return DeskDataLayer(store, "password", lambda asker, paths: True)


@pytest.fixture
async def page(layer: DeskDataLayer) -> Emitter:
    user = await layer.get_user("ann")
    assert user is not None
    emitter = Emitter()
    context_var.set(SimpleNamespace(session=Session(user), emitter=emitter))  # type: ignore[arg-type]
    return emitter


def step(**more: Any) -> Any:
    thread = context_var.get().session.thread_id
    made = {"id": str(uuid.uuid4()), "threadId": thread, "type": "user_message", "output": "Why?"}
    return made | more


async def test_steps_are_kept_under_the_user(
    layer: DeskDataLayer, page: Emitter, store: Store
) -> None:
    await layer.create_step(step())
    await layer.update_thread(step()["threadId"], name="  a\nname  " + "x" * 500)
    user = await layer.get_user("ann")
    assert user is not None
    found = await layer.list_threads(Pagination(first=5), ThreadFilter(userId=user.id))
    (thread,) = found.data
    assert thread["name"].startswith("a name x")
    assert len(thread["name"]) == 120
    assert await layer.get_thread_author(thread["id"]) == "ann"
    assert page.toasts == []


@pytest.mark.parametrize("first", [-(10**30), -1, 0, 10**30])
async def test_a_page_of_threads_is_never_all_of_them(
    layer: DeskDataLayer, store: Store, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    monkeypatch.setattr("chatbot.page.data_layer._MOST_LISTED", 2)
    user = await store.users.ensure("ann", "agent")
    for number in range(4):
        await store.threads.save(f"t{number}", user_id=user.id)
    found = await layer.list_threads(Pagination(first=first), ThreadFilter(userId=user.id))
    assert len(found.data) == (2 if first > 0 else 1)
    assert found.pageInfo.hasNextPage


async def test_a_failed_write_is_said_and_not_at_once_again(
    layer: DeskDataLayer, page: Emitter, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy import text

    await layer.create_step(step())
    async with store.database.write() as connection:
        pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
        await connection.execute(text(f"PRAGMA max_page_count={pages}"))
    for _ in range(2):
        await layer.create_step(step(output="x" * 100_000))
    assert page.toasts == [s["output"] for s in page.steps]
    (sentence,) = page.toasts
    assert sentence.startswith("This was not saved, because the database failed: ")
    assert page.steps[0]["isError"]
    monkeypatch.setattr("chatbot.page.data_layer._AGAIN", 0.0)
    await layer.create_step(step(output="x" * 100_000))
    assert page.toasts == [sentence, sentence]


async def test_a_page_loaded_again_waits_for_what_is_being_written(
    layer: DeskDataLayer, page: Emitter
) -> None:
    made = [step(output=str(number)) for number in range(5)]
    writing = [asyncio.create_task(layer.create_step(each)) for each in made]
    thread = await layer.get_thread(made[0]["threadId"])
    assert thread is not None
    assert [each["output"] for each in thread["steps"]] == ["0", "1", "2", "3", "4"]
    await asyncio.gather(*writing)


async def test_a_file_that_is_gone_is_said(layer: DeskDataLayer, page: Emitter) -> None:
    await layer.create_step(step())
    element = File(name="note.txt", path="/nonexistent/note.txt", mime="text/plain")
    await layer.create_element(element)
    assert page.toasts == [
        "A file was not saved, because it could not be read: No such file or directory."
    ]


async def test_a_deleted_thread_stays_deleted(
    layer: DeskDataLayer, page: Emitter, store: Store
) -> None:
    await layer.create_step(step())
    thread = step()["threadId"]
    await layer.delete_thread(thread)
    await layer.create_step(step(output="an answer that was under way"))
    await layer.update_thread(thread, metadata={"chat_settings": {}})
    assert await store.threads.get(thread) is None
    assert page.toasts == ["This was not saved, because the conversation was deleted."]


async def test_a_step_of_another_thread_is_refused(layer: DeskDataLayer, page: Emitter) -> None:
    mine = step()
    await layer.create_step(mine)
    await layer.create_step(mine | {"threadId": str(uuid.uuid4())})
    assert "another conversation" in page.toasts[0]


@pytest.mark.parametrize(
    ("mode", "name", "added"),
    [
        ("header", "bob", True),
        ("open", "local", True),
        ("password", "bob", False),
        ("oauth", "bob", False),
        ("oauth", "bob@example.org", True),
    ],
)
async def test_who_is_added_by_signing_in(store: Store, mode: Mode, name: str, added: bool) -> None:
    layer = DeskDataLayer(store, mode, lambda asker, paths: True, ("example.org",))
    user = User(identifier=name, metadata={"role": "agent"})
    if added:
        made = await layer.create_user(user)
        assert made is not None
        assert (made.identifier, made.metadata["role"]) == (name, "agent")
    else:
        with pytest.raises(UserError, match="There is no user"):
            await layer.create_user(user)


async def test_signing_in_keeps_the_role_of_the_database(
    store: Store, layer: DeskDataLayer
) -> None:
    user = await layer.create_user(User(identifier="ann", metadata={"role": "agent"}))
    assert user is not None
    assert user.metadata["role"] == "owner"


async def test_a_removed_person_is_told_once_and_plainly(
    layer: DeskDataLayer, page: Emitter, store: Store
) -> None:
    await layer.create_step(step())
    assert await layer.ending() is None
    await store.users.remove("ann")
    for _ in range(3):
        await layer.create_step(step())
    assert page.toasts == ["Your user was removed; sign in with another one."]
    assert [shown["output"] for shown in page.steps] == page.toasts
    await store.users.add("ann", "correct horse")  # another person of that name
    assert await layer.ending() == "removed"


async def test_open_pages_of_a_removed_person_are_told(
    layer: DeskDataLayer, page: Emitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, Any]] = []

    async def emit(event: str, data: Any) -> None:
        sent.append((event, data))

    under_way = asyncio.create_task(asyncio.sleep(60))
    for name, task in (("ann", under_way), ("bob", None)):
        user = SimpleNamespace(identifier=name)
        opened = SimpleNamespace(user=user, current_task=task, thread_id="t", emit=emit)
        monkeypatch.setitem(ws_sessions_id, name, opened)  # type: ignore[arg-type]
    await tell_ended("ann", "removed")
    await asyncio.wait([under_way])
    assert under_way.cancelled()
    ((event, told),) = sent
    assert event == "new_message"
    assert told["output"].startswith("Your user was removed")
