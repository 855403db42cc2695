"""What a source sets against each other in one sentence, and a claim takes for one another: "46 EUR
in the dormitory, 84 EUR in a room", "10 EUR, free for members", and a percentage that is added or
taken off."""

import re

from chatbot.grounding.fact import Fact, missing
from chatbot.grounding.free import free_for_paid, is_free
from chatbot.grounding.lexicon import CURRENCIES, words
from chatbot.grounding.overlap import LIGHT, has_stem
from chatbot.grounding.pieces import JOINED, WORD, Piece, stems_of
from chatbot.grounding.reading import Reading
from chatbot.grounding.widening import widened

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
_EXCEPT = re.compile(
    r"\b(?:except(?: for)?|apart from|other than|mit Ausnahme (?:von|der|des)|außer|sauf|excepto|"
    r"salvo)\s(?!(?:if|when|where|in|on|at|wenn|bei|im|am|si|cuando)\b)"
    r"(?P<what>[^,;.:()]*)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_AND = re.compile(r"\b(?:and|or|und|oder|et|ou|y|o)\b")
_INTO = words("condition") | {"into", "onto", "over", "under", "ins", "in den", "unter", "über"}
_SHORT = frozenset("a es no n ne son ha".split())  # noqa: SIM905
_TWO = 2
_LABEL = 3  # words
_SAME = frozenset(
    "only just nur solo also too likewise auch ebenfalls ebenso aussi también same".split()  # noqa: SIM905
)


def contrasted(claim: Reading, source: Reading) -> str | None:
    """What the claim takes for the other of two things that its source sets against each other."""
    return (
        _other_direction(claim, source)
        or _paid_for_free(claim, source)
        or free_for_paid(claim, source)
        or widened(claim, source)
        or _other_phrase(claim, source)
        or _other_number(claim, source)
        or _other_end(claim, source)
        or _left_out(claim, source)
    )


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
        if not paid or is_free(claim.text):
            continue
        for clause in source.clauses[1:]:
            whom = clause.stems - LIGHT - stems_of("free gratis kostenlos", clause.language)
            if clause.facts or not whom or not is_free(clause.text):
                continue
            others = [c for c in source.clauses if c is not clause]
            known = frozenset[str]().union(*(c.stems for c in others))
            if all(has_stem(s, piece.stems) and not has_stem(s, known) for s in whom):
                return "its source says 'free'"
    return None


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


def _other_number(claim: Reading, source: Reading) -> str | None:
    """The number of "white prints cost $0.10" for colour, of "white prints cost $0.10, colour
    $0.45"."""
    if source.row:
        return None
    for piece in claim.pieces:
        for fact in piece.facts:
            holding = [c for c in source.clauses if not missing([fact], c.facts)]
            if len(holding) != 1:
                continue
            theirs = _before_number(holding[0], fact)
            for other in source.clauses:
                label = _label(other, fact, claim)
                known = holding[0].stems | holding[0].taken | _numbers(holding[0])
                said = piece.stems | _numbers(piece)
                if not label or not all(has_stem(stem, said) for stem in label):
                    continue
                strange = {stem for stem in theirs if not has_stem(stem, said | claim.stems)}
                if strange and any(not has_stem(stem, known) for stem in label):
                    return f"it says '{fact.full}', which its source says of something else"
    return None


def _label(clause: Piece, fact: Fact, claim: Reading) -> frozenset[str]:
    """What stands before the number of a clause without a verb, where that is another one."""
    own = [f for f in clause.facts if f.kind == fact.kind and f.unit == fact.unit]
    own = own or [f for f in clause.facts if f.kind == fact.kind and not (f.unit or f.counts)][-1:]
    if not own or not missing(own, claim.facts) or _has_verb(clause):
        return frozenset()
    return _before_number(clause, own[0])


def _numbers(piece: Piece) -> frozenset[str]:
    """The bare numbers of names, such as "Hem 11", as marks."""
    bare = (f for f in piece.facts if f.kind == "quantity" and not f.unit)
    return frozenset(f"#{fact.text}" for fact in bare)


def _before_number(clause: Piece, fact: Fact) -> frozenset[str]:
    held = next((f for f in clause.facts if fact.held_by(f)), fact)
    at = clause.text.find(held.text)
    names = stems_of(clause.text[: max(at, 0)], clause.language) - LIGHT
    return names | {mark for mark in _numbers(clause) if f"#{held.text}" != mark}


def _other_end(claim: Reading, source: Reading) -> str | None:
    """ "Metal goes into the grey bins" of "Sawdust goes into the grey bins, metal into the blue
    ones"."""
    if source.row or len(source.clauses) < _TWO:
        return None
    for clause in claim.clauses:
        if clause.facts or clause.negative:
            continue
        for other in source.clauses[1:]:
            label, end = _parted(other)
            rest = clause.stems - label - LIGHT
            if not (label and end and rest) or not label <= clause.stems or end & clause.stems:
                continue
            for one in source.clauses:
                about = stems_of(" ".join(one.text.split()[:_TWO]), one.language) - LIGHT
                if one is other or one.negative or label & one.stems or not about - clause.stems:
                    continue
                if all(has_stem(stem, one.stems) for stem in rest):
                    return f"it says '{min(label)}', of which its source says something else"
    return None


def _parted(clause: Piece) -> tuple[frozenset[str], frozenset[str]]:
    """What stands before and behind the preposition of a clause without a verb."""
    if _has_verb(clause) or clause.negative:
        return frozenset(), frozenset()
    said = JOINED.sub("", clause.text, count=1).split()
    at = next((n for n, word in enumerate(said) if word.lower() in _INTO), 0)
    if not 0 < at <= _LABEL:
        return frozenset(), frozenset()
    before, behind = (
        stems_of(" ".join(part), clause.language) - LIGHT for part in (said[:at], said[at + 1 :])
    )
    return before, behind


def _has_verb(clause: Piece) -> bool:
    said = (word.lower() for word in WORD.findall(clause.text))
    return bool(set(said) & (words("goes_on") - words("condition") - _SHORT))


def _left_out(claim: Reading, source: Reading) -> str | None:
    """ "Instruments go into the box" of "returns go into the box, except instruments, which are
    handed in at the desk"."""
    match = _EXCEPT.search(source.text) if not source.row else None
    if match is None or _EXCEPT.search(claim.text):
        return None
    main, rest = (
        stems_of(part, source.language) - LIGHT
        for part in (source.text[: match.start()], match["rest"])
    )
    denied = any(clause.negative for clause in claim.clauses)
    before = [c for c in source.clauses if c.text and c.text in source.text[: match.start()]]
    if denied != any(clause.negative for clause in before):
        return None
    for part in _AND.split(match["what"]):
        named = stems_of(part, source.language) - LIGHT
        said = claim.stems - LIGHT - named
        told = {stem for stem in said if has_stem(stem, main) and not has_stem(stem, rest)}
        if named and named <= claim.stems and told and not any(has_stem(s, rest) for s in said):
            return f"it says '{min(named).split(':')[-1]}', which its source leaves out"
    return None
