"""An answer that is certainly about something else than its question: "Teachers get 15% off" to
"is there a student discount?", where no passage speaks of students, or something about the machine
to "it shows E40, can it still be used?", where another passage says what E40 is.

What is only in no passage is not certain, and neither is an answer to a question that names both.
"""

import re
from collections.abc import Iterator, Sequence

from chatbot.grounding.asked import Asked, meet, values_of
from chatbot.grounding.elsewhere import OUTSIDE, placed_values
from chatbot.grounding.fact import missing
from chatbot.grounding.lexicon import CURRENCY_OF, apart, asked_for
from chatbot.grounding.limits import LIMIT
from chatbot.grounding.overlap import has_stem, named_by
from chatbot.grounding.pieces import Piece, codes_of
from chatbot.grounding.places import regions
from chatbot.grounding.reading import Reading, read
from chatbot.grounding.sources import Span

# Where "standard" and the like are no names of their own, a question does not ask for them.
_TERMS = ("tier", "generation", "season", "speed")
_ORDINARY = frozenset({"standard"})
_WHAT = re.compile(r"\s*was\b", re.IGNORECASE)  # "what" in German, and no English verb
# What a display says is no product, of which a page on all products need not speak.
_SHOWN = (
    r"shows?|showing|shown|displays?|displayed|displaying|errors?|codes?|faults?|messages?|says?|"
    r"reads?|blinks?|flashes|screen|zeigt|Anzeige|Fehler|Fehlercode|Meldung|Störung|affiche|erreur|"
    r"muestra"
)
_Values = frozenset[str]
_NOTHING: tuple[_Values, _Values, _Values] = (frozenset(), frozenset(), frozenset())


def astray(
    claim: Reading, found: Sequence[Span], spans: Sequence[Span], asked: Asked
) -> str | None:
    """What is wrong with the first sentence of an answer that tells of another region, plan, code,
    person or the like than the question names, of which none of all ``spans`` speaks; ``found``
    are those that the sentence rests on. ``None`` where that is not certain."""
    if claim.lead == "no" or claim.denies or asked.reading.denies or _limits(claim, asked):
        return None
    wanted_kinds = asked_for(asked.reading.text)
    german = asked.reading.language == "de" and _WHAT.match(asked.reading.text)
    if wanted_kinds == {"yes_no"} and claim.lead != "yes" and not german:
        return None  # "We ship to the US" may be a no
    for wanted, told, known in (
        *(() if "place" in wanted_kinds else [_of_regions(claim, found, spans, asked)]),
        *_of_terms(claim, found, spans, asked),
        *_of_names(claim, found, spans, asked),
        _of_codes(claim, found, spans, asked),
    ):
        if wanted and told and not meet(wanted, told) and not meet(wanted, known):
            return f"the question asks about '{min(wanted)}', and it tells of '{min(told)}'"
    return None


def beside_code(
    claim: Reading, found: Sequence[Span], spans: Sequence[Span], asked: Asked
) -> str | None:
    """What is wrong with the first sentence of an answer where the question names one code that a
    display shows: of it another passage speaks, and neither the sentence nor the passages of
    ``found`` do."""
    wanted = codes_of([asked.reading])
    if len(wanted) != 1 or not found or wanted & codes_of([claim]) or not _is_shown(asked.reading):
        return None
    holding = [span for span in spans if wanted & codes_of([span.reading, span.over])]
    theirs = {id(span.passage) for span in found}
    if not holding or any(id(span.passage) in theirs for span in holding):
        return None
    return f"the question asks about '{min(wanted)}', of which its source does not speak"


def beneath_other(claim: Reading, found: Sequence[Span], asked: Asked) -> str | None:
    """What is wrong with the first sentence of an answer that rests on what stands beneath the name
    of another one than the question asks about, of which another heading of the passage speaks:
    "hold the button for 10 seconds", beneath "Pair a CH2", to "how do I pair a CH3?"."""
    if claim.lead == "no":
        return None
    wanted = asked.stems | codes_of([asked.reading])
    held = named_by([claim, *(span.reading for span in found)])
    for span in found:
        heading = _nearest(span)
        if heading is None:
            return None
        mine = named_by([read(heading, span.over.language)])
        for line in _headings(span.passage.page_content):
            if _level(line) != _level(heading):
                continue
            other = named_by([read(line.lstrip("# "), span.over.language)])
            theirs = other - mine
            if not theirs or any(has_stem(one, held) for one in theirs):
                continue
            if not (mine & other or _both_steps(span, line)):
                continue
            named = all(has_stem(one, wanted) for one in theirs)
            if named and not any(has_stem(one, wanted) for one in mine - other):
                told, said = line.lstrip("# "), heading.lstrip("# ")
                return f"the question asks about '{told}', and it tells of '{said}'"
    return None


