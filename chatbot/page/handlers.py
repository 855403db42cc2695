"""What the page does when somebody begins, asks, stops, judges or comes back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakSet

import chainlit as cl
from chainlit.context import init_ws_context
from chainlit.server import sio
from chainlit.session import WebsocketSession
from chainlit.socket import connection_successful
from chainlit.types import Feedback, ThreadDict

from chatbot.desk.conversation import Entry
from chatbot.desk.naming import choose_document, nearest_documents
from chatbot.desk.starters import read_starters
from chatbot.errors import ChatbotError, DocumentError, StoreError, operator_sentence
from chatbot.knowledge.blocks import one_line
from chatbot.page import commands, files, session
from chatbot.page.access import LOCAL, Mode
from chatbot.page.answers import inert
from chatbot.page.data_layer import DeskDataLayer
from chatbot.page.desk import Desk, stop_is_told
from chatbot.page.reply import answer, buttons_under
from chatbot.page.session import language, role
from chatbot.page.texts import say
from chatbot.page.waiting import Notice
from chatbot.service import ChatService
from chatbot.store import Store
from chatbot.store.users import asker_with

log = logging.getLogger(__name__)

_CORRECTION = ("wrong", "right_answer", "right_document")
_FORM = ("should_refuse", "save", "saved", "change", "nothing", "not_saved", "to_review")
_CHOICE_CHARS = 200
_ASKED_CHARS = 160


class Page:
    """The handlers, over one service and one store."""

    def __init__(
        self,
        service: ChatService,
        store: Store,
        layer: DeskDataLayer,
        mode: Mode,
        *,
        has_console: bool = False,
    ) -> None:
        self._service = service
        self._store = store
        self._layer = layer
        self._mode = mode
        self._has_console = has_console
        # The threads that are being answered, with the task that does it.
        self._answering: dict[str, asyncio.Task[Any]] = {}
        # Sessions in which a turn was begun since their conversation was last shown as a whole.
        self._finished: WeakSet[Any] = WeakSet()

    def register(self) -> None:
        """Tell Chainlit what to call."""
        cl.set_starters(self.starters)
        cl.on_chat_start(self.begin)
        cl.on_chat_resume(self.resume)
        cl.on_message(self.receive)
        cl.on_stop(self.replace_stop_notice)
        cl.on_feedback(self.ask_for_correction)
        cl.action_callback("regenerate")(self.regenerate)
        cl.action_callback("choose")(self.choose)
        cl.action_callback("correct")(self.save_correction)
        sio.on("connection_successful", self.connect)

    async def connect(self, sid: str) -> None:
        """A page is there, or there again after its connection broke: Chainlit tells it that
        nothing is under way, which takes Stop away and offers thumbs."""
        await connection_successful(sid)
        session = WebsocketSession.get(sid)
        if session is None:
            return
        emitter = init_ws_context(session).emitter
        if answering := self._answering.get(session.thread_id):
            await emitter.task_start()
            await asyncio.wait([answering])
            if session.thread_id not in self._answering:  # it may have ended just before the start
                await emitter.task_end()
        elif session in self._finished and not session.thread_id_to_resume:  # else Chainlit does
            await self._show_again(session)

    async def _show_again(self, chainlit_session: WebsocketSession) -> None:
        """Show a conversation as it is kept: what was sent while the connection was broken went
        nowhere, and a server learns of that late. What the database failed to keep stays on screen
        instead."""
        self._finished.discard(chainlit_session)
        entries = session.current().entries
        try:
            thread = await self._layer.get_thread(chainlit_session.thread_id)
        except StoreError as exc:
            log.warning("%s", operator_sentence(exc))
            self._finished.add(chainlit_session)
            return
        kept = {step["id"] for step in thread["steps"]} if thread else set()
        if thread and all(entry.id in kept for entry in entries[-2:]):
            await cl.context.emitter.resume_thread(thread)
            await _offer_buttons(entries)

    async def starters(self, user: cl.User | None) -> list[cl.Starter]:
        """Questions to begin with, from the knowledge base."""
        pairs = read_starters(self._service.settings.knowledge)
        return [cl.Starter(label=label, message=text) for label, text in pairs]

    async def begin(self) -> None:
        """A new conversation without history."""
        session.forget_ended()
        # public/page.js finds the conversation by it, if it is loaded again before the address.
        # It also says, once and below the box, that nobody has to sign in.
        told = {"open": say(language(), "open")} if self._mode == "open" else {}
        begun = {"thread": cl.context.session.thread_id, **told}
        await cl.context.emitter.send_window_message(begun)
        await commands.offer(language(), role())

    async def resume(self, thread: ThreadDict) -> None:
        """An earlier conversation, with its uploads and the buttons of its last answer."""
        session.forget_ended()
        if answering := self._answering.get(thread["id"]):  # the page was loaded again meanwhile
            await self._wait_with(thread, answering)
            thread.update(await self._layer.get_thread(thread["id"]) or thread)
        kept: dict[str, Any] = dict(thread)
        restored = session.restore(kept)
        await commands.offer(language(), role())
        await files.take_in_again(restored, self._service, self._store, kept)
        if restored.unanswered and not _ends_with_error(thread):
            notice = session.unsaved_step(say(language(), "interrupted"), thread["id"])
            thread["steps"].append(notice)
        else:
            await _offer_buttons(restored.entries)

    async def _wait_with(self, thread: ThreadDict, answering: asyncio.Task[Any]) -> None:
        """Show what there is of a conversation until its answer is there; Chainlit shows it again
        then, as a whole."""
        emitter, notice = cl.context.emitter, Notice()
        cl.context.session.current_task = answering  # for Stop
        await emitter.resume_thread(thread)
        await emitter.task_start()
        await notice.show("still")
        await asyncio.wait([answering])
        await notice.remove()
        await emitter.task_end()

    async def receive(self, message: cl.Message) -> None:
        """Read what was handed in, then run the command or answer the question."""

        async def work(desk: Desk) -> None:
            asks = bool(message.content.strip()) and not message.command
            desk.conversation.go_on_from(message.id, asks)
            async with stop_is_told(desk, message.command):
                is_question = await _take_in(desk, message)
                if command := commands.find_command(message.command or ""):
                    await command(desk, message.content)
                    return
            if is_question:
                await answer(desk, message.id, message.content)

        await self._turn(work)

    async def replace_stop_notice(self) -> None:
        """What was stopped says so itself, in the reader's language."""
        for message in cl.chat_context.get():
            if message.content == "Task manually stopped.":  # Chainlit's own words
                await message.remove()

    async def regenerate(self, action: cl.Action) -> None:
        """Answer a question again in place of its answer and of what followed."""
        question_id = str(action.payload.get("question"))
        again = action.payload.get("again")
        times = again if isinstance(again, int) and again > 0 else 1

        async def work(desk: Desk) -> None:
            question = desk.conversation.question(question_id)
            if question is None:
                return
            async with cl.Step(name="on_message", type="run", parent_id=question_id):
                await answer(desk, question_id, question, times)

        await self._turn_of_button(work)

    async def choose(self, action: cl.Action) -> None:
        """Ask what a button of a question back says, as if it had been typed."""
        chosen = str(action.payload.get("choice"))[:_CHOICE_CHARS]

        async def work(desk: Desk) -> None:
            message = await cl.Message(chosen, type="user_message", author=desk.user).send()
            async with cl.Step(name="on_message", type="run", parent_id=message.id):
                await answer(desk, message.id, chosen)

        await self._turn_of_button(work)

    async def _turn_of_button(self, work: Callable[[Desk], Awaitable[None]]) -> None:
        await cl.context.emitter.task_start()
        try:
            await self._turn(work)
        except asyncio.CancelledError:
            log.debug("The answer to a button was stopped")
        finally:
            await cl.context.emitter.task_end()

    async def ask_for_correction(self, feedback: Feedback) -> None:
        """After thumbs down, ask what would have been right."""
        if feedback.value:
            return
        keys = (*_CORRECTION, *_FORM)
        judged = await self._store.feedback.judged(feedback.forId)
        props = {
            "step": feedback.forId,
            "labels": {key: say(language(), key) for key in keys},
            "documents": judged.shown,
            "cited": judged.cited[0] if judged.cited else "",
            "comment": feedback.comment or "",
            "review": self._has_console and role() in ("owner", "admin"),
        }
        form = cl.CustomElement(name="Correction", props=props, display="inline")
        # It stands at the end of the conversation, wherever the answer stands.
        asked = one_line(judged.question)
        if len(asked) > _ASKED_CHARS:
            asked = f"{asked[:_ASKED_CHARS].rstrip()}…"
        named = f"> {inert(asked)}\n\n" if asked else ""
        await cl.Message(named + say(language(), "correct"), elements=[form]).send()

    async def save_correction(self, action: cl.Action) -> dict[str, str]:
        """Save the form of :meth:`judged`; an ``error`` is shown in it."""
        given = {key: str(action.payload.get(key) or "")[:8000] for key in _CORRECTION}
        step, thread = str(action.payload.get("step")), cl.context.session.thread_id
        try:
            if named := given["right_document"].strip():
                given["right_document"] = await self._document(step, named)
            await self._store.feedback.correct(step, thread, **given)
        except (StoreError, DocumentError) as exc:
            return {"error": str(exc)}
        return {}

    async def _document(self, step: str, named: str) -> str:
        """The path of the document that a person means with an answer's correction.

        Raises:
            DocumentError: there is none; the nearest ones are named.
        """
        shown = (await self._store.feedback.judged(step)).shown
        known = self._service.document_paths((await self._desk()).asker)
        if chosen := choose_document(named, shown, known):
            return chosen
        nearest = ", ".join(nearest_documents(named, [*shown, *known])) or "-"
        raise DocumentError(say(language(), "no_document", name=named, nearest=nearest))

    async def _turn(self, work: Callable[[Desk], Awaitable[None]]) -> None:
        """Do ``work``; what fails is said, and Stop reaches this task."""
        task, thread = asyncio.current_task(), cl.context.session.thread_id
        assert task is not None
        # Chainlit sets this for new messages only; an edited or regenerated one must stop, too.
        cl.context.session.current_task = task
        self._answering[thread] = task
        self._finished.add(cl.context.session)
        task.add_done_callback(lambda done: self._on_done(thread, done))
        session.offer_thumbs(False)
        try:
            if over := await self._layer.ending():
                await self._layer.tell(say(language(), over))
            else:
                await work(await self._desk())
        except ChatbotError as exc:
            await cl.ErrorMessage(str(exc)).send()
        except Exception:
            log.exception("A message could not be answered")
            await cl.ErrorMessage(say(language(), "failed")).send()

    def _on_done(self, thread: str, task: asyncio.Task[Any]) -> None:
        if self._answering.get(thread) is task:
            del self._answering[thread]

    async def _desk(self) -> Desk:
        """With the role and the groups that the database has now; while it does not answer, with
        those that it had when the page connected."""
        user = cl.context.session.user
        name = user.identifier if user else LOCAL
        rights = role(), session.groups()
        try:
            if known := await self._store.users.get(name):
                rights = known.role, known.groups
        except StoreError as exc:
            log.warning("%s", operator_sentence(exc))
        return Desk(
            service=self._service,
            store=self._store,
            conversation=session.current(),
            language=language(),
            role=rights[0],
            user=name,
            asker=asker_with(*rights),
        )


async def _offer_buttons(entries: Sequence[Entry]) -> None:
    """The buttons of a conversation's last answer, once however often they are shown."""
    if not entries or entries[-1].turn["role"] == "user":
        return
    last, question = entries[-1], entries[-2:][0]
    for button in buttons_under(question.id, last.id, last.record):
        await button.remove()
        await button.send(for_id=last.id)


def _ends_with_error(thread: ThreadDict) -> bool:
    """Whether the last thing that was said says already why there is no answer."""
    said = [step for step in thread["steps"] if "message" in step["type"]]
    return bool(said and said[-1].get("isError"))


async def _take_in(desk: Desk, message: cl.Message) -> bool:
    """Read uploads; whether there is a question, too."""
    uploads = [(e.name, Path(e.path)) for e in message.elements if e.path]
    if not uploads:
        return True
    read, failed = await files.take_in(desk.conversation, desk.service, uploads)
    lines = [desk.say("upload_done", name=inert(name)) for name in read]
    for name, reason in failed.items():
        lines.append(desk.say("upload_failed", name=inert(name), reason=reason))
    if not (message.content.strip() or message.command):
        lines.append(desk.say("upload_question"))
    await cl.Message("\n\n".join(lines)).send()
    return bool(message.content.strip())
