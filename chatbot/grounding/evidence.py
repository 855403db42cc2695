"""The spans of passages that say what a sentence says, or why there are none."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from chatbot.grounding.cells import other_cell
from chatbot.grounding.conclusions import conclusions, without_asked
from chatbot.grounding.contrast import contrasted
from chatbot.grounding.copying import copies, miscopied
from chatbot.grounding.denial import opposite
from chatbot.grounding.fact import Fact, missing
from chatbot.grounding.families import other_sibling
from chatbot.grounding.lexicon import words
from chatbot.grounding.meaning import added_rate, objection, rival
from chatbot.grounding.naming import misplaced, other_definition, renamed
from chatbot.grounding.overlap import (
    COVERED,
    coverage,
    only_subject,
    own_words,
    pieces_covered,
    same_words,
)
from chatbot.grounding.pieces import WORD, Piece
from chatbot.grounding.reading import Reading, read
from chatbot.grounding.sources import Span, follow, join_spans
from chatbot.grounding.sums import compared, sources_of_sum, without, worked_out
from chatbot.grounding.turned import turned
from chatbot.text.languages import language_of

_BRACKET = re.compile(r"((?:[^\s()]+ ){0,1}[^\s()]+) \(([^()]+)\)")
_LIKELIEST = 24
_SAME = 1.7  # a span of this score speaks of the very same
_SAME_WORDS = 0.9  # where the sentence has no facts
_NEAR = 0.4  # a span that holds so much of a sentence may say why it is wrong
_DEFINITE = frozenset("the such both also there then der die das dieser le la les el los".split())  # noqa: SIM905
_LEAST = 2  # words and facts of a part
_PIECE = 0.5  # a part of a sentence needs less of its words in its span than the whole


@dataclass(frozen=True)
class Finding:
    """``spans`` that say it together, or none, the ``reason``, and what is ``near`` it."""

    spans: tuple[Span, ...]
    reason: str = ""
    near: Span | None = None


def evidence(claim: str, spans: Sequence[Span], asked: Reading | None = None) -> Finding:
    """The one span that says the claim, else two that follow each other, else one for each part
    of the claim; else those that it follows from, for what is ``asked``."""
    said, asked = _read(claim, spans), asked or read("")
    ranked = sorted(spans, key=lambda span: (-_score(said, span), len(span.text)))[:_LIKELIEST]
    near = [span for span in ranked if _score(said, span) > 0]
    if any(_knows(said, span) for span in near):  # else it may be said in another language
        near = [span for span in near if span.reading.language == said.language]
    copied = [span for span in near if copies(said, span.reading)]
    near = copied or near
    for span in near if copied else [*near, *_pairs(said, spans, near)]:
        reason = _says(said, span, spans)
        if reason is None:
            return Finding((span,))
        same = _score(said, span) >= (_SAME if said.facts else _SAME_WORDS)
        alone = len(said.clauses) == 1 and (same or same_words(said, span.reading))
        if alone and span.row < 0 and (other := rival(said, span.reading)):
            return Finding((), other, span)
        if alone and _is_other(said, span.reading, span.over):
            follows = _concluded(said, near, spans, asked)
            return Finding((follows,)) if follows else Finding((), reason, span)
    if parts := () if copied else _parts(said, near, spans, asked):
        return Finding(parts)
    if follows := _concluded(said, near, spans, asked):
        return Finding((follows,))
    if explained := _explained(said, spans, asked):
        return Finding(explained)
    if calculated := _calculated(said, near, spans, asked):
        return Finding(calculated)
    if (rest := without_asked(said, asked)) and (found := evidence(rest, spans, asked)).spans:
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
    held = coverage(claim, span.reading, span.over)
    return span.reading.language == claim.language and held >= _NEAR


def _score(claim: Reading, span: Span) -> float:
    facts = len(claim.facts) - len(missing(claim.facts, span.reading.facts))
    share = facts / len(claim.facts) if claim.facts else 0.0
    return coverage(claim, span.reading, span.over) + share


def _pairs(claim: Reading, spans: Sequence[Span], near: Sequence[Span]) -> Iterator[Span]:
    """Two sentences as one, unless the likeliest one says it of something else."""
    if near and _of_another(claim, near[0], spans):
        return
    wanted = {id(span) for span in near}
    for one, other in pairwise(spans):
        if not follow(one, other) or (id(one) not in wanted and id(other) not in wanted):
            continue
        if len(claim.clauses) > 1 or _goes_on(other):
            yield join_spans(one, other)


def _of_another(claim: Reading, span: Span, spans: Sequence[Span]) -> bool:
    """Whether a sentence says it of something else."""
    source, over = span.reading, span.over
    if renamed(claim, source, over, _elsewhere(span, spans)):
        return True
    whole = span.row < 0 and coverage(claim, source, over) >= _SAME_WORDS
    if not whole or missing(claim.facts, source.facts):
        return False
    return bool(
        other_sibling(claim, source, over, span.families)
        or (claim.facts and objection(claim, source, over, _beside(span, spans)))
    )


def _goes_on(span: Span) -> bool:
    """Whether a sentence speaks of what the one before it is about: "It is ...", "For booklets 5
    mm."."""
    said = [word.lower() for word in WORD.findall(span.text)]
    if not said or said[0] in words("pronoun") | _DEFINITE:
        return True
    return not set(said) & words("goes_on")


