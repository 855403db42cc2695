"""A "yes" or "no" by what a source says of another thing: "Yes, it covers the battery for 2 years"
to "does the warranty end after 2 years?", where a sentence beside it gives the warranty 3 years.

It is wrong only where the passages say another value of the very thing that the question names,
and none of them says the answer's value of it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial

from chatbot.grounding.asked import Asked
from chatbot.grounding.bounds import Bound, bounds_of, comparable, contains
from chatbot.grounding.fact import TIMES, Fact, missing
from chatbot.grounding.lexicon import words
from chatbot.grounding.limits import LIMIT
from chatbot.grounding.overlap import LIGHT, fillers, has_stem, plain_stems
from chatbot.grounding.pieces import Piece, stems_of
from chatbot.grounding.reading import Reading, days_of
from chatbot.grounding.sources import Span
from chatbot.grounding.topics import points_back
from chatbot.grounding.words import stem

# Whether a part says the value asked about; ``None`` where it says none that can be compared.
_Said = Callable[[Piece], bool | None]

# What is sold and to whom, in general: "devices sold in the EU" limits nothing.
_THINGS = frozenset(
    map(
        stem,
        """device product item article good purchase order customer sell sold buy bought have new
        gerät artikel produkt ware kauf verkauf bestell kund""".split(),  # noqa: SIM905
    )
)
# A question that such a word turns round, or that is about the rest of a time.
_TURNED = re.compile(
    r"\b(?:too|zu|trop|demasiado|without|ohne|sans|sin|still|noch|encore|todavía)\b", re.IGNORECASE
)
# What stands before a value that is asked about as it is, and not as a limit.
_EXACTLY = re.compile(
    r"\b(?:(?:(?:runs?|running|ran) out|expires?|lapses?|ends?|over|up) (?:after|in)|"
    r"(?:opens?|closes?|shuts?|starts?|begins?) (?:at|from)|"
    r"(?:öffnet|schließt|beginnt)(?: \w+){1,3} um|"
    r"(?:is|are|costs?|takes?|lasts?|kostet|kosten|dauert|dauern|beträgt|betragen|ist|sind)\b"
    r"(?:(?! (?:for|within|in|by|after|before|until|from|to|für|nach|vor|bis|ab|innerhalb)\b)"
    r" [\w'’-]+){0,6})(?: (?:about|only|exactly|the|nur|etwa))? (?:US\$|[$€£])?$",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"\b(?:within|in|by|under|innerhalb(?: von)?|binnen|unter|dans|en) $", re.IGNORECASE
)
_PRONOUN = re.compile(r"\b(?:it|they|them|this|these|er|sie|es|il|elle|ils|elles)\b", re.IGNORECASE)
_STRANGERS = 1  # words of a question that no passage has
_SHOWN = 80  # characters


@dataclass(frozen=True)
class Against:
    """What is wrong with a leading yes or no; ``span`` says the other value, which ``decides``
    where it makes the other one of the two right."""

    reason: str
    span: Span
    decides: bool


def by_another(
    claim: Reading, found: Sequence[Span], spans: Sequence[Span], asked: Asked
) -> Against | None:
    """What is wrong with the "yes" or "no" of a claim that rests on ``found`` of all ``spans``,
    where it is that of another thing; ``None`` where nothing is, or that is not certain."""
    question = asked.reading
    if not claim.lead or question.denies or LIMIT.search(question.text):
        return None
    values: list[tuple[_Said, Fact | None]] = [
        (partial(_has, fact), fact)
        for fact in question.facts
        if fact.kind == "time" or (fact.kind == "quantity" and fact.unit)
    ]
    if len(question.days[0]) == 1:
        [day] = question.days[0]
        values.append((partial(_is_on, day), None))
    subject = _Subject(question, spans) if values else None
    for said, fact in values if subject else ():
        mine = {said(part) for part in _parts(claim)}
        yes = claim.lead == "yes"
        if yes not in mine or (not yes and True in mine):
            continue
        if rivals := subject.rivals(found, said, yes) if subject else []:
            return _against(rivals, fact, question, yes)
    return None


def _has(fact: Fact, part: Piece) -> bool | None:
    alike = any(comparable(fact, other) for other in part.facts)
    return not missing([fact], part.facts) if alike else None


def _is_on(day: str, part: Piece) -> bool | None:
    days = days_of(part.text, part.terms)
    return day in days if days else None


def _parts(reading: Reading) -> Iterator[Piece]:
    """Pieces around numbers, and clauses with days."""
    yield from (piece for piece in reading.pieces if piece.facts)
    yield from (clause for clause in reading.clauses if days_of(clause.text, clause.terms))


class _Subject:
    """What a question names, as far as the ``spans`` have it."""

    def __init__(self, question: Reading, spans: Sequence[Span]) -> None:
        self._question, self._spans = question, spans
        general = LIGHT | (plain_stems() if question.language == "en" else _foreign_fillers())
        named = {one for one in question.stems if not one.startswith(("@weekday:", "@rate:"))}
        known = frozenset[str]().union(*(s.reading.stems | s.over.stems for s in spans))
        every = named - general
        if not every and len(named) > 1:
            every = named  # "a full charge"
        self._wanted = frozenset(one for one in every if has_stem(one, known))
        self._known = len(every) - len(self._wanted) <= _STRANGERS
        self._general = general | _THINGS | question.stems
        self._regions = {one for one in known if one.startswith("@region:")}

    def rivals(self, found: Sequence[Span], said: _Said, value: bool) -> list[tuple[Span, Piece]]:
        """The parts that say it of the subject otherwise than ``value``, where those of ``found``
        that say so are about something else; none where any span says it of the subject."""
        if not self._wanted or not self._known:
            return []
        parts = [(span, part) for span in self._spans for part in _parts(span.reading)]
        holding = [(span, part) for span, part in parts if said(part) is value]
        if not any(_within(span, found) for span, _ in holding):
            return []
        return [
            (span, part)
            for span, part in parts
            if said(part) is (not value)
            and not (span.heading or _PRONOUN.search(part.text))
            and self._covered(span, part)
            and self._apart(part, holding)
        ]

    def _covered(self, span: Span, part: Piece) -> bool:
        """Whether a part is about all that the question names."""
        held = part.stems | part.taken
        lacking = {one for one in self._wanted if not has_stem(one, held)}
        first = next(_parts(span.reading))
        own = any(has_stem(one, part.stems) for one in self._wanted - lacking)
        if own and first.stems - part.stems - self._wanted:
            # A word that parts share: "the motor has a guarantee of 2 years, the battery of 3".
            lacking = {one for one in lacking if not has_stem(one, first.stems)}
        return not lacking

    def _apart(self, rival: Piece, holding: Sequence[tuple[Span, Piece]]) -> bool:
        """Whether no part that holds the value is about the subject, and the ``rival`` is about
        nothing more particular than they are."""
        theirs = rival.stems | rival.taken
        shared = frozenset[str]().union(*(part.stems for _, part in holding))
        if any(map(self._limits, theirs - self._general - shared)):
            return False
        for span, part in holding:
            held = part.stems | part.taken | span.over.stems
            under = all(has_stem(one, held) for one in self._wanted)
            if under and not part.stems - theirs - self._general:
                return False
            if self._covered(span, part) and not self._is_aside(span, part, theirs):
                return False
        return True

    def _is_aside(self, span: Span, part: Piece, theirs: frozenset[str]) -> bool:
        """Whether the clause with the number of a part names another thing only: "and the battery
        for 2 years" of "the warranty covers material, and the battery for 2 years"."""
        clauses = [
            clause
            for clause in span.reading.clauses
            if clause.before and clause.text in part.text and clause.facts == part.facts
        ]
        return any(
            clause.stems - theirs - self._general
            and not any(has_stem(one, clause.stems) for one in self._wanted)
            for clause in clauses
        )

    def _limits(self, mark: str) -> bool:
        """Whether what a rival has more makes it a part of what was asked about."""
        if mark.startswith("@region:"):
            return len(self._regions) > 1
        return not mark.startswith(("@weekday:", "@rate:"))


