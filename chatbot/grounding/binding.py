"""What a number or code of a sentence belongs to, and whether its source has it for that.

A mark is what a piece is about: a stem, a term ("@region:EU") or a code ("code K-204").
"""

import re
from collections.abc import Iterable, Sequence

from chatbot.grounding.fact import Fact, missing
from chatbot.grounding.facts import facts
from chatbot.grounding.lexicon import words
from chatbot.grounding.overlap import has_stem
from chatbot.grounding.pieces import Piece, stems_of
from chatbot.grounding.reading import Reading, days_of
from chatbot.grounding.words import stem

# So alike are sentences that say the same of different things.
_PARALLEL = 0.25
_SCENE = 24  # characters
# What is told apart by a number: "4.2 for generation 2".
_KIND = re.compile(
    r"\b(generation|class|type|tier|level|phase|layer|zone|klasse|typ|stufe|génération|classe|niveau|"
    r"generación|clase|nivel) (\d+|[A-Z])\b",
    re.IGNORECASE,
)
_PART = re.compile(r"[,;] |\b(?:and|but|while|und|aber|et|mais|y|pero)\b")
_TIMES = frozenset("second minute hour day workday night week month year".split())  # noqa: SIM905


def other_binding(claim: Reading, source: Reading, beside: Sequence[Reading]) -> str | None:
    """A number of the source that belongs to something else than the claim says."""
    kept: dict[str, frozenset[str]] = {}
    for piece in claim.pieces:
        own = {term.kind for term in piece.terms}
        kept |= {k: frozenset(m for m in piece.stems if m.startswith(f"@{k}:")) for k in own}
        said = piece.stems.union(*kept.values())
        wanted = [fact for fact in piece.facts if fact.kind != "code"]
        if not wanted:
            continue
        for fact in wanted:
            named = (said if len(wanted) == 1 else _around(fact, piece) | _terms(said)) | (
                _codes_as_marks(piece)
            )
            if source.row:
                named |= _plainly(piece)
            bare = fact.unit is None and fact.kind == "quantity" and not fact.counts
            if bare and not source.row:
                named = _terms(named)
            holding = [p for p in source.pieces if not missing([fact], p.facts)]
            if not holding:
                continue
            if not _sets_scene(fact, source) and (wrong := _other_label(said, holding)):
                return wrong
            best = max(holding, key=lambda p: len(_marks(p) & named))
            others = [
                p
                for p in source.pieces
                if len(missing(wanted, p.facts)) == len(wanted)
                and (
                    has_rival(fact, p.facts)
                    or ((p.before or best.before) and _has_other_time(fact, p.facts))
                )
            ]
            for other in others:
                if wrong := _belongs(named, best, other, source.row):
                    return wrong
    return _other_sentence(claim, source, beside)


def _sets_scene(fact: Fact, source: Reading) -> bool:
    """Whether it is a date with which a sentence begins: "From June to August we close ..."."""
    first = source.text.split(maxsplit=1)[:1]
    begins = bool(first) and first[0].lower() in words("condition")
    held = (other for other in source.facts if fact.kind == "date" and fact.held_by(other))
    return begins and any(other.start <= _SCENE for other in held)


def _other_label(said: Iterable[str], holding: Sequence[Piece]) -> str | None:
    """Whether all that hold a number name another region, tier or day than the claim."""
    for mark in _terms(said):
        kind, _, value = mark.partition(":")
        labels = [_labels(piece, kind) for piece in holding]
        if all(found and value not in found for found in labels):
            return f"it says '{value}' where its source says '{min(labels[0])}'"
    return None


def other_kind(claim: Reading, source: Reading) -> str | None:
    """ "Generation 2" with the number that the source has for generation 1."""
    if source.row or not _KIND.search(claim.text):
        return None
    theirs = [(facts(part), _kinds(part)) for part in _PART.split(source.text)]
    for part in _PART.split(claim.text):
        for name, own in _kinds(part).items():
            for fact in facts(part):
                if fact.text in own or fact.kind == "code":
                    continue
                held = [kinds.get(name) for found, kinds in theirs if not missing([fact], found)]
                others = [each for each in held if each and not each & own]
                if others and len(others) == len(held):
                    return f"it says '{name} {min(own)}' where its source says '{min(others[0])}'"
    return None


