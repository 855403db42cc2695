"""Passages as search results: the title, the date, whole sentences, and the words that were looked
for."""

import asyncio
import re

import chainlit as cl

from chatbot.grounding.words import content_words, words
from chatbot.knowledge.blocks import one_line
from chatbot.page.answers import inert, source, source_list
from chatbot.page.desk import Desk, copy_button, document_text
from chatbot.passage import Passage
from chatbot.text.sentences import sentences

_CHARS = 400  # of a result's sentences
_WORD = re.compile(r"\w+(?:[.,]\d+)*")


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
    manifest = desk.service.current_generation().manifest
    listed, lines, plain = [], [], []
    wanted = content_words(query)
    for number, passage in enumerate(found, start=1):
        document = document_text(desk, passage.path)
        listed.append(source(passage, number, [], document, desk.say("original")))
        day = manifest.day(passage.path)
        heading = " · ".join(filter(None, (_title(passage), passage.path, day)))
        plain.append(f"[{number}] {heading}\n{passage.text}")
        lines.append(
            f"**{inert(f'[{number}]')} {inert(heading)}**\n\n{result(passage.text, wanted)}"
        )
    elements = [source_list(desk.say("sources"), listed), copy_button(desk, "\n\n".join(plain))]
    await cl.Message("\n\n".join(lines), elements=elements).send()


def _title(passage: Passage) -> str:
    title = one_line(str(passage.metadata.get("title") or ""))
    return title if title != passage.path else ""


def result(text: str, wanted: set[str]) -> str:
    """The sentences of a passage that have most of the wanted words, in their order, as Markdown in
    which these words are bold and nothing else is markup."""
    every = [one_line(text[start:end]) for start, end in sentences(text)]
    # Its title stands above a result.
    parts = [part for part in every if not part.startswith("#")] or every
    ranked = sorted(range(len(parts)), key=lambda at: -len(content_words(parts[at]) & wanted))
    kept: list[int] = []
    room = _CHARS
    for at in ranked:
        if kept and len(parts[at]) > room:
            break
        kept.append(at)
        room -= len(parts[at])
    kept.sort()
    shown = [
        ("… " if at and at - 1 not in kept else "") + _marked(parts[at], wanted) for at in kept
    ]
    return " ".join(shown)


def _marked(sentence: str, wanted: set[str]) -> str:
    made, behind = "", 0
    for word in _WORD.finditer(sentence):
        if words(word[0]) and content_words(word[0]) & wanted:
            made += f"{inert(sentence[behind : word.start()])}**{inert(word[0])}**"
            behind = word.end()
    return made + inert(sentence[behind:])
