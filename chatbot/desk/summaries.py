"""What happened in a conversation, told from its records, and whether a model keeps to it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chatbot.desk.conversation import Entry
from chatbot.grounding.words import content_words
from chatbot.knowledge.blocks import one_line
from chatbot.memory import Turn
from chatbot.store.records import cited_paths
from chatbot.text.sentences import sentences

Outcome = Literal["answered", "refused", "asked_back", "stopped", "open"]
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_KNOWN = 0.7  # of a summary's words stand in the conversation
_CHARS = 240


@dataclass(frozen=True)
class Event:
    """A question and what became of it; ``said`` is the first sentence of an answer."""

    question: str
    outcome: Outcome
    said: str = ""
    documents: tuple[str, ...] = ()


def what_happened(entries: Sequence[Entry]) -> list[Event]:
    """Every question of a conversation, in order."""
    events: list[Event] = []
    for at, entry in enumerate(entries):
        if entry.turn["role"] != "user":
            continue
        answer = entries[at + 1] if at + 1 < len(entries) else None
        given = answer if answer and answer.turn["role"] == "assistant" else None
        events.append(_event(one_line(entry.turn["content"])[:_CHARS], given))
    return events


def _event(question: str, answer: Entry | None) -> Event:
    if answer is None:
        return Event(question, "open")
    record = answer.record
    said = _first_sentence(answer.turn["content"])
    if record is None:
        return Event(question, "stopped", said)
    if record.get("choices"):
        return Event(question, "asked_back", said)
    if record["abstained"]:
        return Event(question, "refused")
    return Event(question, "answered", said, tuple(cited_paths(record)))


def _first_sentence(text: str) -> str:
    found = sentences(text)
    return one_line(text[slice(*found[0])] if found else text)[:_CHARS]


def is_told(summary: str, history: Sequence[Turn]) -> bool:
    """Whether a summary has no number and hardly a word that was not said."""
    said = "\n".join(turn["content"] for turn in history)
    own = content_words(summary)
    numbers = set(_NUMBER.findall(summary)) <= set(_NUMBER.findall(said))
    return bool(own) and numbers and len(own & content_words(said)) >= _KNOWN * len(own)
