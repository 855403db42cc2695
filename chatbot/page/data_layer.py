"""Chainlit's data layer over the store: what fails to be saved is said on the page."""

import asyncio
import logging
import time
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, cast
from weakref import WeakKeyDictionary

from chainlit.context import context
from chainlit.data.base import BaseDataLayer
from chainlit.data.utils import queue_until_user_message
from chainlit.element import Element, ElementDict
from chainlit.step import StepDict
from chainlit.types import (
    Feedback,
    PageInfo,
    PaginatedResponse,
    Pagination,
    ThreadDict,
    ThreadFilter,
)
from chainlit.user import PersistedUser, User

from chatbot.audience import VISITOR, Asker
from chatbot.errors import StoreError, UserError
from chatbot.page.access import Mode, may_enter
from chatbot.page.kept import MaySee, shown_element, shown_thread
from chatbot.page.session import language, unsaved_step
from chatbot.page.texts import say
from chatbot.page.who import MARK, Ending, ending
from chatbot.store import Store

log = logging.getLogger(__name__)

# Of a page of threads: a browser may ask for any number, and one below 0 would be all of them.
_MOST_LISTED = 100
# A thread is named after its first question.
_NAME_CHARS = 120

# Seconds after which the same sentence is said again.
_AGAIN = 5.0

# Of what Chainlit wants to keep with a thread, only these; sharing would open it to everybody.
_KEPT_METADATA = ("chat_settings", "chat_profile")


