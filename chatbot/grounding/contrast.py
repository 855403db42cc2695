"""What a source sets against each other in one sentence, and a claim takes for one another: "46 EUR
in the dormitory, 84 EUR in a room", "10 EUR, free for members", "from 9 p.m. to 9 a.m.", and a
percentage that comes on top or goes off."""

import re
from collections.abc import Iterator
from itertools import pairwise

from chatbot.grounding.fact import Fact, missing
from chatbot.grounding.lexicon import CURRENCIES, words
from chatbot.grounding.opposites import sides
from chatbot.grounding.overlap import LIGHT, has_stem
from chatbot.grounding.pieces import WORD, Piece, stems_of
from chatbot.grounding.reading import Reading

_TO = re.compile(r"\s?(?:[-–—]|to|until|till|bis|au|à|a|al)(?: (?:the|zum))?\s?", re.IGNORECASE)
# Behind and before a percentage.
_OFF = re.compile(
    r"^ (?:off|less|lower|cheaper|discount|reduction|rebate|(?:\w+ )?rabatt|nachlass|"
    r"ermä(?:ß|ss)igung|weniger|günstiger|billiger|de remise|de réduction|moins|de descuento|menos)"
    r"\b|\b(?:minus|save|saves|(?:discount|reduction) of|reduced by|less) $",
    re.IGNORECASE,
)
_ON = re.compile(
    r"^ (?:more|higher|dearer|surcharge|extra|interest|on top|aufschlag|zuschlag|aufpreis|mehr|"
    r"teurer|zinsen|de supplément|de recargo|más)\b|"
    r"\b(?:plus|charges?|charged|(?:surcharge|interest) of) $",
    re.IGNORECASE,
)
_NEAR = 24  # characters
_PHRASE = re.compile(
    r"(?:^|(?<=\s))(?P<how>in|on|at|with|for|from|to|im|am|auf|mit|für|bei|ab|nach)\s"
    r"(?:the |an? |our |your |der |den |dem |die |das |ein\w* )?(?P<name>[^\W\d_]+)",
    re.IGNORECASE,
)
_SAME = frozenset("also too likewise auch ebenfalls ebenso aussi también same".split())  # noqa: SIM905


def contrasted(claim: Reading, source: Reading) -> str | None:
    """What the claim takes for the other of two things that its source sets against each other."""
    return (
        _turned_range(claim, source)
        or _other_direction(claim, source)
        or _paid_for_free(claim, source)
        or _other_phrase(claim, source)
    )


def _turned_range(claim: Reading, source: Reading) -> str | None:
    held = list(_ranges(source))
    for first, last in _ranges(claim):
        same = any(first.held_by(a) and last.held_by(b) for a, b in held)
        if not same and any(first.held_by(b) and last.held_by(a) for a, b in held):
            return f"it says '{first.full}' to '{last.full}', and its source the other way round"
    return None


def _ranges(reading: Reading) -> Iterator[tuple[Fact, Fact]]:
    facts = [fact for fact in reading.facts if not fact.implied]
    for one, other in pairwise(facts):
        between = reading.text[one.start + len(one.full) : other.start]
        if one.kind == other.kind and _TO.fullmatch(between):
            yield one, other


def _other_direction(claim: Reading, source: Reading) -> str | None:
    """ "1.5% off" of "1.5% is charged"."""
    for piece in claim.pieces:
        shares = [fact for fact in piece.facts if fact.unit == "percent"]
        for fact in shares:
            mine = _directions(fact, piece)
            held = (p for p in source.pieces if not missing([fact], p.facts))
            theirs = {way for p in held for f in p.facts if f == fact for way in _directions(f, p)}
            if len(mine) == len(theirs) == 1 and mine != theirs:
                return f"it says '{fact.full}' {min(mine)}, and its source {min(theirs)}"
    return None


