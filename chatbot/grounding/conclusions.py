"""What follows from a source without being said there: that 139 EUR do not ship free where orders
from 150 EUR do, and that there is no delivery to Norway where other countries are named.

A conclusion is read as what its source would say: with the source's own number or name in the place
of the one that the question gives, and denied or not, as the one lies within the source's bound or
list. What is wrong with that reading is wrong with the conclusion.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from chatbot.grounding.bounds import Bound, bounds_of, contains
from chatbot.grounding.fact import Fact, missing
from chatbot.grounding.leads import denied_lead, main_clause, says_other
from chatbot.grounding.lexicon import CURRENCIES, words
from chatbot.grounding.limits import LIMIT
from chatbot.grounding.opposites import sides
from chatbot.grounding.overlap import LIGHT, coverage, general_words, has_stem
from chatbot.grounding.pieces import Piece, stems_of
from chatbot.grounding.reading import Reading, read

_MOST = 4  # other readings of a claim with one source
_LISTED = 2  # names that are a list
_RIVALS = 3  # names in the place of one
_SAME_QUESTION = 0.8  # of a question's words in a sentence that answers it in its words
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_TOO = re.compile(
    r"\b(?:too|zu|trop|demasiado)\s+(?:many|much|long|high|low|late|early|old|young|heavy|large|big|"
    r"small|short|hot|cold|far|deep|viele?|lang|hoch|spät|früh|alt|jung|schwer|groß|klein|kurz|heiß|"
    r"kalt|tard|vieux|jeune|lourd|grand|petit|tarde|joven|pesado|grande)\b",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"\b(?:is|are|can|may|must|will|should|does|do|ist|sind|kann|können|darf|dürfen|muss|wird|werden|"
    r"est|sont|peut|peuvent|doit|es|son|puede|pueden|debe)\b",
    re.IGNORECASE,
)
# A bound of time, and no state: "closes at 8 pm".
_CLOSES = re.compile(
    r"\b(?:opens?|closes?|closed|closing|shuts?) (?:at|from)\b|\b(?:schließt|öffnet) um\b"
)
# "Can I do it without approval?" asks for the opposite of "it needs approval".
_WITHOUT = re.compile(r"\b(?:without|ohne|sans|sin)\b", re.IGNORECASE)
_NEEDS = re.compile(
    r"\b(?:needs?|requires?|required|must|(?:has|have) to|braucht|brauchen|benötigt|erfordert|"
    r"nötig|muss|müssen|nécessite|exige|doit|doivent|faut|necesita|requiere|debe|deben|hay que)\b",
    re.IGNORECASE,
)
_EXCEPT = r"\b(?:except(?: for)?|apart from|other than|außer|ausser|sauf|hormis|excepto|salvo)\s++"
_EXCEPTION = re.compile(_EXCEPT, re.IGNORECASE)
_EXCEPTED = re.compile(_EXCEPT + r"([^.,;:()]++)[.!\s]*+$", re.IGNORECASE)
# "A £900 bill", "my 22 kg parcel": cases, to which a bound applies.
_ONES = re.compile(
    r"\b(?:an?|your|my|his|her|our|their|ein|eine[nmrs]?|une?|una?) (?:US\$|[$€£])?$", re.IGNORECASE
)
_PAID = re.compile(
    r"[ -]?(?:[$€£]|EUR|USD|GBP|CHF|euro|dollar|pound)?[ -]?(?:bill|order|purchase|invoice|claim|"
    r"basket|booking|repair|rechnung|bestellung|facture|commande|factura|pedido)\b",
    re.IGNORECASE,
)
_WEIGHED = re.compile(r"[ -]?(?:kg|kilos?|lbs?|pounds?|grams?|tonnes?|g)\b[ -][^\W\d_]{3,}", re.I)
_WEIGHTS = frozenset("kg g lb tonne mg".split())  # noqa: SIM905
_DENIAL = {"de": "nicht", "fr": "pas", "es": "no"}
_NAMED = frozenset({"region", "tier", "client", "speed", "season", "weekday", "generation", "size"})
# Names behind a preposition: what is denied of a place or plan, not what a sentence is about.
_NAMES = re.compile(
    r"\b(?:in|to|at|from|for|on|with|and|or|en|à|dans|pour|avec|para|con|et|y) "
    r"([A-ZÀ-Þ][\w’'-]*[a-zà-ÿ](?: [A-ZÀ-Þ][\w’'-]*[a-zà-ÿ])*)(?![\w-])"
)


def conclusions(
    claim: Reading, source: Reading, asked: Reading
) -> Iterator[tuple[Reading, Reading | None]]:
    """Other readings of a claim, each of which a source must say if the claim follows from it; with
    a second one that no source may say."""
    yield from islice(_by_bounds(claim, source, asked), _MOST)
    yield from islice(_by_lists(claim, source, asked), _MOST)


def _by_bounds(
    claim: Reading, source: Reading, asked: Reading
) -> Iterator[tuple[Reading, Reading | None]]:
    """With the bounds of the source in the place of the quantities that the question gives, that
    are a case of somebody's ("your £900 bill"), or that a row of a table is named by: "22 kg" of
    the row "10 to 30 kg"."""
    lacking = missing(claim.facts, source.facts)
    if len(lacking) != 1:
        return
    [fact] = lacking
    given = not missing(lacking, asked.facts) or _is_case(fact, claim.text)
    if any(bound.fact is fact for bound in bounds_of(claim)):
        return  # the claim says a bound itself
    for bound in bounds_of(source):
        inside = contains(bound, fact, claim.text)
        names = source.row and inside and bound.piece is source.pieces[0]
        if inside is None or not (given or names):
            continue
        piece = next((p for p in claim.pieces if fact in p.facts), claim)
        said = piece.text if inside else _turned(piece)
        said = said.replace(_written(fact, claim.text), _written(bound.fact, bound.text), 1)
        yield _again(claim, piece, said), None


def _written(fact: Fact, text: str) -> str:
    """A fact as it stands in ``text``: "£900", not "900 GBP"."""
    return fact.full if text.startswith(fact.full, fact.start) else text[fact.start : fact.end]


def _is_case(fact: Fact, text: str) -> bool:
    """Whether a quantity is what somebody has, and no limit: "a £900 bill", "a 22 kg parcel"."""
    before, behind = text[: fact.start], text[fact.end :]
    thing = _PAID if fact.unit in CURRENCIES else _WEIGHED if fact.unit in _WEIGHTS else None
    return bool(thing and _ONES.search(before) and thing.match(behind))


def without_asked(claim: Reading, asked: Reading) -> str:
    """The rest of a claim beside what follows from it for a quantity asked about: "a rabbit must
    be under 5" of "..., so a rabbit of six years cannot be insured"; else nothing."""
    bounds = bounds_of(claim) if len(claim.pieces) > 1 and asked.facts else []
    for piece in claim.pieces if bounds else ():
        denied = piece.negative != bool(_TOO.search(piece.text))
        for fact in piece.facts:
            if missing([fact], asked.facts):
                continue
            others = (b for b in bounds if b.fact not in piece.facts)
            if any(contains(bound, fact, claim.text) is (not denied) for bound in others):
                rest = claim.text.replace(piece.text, "", 1).strip(" ,;:.")
                return f"{claim.lead}, {rest}" if claim.lead else rest
    return ""


