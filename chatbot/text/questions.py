"""When two people ask the same thing in the same words."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence

from chatbot.text.unicode import normalise

_DASHES = dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-")
# What parts sentences elsewhere belongs to a number or a name here: "1.5", "24/7", ".5", "-5",
# "A-", 5". A comma is no point: what "1.500" says depends on who asks.
_SIGN = re.compile(
    r"""((?<=\d)[^\w\s](?=\d) | (?<![\w.])\.(?=\w) | (?<!\w)-(?=\d) | (?<=\b[^\W\d_])-(?!\w)
    | (?<=\d)["'“”’′]+) | [^\w\s]""",
    re.VERBOSE,
)
# Punctuation that says something, as symbols do ("5%", "C#", "*21#"), and symbols that say nothing.
_SAYING, _SILENT = frozenset("%‰#*@&"), frozenset("~|^`´¨®©\ufe0e\ufe0f")


def question_key(question: str, history: Sequence[Mapping[str, str]] = ()) -> str:
    """The same 64 hexadecimal digits for questions that differ in case, blanks and those signs
    only that decide no answer: "free over €50?" is not "free over £50?".

    A follow-up ("And in the US?") means what it follows, so the person's turn before it counts.
    """
    asked = [turn["content"] for turn in history if turn.get("role") == "user"]
    parts = [_words(question), *(_words(text) for text in asked[-1:])]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def _words(text: str) -> str:
    text = normalise(text).casefold().translate(_DASHES)
    return " ".join(_SIGN.sub(_kept, text).split())


def _kept(sign: re.Match[str]) -> str:
    """What stands for a sign: itself, with blanks around it where people write it with and without
    ("5 %"), or nothing but a blank."""
    if sign[1]:
        return sign[1]
    kind = unicodedata.category(sign[0])
    if sign[0] in _SILENT or kind == "Sk":
        return " "
    if sign[0] == "+" or kind.startswith("M"):  # "A+" is not "A +"; vowels of Hindi and Thai
        return sign[0]
    return f" {sign[0]} " if kind.startswith("S") or sign[0] in _SAYING else " "