def _says(claim: Reading, span: Span, spans: Sequence[Span], least: float = COVERED) -> str | None:
    """What is wrong with the span as a source of the claim; nothing where it says it."""
    source = span.reading
    over = _with_names(claim, span, spans)
    told = [over, source, *(other.reading for other in spans if other.passage is span.passage)]
    if missing(claim.inherited, [*source.facts, *span.over.facts]):
        return f"it speaks of '{claim.inherited[0].text}', of which its source does not"
    if claim.language != source.language:  # their words cannot be compared
        if not claim.facts and not claim.terms:
            return "its words are not those of the sources' language"
        return objection(claim, source, over) or added_rate(claim, told)
    if coverage(claim, source, over) < least or not own_words(claim, source):
        return "no passage says it"
    if not pieces_covered(claim, source, over):
        return "no passage says all of it"
    if span.row < 0 and only_subject(claim, source):
        return "no passage says it"
    return (
        objection(claim, source, over, _beside(span, spans))
        or added_rate(claim, told)
        or other_definition(claim, source, over)
        or renamed(claim, source, over, _elsewhere(span, spans))
        or misplaced(claim, source, over, _elsewhere(span, spans))
        or miscopied(claim, source)
        or other_sibling(claim, source, over, span.families)
        or other_cell(claim, span, spans)
    )


def _elsewhere(span: Span, spans: Sequence[Span]) -> frozenset[str]:
    """What else the passages are about: the words of other rows' first cells and the subjects of
    other sentences."""
    found: set[str] = set()
    for other in spans:
        first = other.reading.pieces[:1] if other is not span else ()
        found.update(*(piece.stems if other.row >= 0 else piece.subject for piece in first))
    return frozenset(found)


def _with_names(claim: Reading, span: Span, spans: Sequence[Span]) -> Reading:
    """What stands over a span, and the names that tables give to the codes of the claim."""
    codes = [fact for fact in (*claim.facts, *claim.inherited) if fact.kind == "code"]
    rows = (other for other in spans if codes and other.row >= 0 and other is not span)
    named = [
        row.reading.pieces[:2]
        for row in rows
        if any(not missing([code], row.reading.pieces[0].facts) for code in codes)
    ]
    if not named:
        return span.over
    texts = [piece.text for pieces in named for piece in pieces]
    return replace(
        read(" | ".join([span.over.text, *texts]), span.over.language), facts=span.over.facts
    )


def _beside(span: Span, spans: Sequence[Span]) -> list[Reading]:
    """Other sentences, and where it is a row, other rows."""
    return [
        other.reading
        for other in spans
        if other is not span
        and (other.row >= 0) == (span.row >= 0)
        and not (other.passage is span.passage and other.start >= span.start
                 and other.start < span.start + len(span.text))
    ]  # fmt: skip


def _concluded(
    claim: Reading, near: Sequence[Span], spans: Sequence[Span], asked: Reading
) -> Span | None:
    """The first span that the claim follows from."""
    for span in near:
        for meant, never in conclusions(claim, span.reading, asked):
            if _says(meant, span, spans) is not None:
                continue
            if never is None or all(_says(never, other, spans) is not None for other in near):
                return span
    return None


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
    readings = list(_readings(claim))
    if len(readings) < 2:
        return ()
    found: list[Span] = []
    for piece in readings:
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


def _readings(claim: Reading) -> Iterator[Reading]:
    """The parts of a claim; each keeps the region, tier and codes of the one before."""
    kept: dict[str, Piece] = {}
    codes: tuple[Fact, ...] = ()
    own_subject = {piece.text for piece in claim.pieces if piece.before is None and piece.subject}
    for text in _large_enough(claim.pieces):
        said = read(text, claim.language)
        own = {term.kind for term in said.terms}
        kept |= dict.fromkeys(own, Piece(text, said.facts, said.terms))
        more = [t for kind, p in kept.items() if kind not in own for t in p.terms if t.kind == kind]
        mine = tuple(fact for fact in said.facts if fact.kind == "code")
        codes = mine or (() if text in own_subject else codes)
        inherited = () if mine else codes
        yield replace(said, carried=tuple(more), inherited=inherited)


def _large_enough(pieces: Sequence[Piece]) -> list[str]:
    """Texts of pieces, small ones with the one before."""
    texts: list[str] = []
    for piece in pieces:
        if texts and len(piece.stems) + len(piece.facts) < _LEAST:
            texts[-1] += f", {piece.text}"
        else:
            texts.append(piece.text)
    if len(texts) > 1 and len(read(texts[0]).stems) + len(read(texts[0]).facts) < _LEAST:
        texts[:2] = [f"{texts[0]}, {texts[1]}"]
    return texts


def _unsupported(claim: Reading, near: Sequence[Span], spans: Sequence[Span]) -> Finding:
    for span in near[:3]:
        about = [stem in span.reading.stems for stem in claim.stems]
        if coverage(claim, span.reading, span.over) < _NEAR and sum(about) < _NEAR * len(about):
            continue
        if reason := objection(claim, span.reading, span.over) or _says(claim, span, spans):
            return Finding((), reason, span)
    return Finding((), "no passage says it")