def _by_lists(
    claim: Reading, source: Reading, asked: Reading
) -> Iterator[tuple[Reading, Reading | None]]:
    """With a name that the source lists in the place of one that it does not, and not denied."""
    for piece in claim.pieces:
        if not piece.negative:
            continue
        for name, rivals in _strangers(piece, claim, source):
            given = claim.lead == "no" or name.lower() in asked.text.lower()
            for rival in rivals[:_RIVALS] if given else ():
                affirmed = _affirm(piece)
                listed = affirmed.replace(name, rival, 1)
                yield _again(claim, piece, listed), _again(claim, piece, affirmed)


def _strangers(
    piece: Piece, claim: Reading, source: Reading
) -> Iterator[tuple[str, Sequence[str]]]:
    """Names that the source does not have, with those of the same kind that it has."""
    said = {term.value for term in claim.terms}
    for term in piece.terms:
        own = [other for other in source.terms if other.kind == term.kind]
        rivals = [other.text for other in own if other.value not in said]
        if term.kind in _NAMED and rivals and term.value not in {other.value for other in own}:
            yield term.text, rivals
    if piece.language == "de":  # each noun is written as a name
        return
    known = {term.text for term in (*piece.terms, *source.terms)}
    theirs = [m[1] for m in _NAMES.finditer(source.text) if m[1] not in claim.text]
    rivals = [name for name in theirs if name not in known]
    for match in _NAMES.finditer(piece.text):
        name, about = match[1], stems_of(match[1], piece.language) & piece.subject
        if name in known or name in source.text or about or len(rivals) < _LISTED:
            continue
        yield name, rivals


