"""A "yes" or "no" against a sentence that says of whom alone something holds: "only in the US" is a
yes for a customer in the US, and a no for one in the EU.
"""

import re
from collections.abc import Iterator, Sequence

from chatbot.grounding.asked import Asked, values_of
from chatbot.grounding.fact import missing
from chatbot.grounding.lexicon import lies_in
from chatbot.grounding.opposites import sides
from chatbot.grounding.overlap import LIGHT, general_words, has_stem
from chatbot.grounding.reading import Reading, read
from chatbot.grounding.sources import Span

_KINDS = ("region", "tier", "generation", "season", "client")
_ONLY = r"only|exclusively|nur|ausschließlich|seulement|uniquement|solo|sólo|solamente"
_OVER = r"in|for|to|within|on|with|by|für|an|bei|mit|nach|en|aux?|pour|dans|para|con|a"
_WORDS = r"(?:[\w.'’-]+,?\s+){0,5}?[\w.'’-]+"
_BEHIND = re.compile(
    rf"\b(?:{_ONLY})\s+(?:available |offered |possible |valid )?(?:{_OVER})\s+([^.;,:()]*)",
    re.IGNORECASE,
)
_BEFORE = re.compile(rf"\b(?:{_OVER})\s+({_WORDS})\s+(?:{_ONLY})\b(?!\s+\w)", re.IGNORECASE)
LIMIT = re.compile(rf"\b(?:{_ONLY}|just)\b", re.IGNORECASE)


def limited(claim: Reading, found: Sequence[Span], asked: Asked) -> tuple[bool, str | None] | None:
    """Whether the "yes" or "no" before a claim is right by an "only in ..." that it or its source
    says of what the question names, and what is wrong with it; ``None`` where that is not
    decided."""
    reading = asked.reading
    if not claim.lead or LIMIT.search(reading.text) or reading.denies:
        return None
    for said in (claim, *(span.reading for span in found)):
        same = _about_the_same(reading, said)
        if _other_side(said.text, reading.text) or missing(reading.facts, said.facts):
            continue  # something else decides
        if not same and said is not claim:
            continue
        for kind, names, at in _names(said.text):
            inside = _inside(asked.values(kind), names)
            if inside is None or (claim.denies and said is not claim):
                continue
            # "Not possible in the US only" is of all others.
            if (claim.lead == "yes") == (inside != _is_denied(said, at)):
                return same, None
            shown = min(names)
            return False, f"it says '{claim.lead}', and its source says it of '{shown}' only"
    return None


def _is_denied(said: Reading, at: str) -> bool:
    """Whether the clause denies in which it says of whom alone it holds."""
    return any(clause.denies for clause in said.clauses if at in clause.text) or (
        said.denies and not any(at in clause.text for clause in said.clauses)
    )


def _names(text: str) -> Iterator[tuple[str, frozenset[str], str]]:
    """Of which values of a kind alone it holds, and where that is said."""
    for match in (*_BEHIND.finditer(text), *_BEFORE.finditer(text)):
        part = read(match[1])
        for kind in _KINDS:
            if values := values_of(part.terms, part.text, kind):
                yield kind, values, match[0].strip()


def _inside(asked: frozenset[str], names: frozenset[str]) -> bool | None:
    """Whether all that is asked about is among the names, or none of it is."""
    if not asked or any(lies_in(name, one) for name in names for one in asked):
        return None
    lying = {one in names or any(lies_in(one, name) for name in names) for one in asked}
    return lying.pop() if len(lying) == 1 else None


def _about_the_same(asked: Reading, said: Reading) -> bool:
    named = {stem for stem in asked.stems - LIGHT - general_words() if stem[0] != "@"}
    return any(has_stem(stem, said.stems) for stem in named)


def _other_side(said: str, asked: str) -> bool:
    mine, theirs = sides(said, "polar"), sides(asked, "polar")
    return any(not mine[kind] & theirs[kind] for kind in mine.keys() & theirs.keys())