def _within(span: Span, found: Sequence[Span]) -> bool:
    return any(
        one.passage is span.passage and one.start <= span.start < one.start + len(one.text)
        for one in found
    )


def _against(
    rivals: Sequence[tuple[Span, Piece]], fact: Fact | None, question: Reading, yes: bool
) -> Against | None:
    decided = {_decides(fact, span, part, question, yes) for span, part in rivals}
    if None in decided:
        return None
    span, part = rivals[0]
    reason = f"its source says it of something else; of what is asked about: '{shown(part.text)}'"
    return Against(reason, span, decided == {True} and answers_alone(span, question))


def shown(text: str) -> str:
    """A text as it stands in a reason, cut where it is long."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def answers_alone(span: Span, question: Reading) -> bool:
    """Whether a sentence can be shown by itself as an answer to a question."""
    alone = span.row < 0 and not span.item and not points_back(span.text)
    return alone and span.reading.language == question.language


def _decides(
    fact: Fact | None, span: Span, part: Piece, question: Reading, yes: bool
) -> bool | None:
    """Whether what is said of the subject makes the other of yes and no right; ``None`` where it
    makes the given one right."""
    plain = not _TURNED.search(question.text)
    if fact is None:
        return plain
    before = question.text[: fact.start]
    alike = [one for one in part.facts if comparable(fact, one)]
    if _EXACTLY.search(before):
        return plain and len(alike) == 1
    bounds = [bound for bound in bounds_of(span.reading) if bound.fact in part.facts]
    if inside := {contains(bound, fact, question.text) for bound in bounds} - {None}:
        return None if inside == {yes} else plain and len(inside) == 1
    # "Guaranteed for 5 years", of 3 years.
    values = [value for one in alike for value in one.values if isinstance(value, Fraction)]
    if len(values) != 1 or fact.unit not in TIMES or _WITHIN.search(before):
        return False
    most = Bound(alike[0], part, None, values[0], False, span.reading.text)
    return plain and yes and contains(most, fact, question.text) is False


@cache
def _foreign_fillers() -> frozenset[str]:
    said = " ".join(sorted(fillers() | words("goes_on")))
    return frozenset[str]().union(*(stems_of(said, each) for each in ("de", "fr", "es")))