def _directions(fact: Fact, piece: Piece) -> set[str]:
    """Whether a percentage is "more" or "less", where its words say so."""
    at = piece.text.find(fact.full)
    end = at + len(fact.full)
    around = (piece.text[max(0, at - _NEAR) : at], piece.text[end : end + _NEAR])
    said = {"less": _OFF, "more": _ON}
    return {way for way, sign in said.items() if at >= 0 and any(map(sign.search, around))}


def _paid_for_free(claim: Reading, source: Reading) -> str | None:
    """ "10 EUR for members" of "10 EUR, free for members"."""
    if source.row:
        return None
    for piece in claim.pieces:
        paid = [fact for fact in piece.facts if fact.unit in CURRENCIES]
        if not paid or _is_free(claim.text):
            continue
        for clause in source.clauses[1:]:
            whom = clause.stems - LIGHT - stems_of("free gratis kostenlos", clause.language)
            if clause.facts or not whom or not _is_free(clause.text):
                continue
            others = [c for c in source.clauses if c is not clause]
            known = frozenset[str]().union(*(c.stems for c in others))
            if all(has_stem(s, piece.stems) and not has_stem(s, known) for s in whom):
                return "its source says 'free'"
    return None


def _is_free(text: str) -> bool:
    return any("free" in side for said in sides(text, "polar").values() for side in said)


def _other_phrase(claim: Reading, source: Reading) -> str | None:
    """What the source says "in the dormitory", said of "in a room", which it tells apart."""
    if source.row:
        return None
    told = [(clause, _phrases(clause)) for clause in source.clauses]
    for clause in claim.clauses:
        for name in _phrases(clause).values():
            naming = [c for c, phrases in told if name in phrases.values() and _leads(c, name)]
            if len(naming) != 1 or _is_same(naming[0]) or naming[0].short:
                continue
            [other] = naming
            known = frozenset[str]().union(*(c.stems for c in source.clauses if c is not other))
            told_too = other.facts and not missing(other.facts, claim.facts)
            if told_too or has_stem(name, known) or _shares(clause, other, name):
                continue
            if _belongs_elsewhere(clause, other, name, source):
                return f"it says '{name}', of which its source says something else"
    return None


def _phrases(clause: Piece) -> dict[str, str]:
    """The stem of the word behind each preposition."""
    found = {}
    for match in _PHRASE.finditer(clause.text):
        for stem in stems_of(match["name"], clause.language) - LIGHT:
            if stem[0] != "@":
                found[match["how"].lower()] = stem
    return found


def _leads(clause: Piece, name: str) -> bool:
    """Whether a clause without subject and verb begins with the phrase: "in a room 84 EUR"."""
    first = next(iter(_phrases(clause).values()), "")
    return clause.elliptic and clause.before is not None and first == name


def _is_same(clause: Piece) -> bool:
    said = {word.lower() for word in WORD.findall(clause.text)}
    return bool(said & (_SAME | words("no"))) or clause.in_denied_list or len(said) < 3


def _shares(clause: Piece, other: Piece, name: str) -> bool:
    """Whether the claim says anything else of what the phrase's own clause says."""
    facts = len(missing(clause.facts, other.facts)) < len(clause.facts)
    own = other.stems - LIGHT - {name}
    return facts or any(has_stem(stem, clause.stems) for stem in own)


def _belongs_elsewhere(clause: Piece, other: Piece, name: str, source: Reading) -> bool:
    """Whether all else that the claim says, or its numbers and what of its words the source has,
    stands in one other clause of the source."""
    said = {stem for stem in clause.stems - LIGHT - {name} if stem[0] != "@"}
    if clause.facts:
        said = {stem for stem in said if has_stem(stem, source.stems)}
    return any(
        (said or clause.facts)
        and one.stems
        and one.negative == other.negative == clause.negative  # else see denial.py
        and not missing(clause.facts, one.facts)
        and all(has_stem(stem, one.stems | one.around) for stem in said)
        for one in source.clauses
        if one is not other
    )
