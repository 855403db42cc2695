"""Names of things that their source does not have."""

import re
from collections.abc import Iterable

from chatbot.grounding.fact import missing
from chatbot.grounding.lexicon import opposites
from chatbot.grounding.overlap import LIGHT, general_words, has_stem, longest
from chatbot.grounding.pieces import stems_of
from chatbot.grounding.reading import Reading

_VERBATIM = 2  # words that are the same, and so many at most that are not
_IN = re.compile(r"\b(?:[Ii]n|[Aa]t|[Tt]o|[Ff]rom|[Nn]ear|à|en|de)\s([A-ZÀ-Þ][a-zà-ÿ]{2,})")
_NAME = re.compile(r"\b[A-ZÀ-Þ][\w'’&-]*(?:[ ][A-ZÀ-Þ][\w'’&-]*)+")
# A name behind a word in small letters, and behind no greeting.
_INSIDE = re.compile(
    r"(?<=[a-zà-ÿ,;] )(?<!\b[Hh]i )(?<!\b[Hh]ello )(?<!\b[Dd]ear )"
    r"(?P<name>[A-Z][a-z]{2,}[\w'-]*|[A-Z]{3,})\b"
)
_POINTS = re.compile(r"\b(?:if|when|once|while|wenn|falls|si) (?:it|they|er|sie|es|elle)\b", re.I)
_WE = re.compile(r"\b(?:we|us|our|ours)\b", re.IGNORECASE)
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
    strange = {stem for stem in strange if _may_be_name(stem, claim)}
    left = {
        stem for stem in source.stems - LIGHT - general_words() if not has_stem(stem, claim.stems)
    }
    shared = sum(has_stem(stem, source.stems) for stem in claim.stems - LIGHT)
    if claim.language != "de" and all(_has_capital(stem, claim) for stem in strange):
        shared += len(claim.facts) - len(missing(claim.facts, source.facts))
    few = len(strange) == 1 and shared >= _VERBATIM and len(left) <= _VERBATIM
    if source.row or not (few and left and strange & elsewhere) or _POINTS.search(source.text):
        return None
    return (
        f"it says '{longest(frozenset(strange & elsewhere))}', of which its source does not speak"
    )


def _may_be_name(stem: str, claim: Reading) -> bool:
    """In German a name has a capital, and a verb has none."""
    return claim.language != "de" or _has_capital(stem, claim)


def _has_capital(stem: str, claim: Reading) -> bool:
    large = " ".join(word for word in claim.text.split() if word[:1].isupper())
    return has_stem(stem, stems_of(large, claim.language))


def misplaced(
    claim: Reading, source: Reading, over: Reading, elsewhere: frozenset[str]
) -> str | None:
    """What the source says of another thing or place than the claim: "In Perth a van can be hired"
    of "In Leith a van can be hired", "a Locker needs 28 days' notice" of "a Garage needs 28 days",
    where Perth and lockers are spoken of elsewhere."""
    if source.row:
        return None
    known = source.stems | over.stems
    places = {name for name in _placed(claim) if not has_stem(name, known)}
    if places and _placed(source) - claim.stems:
        return f"it says '{longest(frozenset(places))}', of which its source does not speak"
    # "If you cancel, Plus pays 1,000": the subject is that of the clause with the number.
    for piece in (*claim.pieces, *(claim.clauses if len(claim.clauses) > 1 else ())):
        about = {s for s in piece.subject - LIGHT - general_words() if not has_stem(s, known)}
        facts = [fact for fact in piece.facts if fact.unit]
        parts = source.pieces if piece in claim.pieces else source.clauses
        holding = [p for p in parts if facts and len(missing(facts, p.facts)) < len(facts)]
        others = [p.subject - LIGHT - general_words() for p in holding]
        apart = others and all(subject and not subject & claim.stems for subject in others)
        if apart and about and about <= elsewhere:
            return f"it says '{longest(frozenset(about))}', of which its source does not speak"
    return None


def other_name(claim: Reading, source: Reading, told: Iterable[Reading]) -> str | None:
    """A name of two words or more in place of another one: "Apple Pay is accepted in the US only"
    of "American Express is accepted in the US only", where nothing that is ``told`` there, the
    source among it, speaks of Apple Pay."""
    if source.row or claim.language == "de":
        return None
    mine, theirs = _named(claim), _named(source)
    known = frozenset[str]().union(*(reading.stems for reading in told))
    strange = [name for name, stems in mine.items() if stems and not stems & known]
    lost = [name for name, stems in theirs.items() if stems and not stems & claim.stems]
    if strange and lost:
        return f"it says '{strange[0]}', of which its source does not speak"
    return None


def unknown_name(claim: Reading, source: Reading, told: Iterable[Reading]) -> str | None:
    """A name within a sentence that nothing ``told`` around its ``source`` has: "it connects by
    Bluetooth" of "it connects by Wi-Fi". A "no" may name what is not there, and a name may stand in
    the place of a "we": "up to Acme's own limit" of "up to our limit"."""
    if claim.language != "en" or claim.negative or claim.lead == "no":
        return None
    known = [reading for reading in told if reading.language == "en"]
    stems = frozenset[str]().union(*(reading.stems for reading in known))
    texts = " ".join(reading.text for reading in known).lower()
    terms = {term.text for term in claim.terms} | {fact.text for fact in claim.facts}
    ours = _WE.search(source.text) and not _WE.search(claim.text)
    for match in _INSIDE.finditer(claim.text):
        name = match["name"]
        own = stems_of(name, "en") - LIGHT - general_words()
        if name in terms or name.lower() in texts or not own:
            continue
        if any(has_stem(stem, stems) for stem in own):
            continue
        if not ours:
            return f"it says '{name}', of which its source does not speak"
        ours = None  # of one name
    return None


def _named(reading: Reading) -> dict[str, frozenset[str]]:
    """Names of two words or more, and their stems without general words."""
    found = (match[0] for match in _NAME.finditer(reading.text))
    own = ((name, stems_of(name, reading.language)) for name in found)
    return {name: stems - LIGHT - general_words() for name, stems in own}


def _placed(reading: Reading) -> frozenset[str]:
    """Stems of names behind "in", "at", "to" or "from"; none in German, where each noun is one."""
    if reading.language == "de":
        return frozenset()
    names = " ".join(match[1] for match in _IN.finditer(reading.text))
    return frozenset(stem for stem in stems_of(names, reading.language) if stem[0] != "@")


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
