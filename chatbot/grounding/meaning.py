"""Whether a sentence says what its source says: rules that name what is otherwise.

No model is asked: what goes wrong in answers that copy from passages is the number of another
row, another region, a unit, a sign or a "not", and these can be read off the words.
"""

import re
from collections.abc import Iterable, Sequence

from chatbot.grounding.facts import Fact, missing, wording_of
from chatbot.grounding.lexicon import Term
from chatbot.grounding.reading import Piece, Reading, days_of, read, sides

# Shares of a sentence's words with meaning that its source, and the source without its headings,
# must hold.
COVERED = 0.6
_OWN = 0.3
# Words of a sentence that a row of a table or a short source does without.
_LIGHT = frozenset(
    re.findall(
        r"\w+",
        """cost price take per x part mean get need use make must may one code charg ask gibt
    kostet beträgt kosten coût coûte cuesta item class becaus onli also per due""",
    )
)
_SAME_QUESTION = 0.8  # of a question's words in a sentence that affirms it
_CURRENCY_OF = {"EU": "eur", "UK": "gbp", "US": "usd", "Switzerland": "chf"}
_PART = 0.5  # of each part of a sentence
_ENOUGH = 3  # words
# So alike are sentences that say the same of different things.
_PARALLEL = 0.25


def coverage(claim: Reading, *sources: Reading) -> float:
    """The share of the claim's words with meaning and facts that the sources hold together."""
    stems = claim.stems - _LIGHT
    total = len(stems) + len(claim.facts)
    if not total:
        return 1.0
    held = frozenset[str]().union(*(source.stems for source in sources))
    facts = [fact for source in sources for fact in source.facts]
    said = len(claim.facts) - len(missing(claim.facts, facts))
    return (sum(_has_stem(stem, held) for stem in stems) + said) / total


def foreign(claim: Reading, source: Reading) -> bool:
    """Whether they are in different languages, so that their words cannot be compared."""
    return claim.language != source.language


def objection(
    claim: Reading, source: Reading, over: Reading, beside: Sequence[Reading] = ()
) -> str | None:
    """What the claim says otherwise than its ``source``, as the rest of "it says ..."; ``over``
    are the headings, ``beside`` other sentences that the source must not be taken for."""
    return (
        _other_fact(claim, source, over)
        or _other_term(claim, source, over)
        or _other_day(claim, source)
        or _other_code(claim, source)
        or _other_binding(claim, source, beside)
        or opposite(claim, source, over)
        or _denial(claim, source)
        or _other_lead(claim)
    )


def own_words(claim: Reading, source: Reading) -> bool:
    """Whether the source itself, without its headings, says enough of the claim."""
    if any(not missing([fact], source.facts) for fact in claim.facts):
        return True
    shared = sum(_has_stem(stem, source.stems) for stem in claim.stems)
    return shared > 0 and (len(claim.stems) < _ENOUGH or shared >= _OWN * len(claim.stems))


def _has_stem(stem: str, held: frozenset[str]) -> bool:
    if stem in held:
        return True
    # Compounds and endings: "Rücksendefrist" holds "rücksend".
    return len(stem) > 4 and any(stem in other or other in stem for other in held if len(other) > 4)


def _other_fact(claim: Reading, source: Reading, over: Reading) -> str | None:
    """A fact of the claim that the source does not hold; headings may say for when it holds."""
    lacking = missing(claim.facts, source.facts)
    if len(lacking) < len(claim.facts):
        lacking = missing(lacking, [f for f in over.facts if f.unit or f.kind != "quantity"])
    return (
        f"it says '{wording_of(lacking[0], source.facts)}', which its source does not"
        if (lacking)
        else None
    )


def _other_term(claim: Reading, source: Reading, over: Reading) -> str | None:
    """A region, tier or the like that the source does not name, or for which it has another."""
    for term in claim.terms:
        if term.kind == "weekday":
            continue
        own = {t.value for t in source.terms if t.kind == term.kind}
        if term.value in own or _told_by_currency(term, claim, source, own):
            continue
        said = {t.value for t in claim.terms if t.kind == term.kind}
        rivals = [t for t in source.terms if t.kind == term.kind and t.value not in said]
        if rivals and not own & said:
            return f"it says '{term.text}' where its source says '{rivals[0].text}'"
        above = {t.value for t in over.terms if t.kind == term.kind}
        bare = {stem for stem in source.stems | over.stems if not stem.startswith("@")}
        if term.value not in above and term.text.lower() not in bare:
            return f"it says '{term.text}', which its source does not"
    for term in claim.carried:
        own = {t.value for t in source.terms if t.kind == term.kind}
        if own and not own & {t.value for t in claim.carried}:
            return f"it says '{term.text}' where its source says '{min(own)}'"
    return None


