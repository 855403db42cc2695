"""The Chainlit page: thin handlers over :class:`chatbot.service.ChatService` and the store.

Chainlit runs this file as the page's program (``chainlit run chatbot/app.py``), so it is the one
module that does something when it is loaded: it decides who may come in.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import chainlit as cl
from chainlit import server as chainlit_server
from chainlit.config import config
from chainlit.server import app as chainlit_app
from chainlit.types import Feedback, ThreadDict
from chainlit.user import PersistedUser
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse

from chatbot.answering.events import Answered, Queued, Token
from chatbot.answering.question import Question
from chatbot.desk import access, answers, commands, conversation, files
from chatbot.desk.data_layer import DeskDataLayer, unsaved_step
from chatbot.desk.model import model_state
from chatbot.desk.texts import about, say
from chatbot.errors import ChatbotError, StoreError, UserError
from chatbot.service import process_service
from chatbot.store import Store

log = logging.getLogger(__name__)

try:
    settings = process_service().settings
    mode = access.access_mode(settings)
    access.provide_secret(settings)
    store = Store(settings.database_url)
    layer = DeskDataLayer(store, mode, settings.oauth_domains)
except ChatbotError as exc:  # a sentence instead of a traceback
    raise SystemExit(str(exc)) from exc

chainlit_app.add_middleware(access.Guard, settings=settings, mode=mode)
# In front: Chainlit's last route answers every address with the page.
chainlit_app.router.routes[:0] = [files.kept_files(store), model_state(process_service())]


@chainlit_app.exception_handler(ChatbotError)
async def explain(_: Request, exc: Exception) -> JSONResponse:
    """What failed, as a sentence that the page shows."""
    return JSONResponse({"detail": str(exc)}, status_code=503)


cl.data_layer(lambda: layer)


async def sign_in(name: str, password: str) -> cl.User | None:
    """A user of the database."""
    user = await store.users.check(name, password)
    return cl.User(identifier=user.name, metadata={"role": user.role}) if user else None


async def sign_in_by_header(headers: Headers) -> cl.User | None:
    """The user whom the proxy names; on an open page everybody is the local one."""
    if mode == "open":
        return cl.User(identifier=access.LOCAL, metadata={"role": "admin"})
    name = headers.get(settings.auth_header or "", "").strip()
    return cl.User(identifier=name, metadata={"role": "agent"}) if name else None


async def sign_in_by_oauth(
    provider: str, token: str, about: dict[str, str], user: cl.User, id_token: str | None = None
) -> cl.User | None:
    """The user whom the provider vouches for, if that one is expected here."""
    name = user.identifier or ""
    known = await store.users.get(name)
    if not access.may_enter(name, known is not None, settings.oauth_domains):
        log.warning("%s signed '%s' in, who is not a user here", provider, name)
        return None
    return cl.User(identifier=name, metadata={"role": "agent"})


# The system's choice of light or dark; Chainlit's file of settings knows only those two.
config.ui.default_theme = "system"  # type: ignore[assignment]
# Chainlit wants a file of exactly the browser's language, such as de-CH.
chainlit_server.get_markdown_str = about  # type: ignore[attr-defined]

# What is handed in waits in a folder that ends with this process; the store keeps it.
handed_in = TemporaryDirectory(prefix="peregrine-")
import_module("chainlit.config").FILES_DIRECTORY = Path(handed_in.name)  # type: ignore[attr-defined]

config.code.password_auth_callback = config.code.header_auth_callback = None
config.code.oauth_callback = None
if mode == "password":
    cl.password_auth_callback(sign_in)
elif mode == "oauth":
    cl.oauth_callback(sign_in_by_oauth)
else:
    cl.header_auth_callback(sign_in_by_header)


@cl.on_app_startup
async def start() -> None:
    """Load models beside the event loop: the page is there first, answers follow."""
    try:
        access.check_host(config.run.host or settings.host, mode)
    except ChatbotError as exc:
        raise SystemExit(str(exc)) from exc
    asyncio.get_running_loop().run_in_executor(None, process_service().warm_up)


@cl.set_starters
async def starters(user: cl.User | None) -> list[cl.Starter]:
    """Questions to begin with, from the knowledge base."""
    return [cl.Starter(label=label, message=text) for label, text in process_service().starters()]


@cl.on_chat_start
async def begin() -> None:
    """A new conversation without history."""
    conversation.forget_ended()
    await commands.offer(language(), role())
    if mode == "open":
        await cl.context.emitter.send_toast(say(language(), "open"), "info")


@cl.on_chat_resume
async def resume(thread: ThreadDict) -> None:
    """An earlier conversation, with its uploads and the buttons of its last answer."""
    conversation.forget_ended()
    if answering := _answering.get(thread["id"]):  # the page was loaded again meanwhile
        await cl.context.emitter.send_toast(say(language(), "still"), "info")
        await asyncio.wait([answering])
        thread.update(await layer.get_thread(thread["id"]) or thread)
    kept: dict[str, Any] = dict(thread)
    restored = conversation.restore(kept)
    await commands.offer(language(), role())
    await files.take_in_again(restored, process_service(), store, kept)
    if restored.unanswered:
        thread["steps"].append(unsaved_step(say(language(), "interrupted")))
    elif restored.entries:
        last, question = restored.entries[-1], restored.entries[-2:][0]
        await again_button(question.id, last.id).send(for_id=last.id)


@cl.on_message
async def receive(message: cl.Message) -> None:
    """Read what was handed in, then run the command or answer the question."""

    async def work(desk: commands.Desk) -> None:
        if command := commands.find_command(message.command or ""):
            await command(desk, message.content)
        elif await _take_in(desk, message):
            await _answer(desk, message.id, message.content)

    await _turn(work)


@cl.on_stop
async def stopped() -> None:
    """The answer itself says that it was stopped, in the reader's language."""
    for message in cl.chat_context.get():
        if message.content == "Task manually stopped.":  # Chainlit's own words
            await message.remove()