class DeskDataLayer(BaseDataLayer):
    """Keeps threads in the store.

    Chainlit starts most writes in tasks whose exceptions nobody reads, so a failure is sent to
    the page here; one message fails in several writes, and its reason is said once.
    """

    def __init__(
        self, store: Store, mode: Mode, may_see: MaySee, oauth_domains: Sequence[str] = ()
    ) -> None:
        self.store = store
        self._may_see = may_see
        self._mode = mode
        self._domains = oauth_domains
        self._said_to: WeakKeyDictionary[Any, dict[str, float]] = WeakKeyDictionary()
        self._deleted: set[str] = set()
        self._writes: dict[str, set[asyncio.Future[None]]] = {}

    async def _wait_for_writes(self, thread_id: str) -> None:
        """Wait until what has been handed over of a thread is written, or has failed.

        A task that Chainlit has just made for a write begins in the next round of the loop.
        """
        for _ in range(3):
            await asyncio.sleep(0)
        while under_way := self._writes.get(thread_id):
            await asyncio.wait(under_way)

    async def _save(self, writing: Coroutine[Any, Any, None]) -> None:
        """Finish a write of this session; a failure is said on its page."""
        thread = context.session.thread_id
        done = asyncio.get_running_loop().create_future()
        self._writes.setdefault(thread, set()).add(done)
        try:
            if thread in self._deleted:  # it would bring the thread back
                writing.close()
                raise StoreError("This was not saved, because the conversation was deleted.")
            await writing
        except (StoreError, OSError) as exc:
            sentence = str(exc) if isinstance(exc, StoreError) else _unreadable(exc)
            log.error("%s", sentence)
            over = await self.ending()
            await self.tell(say(language(), over) if over else sentence)
        finally:
            done.set_result(None)
            self._writes[thread].discard(done)
            if not self._writes[thread]:
                del self._writes[thread]

    async def tell(self, sentence: str) -> None:
        """Show a failure on the session's page, once for all writes that fail with it."""
        said = self._said_to.setdefault(context.session, {})
        if time.monotonic() - said.get(sentence, -_AGAIN) >= _AGAIN:
            said[sentence] = time.monotonic()
            await _show(sentence)

    # People

    async def ending(self) -> Ending | None:
        """Why the session is over, if it is. Where a proxy says who comes in, or nobody does, none
        ever is."""
        user = context.session.user
        if self._mode in ("header", "open"):
            return None
        if user is None:
            return "removed"
        try:
            known = await self.store.users.get(user.identifier)
        except StoreError:  # nobody can tell
            return None
        same = known if known and known.id == _user_id() else None
        return ending(user, same, self._mode)

    async def get_user(self, identifier: str) -> PersistedUser | None:
        """The user with the role and the groups as they are now."""
        user = await self.store.users.get(identifier)
        if user is None:
            return None
        return PersistedUser(
            id=user.id,
            identifier=user.name,
            createdAt=user.created_at,
            metadata={"role": user.role, "groups": list(user.groups), MARK: user.mark},
        )

    async def create_user(self, user: User) -> PersistedUser | None:
        """The user who signed in; one whom a proxy or an admitted domain vouches for is added
        the first time. Any other exists already, or else was removed and stays out."""
        known = await self.get_user(user.identifier)
        vouched = self._mode == "oauth" and may_enter(user.identifier, False, self._domains)
        if known is None and self._mode in ("password", "oauth") and not vouched:
            raise UserError(f"There is no user '{user.identifier}'.")
        if known is None:
            await self.store.users.ensure(user.identifier, user.metadata.get("role", "agent"))
        return known or await self.get_user(user.identifier)

    # Steps and elements

    @queue_until_user_message()
    async def create_step(self, step_dict: StepDict) -> None:
        """Save a step."""
        await self._save(self.store.threads.save_step(dict(step_dict), _user_id()))

    @queue_until_user_message()
    async def update_step(self, step_dict: StepDict) -> None:
        """Save a step again."""
        await self._save(self.store.threads.save_step(dict(step_dict), _user_id()))

    @queue_until_user_message()
    async def delete_step(self, step_id: str) -> None:
        """Remove a step."""
        await self._save(self.store.threads.delete_step(step_id))

    @queue_until_user_message()
    async def create_element(self, element: Element) -> None:
        """Save an element with its content; it belongs to the session's own thread."""

        async def save() -> None:
            described: dict[str, Any] = dict(element.to_dict())
            described["threadId"] = context.session.thread_id
            await self.store.threads.save_element(described, _content(element), _user_id())

        await self._save(save())

    async def get_element(self, thread_id: str, element_id: str) -> ElementDict | None:
        """An element as the page shows it."""
        found = await self.store.threads.element(thread_id, element_id)
        if found is None:
            return None
        asker = await self._author(thread_id)
        return _for_page(shown_element(found[0], asker, self._may_see))

    async def _author(self, thread_id: str) -> Asker:
        """Whose thread it is, as far as documents go: nobody else gets to read it."""
        author = await self.store.users.get(await self.store.threads.author(thread_id) or "")
        return author.asker if author else VISITOR

    @queue_until_user_message()
    async def delete_element(self, element_id: str, thread_id: str | None = None) -> None:
        """Remove an element of the session's own thread."""
        thread = context.session.thread_id
        await self._save(self.store.threads.delete_element(element_id, thread))

    # Feedback

    async def upsert_feedback(self, feedback: Feedback) -> str:
        """Save thumbs; a failure reaches the page as the answer to its request."""
        return await self.store.feedback.rate(feedback.forId, feedback.value, feedback.comment)

    async def delete_feedback(self, feedback_id: str) -> bool:
        """Take thumbs back."""
        await self.store.feedback.delete(feedback_id)
        return True

    # Threads

    async def get_thread_author(self, thread_id: str) -> str:
        """The name of the user whose thread it is; empty where there is no such thread."""
        return await self.store.threads.author(thread_id) or ""

    async def get_thread(self, thread_id: str) -> ThreadDict | None:
        """A thread as it was sent, with addresses for what its elements contain.

        A page that is loaded again right after an answer waits for that answer's writes.
        """
        await self._wait_for_writes(thread_id)
        thread = await self.store.threads.get(thread_id)
        if thread is None:
            return None
        thread = shown_thread(thread, await self._author(thread_id), self._may_see)
        thread["elements"] = [_for_page(element) for element in thread["elements"]]
        return cast(ThreadDict, thread)

    async def update_thread(
        self,
        thread_id: str,
        name: str | None = None,
        user_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        tags: list[str] | None = None,
    ) -> None:
        """Name a thread, or keep its settings."""
        if user_id is None and name is None and await self.store.threads.author(thread_id) is None:
            return  # a page that closes does not bring a deleted thread back
        await self.store.threads.save(
            thread_id,
            name=" ".join(name.split())[:_NAME_CHARS] if name else None,
            user_id=user_id,
            metadata={k: metadata[k] for k in _KEPT_METADATA if k in metadata}
            if metadata
            else None,
            tags=tags,
        )

    async def delete_thread(self, thread_id: str) -> None:
        """Remove a thread with all that is in it."""
        await self.store.threads.delete(thread_id)
        self._deleted.add(thread_id)

    async def list_threads(
        self, pagination: Pagination, filters: ThreadFilter
    ) -> PaginatedResponse[Any]:
        """A page of the user's threads, newest first."""
        found, more = await self.store.threads.list(
            filters.userId or "",
            min(max(pagination.first, 1), _MOST_LISTED),
            pagination.cursor,
            filters.search,
            filters.feedback,
        )
        ends = (found[0]["id"], found[-1]["id"]) if found else (None, None)
        return PaginatedResponse(pageInfo=PageInfo(more, *ends), data=found)

    async def get_favorite_steps(self, user_id: str) -> list[StepDict]:
        """Favourites are off."""
        return []

    async def build_debug_url(self) -> str:
        """There is none."""
        return ""

    async def close(self) -> None:
        """Close the store."""
        await self.store.close()


def element_address(thread_id: str, element_id: str) -> str:
    """Where the content of a kept element is read."""
    return f"/desk/element/{thread_id}/{element_id}"


def _for_page(element: dict[str, Any]) -> ElementDict:
    """An element of an earlier session: its file is read from the store."""
    kept = dict(element)
    if kept.get("type") != "custom":
        kept["chainlitKey"] = None
        kept["url"] = element_address(kept["threadId"], kept["id"])
    return cast(ElementDict, kept)


def _content(element: Element) -> bytes | None:
    if element.type == "custom":  # its props say it all
        return None
    if element.path:
        return Path(element.path).read_bytes()
    content = element.content or b""
    return content.encode() if isinstance(content, str) else bytes(content)


def _unreadable(exc: OSError) -> str:
    return f"A file was not saved, because it could not be read: {exc.strerror or exc}."


def _user_id() -> str | None:
    user = context.session.user
    return user.id if isinstance(user, PersistedUser) else None


async def _show(sentence: str) -> None:
    """An error on the page that is itself not saved."""
    await context.emitter.send_toast(sentence, "error")
    await context.emitter.send_step(unsaved_step(sentence, context.session.thread_id))
