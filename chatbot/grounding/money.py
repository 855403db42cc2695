"""Amounts of money as their source writes them: "costs 24.70" of "Price: £24.70" is "costs £24.70".

A number that its source never has without a currency is an amount; a model that copies it from a
cell may leave the sign behind. What is no amount everywhere in the source stays as it is written.
"""

import re
from collections.abc import Sequence

from chatbot.grounding.quantities import CODES, SIGNS

_BEFORE = rf"(?:(?:{SIGNS}|\b(?:{CODES}))[ \u00a0\u202f]?)"
_BEHIND = rf"(?:[ \u00a0\u202f]?(?:[€£$¥]|(?:{CODES})\b))"
# A number by itself: neither a part of a code, a date or a time, nor with a unit behind it.
_BARE = re.compile(
    rf"(?<![\w.,:/+\-–−$€£¥#°])(?<!(?:{CODES}) )(\d+(?:[.,]\d+)*)"
    r"(?=$|[.!?;)](?:\s|$)|,\s|\s(?:per|a|an|each|on|in|at|for|with|if|when|and|or|by|from|to"
    r"|instead|pro|je|für|im|in|bei|mit|und|oder|par|pour|en|dans|et|ou|por|para|con|y|o)\b)"
)


def priced(text: str, sources: Sequence[str]) -> str:
    """The text with each bare number as all ``sources`` write it, where that is as an amount of
    money in one form."""
    return _BARE.sub(lambda match: _as_written(match[1], sources), text)


def _as_written(digits: str, sources: Sequence[str]) -> str:
    number = rf"(?<![\d.,]){re.escape(digits)}(?![\d]|[.,]\d)"
    forms = re.compile(rf"{_BEFORE}?{number}{_BEHIND}?")
    found = {match[0].strip() for source in sources for match in forms.finditer(source)}
    return found.pop() if len(found) == 1 else digits
