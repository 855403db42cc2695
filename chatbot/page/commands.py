"""The page's commands: each takes the conversation and sends its own messages."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import chainlit as cl
from chainlit.input_widget import InputWidget, Select

from chatbot.audience import Asker
from chatbot.desk.checking import check_reply
from chatbot.desk.conversation import Conversation
from chatbot.desk.corrections import find_gaps
from chatbot.desk.drafts import keeps_numbers, says
from chatbot.desk.handoff import Packet, conversation, post, to_email, to_markdown
from chatbot.errors import HandoffError
from chatbot.knowledge.blocks import one_line
from chatbot.page.answers import inert, source, source_list, without_images
from chatbot.page.texts import LANGUAGES, say
from chatbot.passage import Passage
from chatbot.service import ChatService
from chatbot.store import Store
from chatbot.store.database import now

TONES = ("friendly", "formal", "brief")


@dataclass(frozen=True)
class Desk:
    """What a command works with; ``language`` is the browser's, ``asker`` what the person may see
    now."""

    service: ChatService
    store: Store
    conversation: Conversation
    language: str
    role: str
    user: str
    asker: Asker

    def say(self, key: str, /, **values: object) -> str:
        """The page's words in the reader's language."""
        return say(self.language, key, **values)


async def draft(desk: Desk, _: str) -> None:
    """A reply to the customer from the last answer; it may change words, not what is said."""
    record = desk.conversation.last_record()
    if record is None or record["abstained"]:
        await cl.Message(desk.say("draft_needs")).send()
        return
    chosen = cl.user_session.get("chat_settings") or {}
    tone = chosen.get("tone", TONES[0])
    language = chosen.get("language") or LANGUAGES.get(desk.language[:2], "English")
    message = cl.Message("")
    pieces = desk.service.writer.draft(record["question"], record["answer"], tone, language)
    text = await _stream(message, pieces)
    unsure = not keeps_numbers(text, record["answer"]) or not (
        language != "English" or says(text, record["question"], record["answer"])
    )
    if unsure:
        text = desk.say("dear", answer=record["answer"])
    desk.conversation.draft = text
    approved = (record.get("approved") or {}).get("source")
    named = [*record["citations"], *([approved] if approved else [])]
    paths = dict.fromkeys(cited["path"] for cited in named)
    note = desk.say(
        "draft_note",
        language=language,
        tone=desk.say(tone),
        sources=", ".join(inert(path) for path in paths) or "-",
    )
    warning = f"*{desk.say('draft_unsure')}*\n\n" if unsure else ""
    message.content = f"{warning}{without_images(text)}\n\n*{note}*"
    message.elements = [_copy(desk, text)]
    await message.send()


async def summarise(desk: Desk, _: str) -> None:
    """What the conversation is about."""
    if not desk.conversation.entries:
        await cl.Message(desk.say("empty_thread")).send()
        return
    message = cl.Message("")
    text = await _stream(message, desk.service.writer.summarise(desk.conversation.history))
    message.content = without_images(text)
    message.elements = [_copy(desk, text)]
    await message.send()


async def search(desk: Desk, query: str) -> None:
    """Passages only; the model is not asked. Without words, for the last question."""
    index = desk.conversation.index
    query = query.strip() or desk.conversation.last_question
    if not query:
        await cl.Message(desk.say("empty_thread")).send()
        return
    found = await asyncio.to_thread(desk.service.search, query, desk.asker, None, index)
    if not found:
        await cl.Message(desk.say("search_none")).send()
        return
    listed, lines = [], []
    plain = [f"[{number}] {passage.text}" for number, passage in enumerate(found, start=1)]
    for number, passage in enumerate(found, start=1):
        listed.append(source(passage, number, [], document_text(desk, passage.path)))
        lines.append(inert(f"[{number}] {one_line(passage.text)[:300]}"))
    elements = [source_list(desk.say("sources"), listed), _copy(desk, "\n\n".join(plain))]
    await cl.Message("\n\n".join(lines), elements=elements).send()


async def check(desk: Desk, reply: str) -> None:
    """What the knowledge base supports of a reply that the reader wrote."""
    if not reply.strip():
        await cl.Message(desk.say("check_needs")).send()
        return
    question = desk.conversation.last_question
    found = await asyncio.to_thread(check_reply, desk.service, reply, desk.asker, question)
    found = [sentence for sentence in found if not sentence.is_polite]
    lines = []
    for sentence in found:
        text = inert(one_line(sentence.text))
        if sentence.citation:
            quote = inert(one_line(sentence.citation.quote)[:300])
            lines.append(f"\u2713 {text}\n\n> {inert(sentence.citation.path)}: {quote}")
        else:
            lines.append(f"\u26a0 {text}\n\n> {inert(sentence.reason)}")
    good = sum(sentence.supported for sentence in found)
    lines.append(f"*{desk.say('check_done', good=good, all=len(found))}*")
    await cl.Message("\n\n".join(lines)).send()


async def hand_off(desk: Desk, _: str) -> None:
    """A packet for a colleague; the person learns whether anybody was told."""
    if not desk.conversation.entries:
        await cl.Message(desk.say("empty_thread")).send()
        return
    message = cl.Message("")
    summary = await _stream(message, desk.service.writer.summarise(desk.conversation.history))
    packet = make_packet(desk, summary)
    settings = desk.service.settings
    message.content = f"{without_images(summary)}\n\n{await _deliver(desk, packet)}"
    message.metadata = {"handoff": True}  # counted in the console
    message.elements = [
        _file("handoff.md", to_markdown(packet).encode(), "text/markdown"),
        _file("handoff.eml", to_email(packet, settings.handoff_to), "message/rfc822"),
    ]
    await message.send()


def make_packet(desk: Desk, summary: str) -> Packet:
    """All that is known of the case."""
    record = desk.conversation.last_record() or {}
    answered = record.get("answer", "") if not record.get("abstained") else ""
    return Packet(
        question=desk.conversation.last_question,
        summary=summary,
        passages=record.get("passages", []),
        draft=desk.conversation.draft or (answered and desk.say("dear", answer=answered)),
        handed_off_by=desk.user,
        created_at=now(),
        history=desk.conversation.history,
    )


async def _deliver(desk: Desk, packet: Packet) -> str:
    target = desk.service.settings.handoff_webhook
    if not target:
        return desk.say("handoff_made")
    name = inert(target.split("?")[0])
    try:
        await post(packet, target)
    except HandoffError as exc:
        return desk.say("handoff_failed", target=name, reason=inert(str(exc)))
    return desk.say("handoff_sent", target=name)


async def export(desk: Desk, _: str) -> None:
    """The conversation as a file."""
    text = f"# {now()}\n\n{conversation(desk.conversation.history)}\n"
    file = _file("conversation.md", text.encode(), "text/markdown")
    await cl.Message(desk.say("export_done"), elements=[file]).send()


async def gaps(desk: Desk, _: str) -> None:
    """What the knowledge base should have answered, for those who write it."""
    if desk.role not in ("owner", "admin"):
        await cl.Message(desk.say("gaps_owner")).send()
        return
    waiting = await desk.store.reviews.waiting()
    embeddings = await asyncio.to_thread(desk.service.models.embeddings)

    def search(question: str) -> list[Passage]:
        return desk.service.search(question, desk.asker)

    found = await asyncio.to_thread(find_gaps, waiting, embeddings, search)
    blocks = []
    for gap in found:
        examples = "\n".join(f"- {inert(one_line(question))}" for question in gap.examples)
        nearest = ", ".join(inert(entry["path"]) for entry in gap.nearest) or "-"
        size = desk.say("gap_size", size=gap.size, refused=gap.refused, down=gap.thumbs_down)
        blocks.append(f"**{size}**\n\n{examples}\n\n{desk.say('closest')}: {nearest}")
    await cl.Message("\n\n---\n\n".join(blocks) or desk.say("gaps_none")).send()


Command = Callable[[Desk, str], Awaitable[None]]
COMMANDS: dict[str, tuple[Command, str]] = {
    "draft": (draft, "mail"),
    "summary": (summarise, "list"),
    "search": (search, "search"),
    "check": (check, "spell-check"),
    "handoff": (hand_off, "forward"),
    "export": (export, "download"),
    "gaps": (gaps, "circle-help"),
}


def find_command(label: str) -> Command | None:
    """The command of a button, whatever the language of its label."""
    for key, (command, _) in COMMANDS.items():
        if label in {say(language, key) for language in LANGUAGES}:
            return command
    return None


async def offer(language: str, role: str) -> None:
    """Show the commands and the settings of drafts."""
    shown = [key for key in COMMANDS if key != "gaps" or role in ("owner", "admin")]
    await cl.context.emitter.set_commands(
        [
            {
                "id": say(language, key),
                "description": say(language, f"{key}_about"),
                "icon": COMMANDS[key][1],
                "button": False,
                "persistent": False,
                "selected": False,
            }
            for key in shown
        ]
    )
    own = LANGUAGES.get(language[:2].lower(), "English")
    names = list(LANGUAGES.values())
    tones = {say(language, tone): tone for tone in TONES}
    tone = Select(id="tone", label=say(language, "tone"), items=tones, initial_value=TONES[0])
    chosen = Select(
        id="language",
        label=say(language, "language"),
        values=names,
        initial_index=names.index(own),
    )
    widgets: list[InputWidget] = [tone, chosen]
    await cl.ChatSettings(widgets).send()


def document_text(desk: Desk, path: str) -> str:
    """The text of a document of the conversation or of the knowledge folder."""
    index = desk.conversation.index
    if index is not None and path in index.texts:
        return index.texts[path]
    return desk.service.document_text(path, desk.asker)


async def _stream(message: Any, pieces: Any) -> str:
    text = ""
    async with aclosing(pieces) as opened:
        async for piece in opened:
            text += piece
            await message.stream_token(piece)
    return text.strip()


def _copy(desk: Desk, text: str) -> Any:
    """A button that copies ``text``."""
    props = {"text": text, "label": desk.say("copy"), "done": desk.say("copied")}
    return cl.CustomElement(name="Copy", props=props, display="inline")


def _file(name: str, content: bytes, mime: str) -> Any:
    return cl.File(name=name, content=content, mime=mime, display="inline")
