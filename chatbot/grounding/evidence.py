"""The spans of passages that say what a sentence says, or why there are none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.grounding.around import beside, elsewhere, told, with_names
from chatbot.grounding.calculated import calculated
from chatbot.grounding.cells import other_cell, other_way
from chatbot.grounding.conclusions import conclusions, without_asked
from chatbot.grounding.contrast import contrasted
from chatbot.grounding.copying import copies, miscopied, repeats
from chatbot.grounding.denial import opposite
from chatbot.grounding.fact import missing
from chatbot.grounding.families import other_sibling
from chatbot.grounding.generic import said_of_all
from chatbot.grounding.halves import admits
from chatbot.grounding.likeness import Likeness, nearest
from chatbot.grounding.meaning import added_rate, objection, rival
from chatbot.grounding.naming import (
    misplaced,
    other_definition,
    other_name,
    renamed,
    unknown_name,
)
from chatbot.grounding.order import steps_of, steps_turned
from chatbot.grounding.overlap import (
    COVERED,
    coverage,
    has_stem,
    only_subject,
    own_words,
    pieces_covered,
    same_words,
)
from chatbot.grounding.pairs import SAME_WORDS, pairs
from chatbot.grounding.parts import main_clauses, readings
from chatbot.grounding.reading import Reading, read
from chatbot.grounding.series import other_member
from chatbot.grounding.sources import Span
from chatbot.grounding.sums import compared, sources_of_sum, without, worked_out
from chatbot.grounding.turned import turned
from chatbot.text.languages import language_of

NOT_SAID = "no passage says it"
_BRACKET = re.compile(r"((?:[^\s()]+ ){0,1}[^\s()]+) \(([^()]+)\)")
_LIKELIEST = 24
# Characters of a sentence: of 500,000 in documents 30 are longer, and each of its words and numbers
# is compared with each span, alone and in parts.
_LONGEST = 1000
_SAME = 1.7  # a span of this score speaks of the very same
_NEAR = 0.4  # a span that holds so much of a sentence may say why it is wrong
_CLOSE = 0.25  # one that is about it at all
_MOSTLY = 0.6  # what is about the same thing and place
_HALF = 0.5
_PIECE = 0.5  # a part of a sentence needs less of its words in its span than the whole


@dataclass(frozen=True)
class Finding:
    """``spans`` that say it together, or none, the ``reason``, and what is ``near``est to it."""

    spans: tuple[Span, ...]
    reason: str = ""
    near: Span | None = None


def evidence(
    claim: str,
    spans: Sequence[Span],
    asked: Reading | None = None,
    alike: Likeness | None = None,
) -> Finding:
    """The one span that says the claim, else two that follow each other, else one for each part
    of the claim; else those that it follows from, for what is ``asked``; else the one that is most
    ``alike``, where nothing in it is otherwise. What is too long for a sentence is not compared."""
    if len(claim) > _LONGEST:
        return Finding(
            (), f"a sentence of more than {_LONGEST:,} characters is not checked; part it"
        )
    said, asked = _read(claim, spans), asked or read("")
    if wrong := steps_turned(claim, list(steps_of([span.text for span in spans]))):
        return Finding((), wrong)
    ranked = sorted(spans, key=lambda span: (-_score(said, span), len(span.text)))[:_LIKELIEST]
    near = [span for span in ranked if _score(said, span) > 0]
    if any(_knows(said, span) for span in near):  # else it may be said in another language
        near = [span for span in near if span.reading.language == said.language]
    copied = [span for span in near if copies(said, span.reading)]
    near = copied or near
    for span in near if copied else [*near, *pairs(said, spans, near)]:
        reason = _says(said, span, spans)
        if reason is None:
            return Finding((span,))
        same = _score(said, span) >= (_SAME if said.facts else SAME_WORDS)
        alone = len(said.clauses) == 1 and (same or same_words(said, span.reading))
        if alone and span.row < 0 and (other := rival(said, span.reading)):
            return Finding((), other, span)
        if alone and _is_other(said, span.reading, span.over):
            follows = _concluded(said, near, spans, asked)
            return Finding((follows,)) if follows else Finding((), reason, span)
    own = _of_its_members(said, spans)
    if parts := () if copied else _parts(said, _of_its_members(said, near), own, asked):
        return Finding(parts)
    if follows := _concluded(said, near, spans, asked):
        return Finding((follows,))
    if explained := _explained(said, own, asked):
        return Finding(explained)
    if worked := _calculated(said, near, spans, asked) or calculated(said, own, asked):
        return Finding(worked)
    if (rest := without_asked(said, asked)) and (found := evidence(rest, spans, asked)).spans:
        return found
    if alike and (meant := _meant(said, ranked, spans, alike)):
        return Finding((meant,))
    if each := _each(said, spans, asked):
        return Finding(each)
    for general, all_of_them in said_of_all(said, asked, spans):
        if (found := evidence(general, all_of_them)).spans:
            return found
    return _unsupported(said, ranked, spans)


def _is_other(claim: Reading, source: Reading, over: Reading) -> bool:
    return any((opposite(claim, source, over), contrasted(claim, source), turned(claim, source)))


def _read(claim: str, spans: Sequence[Span]) -> Reading:
    """The claim in its language; where its words do not tell, in that of the span that has most of
    them."""
    spoken = dict.fromkeys(span.reading.language for span in spans)
    told = {language_of(claim, language) for language in spoken}
    if len(told) < 2:
        return read(claim, told.pop() if told else "")
    likely = {language: read(claim, language) for language in told}
    return max(likely.values(), key=lambda said: _most(said, spans))


def _most(claim: Reading, spans: Sequence[Span]) -> float:
    own = [span for span in spans if span.reading.language == claim.language]
    return max((coverage(claim, span.reading, span.over) for span in own), default=0.0)


def _knows(claim: Reading, span: Span) -> bool:
    """Whether a span of the claim's own language is about the same."""
    if span.reading.language != claim.language:
        return False
    told = [has_stem(stem, span.reading.stems) for stem in claim.stems]
    half = sum(told) > 1 and sum(told) >= _HALF * len(told)
    return half or coverage(claim, span.reading, span.over) >= _NEAR


