"""How much of what a sentence says its sources hold, by words with meaning and facts."""

import re
from collections.abc import Sequence
from functools import cache

from chatbot.grounding.fact import missing
from chatbot.grounding.lexicon import words
from chatbot.grounding.opposites import sides
from chatbot.grounding.pieces import Piece, codes_of
from chatbot.grounding.reading import Reading
from chatbot.grounding.words import stem

# Shares of a sentence's words with meaning that its source, and the source without its headings,
# must hold.
COVERED = 0.6
_OWN = 0.3
# Words of a sentence that a row of a table or a short source does without.
LIGHT = frozenset(
    re.findall(
        r"\w+",
        """cost price take per x part mean get need use make must may one code charg ask gibt
    kostet beträgt kosten kost coût coûte cout cuesta cuest precio preci prix item class becaus onli
    also per due pay paid whenev want least old
    like zahl pag pai anoth els someon other each everi addit further extra anyth someth noth
    all any whole just around""",
    )
)
_PLAIN = 0.5  # of a general word beside the others
_TAKEN = 0.9
_PART = 0.5  # of each part of a sentence
_ENOUGH = 3  # words
_TOLD = 2  # words
_REST = frozenset("others other else everyone everybody rest all andere alle übrigen".split())  # noqa: SIM905


def coverage(claim: Piece, *sources: Piece) -> float:
    """The share of the claim's words with meaning and facts that the sources hold together."""
    held = frozenset[str]().union(*(source.stems for source in sources))
    found = {one: has_stem(one, held) or _as_word(one) in held for one in claim.stems - LIGHT}
    weights = {stem: _PLAIN if stem in plain_stems() else 1.0 for stem in found}
    total = sum(weights.values()) + len(claim.facts)
    if not total:
        return 1.0
    facts = [fact for source in sources for fact in source.facts]
    said = len(claim.facts) - len(missing(claim.facts, facts))
    return (sum(weight for stem, weight in weights.items() if found[stem]) + said) / total


def _as_word(mark: str) -> str:
    """The stem of a term as a word: "advanced settings" are those of "Advanced Settings"."""
    return stem(mark.partition(":")[2].lower())


def pieces_covered(claim: Reading, *sources: Reading) -> bool:
    """Whether no part of the claim is without any ground in the sources."""
    return all(
        coverage(piece, *sources) >= _PART
        for piece in claim.pieces
        if len(piece.stems) + len(piece.facts) >= _ENOUGH
    )


def own_words(claim: Reading, source: Reading) -> bool:
    """Whether the source itself, without its headings, says enough of the claim."""
    if any(not missing([fact], source.facts) for fact in claim.facts):
        return True
    shared = sum(has_stem(stem, source.stems) for stem in claim.stems)
    return shared > 0 and (len(claim.stems) < _ENOUGH or shared >= _OWN * len(claim.stems))


def only_subject(claim: Reading, source: Reading) -> bool:
    """Whether the source has nothing of what a claim without facts says but its subject."""
    subject = claim.subject
    said = claim.stems - subject - LIGHT
    if claim.facts or claim.terms or claim.lead or not subject or not said:
        return False
    if sides(claim.text, "polar").keys() & sides(source.text, "polar").keys():
        return False
    shared = [stem for stem in claim.stems if has_stem(stem, source.stems)]
    return bool(shared) and all(stem in subject for stem in shared) and not said <= plain_stems()


def same_words(claim: Reading, source: Reading) -> bool:
    """Whether a sentence has all words and numbers of the claim but for terms such as weekdays."""
    bare = [stem for stem in claim.stems - LIGHT if stem[0] != "@"]
    held = all(has_stem(stem, source.stems) for stem in bare)
    return len(bare) >= _TOLD and held and not missing(claim.facts, source.facts)


def overlap(piece: Piece, other: Piece) -> float:
    """How many words with meaning and facts of the one the other has; a word that the other takes
    from the clause before it counts nearly as much."""
    shared = sum(
        1.0 if has_stem(stem, other.stems) else _TAKEN * has_stem(stem, other.around)
        for stem in piece.stems
    )
    lacking = missing(piece.facts, other.facts)
    facts: float = len(piece.facts) - len(lacking)
    if other.short and other.before is not None:
        facts += _TAKEN * (len(lacking) - len(missing(lacking, other.before.facts)))
    return shared + facts


def has_stem(stem: str, held: frozenset[str]) -> bool:
    """Whether ``held`` has the stem, or a word that it is a part of, or that is a part of it."""
    if stem in held:
        return True
    # Compounds and endings: "Rücksendefrist" holds "rücksend".
    if len(stem) > 4 and any(stem in other or other in stem for other in held if len(other) > 4):
        return True
    return len(stem) == 4 and any(other.endswith(stem) for other in held if len(other) > 7)


def general_words() -> frozenset[str]:
    """Words that may stand for one another in a sentence of the same meaning."""
    return fillers() | words("plain") | words("goes_on")


@cache
def plain_stems() -> frozenset[str]:
    """The stems of general words."""
    return frozenset(map(stem, general_words()))


def fillers() -> frozenset[str]:
    """Words that say nothing by themselves."""
    return words("filler")


def longest(stems: frozenset[str]) -> str:
    """The longest of some stems, to be shown; what kind it is of is left out."""
    return max(stems, key=len).split(":")[-1]


def of_rest(piece: Piece) -> bool:
    """Whether it is about all others: "others pay 25 EUR"."""
    first = [word.lower() for word in piece.text.split()[:3]]
    return bool(_REST.intersection(first))


def named_by(parts: Sequence[Piece]) -> frozenset[str]:
    """What parts name: their codes, and their stems without words that stand in sentences about
    anything."""
    stems = frozenset[str]().union(*(part.stems for part in parts))
    return (stems | codes_of(parts)) - LIGHT - plain_stems()