def _again(claim: Reading, piece: Piece, said: str) -> Reading:
    """The claim with ``said`` in the place of a piece."""
    text = claim.text.replace(piece.text, said, 1) if piece is not claim else said
    return replace(read(text, claim.language), inherited=claim.inherited, carried=claim.carried)


def _turned(piece: Piece) -> str:
    """A piece that denies what it says, or says what it denies."""
    if piece.negative or _TOO.search(piece.text):
        return _affirm(piece)
    match = _AUXILIARY.search(piece.text)
    denial = _DENIAL.get(piece.language, "not")
    if match is None:
        return f"{denial} {piece.text}"
    return f"{piece.text[: match.end()]} {denial}{piece.text[match.end() :]}"


def _affirm(piece: Piece) -> str:
    def affirmed(match: re.Match[str]) -> str:
        word = match[0].lower().replace("’", "'")
        if word not in words("no"):
            return match[0]
        if word in ("cannot", "can't"):
            return "can"
        return "" if not word.endswith("n't") else word.removesuffix("n't").replace("wo", "will")

    text = re.sub(r"\bno longer\b", "", _TOO.sub("", piece.text))
    return re.sub(r"\s{2,}", " ", _WORD.sub(affirmed, text)).strip()


def lead_verdict(
    claim: Reading, asked: Reading, sources: Sequence[Reading]
) -> tuple[bool, str | None]:
    """Whether a leading "yes" or "no" is right by what the claim or its sources say of the
    question's quantity or day, and what is wrong with it, or with a "yes" that the claim denies
    itself; neither where that is not decided."""
    right, wrong = _by_sources(claim, asked, sources)
    return right, wrong or (None if right else denied_lead(claim, asked))


def _by_sources(
    claim: Reading, asked: Reading, sources: Sequence[Reading]
) -> tuple[bool, str | None]:
    if not claim.lead or any(clause.denies for clause in asked.clauses):
        return False, None
    denied = bool(claim.clauses) and main_clause(claim).denies
    yes = claim.lead == "yes"
    if says_other(claim, asked):
        return not yes, None
    # A question such as "is it too late" turns a yes round.
    plain = not any(clause.negative for clause in claim.clauses) and not (
        _TOO.search(asked.text) or _other_state(_CLOSES.sub(" ", claim.text), asked.text)
    )
    needs = _NEEDS.search(claim.text) and not _WITHOUT.search(claim.text)
    against = bool(needs and _WITHOUT.search(asked.text))
    if _about_the_same(asked, [claim, *sources]):
        undecided = False
        for fact in missing(asked.facts, claim.facts):
            if (decided := _decided(fact, asked, claim, sources)) is None:
                undecided = undecided or any(other.kind == fact.kind for other in claim.facts)
                continue
            bound, inside = decided
            if yes == (inside != (denied != against)):
                return _settles(bound, claim, asked, yes, denied), None
            if yes and plain:
                said = f"it says 'yes' to '{fact.full}', and its source speaks of"
                return False, f"{said} '{_shown(bound)}'"
        if (day := _other_day(asked, sources)) is not None:
            if not day and (undecided or _excludes(claim, asked)):
                return False, None  # on that day, and nobody knows whether at that hour
            if yes == (bool(day) == denied):
                return True, None
            if yes and plain:
                return False, f"it says 'yes' to '{day}', which its source does not"
    if excepted := _excepted(claim, asked):
        name, denies = excepted
        right = yes == denies
        return right, None if right else f"it says '{claim.lead}' to '{name}', which is excepted"
    restated = not missing(asked.facts, claim.facts) and _restates(claim, asked)
    restated = restated and not _excludes(claim, asked)
    # "Has no lift" is a no, and a yes with "not" or "only" behind it is not certainly one.
    strict = yes and not _EXCEPTION.search(claim.text)
    denied = any(c.negative for c in claim.clauses if strict or c is main_clause(claim))
    restated = restated and not (yes and LIMIT.search(claim.text) and not LIMIT.search(asked.text))
    return restated and yes != denied and denied_lead(claim, asked) is None, None