def _score(claim: Reading, span: Span) -> float:
    facts = len(claim.facts) - len(missing(claim.facts, span.reading.facts))
    share = facts / len(claim.facts) if claim.facts else 0.0
    return coverage(claim, span.reading, span.over) + share


def _says(claim: Reading, span: Span, spans: Sequence[Span], least: float = COVERED) -> str | None:
    """What is wrong with the span as a source of the claim; nothing where it says it."""
    source = span.reading
    if repeats(claim, source):
        return None
    over = with_names(claim, span, spans)
    if missing(claim.inherited, [*source.facts, *span.over.facts]):
        return f"it speaks of '{claim.inherited[0].text}', of which its source does not"
    if claim.language != source.language:  # their words cannot be compared
        if not claim.facts and not claim.terms:
            return "its words are not those of the sources' language"
        around = told(over, span, spans)
        return objection(claim, source, over) or added_rate(claim, around) or other_way(claim, span)
    if coverage(claim, source, over) < least or not own_words(claim, source):
        return NOT_SAID
    if not pieces_covered(claim, source, over):
        return "no passage says all of it"
    if span.row < 0 and only_subject(claim, source):
        return NOT_SAID
    return _otherwise(claim, span, spans)


def _otherwise(claim: Reading, span: Span, spans: Sequence[Span]) -> str | None:
    """What the claim says otherwise than a span of its language, whatever words they share."""
    source, over = span.reading, with_names(claim, span, spans)
    around = told(over, span, spans)
    return (
        objection(claim, source, over, beside(span, spans))
        or added_rate(claim, around)
        or other_definition(claim, source, over)
        or renamed(claim, source, over, elsewhere(span, spans))
        or misplaced(claim, source, over, elsewhere(span, spans))
        or other_name(claim, source, around)
        or unknown_name(claim, source, around)
        or miscopied(claim, source)
        or other_sibling(claim, source, over, span.families)
        or _of_another_member(claim, span)
        or other_cell(claim, span, spans)
    )


def _of_its_members(claim: Reading, spans: Sequence[Span]) -> list[Span]:
    """The spans that are not about another member of a series than the claim."""
    return [span for span in spans if not _of_another_member(claim, span)]


def _of_another_member(claim: Reading, span: Span) -> str | None:
    wrong = other_member(claim.text, span.text, span.over.text, span.series)
    return f"it says '{wrong[0]}' where its source says '{wrong[1]}'" if wrong else None


def _meant(
    claim: Reading, ranked: Sequence[Span], spans: Sequence[Span], alike: Likeness
) -> Span | None:
    """The span that says the claim in other words."""
    found = [span for span in ranked if not span.heading]
    agreeing = [
        span
        for span in found
        if span.reading.language == claim.language and _otherwise(claim, span, spans) is None
    ]
    return nearest(claim, agreeing, found, alike)


def _concluded(
    claim: Reading, near: Sequence[Span], spans: Sequence[Span], asked: Reading
) -> Span | None:
    """The first span that the claim follows from."""
    for span in near:
        for meant, never in conclusions(claim, span.reading, asked):
            if _says(meant, span, spans) is not None:
                continue
            if never is None or not any(_speaks_of(never, other, spans) for other in near):
                return span
    return None