def _both_steps(span: Span, heading: str) -> bool:
    """Whether a span is an item of a list, and a list stands beneath another heading, too."""
    below = span.passage.page_content.partition(heading)[2].lstrip()
    return span.item and re.match(r"(?:[-*]|\d+[.)]) ", below) is not None


def _level(heading: str) -> int:
    return len(heading) - len(heading.lstrip("#"))


def _headings(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.startswith("#")]


def _nearest(span: Span) -> str | None:
    """The heading that a span stands beneath in its passage, if that is not the passage's first."""
    headings = _headings(span.passage.page_content[: span.start])
    return headings[-1] if headings and _level(headings[-1]) > 1 else None


def _limits(claim: Reading, asked: Asked) -> bool:
    texts = (claim.text, asked.reading.text)
    return any(OUTSIDE.search(text) or LIMIT.search(text) for text in texts)


def _of_regions(
    claim: Reading, found: Sequence[Span], spans: Sequence[Span], asked: Asked
) -> tuple[_Values, _Values, _Values]:
    wanted = frozenset(asked.own_regions)
    paid = {fact.unit for fact in claim.facts}
    if not wanted or any(CURRENCY_OF.get(one) in paid for one in wanted):
        return _NOTHING
    told = placed_values([claim], "region") or _common(
        [placed_values(_holding(claim, span), "region") for span in found]
    )
    known = frozenset(one for span in spans for one in regions(f"{span.over.text} {span.text}"))
    return wanted, told, known


def _of_terms(
    claim: Reading, found: Sequence[Span], spans: Sequence[Span], asked: Asked
) -> Iterator[tuple[_Values, _Values, _Values]]:
    for kind in _TERMS:
        wanted = values_of(asked.reading.terms, asked.reading.text, kind) - _ORDINARY
        if not wanted:
            continue
        told = placed_values([claim], kind) or _common(
            [placed_values(_holding(claim, span), kind) for span in found]
        )
        yield wanted, told, placed_values([r for s in spans for r in (s.reading, s.over)], kind)


def _of_names(
    claim: Reading, found: Sequence[Span], spans: Sequence[Span], asked: Asked
) -> Iterator[tuple[_Values, _Values, _Values]]:
    names = [(term.kind, term.value) for term in apart().find(asked.reading.text)]
    for kind in dict.fromkeys(kind for kind, _ in names):
        wanted = frozenset(value for other, value in names if other == kind)
        told = _named(kind, [claim.text]) or _common(
            [_named(kind, [p.text for p in _holding(claim, span)]) for span in found]
        )
        yield wanted, told, _named(kind, [f"{s.over.text} {s.text}" for s in spans])


def _named(kind: str, texts: Sequence[str]) -> _Values:
    return frozenset(t.value for text in texts for t in apart().find(text) if t.kind == kind)


def _of_codes(
    claim: Reading, found: Sequence[Span], spans: Sequence[Span], asked: Asked
) -> tuple[_Values, _Values, _Values]:
    """Codes of one series; the question has one. The row of "PSSM1" may have a number, "G06"."""
    wanted = codes_of([asked.reading])
    if len(wanted) != 1:
        return _NOTHING
    own = codes_of([claim])
    told = own or _common([codes_of(_holding(claim, span)) for span in found])
    known = codes_of([each for span in spans for each in (span.reading, span.over)])
    alike = frozenset(one for one in told if _series(one) == _series(min(wanted)))
    near = any(a.startswith(b) or b.startswith(a) for a in wanted for b in told | known)
    return (wanted, alike, known) if alike and not near else _NOTHING


def _is_shown(question: Reading) -> bool:
    """Whether a display shows a code of the question, or it is called an error."""
    said = dict.fromkeys(fact.text for fact in question.facts if fact.kind == "code")
    codes = "|".join(map(re.escape, said))
    before, behind = rf"(?:{_SHOWN})\W+(?:\w+\W+){{0,2}}", rf"\W+(?:\w+\W+){{0,3}}(?:{_SHOWN})"
    near = rf"\b(?:{before}(?:{codes})|(?:{codes}){behind})\b"
    return re.search(near, question.text, re.IGNORECASE) is not None


def _series(code: str) -> str:
    return re.split(r"\d", code)[0]


def _holding(claim: Reading, span: Span) -> list[Piece]:
    """The pieces of a source with a fact of the claim, or all of it."""
    pieces = span.reading.pieces
    held = [p for p in pieces if len(missing(claim.facts, p.facts)) < len(claim.facts)]
    return held or [span.reading]


def _common(each: Sequence[_Values]) -> _Values:
    """What the sources are about, where each of them is about something."""
    return frozenset[str]().union(*each) if each and all(each) else frozenset()