def _excepted(claim: Reading, asked: Reading) -> tuple[str, bool] | None:
    """What the question asks about, where the claim ends with all but that, and whether it denies
    the rest."""
    match = _EXCEPTED.search(claim.text)
    before = read(claim.text[: match.start()].rstrip(" ,"), claim.language) if match else claim
    if match is None or not before.clauses or any(clause.negative for clause in asked.clauses):
        return None
    named, rest = stems_of(match[1], claim.language) - LIGHT, before.clauses[-1]
    said = rest.stems - LIGHT - general_words()
    if not named or not all(has_stem(stem, asked.stems) for stem in named):
        return None
    if not any(has_stem(stem, asked.stems) for stem in said):
        return None
    return match[1].strip(), rest.denies


def _decided(
    fact: Fact, asked: Reading, claim: Reading, sources: Sequence[Reading]
) -> tuple[Bound, bool] | None:
    """The bound that a quantity of the question lies within or not, if all bounds agree."""
    for bounds in (bounds_of(claim), [b for source in sources for b in bounds_of(source)]):
        found = [(bound, contains(bound, fact, asked.text)) for bound in bounds]
        known = [(bound, inside) for bound, inside in found if inside is not None]
        if known:
            agree = len({inside for _, inside in known}) == 1
            return known[0] if agree else None
        if any((other.kind, other.unit) == (fact.kind, fact.unit) for other in claim.facts):
            return None  # the claim says what it is itself
    return None


def _settles(bound: Bound, claim: Reading, asked: Reading, yes: bool, denied: bool) -> bool:
    """Whether a bound that agrees with a "yes" or "no" is of what is asked: not "signed before
    February" where what holds under those terms stands behind it, and is perhaps denied."""
    if yes and denied != bound.piece.negative:
        return False
    if yes and not denied and claim.denies:
        return False
    wanted = asked.stems - LIGHT - general_words()
    own = sum(has_stem(stem, bound.piece.stems) for stem in wanted)
    others = (p for p in claim.pieces if not set(p.facts) & {bound.fact})
    return bound.fact.kind != "date" or all(
        sum(has_stem(stem, piece.stems) for stem in wanted) <= own for piece in others
    )


def _excludes(claim: Reading, asked: Reading) -> bool:
    """Whether a bound of the claim leaves out what is asked about: "before 16:00", at 17:00."""
    return any(
        contains(bound, fact, asked.text) is False
        for bound in bounds_of(claim)
        for fact in asked.facts
    )


def _other_day(asked: Reading, sources: Sequence[Reading]) -> str | None:
    """A day of the question that is none of those that the sources are about; empty where it is,
    ``None`` where they tell no days."""
    told = frozenset[str]().union(*(source.days[2] for source in sources))
    if not told or not asked.days[0]:
        return None
    return min(asked.days[0] - told, default="")


def _about_the_same(asked: Reading, told: Sequence[Reading]) -> bool:
    named = asked.stems - LIGHT - general_words() or asked.stems - LIGHT
    return any(has_stem(stem, reading.stems) for stem in named for reading in told)


def _other_state(claim: str, asked: str) -> bool:
    mine, theirs = sides(claim, "polar"), sides(asked, "polar")
    return any(not mine[kind] & theirs[kind] for kind in mine.keys() & theirs.keys())


def _restates(claim: Reading, asked: Reading) -> bool:
    named = {(term.kind, term.value) for term in claim.terms}
    told = all((term.kind, term.value) in named for term in asked.terms)
    return (
        told
        and coverage(asked, claim) >= _SAME_QUESTION
        and not _other_state(claim.text, asked.text)
    )


def _shown(bound: Bound) -> str:
    at = bound.text.find(bound.fact.full, max(0, bound.fact.start - 1))
    before = bound.text[max(0, at - 20) : at].split()[-2:] if at >= 0 else []
    return " ".join([*before, bound.fact.full])