def _speaks_of(never: Reading, span: Span, spans: Sequence[Span]) -> bool:
    """Whether a span says what none may say for a claim to follow from a list, or has the name that
    the list lacks with most of what is said of it: "only Perch is sold in Wales"."""
    if _says(never, span, spans) is None:
        return True
    own = {(term.kind, term.value) for term in span.reading.terms}
    named = [term for term in never.terms if (term.kind, term.value) in own]
    return bool(named) and coverage(never, span.reading) >= _MOSTLY


def _explained(claim: Reading, spans: Sequence[Span], asked: Reading) -> tuple[Span, ...]:
    """The spans of a claim with brackets: of what it says without them, and of each bracket with
    the name before it: "Presto (12 months) costs 51 EUR"."""
    brackets = list(_BRACKET.finditer(claim.text))
    if not brackets:
        return ()
    rest = f"{claim.lead}, " if claim.lead else ""
    found = evidence(rest + _BRACKET.sub(r"\1", claim.text), spans, asked).spans
    for match in brackets if found else ():
        piece = read(f"{match[1]}: {match[2]}", claim.language)
        near = sorted(spans, key=lambda span: -_score(piece, span))[:_LIKELIEST]
        told = next((s for s in near if _says(piece, s, spans, _PIECE) is None), None)
        if told is None:
            return ()
        found = (*found, *((told,) if told not in found else ()))
    return found


def _calculated(
    claim: Reading, near: Sequence[Span], spans: Sequence[Span], asked: Reading
) -> tuple[Span, ...]:
    """The spans of a claim with a number that is worked out from theirs."""
    for piece, fact in worked_out(claim):
        if rest := without(claim, piece):
            found = evidence(rest, spans, asked).spans
            told = found and sources_of_sum(fact, piece, read(rest), found, near, asked)
        else:
            told = compared(claim, fact, near)
        if told:
            return told
    return ()


def _parts(
    claim: Reading, near: Sequence[Span], spans: Sequence[Span], asked: Reading
) -> tuple[Span, ...]:
    """A span for each part of the claim, where there are two parts or more."""
    if len(claim.pieces) < 2:
        return ()
    parts = list(readings(claim))
    if len(parts) < 2:
        return ()
    found: list[Span] = []
    for piece in parts:
        ranked = sorted(near, key=lambda span: -_score(piece, span))
        best = _best(piece, ranked, spans) or _concluded(piece, near, spans, asked)
        if best is None or any(_other_row(piece, best, span) for span in found):
            return ()
        if found and not _same_document(found[0], best):
            return ()
        if best not in found:
            found.append(best)
    every = [reading for span in found for reading in (span.reading, span.over)]
    return tuple(found) if coverage(claim, *every) >= COVERED else ()


def _each(claim: Reading, spans: Sequence[Span], asked: Reading) -> tuple[Span, ...]:
    """The spans of a claim's main clauses, where each of them is a sentence of its own."""
    parts = main_clauses(claim)
    if len(parts) < 2:
        return ()
    parts[0] = f"{claim.lead}, {parts[0]}" if claim.lead else parts[0]
    found = [evidence(part, spans, asked).spans for part in parts if not admits(part)]
    return tuple({id(span): span for each in found for span in each}.values()) if all(found) else ()


def _best(piece: Reading, ranked: Sequence[Span], spans: Sequence[Span]) -> Span | None:
    """The first span that says it, unless one that says the opposite has as much of it."""
    for span in ranked:
        if _says(piece, span, spans, _PIECE) is None:
            return span
        enough = coverage(piece, span.reading, span.over) >= _PIECE
        if enough and opposite(piece, span.reading, span.over):
            return None
    return None


def _same_document(one: Span, other: Span) -> bool:
    return one.passage.metadata.get("path") == other.passage.metadata.get("path")


def _other_row(piece: Reading, span: Span, before: Span) -> bool:
    """Whether a part rests on another row of a table than the part before, and does not name it."""
    if span is before or span.row < 0 or (span.passage, span.row) != (before.passage, before.row):
        return False
    name, other = span.reading.pieces[0], before.reading.pieces[0]
    codes = [fact for fact in name.facts if not missing([fact], piece.facts)]
    return not (name.stems - other.stems) & piece.stems and not codes


def _unsupported(claim: Reading, near: Sequence[Span], spans: Sequence[Span]) -> Finding:
    for span in near[:3]:
        about = [stem in span.reading.stems for stem in claim.stems]
        if coverage(claim, span.reading, span.over) < _NEAR and sum(about) < _NEAR * len(about):
            continue
        if reason := objection(claim, span.reading, span.over) or _says(claim, span, spans):
            return Finding((), reason, span)
    close = next((span for span in near[:1] if _score(claim, span) >= _CLOSE), None)
    return Finding((), NOT_SAID, close)