def _told_by_currency(term: Term, claim: Reading, source: Reading, own: set[str]) -> bool:
    """ "6 GBP in the UK" rests on "6 GBP or 7 EUR" where no region is named."""
    unit = _CURRENCY_OF.get(term.value) if not own else None
    paid = [fact for fact in claim.facts if fact.unit and fact.unit == unit]
    return bool(paid) and not missing(paid, source.facts)


def _other_day(claim: Reading, source: Reading) -> str | None:
    single, ranges, _ = claim.days
    _, held, covers = source.days
    wrong = [day for day in single if day not in covers]
    wrong += [
        f"{first} to {last}"
        for first, last in ranges - held
        if not _lists_days(first, last, source)
    ]
    return f"it says '{wrong[0]}', which its source does not" if wrong else None


def _lists_days(first: str, last: str, source: Reading) -> bool:
    return not source.days[1] and {first, last} <= source.days[0]


def _other_binding(claim: Reading, source: Reading, beside: Sequence[Reading]) -> str | None:
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
            if fact.unit is None and fact.kind == "quantity":
                named = _terms(named)
            holding = [p for p in source.pieces if not missing([fact], p.facts)]
            if not holding:
                continue
            if wrong := _other_label(said, holding):
                return wrong
            best = max(holding, key=lambda p: len(_marks(p) & named))
            others = [
                p
                for p in source.pieces
                if len(missing(wanted, p.facts)) == len(wanted) and _alike_facts([fact], p.facts)
            ]
            for other in others:
                if wrong := _belongs(named, best, other):
                    return wrong
    return _other_sentence(claim, source, beside)


def _other_label(said: Iterable[str], holding: Sequence[Piece]) -> str | None:
    """Whether all that hold a number name another region, tier or day than the claim."""
    for mark in _terms(said):
        kind, _, value = mark.partition(":")
        labels = [_labels(piece, kind) for piece in holding]
        if all(found and value not in found for found in labels):
            return f"it says '{value}' where its source says '{min(labels[0])}'"
    return None


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
    return piece.stems & read(f"{before} {behind}").stems


def _terms(marks: Iterable[str]) -> frozenset[str]:
    return frozenset(mark for mark in marks if mark.startswith(("@", "code ")))


def _codes(piece: Piece | Reading) -> set[object]:
    return {value for fact in piece.facts if fact.kind == "code" for value in fact.values}


def _other_code(claim: Reading, source: Reading) -> str | None:
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


def _alike_facts(wanted: Sequence[Fact], held: Iterable[Fact]) -> bool:
    """Whether there are facts of the same kind and unit with other values."""
    return any(
        fact.kind == mine.kind and not fact.values & mine.values
        and fact.unit == mine.unit
        for fact in held
        for mine in wanted
    )  # fmt: skip


def _belongs(named: frozenset[str], best: Piece | Reading, other: Piece | Reading) -> str | None:
    """Whether the claim names what only ``other`` is about, and nothing that only ``best`` is."""
    mine, theirs = _marks(best), _marks(other)
    strange = named & (theirs - mine)
    nearer = bool(_terms(strange)) or len(named & theirs) > len(named & mine)
    if strange and nearer and not named & (mine - theirs):
        return f"it says '{_word(strange)}', of which its source says something else"
    return None


def _marks(piece: Piece | Reading) -> frozenset[str]:
    return piece.stems | _codes_as_marks(piece)


def _codes_as_marks(piece: Piece | Reading) -> frozenset[str]:
    return frozenset(f"code {value}" for value in _codes(piece))


def _word(marks: Iterable[str]) -> str:
    best = max(marks, key=lambda mark: (mark.startswith(("@", "code ")), len(mark)))
    return best.split(":", 1)[-1].removeprefix("code ")


def _other_sentence(claim: Reading, source: Reading, beside: Sequence[Reading]) -> str | None:
    """A sentence beside that is about what the claim names, where the source is about another."""
    named, mine = _marks(claim), _marks(source)
    lacking = {mark for mark in named - mine if not _has_stem(mark, mine)}
    if not lacking or not mine:
        return None
    for other in beside:
        theirs = _marks(other)
        alike = len(theirs & mine) / len(theirs | mine)
        strange = lacking & theirs & (_terms(lacking) | claim.topics)
        if alike >= _PARALLEL and strange and not named & (mine - theirs):
            return f"it says '{_word(strange)}', of which another sentence speaks"
    return None


