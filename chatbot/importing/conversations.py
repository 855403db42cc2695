"""A conversation of a help desk, and what its people's words are without letters' trimmings."""

import re
from dataclasses import dataclass
from typing import Literal

from chatbot.grounding.lexicon import is_polite
from chatbot.importing.documents import ImportedDocument
from chatbot.knowledge.blocks import render
from chatbot.knowledge.formats.html import blocks_of
from chatbot.knowledge.formats.mail import own_words

Side = Literal["customer", "staff"]
_TAG = re.compile(
    r"<(?:p|br|div|span|a|ul|ol|li|table|strong|em|b|h\d|pre)\b[^<>]*>", re.IGNORECASE
)

_SIGNED = 4  # lines below a closing, and words of each: a name, a role, a company


@dataclass(frozen=True)
class Message:
    """What a person wrote; robots' and private words are not handed over."""

    side: Side
    text: str


@dataclass(frozen=True)
class Conversation:
    """``key`` names it ("zendesk ticket 12"); ``people`` are names that are in its records."""

    key: str
    subject: str
    messages: tuple[Message, ...]
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """Something that is not imported; ``reason`` completes "<path> was left out: ..."."""

    path: str
    reason: str


Item = ImportedDocument | Conversation | LeftOut


def plain(markup: str) -> str:
    """A message in HTML, or in plain text, as text."""
    if not _TAG.search(markup):
        return markup.strip()
    return render(blocks_of(markup)).text.strip()


def message_body(text: str) -> str:
    """What the writer of a message wrote: nothing quoted, no greeting, nothing below a closing."""
    lines = [line.rstrip() for line in own_words(text).split("\n")]
    kept: list[str] = []
    for at, line in enumerate(lines):
        if line.strip() and is_polite(line):
            below = [each for each in lines[at + 1 :] if each.strip()]
            if kept and len(below) <= _SIGNED and all(len(b.split()) <= _SIGNED for b in below):
                break
            continue
        kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