@cl.action_callback("regenerate")
async def regenerate(action: cl.Action) -> None:
    """Answer a question again in place of its answer and of what followed."""
    question_id = str(action.payload.get("question"))

    async def work(desk: commands.Desk) -> None:
        question = desk.conversation.question(question_id)
        if question is None:
            return
        later = desk.conversation.after(question_id)
        for message in cl.chat_context.get():
            if message.id in later:
                await message.remove()
        async with cl.Step(name="on_message", type="run", parent_id=question_id):
            await _answer(desk, question_id, question)

    await cl.context.emitter.task_start()
    try:
        await _turn(work)
    except asyncio.CancelledError:
        log.debug("A regenerated answer was stopped")
    finally:
        await cl.context.emitter.task_end()


@cl.on_feedback
async def judged(feedback: Feedback) -> None:
    """After thumbs down, ask what would have been right."""
    if feedback.value:
        return
    keys = ("wrong", "right_answer", "right_document", "should_refuse", "save", "saved")
    props = {
        "step": feedback.forId,
        "labels": {key: say(language(), key) for key in keys},
        "documents": await store.feedback.documents(feedback.forId),
        "comment": feedback.comment or "",
    }
    form = cl.CustomElement(name="Correction", props=props, display="inline")
    await cl.Message(say(language(), "correct"), elements=[form]).send()


@cl.action_callback("correct")
async def corrected(action: cl.Action) -> dict[str, str]:
    """Save the form of :func:`judged`; an ``error`` is shown in it."""
    given = {key: str(action.payload.get(key) or "")[:8000] for key in _CORRECTION}
    step, thread = str(action.payload.get("step")), cl.context.session.thread_id
    try:
        await store.feedback.correct(step, thread, **given)
    except StoreError as exc:
        return {"error": str(exc)}
    return {}


_CORRECTION = ("wrong", "right_answer", "right_document")


# The threads that are being answered, with the task that does it.
_answering: dict[str, asyncio.Task[Any]] = {}


async def _turn(work: Callable[[commands.Desk], Awaitable[None]]) -> None:
    """Do ``work``; what fails is said, and Stop reaches this task."""
    task, thread = asyncio.current_task(), cl.context.session.thread_id
    assert task is not None
    # Chainlit sets this for new messages only; an edited or regenerated one must stop, too.
    cl.context.session.current_task = task
    _answering[thread] = task
    task.add_done_callback(lambda done: _answered(thread, done))
    _to_be_judged(False)
    try:
        if mode in ("password", "oauth") and not isinstance(cl.context.session.user, PersistedUser):
            raise UserError(say(language(), "removed"))
        await work(_desk())
    except ChatbotError as exc:
        await cl.ErrorMessage(str(exc)).send()
    except Exception:
        log.exception("A message could not be answered")
        await cl.ErrorMessage(say(language(), "failed")).send()