def opposite(claim: Reading, source: Reading, over: Reading) -> str | None:
    """Whether the claim denies what the source says, or says the other of two opposites."""
    for clause in claim.clauses:
        size = len(clause.stems) + len(clause.facts)
        if not clause.stems and not clause.negative:
            continue
        shares = [_overlap(clause, other) for other in source.clauses]
        most = max(shares, default=0)
        if most < size / 2:
            continue
        best = [c for c, share in zip(source.clauses, shares, strict=True) if share == most > 0]
        if size < 2 and not clause.negative and any(len(c.stems) > 2 for c in best):
            continue
        if best and all(_denies(clause, other) for other in best):
            return "its source says the opposite"
        sides_said = [_other_side(clause.text, other.text) for other in best]
        if best and all(sides_said):
            return sides_said[0]
    return (
        _other_side(claim.text, source.text)
        or _other_heading(claim, source, over)
        or _other_state(claim, source, over)
    )


def _other_heading(claim: Reading, source: Reading, over: Reading) -> str | None:
    """ "The maximum is 16" under "Minimum age", where the source itself has neither word."""
    if len(claim.clauses) > 1 or sides(source.text, "opposites"):
        return None
    return _other_side(claim.text, over.text)


def _denial(claim: Reading, source: Reading) -> str | None:
    negative = any(clause.denies for clause in claim.clauses)
    if negative and not any(clause.negative or _polar(clause) for clause in source.clauses):
        return "it says 'not', which its source does not"
    return None


def _polar(clause: Piece) -> bool:
    return bool(sides(clause.text, "polar"))


def _other_state(claim: Reading, source: Reading, over: Reading) -> str | None:
    """ "Open" in the claim where the whole source only says "closed", and neither denies."""
    if any(clause.negative for clause in (*claim.clauses, *source.clauses)):
        return None
    mine, theirs = sides(claim.text, "polar"), sides(source.text, "polar")
    above = sides(over.text, "polar")
    for kind, said in mine.items():
        held = theirs.get(kind) or above.get(kind)
        if held and not said & held:
            return "its source says the opposite"
    return None


def pieces_covered(claim: Reading, *sources: Reading) -> bool:
    """Whether no part of the claim is without any ground in the sources."""
    return all(
        coverage(_as_reading(piece), *sources) >= _PART
        for piece in claim.pieces
        if len(piece.stems) + len(piece.facts) >= _ENOUGH
    )


def _as_reading(piece: Piece) -> Reading:
    return Reading(piece.text, "", piece.facts, piece.terms, (piece,), (piece,))


def _overlap(piece: Piece, other: Piece) -> float:
    shared = sum(_has_stem(stem, other.stems) for stem in piece.stems)
    facts = len(piece.facts) - len(missing(piece.facts, other.facts))
    return shared + facts


def _denies(piece: Piece, other: Piece) -> bool:
    turned = _says_opposite_state(piece, other)
    return (piece.negative != other.negative) != turned


def _says_opposite_state(piece: Piece, other: Piece) -> bool:
    """Whether one says "closed" or "unlocked" where the other says "open" or "locked"."""
    mine, theirs = sides(piece.text, "polar"), sides(other.text, "polar")
    for kind in mine.keys() & theirs.keys():
        if not mine[kind] & theirs[kind]:
            return True
    return any(
        f"{prefix}{stem}" in second and stem not in second and f"{prefix}{stem}" not in first
        for first, second in ((piece.stems, other.stems), (other.stems, piece.stems))
        for stem in first
        if len(stem) > 3
        for prefix in ("un", "non", "in", "im", "dis")
    )


def _other_side(claim: str, source: str) -> str | None:
    mine, theirs = sides(claim, "opposites"), sides(source, "opposites")
    for kind in mine.keys() & theirs.keys():
        if not mine[kind] & theirs[kind]:
            return f"its source says '{min(theirs[kind]).split(',')[0]}'"
    return None


def lead_objection(claim: Reading, question: Reading) -> str | None:
    """What is wrong with the "yes" or "no" before the claim as an answer to the question."""
    if not claim.lead or any(clause.denies for clause in question.clauses):
        return None
    other = [fact for fact in question.facts if not missing([fact], claim.facts)]
    asked = [fact for fact in question.facts if fact not in other]
    differs = [fact for fact in asked if _alike_facts([fact], claim.facts)]
    denied = any(clause.negative for clause in claim.clauses)
    if claim.lead == "yes" and differs:
        return f"it says 'yes' to '{differs[0].full}' and then something else"
    sides_differ = _other_side(claim.text, question.text) or _other_state(claim, question, question)
    named = {term.value for term in claim.terms}
    other_terms = any(term.value not in named for term in question.terms)
    same = not (denied or asked or sides_differ or other_terms)
    limits = {"only", "just", "nur", "seulement", "solo"} & set(claim.text.lower().split())
    affirms = same and not limits and coverage(question, claim) >= _SAME_QUESTION
    if claim.lead == "no" and affirms:
        return "it says 'no' and then what was asked"
    return None


def _other_lead(claim: Reading) -> str | None:
    if claim.lead == "yes" and claim.clauses and claim.clauses[0].denies:
        return "it says 'yes' and then the opposite"
    return None
