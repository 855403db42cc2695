"""What comes first: "primed before it is sanded" of "the order is: sand, prime, paint"."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from chatbot.grounding.words import content_words

# Not "after 14 days", "before 6 pm", "after that", "before or after".
_NO_DEED = (
    r"(?!(?:\w+ )?\d|that\b|this\b|then\b|or\b|and\b|a (?:day|week|month|year)|an hour|"
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)"
)
_BEFORE, _AFTER = (
    rf"(?:{words}) {_NO_DEED}" for words in ("before|prior to", "after|once|as soon as")
)
_CLAUSE = r"[^.;:!?,]+"
_SIDES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^(?:please )?{_BEFORE}(?P<late>{_CLAUSE}), (?P<early>{_CLAUSE})",
        rf"^(?:please )?{_AFTER}(?P<early>{_CLAUSE}), (?P<late>{_CLAUSE})",
        rf"(?P<early>{_CLAUSE}) {_BEFORE}(?P<late>{_CLAUSE})",
        rf"(?P<late>{_CLAUSE}),? {_AFTER}(?P<early>{_CLAUSE})",
    )
)
_THEN = re.compile(
    r",? (?:and |und |et |y )?(?:then|dann|danach|puis|ensuite|luego|después) ", re.I
)
_ROW = re.compile(r"\b(?:order|sequence|Reihenfolge|ordre|orden)\b[^.:]*: (?P<items>[^.;:]+)", re.I)
_ITEMS = re.compile(r", (?:and |then |and then )?| and (?:then )?| then ")
_SENTENCE = re.compile(r"(?<=[.;!?])\s+")
_STEP = re.compile(r"\s*\(?(\d{1,3})[.)]\s")
_HALF = 0.5

Marks = frozenset[str]


class Step(NamedTuple):
    """An item of a numbered list, and the list that it is of."""

    listed: int
    number: int
    marks: Marks


def other_order(claim: str, source: str) -> str | None:
    """What the claim says the other way round than its source."""
    mine, theirs = _pairs(claim), _pairs(source)
    for early, late in mine:
        if any(early & first and late & last for first, last in theirs):
            continue
        if any(early & last and late & first for first, last in theirs):
            return "its source says it in another order"
    return None


def same_order(claim: str, source: str) -> bool:
    """Whether both say that one thing comes before another: "sand it before you paint it" of
    "painted after sanding"."""
    mine, theirs = _pairs(claim), _pairs(source)
    return any(a & first and b & last for a, b in mine for first, last in theirs)


def steps_turned(claim: str, steps: Sequence[Step]) -> str | None:
    """What the claim says the other way round than the numbers of a list."""
    for early, late in _pairs(claim) if len(steps) > 1 else ():
        one, other = _step_of(early, late, steps), _step_of(late, early, steps)
        if one and other and one.listed == other.listed and one.number > other.number:
            return "its source has these steps in another order"
    return None


def steps_of(texts: Sequence[str]) -> Iterator[Step]:
    """Those of texts that follow each other which are items of numbered lists."""
    listed, before = 0, 0
    for match, text in ((_STEP.match(text), text) for text in texts):
        if match:
            number = int(match[1])
            listed, before = listed + (number <= before), number
            yield Step(listed, number, _marks(text[match.end() :]))


def _step_of(marks: Marks, others: Marks, steps: Sequence[Step]) -> Step | None:
    """The one step that has most of the marks, and none of the others that it could be."""
    own = marks - others
    found = [step for step in steps if own and len(own & step.marks) >= _HALF * len(own)]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=4096)
def _pairs(text: str) -> tuple[tuple[Marks, Marks], ...]:
    """Stems of what comes first and of what comes later; none that both have."""
    found = (pair for part in _SENTENCE.split(text) for pair in _parted(part.strip(" -*")))
    marks = ((_marks(early), _marks(late)) for early, late in found)
    parted = ((early - late, late - early) for early, late in marks)
    return tuple((early, late) for early, late in parted if early and late)


def _parted(sentence: str) -> Iterator[tuple[str, str]]:
    for pattern in _SIDES:
        if match := pattern.search(sentence):
            yield match["early"], match["late"]
            break
    if match := _ROW.search(sentence):
        yield from combinations(_ITEMS.split(match["items"]), 2)
    yield from combinations(_THEN.split(sentence) if _THEN.search(sentence) else (), 2)


def _marks(text: str) -> Marks:
    return frozenset(content_words(text)) - _EMPTY


_EMPTY = frozenset("first last then final now go come put get work part".split())  # noqa: SIM905
