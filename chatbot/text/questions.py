"""When two people ask the same thing in the same words."""

import hashlib
import re
from collections.abc import Mapping, Sequence

from chatbot.text.unicode import normalise

_NO_WORD = re.compile(r"[^\w]+")


def question_key(question: str, history: Sequence[Mapping[str, str]] = ()) -> str:
    """The same 64 hexadecimal digits for questions that differ in case, blanks and signs only.

    A follow-up ("And in the US?") means what it follows, so the person's turn before it counts.
    """
    asked = [turn["content"] for turn in history if turn.get("role") == "user"]
    parts = [_words(question), *(_words(text) for text in asked[-1:])]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def _words(text: str) -> str:
    return _NO_WORD.sub(" ", normalise(text).casefold()).strip()
