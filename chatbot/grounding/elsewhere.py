"""Answers that tell of something else than their question asks about: "In the Netherlands delivery
costs 6.90 EUR" to "what does shipping to Belgium cost?", or that price by itself.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from chatbot.grounding.asked import Asked, meet, values_of
from chatbot.grounding.fact import Fact, missing
from chatbot.grounding.lexicon import CURRENCIES, CURRENCY_OF, part_of, words
from chatbot.grounding.limits import LIMIT
from chatbot.grounding.pieces import Piece
from chatbot.grounding.places import regions
from chatbot.grounding.reading import Reading
from chatbot.grounding.series import other_member
from chatbot.grounding.sources import Span

OUTSIDE = re.compile(
    r"\b(?:outside|beyond|except|außerhalb|außer|hors|sauf|fuera|excepto|salvo)\b", re.IGNORECASE
)
# Where something is done or comes from, and not for whom: "our workshop in Germany", "from France".
_PLACED = re.compile(
    r"\b(?:(?:from|aus|depuis|desde)(?: the)?|(?:warehouse|workshop|office|depot|cent(?:er|re)|lab|"
    r"laboratory|headquarters|servers?|factory|made|stored|produced|based|located|repaired|hosted)"
    r" in(?: the)?|Central|Eastern|Western) (?:\w+ )?$",
    re.IGNORECASE,
)
_KINDS = ("region", "tier", "generation", "season", "speed", "client")


def elsewhere(answer: str, asked: Asked) -> str | None:
    """What is wrong with an answer that names regions, and none that the question names, or that
    holds one of those or lies in one; ``None`` where nothing is.

    A "no" may name where it would be a yes, and "not outside Europe" is of all other places.
    """
    first = answer.split(maxsplit=1)[:1]
    if first and first[0].lower().strip(",.!") in words("no_lead"):
        return None
    told = [] if OUTSIDE.search(answer) else regions(answer)
    if not told or not asked.own_regions or meet(asked.own_regions, told):
        return None
    return f"the question asks about '{asked.own_regions[0]}', and it tells of '{told[0]}'"


def left_out(claim: Reading, found: Sequence[Span], asked: Asked) -> str | None:
    """What is wrong with a claim that leaves out the region, tier, product or code of its question,
    where what it rests on is about another one: "It costs 19.95 USD" of a sentence about the US,
    for a customer in the EU."""
    for span in found:
        limited = OUTSIDE.search(span.text) or (
            LIMIT.search(span.text) and (claim.lead == "no" or claim.denies)
        )
        wrong = None if limited else _other_term(claim, span, asked)
        if wrong := wrong or _other_currency(claim, span, asked) or _other_name(claim, span, asked):
            return f"the question asks about '{wrong[0]}', and its source tells of '{wrong[1]}'"
    return None


def _other_term(claim: Reading, span: Span, asked: Asked) -> tuple[str, str] | None:
    for kind in _KINDS:
        wanted = asked.values(kind)
        if not wanted or values_of(claim.terms, claim.text, kind):
            continue
        for told in _told(claim, span, kind):
            if told and not meet(wanted, told):
                return min(wanted), min(told)
    return None


def _told(claim: Reading, span: Span, kind: str) -> Iterator[frozenset[str]]:
    """What of a kind the source says each fact of the claim of, or all of it; else what stands over
    it."""
    source = span.reading
    over = values_of(span.over.terms, span.over.text, kind)
    if not claim.facts:
        yield placed_values([source], kind) or over
    for fact in claim.facts:
        holding = [at for at, piece in enumerate(source.pieces) if not missing([fact], piece.facts)]
        if not holding:
            continue
        every = [_label(source, at, kind) for at in holding]
        yield frozenset[str]().union(*every) if all(every) else over


def _label(source: Reading, at: int, kind: str) -> frozenset[str]:
    """What of a kind one piece is about: its own, else that of the first cell of its row, or of the
    pieces before it in its sentence."""
    if source.row:
        return placed_values([source.pieces[at]], kind) or placed_values(source.pieces[:1], kind)
    before = (placed_values([piece], kind) for piece in reversed(source.pieces[: at + 1]))
    return next((values for values in before if values), frozenset())


def placed_values(parts: Iterable[Piece], kind: str) -> frozenset[str]:
    """What of a kind the parts name; of regions, not where something is done or comes from."""
    found: set[str] = set()
    for part in parts:
        text = part.text
        if kind == "region":
            for term in part.terms:
                if term.kind == kind and _PLACED.search(text[: max(0, text.find(term.text))]):
                    text = text.replace(term.text, " ")
        found |= values_of(part.terms, text, kind)
    return frozenset(found)


def _other_currency(claim: Reading, span: Span, asked: Asked) -> tuple[str, str] | None:
    """The price in the money of another region, where the source has it in that of the question's:
    a row with both."""
    if regions(claim.text):
        return None
    own = {
        CURRENCY_OF.get(region) or CURRENCY_OF.get(part_of(region) or "")
        for region in asked.regions
    }
    paid = {fact.unit for fact in claim.facts if fact.unit in CURRENCIES}
    held = {fact.unit for fact in span.reading.facts}
    if not paid or own & paid or not own & held:
        return None
    return asked.regions[0], str(min(str(unit) for unit in paid)).upper()


def _other_name(claim: Reading, span: Span, asked: Asked) -> tuple[str, str] | None:
    """Another product of those that the documents set beside each other, or another code."""
    named = any(series.named(claim.text) for series in span.series)
    other = other_member(asked.reading.text, span.text, span.over.text, span.series)
    if other and not named:
        return other
    source: Piece = span.reading.pieces[0] if span.reading.row else span.reading
    stems = source.stems if span.reading.row else _around_facts(claim, span.reading)
    for family in span.families if claim.language != "de" else ():
        wanted, told = asked.stems & family, stems & family
        if wanted and told and not wanted & (told | span.over.stems) and not claim.stems & family:
            return min(wanted), min(told)
    wanted_codes = _codes(asked.reading.facts)
    told_codes = _codes(source.facts)
    if not wanted_codes or _codes(claim.facts):
        return None
    near = [one for one in told_codes for other in wanted_codes if _series(one) == _series(other)]
    same = any(
        one.startswith(other) or other.startswith(one) for one in near for other in wanted_codes
    )
    held = _codes([*span.reading.facts, *span.over.facts]) & wanted_codes
    return (min(wanted_codes), min(near)) if near and not same and not held else None


def _around_facts(claim: Reading, source: Reading) -> frozenset[str]:
    """The words of the source's pieces that hold facts of the claim, else of all of them."""
    holding = [p for p in source.pieces if len(missing(claim.facts, p.facts)) < len(claim.facts)]
    return frozenset[str]().union(*(piece.stems for piece in holding or [source]))


def _codes(facts: Iterable[Fact]) -> set[str]:
    return {str(value) for fact in facts if fact.kind == "code" for value in fact.values}


def _series(code: str) -> str:
    return re.split(r"\d", code)[0]
