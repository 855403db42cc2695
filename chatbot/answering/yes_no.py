"""Questions for a yes or no: what the passages say is written first, and decided on then.

A small model that begins with "Yes" decides before it has written down what it decides on, and
bends the rest to it: "Yes, customers in Utah cannot pay in parts." So where it would begin with a
yes or no, it writes its sentence without one. Shown the question and that sentence alone, it is
then asked which of the two it is, and that stands before the sentence (docs/experiments.md, "Yes or
no"). That is chain-of-thought prompting (Wei et al. 2022, arXiv:2201.11903) with the thought as the
answer.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage

from chatbot.grounding.reading import read
from chatbot.llm.local import LocalChatModel
from chatbot.prompts import Prompts
from chatbot.text.languages import is_common, language_of

# A chunk's metadata say under this name that the model would have begun with the other word.
TURNED = "turned"
_WORDS = {"en": ("Yes", "No"), "de": ("Ja", "Nein"), "fr": ("Oui", "Non"), "es": ("Sí", "No")}
_UNDECIDED = re.compile(r"\s*[^\W\d_]*\s*")
_FIRST = re.compile(r"[^\W\d_]+")


async def answer(
    llm: LocalChatModel,
    messages: Sequence[BaseMessage],
    question: str,
    prompts: Prompts,
    limits: dict[str, Any],
) -> AsyncIterator[AIMessageChunk]:
    """The reply of ``llm`` to ``messages``, within ``limits``; one that would begin with a yes or
    no comes in one chunk, decided by what it says. ``question`` is asked for the decision.

    Raises:
        QuestionError: the messages do not fit into the context.
        GenerationError: the model failed.
    """
    asked = list(messages)
    async with aclosing(llm.astream(asked, **limits)) as chunks:  # type: ignore[type-var]
        held, said = [], ""
        async for chunk in chunks:
            held.append(chunk)
            said += str(chunk.text)
            if not _UNDECIDED.fullmatch(said):
                break
        if not (lead := read(said).lead):
            for chunk in held:
                yield chunk
            async for chunk in chunks:
                yield chunk
            return
    words = _words(said, question)
    avoided = (*limits.get("avoid", ()), *words)
    reply = await llm.ainvoke(asked, **(limits | {"avoid": avoided}))
    rule = str(reply.text).strip()
    if not rule or prompts.says_unknown(rule):
        async with aclosing(llm.astream(asked, **limits)) as chunks:  # type: ignore[type-var]
            async for chunk in chunks:
                yield chunk
        return
    yes = await asyncio.to_thread(_is_yes, llm, prompts, question, rule)
    text = f"{words[0] if yes else words[1]}, {_continued(rule, asked)}"
    yield _whole(reply, text, turned=yes != (lead == "yes"))


def _is_yes(llm: LocalChatModel, prompts: Prompts, question: str, rule: str) -> bool:
    messages = prompts.render_yes_no(question, rule).to_messages()
    yes, no = (llm.probability(messages, word) for word in _WORDS["en"])
    return yes > no


def _words(said: str, question: str) -> tuple[str, str]:
    """Yes and no in the language in which the model began."""
    found = _FIRST.search(said)
    word = found[0].lower() if found else ""
    fitting = [code for code, pair in _WORDS.items() if word in {w.lower() for w in pair}]
    language = language_of(question)
    return _WORDS[language if language in fitting else next(iter(fitting), "en")]


def _continued(rule: str, messages: Sequence[BaseMessage]) -> str:
    """``rule`` behind a comma: its first word keeps the capital that it has in a sentence."""
    found = _FIRST.match(rule)
    if not found or len(found[0]) < 2 or not found[0][1:].islower():
        return rule
    if not is_common(found[0]) and _is_name(found[0], messages):
        return rule
    return rule[0].lower() + rule[1:]


def _is_name(word: str, messages: Sequence[BaseMessage]) -> bool:
    """Whether it has its capital within a sentence of theirs, or as a label, and never goes
    without."""
    told = "\n".join(str(message.text) for message in messages)
    if re.search(rf"(?<!\w){re.escape(word.lower())}(?!\w)", told):
        return False
    inside = rf"[a-zà-ÿ0-9,;)] {re.escape(word)}(?!\w)|^\W*{re.escape(word)}\s*(?:[|:]|$)"
    return re.search(inside, told, re.MULTILINE) is not None


def _whole(reply: AIMessage, text: str, turned: bool) -> AIMessageChunk:
    return AIMessageChunk(
        content=text,
        usage_metadata=reply.usage_metadata,
        response_metadata=reply.response_metadata | {TURNED: turned},
    )
