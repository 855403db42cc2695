"""Replies as they are taught: whole sentences."""

import re
from collections.abc import Sequence

from chatbot.cases import AnswerRow, GivenPassage
from chatbot.text.sentences import sentences

ANSWER_CHARS = 450
# Ends of sentences and what closes behind them, of Latin, East Asian, Indian and Arabic scripts.
_ENDED = re.compile(
    "[.!:)\"'\u2026\u201d\u2019\u00bb\u3002\uff01\uff1a\uff1f\uff09\u300d\u300f"
    "\u0964\u0965\u061f\u06d4]$"
)
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]$")
_INDIAN = re.compile("[\u0900-\u097f]$")
_UNMARKED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]$")  # Thai to Khmer
# "iPhone", "eBay": names that begin as they begin.
_OWN_CAPITALS = re.compile(r"[^\W\d_]+(?<=[A-Z\u00c0-\u00de])")
# A sentence that begins so speaks of something in the sentence before.
_REFERS = re.compile(
    r"(he|she|it|they|his|her|its|their|this|that|these|those|such|both|the latter|the former)\b",
    re.IGNORECASE,
)


def whole_reply(answer: str, row: AnswerRow) -> str:
    """Full sentences: they begin with a capital, end with a mark, and say what they speak of."""
    if row.retrieved:  # written as it is to be said
        return answer
    text = " ".join(_in_context(answer.strip(), row.passages).split())
    if not _OWN_CAPITALS.match(text):
        text = text[0].upper() + text[1:]
    return text + _mark(text)


def _mark(text: str) -> str:
    """What ends a sentence that has no end yet."""
    if _ENDED.search(text) or _UNMARKED.search(text):
        return ""
    return "\u3002" if _EAST_ASIAN.search(text) else "\u0964" if _INDIAN.search(text) else "."


def _in_context(answer: str, passages: Sequence[GivenPassage]) -> str:
    """A quoted sentence that begins with "It" or "This" with the sentence before it, so that a
    reader knows what is meant."""
    if not _REFERS.match(answer):
        return answer
    for passage in passages:
        at = passage.text.find(answer)
        spans = sentences(passage.text)
        begins = [start for start, _ in spans]
        if at not in begins[1:]:
            continue
        before = begins[begins.index(at) - 1]
        together = passage.text[before : at + len(answer)]
        if "\n" not in passage.text[before:at] and len(together) <= ANSWER_CHARS:
            return together
    return answer
