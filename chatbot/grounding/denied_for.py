"""A "yes" where another sentence denies it of the very thing that the question names: "Yes, it can
be booked late for 35 EUR" to "can the spring exam be booked late?", beside "The spring exam cannot
be booked late"; or a clause of the very sentence that it rests on.
"""

import re
from collections.abc import Iterator, Sequence

from chatbot.grounding.asked import Asked
from chatbot.grounding.denial import conditional
from chatbot.grounding.halves import has_parts
from chatbot.grounding.lexicon import words
from chatbot.grounding.limits import LIMIT
from chatbot.grounding.other_thing import Against, answers_alone, shown
from chatbot.grounding.overlap import LIGHT, has_stem, plain_stems
from chatbot.grounding.pieces import Piece, stems_of
from chatbot.grounding.reading import Reading
from chatbot.grounding.sources import Span

_SHARED = 2  # words of the question besides the name
_NAME = re.compile(r"\b[A-ZÀ-Þ][\w-]+")
_WORD = re.compile(r"[^\W_][\w-]*")


def denied_for(
    claim: Reading, found: Sequence[Span], spans: Sequence[Span], asked: Asked
) -> Against | None:
    """What is wrong with the "yes" of a claim that rests on ``found`` of all ``spans``, none of
    which has a name of the question's, where one with that name denies what is asked about;
    ``None`` where none does, or another one affirms it."""
    question = asked.reading
    if claim.lead != "yes" or question.denies or LIMIT.search(question.text):
        return None
    told = {word.lower() for text in _texts(claim, found, spans) for word in _WORD.findall(text)}
    names = {name for name in _names(question.text, spans) if name.lower() not in told}
    wanted = asked.stems - LIGHT - plain_stems()
    for name in sorted(names):
        said = list(_of(name, wanted, spans, question))
        denied = [span for span, clause in said if clause.negative]
        if denied and all(clause.negative for _, clause in said):
            reason = f"of '{name}' its source says: '{shown(' '.join(denied[0].text.split()))}'"
            return Against(reason, denied[0], answers_alone(denied[0], question))
    named = stems_of(" ".join(_NAME.findall(question.text[1:])), question.language)
    here = frozenset[str]().union(claim.stems, *(span.reading.stems for span in found))
    things = [one for one in wanted - named if one[0] != "@" and not has_stem(one, here)]
    return _denied_things(things, spans, asked) if len(things) >= _SHARED else None


def _denied_things(things: Sequence[str], spans: Sequence[Span], asked: Asked) -> Against | None:
    """A sentence that denies it of all the things of a question that its answer leaves out: "Water
    damage is not covered" beside "Yes, the warranty covers faults"."""
    question, denied = asked.reading, list[Span]()
    for span in spans:
        if span.heading or span.row >= 0 or span.reading.language != question.language:
            continue
        if not span.reading.clauses:  # "No." by itself
            continue
        clause = span.reading.clauses[0]
        if not all(has_stem(thing, clause.stems | clause.taken) for thing in things):
            continue
        excepted = _said(span.reading) & words("exception") and _is_excepted(span, question)
        if not clause.negative or conditional(clause) or excepted:
            return None
        denied.append(span)
    if not denied:
        return None
    reason = f"its source says: '{shown(' '.join(denied[0].text.split()))}'"
    return Against(reason, denied[0], answers_alone(denied[0], question))


def _is_excepted(span: Span, question: Reading) -> bool:
    """Whether the question may be about what a sentence excepts: it has all that is named there, or
    nothing is."""
    names = {name.lower() for name in _NAME.findall(span.text[1:])}
    return names <= _said(question)


def denied_beside(claim: Reading, found: Sequence[Span], asked: Asked) -> str | None:
    """What is wrong with a claim that rests on one clause of a sentence of which a later clause
    denies it for what the question names: "it is cleaned at 60 bar" of "... at 60 bar, but not on
    polished faces" to "polished granite"."""
    question = asked.reading
    if claim.denies or claim.lead == "no" or question.denies or has_parts(question.text):
        return None
    for span in found:
        for clause in span.reading.clauses[1:] if span.row < 0 else ():
            if not clause.negative or conditional(clause) or _said(clause) & words("exception"):
                continue
            others = (c.stems for c in span.reading.clauses if c is not clause)
            elsewhere = claim.stems.union(*others)
            own = (clause.stems & asked.stems) - LIGHT - plain_stems()
            if any(not has_stem(one, elsewhere) for one in own):
                return f"for what the question says its source has '{clause.text.strip()}'"
    return None


def _said(clause: Piece) -> set[str]:
    return {word.lower() for word in _WORD.findall(clause.text)}


def _texts(claim: Reading, found: Sequence[Span], spans: Sequence[Span]) -> Iterator[str]:
    """A claim, what it rests on, and what stands over that but for sentences of its passages."""
    sentences = {span.text for span in spans if not span.heading}
    yield claim.text
    for span in found:
        yield span.text
        yield from (over for over in span.over.text.split(" | ") if over not in sentences)


def _names(question: str, spans: Sequence[Span]) -> Iterator[str]:
    """The words of the question that the spans write with a capital only."""
    asked = {word.lower() for word in _WORD.findall(question)}
    capital = {name for span in spans for name in _NAME.findall(span.text) if name.lower() in asked}
    plain = {word for span in spans for word in _WORD.findall(span.text) if word.islower()}
    return (name for name in capital if name.lower() not in plain and _meant(name))


def _meant(name: str) -> bool:
    """Whether it is no "There" or "If" at the beginning of a sentence."""
    return bool(stems_of(name, "en") - LIGHT - plain_stems())


def _of(
    name: str, wanted: frozenset[str], spans: Sequence[Span], question: Reading
) -> Iterator[tuple[Span, Piece]]:
    """The clauses with a name and enough of the other words that are ``wanted``."""
    others = wanted - stems_of(name, question.language)
    for span in spans:
        if span.heading or span.row >= 0 or span.reading.language != question.language:
            continue
        if _said(span.reading) & words("exception") and _is_excepted(span, question):
            continue
        for clause in span.reading.clauses:
            said = _said(clause)
            if name.lower() not in said or conditional(clause) or said & words("exception"):
                continue
            held = clause.stems | clause.taken
            if sum(has_stem(stem, held) for stem in others) >= _SHARED:
                yield span, clause