def _kinds(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, value in _KIND.findall(text):
        found.setdefault(name.lower(), set()).add(value)
    return found


def _labels(piece: Piece, kind: str) -> frozenset[str]:
    if kind == "@weekday":
        return days_of(piece.text, piece.terms)
    return frozenset(m.partition(":")[2] for m in piece.stems if m.startswith(f"{kind}:"))


def _around(fact: Fact, piece: Piece) -> frozenset[str]:
    """The words of the piece between the fact before and the fact behind this one."""
    before, sign, behind = piece.text.partition(fact.text)
    if not sign:
        return piece.stems
    for other in piece.facts:
        if other is not fact and other.full in before:
            before = before[before.rindex(other.full) + len(other.full) :]
        if other is not fact and other.full in behind:
            behind = behind[: behind.index(other.full)]
    return piece.stems & stems_of(f"{before} {behind}", piece.language)


def _terms(marks: Iterable[str]) -> frozenset[str]:
    return frozenset(mark for mark in marks if mark.startswith(("@", "code ")))


def other_code(claim: Reading, source: Reading) -> str | None:
    """A code where what the source says of it has another one of the same kind ("K1", "K2")."""
    for piece in claim.pieces:
        codes = {str(code) for code in _codes(piece)}
        rest = [fact for fact in piece.facts if fact.kind != "code"]
        known = any(codes & {str(code) for code in _codes(p)} for p in source.pieces)
        if not codes or (known and not rest):
            continue
        shares = [
            len(piece.stems & p.stems) + len(rest) - len(missing(rest, p.facts))
            for p in source.pieces
        ]
        most = max(shares, default=0)
        best = [p for p, share in zip(source.pieces, shares, strict=True) if share == most > 0]
        held = [{str(code) for code in _codes(p)} for p in best]
        rivals = [found for found in held if not found & codes and _family(found) & _family(codes)]
        if best and len(rivals) == len(best):
            return f"it says '{min(codes)}' where its source says '{min(rivals[0])}'"
    return None


def _family(codes: Iterable[str]) -> set[str]:
    return {re.split(r"\d", code)[0] for code in codes}


def _codes(piece: Piece) -> set[object]:
    return {value for fact in piece.facts if fact.kind == "code" for value in fact.values}


def has_rival(fact: Fact, held: Iterable[Fact]) -> bool:
    """Whether there are facts of the same kind and unit with other values."""
    same = (other for other in held if (other.kind, other.unit) == (fact.kind, fact.unit))
    return any(not fact.values & other.values for other in same)


def _has_other_time(fact: Fact, held: Iterable[Fact]) -> bool:
    """Whether there is a duration in another unit: "for 3 weeks" beside "for 6 days"."""
    return fact.unit in _TIMES and any(other.unit in _TIMES - {fact.unit} for other in held)


def _belongs(named: frozenset[str], best: Piece, other: Piece, row: bool) -> str | None:
    """Whether the claim names what only ``other`` is about, and nothing that only ``best`` is."""
    mine, theirs = _marks(best), _marks(other)
    if row:
        mine, theirs = mine | _plainly(best), theirs | _plainly(other)
    strange = {mark for mark in named & (theirs - mine) if not mark.startswith("@rate:")}
    nearer = bool(_terms(strange)) or len(named & theirs) > len(named & mine)
    if strange and nearer and not named & (mine - theirs):
        return f"it says '{_word(strange)}', of which its source says something else"
    return None


def _marks(piece: Piece) -> frozenset[str]:
    return piece.stems | piece.taken | _codes_as_marks(piece)


def _plainly(piece: Piece) -> frozenset[str]:
    """Terms as plain words, since a column "Full day" names no tier; and "without" as a mark."""
    denied = {"@not:without"} if piece.negative else set()
    return frozenset({stem(term.text.lower()) for term in piece.terms} | denied)


def _codes_as_marks(piece: Piece) -> frozenset[str]:
    said = _codes(piece)
    goes_on = piece.short or (piece.elliptic and not said)  # "a CH3 costs 9 EUR, or 7 for members"
    if goes_on and piece.before is not None:
        said = said | _codes(piece.before)
    return frozenset(f"code {value}" for value in said)


def _word(marks: Iterable[str]) -> str:
    best = max(marks, key=lambda mark: (mark.startswith(("@", "code ")), len(mark)))
    return best.split(":", 1)[-1].removeprefix("code ")


def _other_sentence(claim: Reading, source: Reading, beside: Sequence[Reading]) -> str | None:
    """A sentence beside that is about what the claim names, where the source is about another."""
    named, mine = _marks(claim), _marks(source)
    lacking = {mark for mark in named - mine if not has_stem(mark, mine)}
    if not lacking or not mine:
        return None
    for other in beside:
        theirs = _marks(other)
        alike = len(theirs & mine) / len(theirs | mine)
        strange = lacking & theirs & (_terms(lacking) | claim.topics)
        if alike >= _PARALLEL and strange and not named & (mine - theirs):
            return f"it says '{_word(strange)}', of which another sentence speaks"
    return None
