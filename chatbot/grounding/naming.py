"""Names of things that their source does not have."""

import re

from chatbot.grounding.lexicon import opposites
from chatbot.grounding.overlap import LIGHT, general_words, has_stem, longest
from chatbot.grounding.pieces import stems_of
from chatbot.grounding.reading import Reading

_VERBATIM = 2  # words that are the same, and so many at most that are not
_IS_A = re.compile(
    r"\b(?:is|are|means|ist|sind|bedeutet|est|sont|es|son)\s(?:an?|the|eine?[nmrs]?|der|die|das|une?|"
    r"les?|la|el|los|las|una?)\s",
    re.IGNORECASE,
)


def renamed(
    claim: Reading, source: Reading, over: Reading, elsewhere: frozenset[str]
) -> str | None:
    """One name in place of another in words that are otherwise the source's: "the minimum age for
    tandems" of "the minimum age for e-bikes", where tandems are spoken of elsewhere."""
    known = source.stems | over.stems | _sided(claim)
    strange = {stem for stem in claim.stems - LIGHT - general_words() if not has_stem(stem, known)}
    left = {
        stem for stem in source.stems - LIGHT - general_words() if not has_stem(stem, claim.stems)
    }
    shared = sum(has_stem(stem, source.stems) for stem in claim.stems - LIGHT)
    few = len(strange) == 1 and shared >= _VERBATIM and len(left) <= _VERBATIM
    if source.row or not (few and left and strange & elsewhere):
        return None
    return (
        f"it says '{longest(frozenset(strange & elsewhere))}', of which its source does not speak"
    )


def other_definition(claim: Reading, source: Reading, over: Reading) -> str | None:
    """ "A service is a tyre change" of a source that has tyre changes and no service."""
    match = _IS_A.search(claim.text)
    if match is None or any(fact.start >= match.start() for fact in claim.facts):
        return None
    about = stems_of(claim.text[: match.start()], claim.language)
    known = source.stems | over.stems
    strange = {stem for stem in about - LIGHT if not has_stem(stem, known)}
    if strange:
        return (
            f"it says what '{longest(frozenset(strange))}' is, of which its source does not speak"
        )
    return None


def _sided(claim: Reading) -> set[str]:
    """Words of pairs of opposites, which are compared as such."""
    found = [*opposites("polar").find(claim.text), *opposites("opposites").find(claim.text)]
    return set().union(*(stems_of(term.text, claim.language) for term in found))
