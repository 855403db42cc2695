"""Passages as search results: the title, the date, whole sentences, and the words that were looked
for."""

import asyncio
import re
from pathlib import Path

import chainlit as cl

from chatbot.errors import DocumentError
from chatbot.grounding.words import content_words, words
from chatbot.knowledge.blocks import one_line
from chatbot.knowledge.front_matter import front_matter
from chatbot.knowledge.records import CSV_SUFFIXES, cells_of, delimiter
from chatbot.page.answers import inert, source, source_list
from chatbot.page.desk import Desk, copy_button, document_text
from chatbot.passage import Passage
from chatbot.text.sentences import sentences

_CHARS = 400  # of a result's sentences
_FRONT = 20_000  # characters in which front matter stands
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
        folder = desk.service.settings.knowledge
        day = await asyncio.to_thread(_day_in, folder, passage.path) or manifest.day(passage.path)
        heading = " · ".join(filter(None, (_title(passage), passage.path, day)))
        plain.append(f"[{number}] {heading}\n{passage.text}")
        lines.append(
            f"**{inert(f'[{number}]')} {inert(heading)}**\n\n{result(_as_rows(passage), wanted)}"
        )
    elements = [source_list(desk.say("sources"), listed), copy_button(desk, "\n\n".join(plain))]
    await cl.Message("\n\n".join(lines), elements=elements).send()


def _day_in(folder: Path, path: str) -> str:
    """The day that a page names in front of its text: an imported file is as old as its import,
    what it says is not."""
    if not path.endswith((".md", ".markdown", ".mdx")):
        return ""
    try:
        with (folder / path).open(encoding="utf-8") as text:
            return front_matter(text.read(_FRONT)).day
    except (OSError, UnicodeDecodeError, DocumentError):
        return ""


def _as_rows(passage: Passage) -> str:
    """A passage, its rows written as those of tables of other formats if it is of a CSV file."""
    if not passage.path.lower().endswith(CSV_SUFFIXES):
        return passage.text
    lines = passage.text.splitlines()
    sign = delimiter(lines)
    return "\n".join(" | ".join(cells_of(line, sign)) for line in lines)


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
    kept = sorted({*kept, *(_names_of(parts, at) for at in kept)})
    shown = ""
    for at, before in zip(kept, [-1, *kept], strict=False):
        row = _is_row(parts[at])
        if before >= 0:
            shown += "  \n" if row or _is_row(parts[before]) else " "
        if before != at - 1 and not row:
            shown += "… "
        shown += _marked(parts[at].strip("| ") if row else parts[at], wanted)
    return shown


def _is_row(part: str) -> bool:
    return " | " in part


def _names_of(parts: list[str], at: int) -> int:
    """The first row of the table that a row is in, where the columns have their names; of what is
    no row, itself."""
    while _is_row(parts[at]) and at and _is_row(parts[at - 1]):
        at -= 1
    return at


def _marked(sentence: str, wanted: set[str]) -> str:
    made, behind = "", 0
    for word in _WORD.finditer(sentence):
        if words(word[0]) and content_words(word[0]) & wanted:
            made += f"{inert(sentence[behind : word.start()])}**{inert(word[0])}**"
            behind = word.end()
    return made + inert(sentence[behind:])
