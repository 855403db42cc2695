"""The page's commands: each takes the conversation and sends its own messages."""

import asyncio
from collections.abc import Awaitable, Callable

import chainlit as cl
from chainlit.input_widget import InputWidget, Select

from chatbot.desk.checking import check_reply
from chatbot.desk.gaps import find_gaps
from chatbot.desk.handoff import conversation
from chatbot.knowledge.blocks import one_line
from chatbot.llm.stopping import stopped_when_left
from chatbot.page.answers import inert
from chatbot.page.desk import Desk, file_element
from chatbot.page.found import search
from chatbot.page.replies import TONES, draft, hand_off, summarise
from chatbot.page.texts import LANGUAGES, say
from chatbot.passage import Passage
from chatbot.store.database import now
from chatbot.text.unicode import is_blank


async def check(desk: Desk, reply: str) -> None:
    """What the knowledge base supports of a reply that the reader wrote."""
    if is_blank(reply):
        await cl.Message(desk.say("check_needs")).send()
        return
    question = desk.conversation.last_question
    work = asyncio.to_thread(check_reply, desk.service, reply, desk.asker, question)
    found = await stopped_when_left(work)  # also by Stop
    found = [sentence for sentence in found if not sentence.is_polite]
    lines = []
    for sentence in found:
        text = inert(one_line(sentence.text))
        below = [inert(sentence.reason)] if sentence.reason else []
        if told := sentence.citation or sentence.near:
            below.append(f"{inert(told.path)}: {inert(one_line(told.quote)[:300])}")
        lines.append(("\u2713 " if sentence.supported else "\u26a0 ") + text)
        lines.append("  \n".join(f"> {each}" for each in below))
    good = sum(sentence.supported for sentence in found)
    done = desk.say("check_done", good=good, all=len(found))
    if desk.service.models.judge_is_coming:
        done += " " + desk.say("check_by_rules")
    lines.append(f"*{done}*")
    await cl.Message("\n\n".join(lines)).send()


async def export(desk: Desk, _: str) -> None:
    """The conversation as a file."""
    text = f"# {now()}\n\n{conversation(desk.conversation.history)}\n"
    file = file_element("conversation.md", text.encode(), "text/markdown")
    await cl.Message(desk.say("export_done"), elements=[file]).send()


async def gaps(desk: Desk, _: str) -> None:
    """What the knowledge base should have answered, for those who write it."""
    if desk.role not in ("owner", "admin"):
        await cl.Message(desk.say("gaps_owner")).send()
        return
    waiting = await desk.store.reviews.waiting()
    embeddings = await asyncio.to_thread(desk.service.models.embeddings)

    def look(question: str) -> list[Passage]:
        return desk.service.search(question, desk.asker)

    found = await asyncio.to_thread(find_gaps, waiting, embeddings, look)
    blocks = []
    for gap in found:
        examples = "\n".join(f"- {inert(one_line(question))}" for question in gap.examples)
        nearest = ", ".join(inert(entry["path"]) for entry in gap.nearest) or "-"
        size = desk.say("gap_size", count=gap.size, refused=gap.refused, down=gap.thumbs_down)
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
    """Show the commands, and the settings of drafts as they were chosen in the conversation."""
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
    chosen = cl.user_session.get("chat_settings") or {}
    tone, spoken = chosen.get("tone"), chosen.get("language")
    widgets: list[InputWidget] = [
        Select(
            id="tone",
            label=say(language, "tone"),
            items=tones,
            initial_value=tone if tone in TONES else TONES[0],
        ),
        Select(
            id="language",
            label=say(language, "language"),
            values=names,
            initial_index=names.index(spoken if spoken in names else own),
        ),
    ]
    await cl.ChatSettings(widgets).send()