def _to_be_judged(whole_answer: bool) -> None:
    """Thumbs stand under the last message of a run, whatever it says, but for the run of this
    other name. Chainlit sends and keeps the name when the run ends."""
    if run := cl.context.current_run:
        run.name = "on_message" if whole_answer else "on_chat_start"


def _answered(thread: str, task: asyncio.Task[Any]) -> None:
    if _answering.get(thread) is task:
        del _answering[thread]


def _desk() -> commands.Desk:
    user = cl.context.session.user
    return commands.Desk(
        service=process_service(),
        store=store,
        conversation=conversation.current(),
        language=language(),
        role=role(),
        user=user.identifier if user else access.LOCAL,
    )


async def _take_in(desk: commands.Desk, message: cl.Message) -> bool:
    """Read uploads; whether there is a question, too."""
    uploads = [(e.name, Path(e.path)) for e in message.elements if e.path]
    if not uploads:
        return True
    read, failed = await files.take_in(desk.conversation, desk.service, uploads)
    lines = [desk.say("upload_done", name=answers.inert(name)) for name in read]
    for name, reason in failed.items():
        lines.append(desk.say("upload_failed", name=answers.inert(name), reason=reason))
    if not message.content.strip():
        lines.append(desk.say("upload_question"))
    await cl.Message("\n\n".join(lines)).send()
    return bool(message.content.strip())


async def _answer(desk: commands.Desk, question_id: str, asked: str) -> None:
    """Stream the answer, then its sources and the model's name; keep what was on screen."""
    history = desk.conversation.before(question_id)
    desk.conversation.add_question(question_id, asked)
    question = Question(asked, history, documents=desk.conversation.index)
    notice = await _notice(None, "loading") if desk.service.status() == "starting" else None
    reply = cl.Message(content="")
    text, record = "", None
    try:
        events = desk.service.answer(question)
        async with aclosing(events) as opened:
            async for event in opened:
                if isinstance(event, Queued):
                    notice = await _notice(notice, "queued", position=event.position)
                    continue
                await _remove(notice)
                notice = None
                if isinstance(event, Token):
                    text += event.text
                    await reply.stream_token(event.text)
                elif isinstance(event, Answered):
                    record = event.answer.record(question)
                    text = event.answer.answer
                    reply.content = answers.body(event.answer, desk.language)
                    below = answers.sources(
                        event.answer,
                        desk.language,
                        lambda path: commands.document_text(desk, path),
                    )
                    reply.elements.append(below)
    except asyncio.CancelledError:
        reply.content = f"{answers.without_images(text)}\n\n*{desk.say('stopped')}*".strip()
        raise
    finally:
        # Also when Stop cancels this task: what was read so far belongs to the conversation.
        await _remove(notice)
        _to_be_judged(record is not None)
        if text:
            desk.conversation.add_answer(reply.id, text, record)
            reply.metadata = {"answer": record} if record else {"partial": text}
            reply.actions = [again_button(question_id, reply.id)]
            await reply.send()
        else:
            desk.conversation.cut(question_id)


async def _notice(shown: cl.Message | None, key: str, **values: object) -> cl.Message:
    notice = shown or cl.Message("")
    notice.content = say(language(), key, **values)
    await (notice.update() if shown else notice.send())
    return notice


async def _remove(notice: cl.Message | None) -> None:
    if notice:
        await notice.remove()


def again_button(question_id: str, answer_id: str) -> cl.Action:
    """The button that answers a question again."""
    return cl.Action(
        name="regenerate",
        payload={"question": question_id, "answer": answer_id},
        tooltip=say(language(), "regenerate"),
        icon="refresh-cw",
    )


def language() -> str:
    """The browser's language, such as ``de-CH``."""
    return str(getattr(cl.context.session, "language", "en"))


def role() -> str:
    """The user's role; it was read from the database when the page connected."""
    user = cl.context.session.user
    return str(user.metadata.get("role", "agent")) if user else "agent"
