"""When two people ask the same thing in the same words."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence

from chatbot.text.unicode import normalise

_DASHES = dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-")
_TRADEMARKS = dict.fromkeys(map(ord, "™℠"), " ")  # letters else, when the text is normalised
# Around words, not behind a number as for inches and feet; stars of bold type.
_QUOTED = re.compile(r"""(?<!\w)(?:["“„]([^"“”„\n]*)["“”]|['‘‚]([^'‘’‚\n]*)['‘’])(?!\w)""")
_BOLD = re.compile(r"(?<![\w*])(\*{1,3})(?=[^\s*])([^*\n]+)(?<=\S)\1(?![\w*#])")
_RANGE = re.compile(r"(?<=\d) +- +(?=\d)")  # "9:00 - 17:00"
# Marks of lists, quotes and headings before a line; faces and hands; pictures behind the end; the
# sign of a number ("#5").
_DECORATION = re.compile(
    r"""^[ \t>*\#→⇒➔➜►▶]+(?=[^\W\d_]|[¿¡])
    | [\U0001f3fb-\U0001f3ff\U0001f44b\U0001f44f\U0001f600-\U0001f64f\U0001f910-\U0001f92f]
    | (?<=[.!?])[\s\ufe0f\u2600-\u27bf\U0001f300-\U0001faff]+$
    | (?<![\w*\#])\#(?=\d+(?![\d*\#]))""",
    re.VERBOSE | re.MULTILINE,
)
# What parts sentences elsewhere belongs to a number or a name here: "1.5", "24/7", ".5", "-5",
# "A-", "A*", "*21#", 5". A comma is no point: what "1.500" says depends on who asks.
_SIGN = re.compile(
    r"""((?<=\d)[^\w\s](?=\d) | (?<![\w.])\.(?=\w) | (?<!\w)-(?=\d)
    | (?<=\b[^\W\d_])[-*](?!\w) | (?<=[\d\#])\* | \*(?=[\d\#])
    | (?<=\d)["'“”’′]+) | [^\w\s]""",
    re.VERBOSE,
)
# Punctuation that says something, as symbols do ("5%", "C#"), and symbols that say nothing.
_SAYING, _SILENT = frozenset("%‰#@&"), frozenset("~|^`´¨®©\ufe0e\ufe0f")


def question_key(question: str, history: Sequence[Mapping[str, str]] = ()) -> str:
    """The same 64 hexadecimal digits for questions that differ in case, blanks and those signs
    only that decide no answer: "free over €50?" is not "free over £50?".

    A follow-up ("And in the US?") means what it follows, so the person's turn before it counts.
    """
    asked = [turn["content"] for turn in history if turn.get("role") == "user"]
    parts = [_words(question), *(_words(text) for text in asked[-1:])]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def _words(text: str) -> str:
    text = normalise(text.translate(_TRADEMARKS)).casefold().translate(_DASHES)
    text = _BOLD.sub(r" \2 ", _QUOTED.sub(r" \1\2 ", text))
    text = _DECORATION.sub(" ", _RANGE.sub("-", text))
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
