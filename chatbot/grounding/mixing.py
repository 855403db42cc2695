"""Parts of a source that a claim mixes: the subject of one clause with the number of another."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations

from chatbot.grounding.binding import has_rival
from chatbot.grounding.bounds import OTHERWISE
from chatbot.grounding.denial import about_the_same
from chatbot.grounding.fact import Fact, missing
from chatbot.grounding.lexicon import kinds, words
from chatbot.grounding.opposites import sides
from chatbot.grounding.overlap import LIGHT, fillers, general_words, has_stem, longest, of_rest
from chatbot.grounding.pieces import Piece, stems_of
from chatbot.grounding.reading import Reading, days_of

# "Below that DC is limited to 60 kW": below what the clause before says.
_POINTS = re.compile(
    r"\b(?:below|above|under|over|after|before|beyond|from|within) (?:that|this|which)\b|"
    r"\b(?:darunter|darüber|danach|davor|bis dahin)\b",
    re.IGNORECASE,
)
_EXCEPT = re.compile(
    r"\b(?:except(?: for| on| in)?|apart from|other than|außer|sauf|excepto|salvo) (.*)",
    re.IGNORECASE,
)


def mixed(claim: Reading, source: Reading, over: Reading, beside: Sequence[Reading]) -> str | None:
    """What the claim mixes of its source, or of its source and another sentence; nothing for the
    rows of a table, whose cells belong together."""
    if source.row:
        return _nearer_row(claim, source, beside) or _other_column(claim, source)
    for piece in claim.pieces:
        wrong = (
            _mixed_facts(piece, source)
            or _other_days(piece, source)
            or _other_qualifier(piece, source)
            or _other_subject(piece, source)
        )
        if wrong:
            return wrong
    for clause in claim.clauses if not claim.lead else ():  # "No, not in the EU"
        wrong = (
            _other_predicate(clause, source)
            or _other_kind(clause, source)
            or _other_word(clause, source)
            or _other_name(clause, source)
            or _excepted(clause, source)
        )
        if wrong:
            return wrong
    return _nearer_sentence(claim, source, over, beside)


def _mixed_facts(piece: Piece, source: Reading) -> str | None:
    """A time of one clause with the months or days of another, which has another time."""
    facts = list(_counted(piece))
    for fact, other in permutations(facts, 2):
        alike = (fact.kind, fact.unit) == (other.kind, other.unit)
        if (not alike or _pair(fact, other, source)) and _apart(fact, other, source, piece):
            return f"it says '{fact.full}' of '{other.full}', and its source of something else"
    days = _days(piece)
    for fact in facts:
        holding = [p for p in source.pieces if not missing([fact], p.facts)]
        naming = [p for p in source.pieces if days and days <= _days(p)]
        parted = holding and naming and not any(p in holding for p in naming)
        if (
            parted
            and all(_days(p) and not days <= _days(p) for p in holding)
            and all(has_rival(fact, p.facts) or not p.facts for p in naming)
        ):
            return f"it says '{fact.full}' of '{min(days)}', and its source of another day"
    return None


def _other_column(claim: Reading, source: Reading) -> str | None:
    """A price of the column "April to June" as that of September, which has a column of its own."""
    for piece in claim.pieces:
        months = [fact for fact in piece.facts if fact.kind == "date"]
        for fact in _counted(piece) if months else ():
            if fact.kind != "date" and any(_apart(fact, month, source, piece) for month in months):
                return f"it says '{fact.full}' of '{months[0].full}', and its source of another"
    return None


def _pair(fact: Fact, other: Fact, source: Reading) -> bool:
    """Whether a clause of the source pairs each of them with one of their kind: "cover up to
    £5,000 costs £4 and up to £10,000 £7"."""
    kind = (fact.kind, fact.unit)
    alike = [[o for o in p.facts if (o.kind, o.unit) == kind] for p in source.pieces]
    holding = [len(o) for o in alike if not missing([fact], o) or not missing([other], o)]
    return len(holding) == 2 and min(holding) == 2


def _apart(fact: Fact, other: Fact, source: Reading, claim: Piece) -> bool:
    """Whether each clause with the one has a rival of the other that the claim does not say, and
    the other way round."""
    first = [p for p in source.pieces if not missing([fact], p.facts)]
    second = [p for p in source.pieces if not missing([other], p.facts)]
    return (
        bool(first and second)
        and not any(_POINTS.search(p.text) for p in second)
        and all(missing([other], p.facts) for p in first)
        and (all(_has_another(other, p, claim) for p in first) or all(p.elliptic for p in second))
        and all(missing([fact], p.facts) and _has_another(fact, p, claim) for p in second)
    )


def _has_another(fact: Fact, piece: Piece, claim: Piece) -> bool:
    """The same with a number whose unit is left out: "from 12 years, children from 8"."""
    others = missing(piece.facts, claim.facts)
    bare = [replace(o, unit=fact.unit) if not (o.unit or o.counts) else o for o in others]
    return has_rival(fact, bare)


def _days(piece: Piece) -> frozenset[str]:
    return days_of(piece.text, piece.terms)


def _other_days(piece: Piece, source: Reading) -> str | None:
    """Weekdays of another clause than the one that the claim is about."""
    days = _days(piece)
    naming = [p for p in source.clauses if _days(p)]
    if not days or len(naming) < 2 or OTHERWISE.search(source.text):
        return None  # which of two branches it is depends on what is asked
    if any(days <= _days(p) and not missing(piece.facts, p.facts) for p in naming if piece.facts):
        return None
    shares = [len(_about(piece) & (_about(p) | p.taken)) for p in naming]
    best = [p for p, share in zip(naming, shares, strict=True) if share == max(shares)]
    if len(best) == len(naming) or any(days <= _days(p) for p in best):
        return None
    return f"it says '{min(days)}', which its source says of something else"


def _about(piece: Piece) -> frozenset[str]:
    return frozenset(mark for mark in piece.stems if not mark.startswith("@weekday:")) - LIGHT


def _other_qualifier(piece: Piece, source: Reading) -> str | None:
    """A number that the source gives "for hygienist visits" only, and another one without."""
    for fact in _counted(piece):
        holding = [p for p in source.pieces if not missing([fact], p.facts)]
        if len(holding) != 1 or not (holding[0].qualifies and holding[0].taken):
            continue
        own = _own(holding[0])
        others = [p for p in source.pieces if p is not holding[0] and has_rival(fact, p.facts)]
        if own and not _shared(own, piece) and any(_shared(_own(p), piece) for p in others):
            return f"it says '{fact.full}', which its source says of '{_named(own, holding[0])}'"
    return None


def _other_subject(piece: Piece, source: Reading) -> str | None:
    """The subject of one clause with the number of another one."""
    mine = _own_subject(piece)
    for fact in _counted(piece) if mine else ():
        holding = [p for p in source.pieces if not missing([fact], p.facts)]
        others = [p for p in source.pieces if p not in holding and p.before is None]
        if not holding or any(
            _shared(mine, p) or not _own_subject(p) or of_rest(p) for p in holding
        ):
            continue
        if any(_shared(mine, p) and not _shared(_own_subject(p), holding[0]) for p in others):
            return f"it says '{fact.full}', which its source says of something else"
    return None


def _other_predicate(clause: Piece, source: Reading) -> str | None:
    """What the source says of the subject of another clause: "The black wire carries the signal"
    of "The black wire is negative; the yellow wire carries the signal"."""
    mine = _own_subject(clause)
    said = {stem for stem in clause.stems - LIGHT - mine if not stem.startswith("@rate:")}
    said = said - general_words() or said
    if not mine or not said:
        return None
    about = [c for c in source.clauses if c.before is None and mine <= _own_subject(c)]
    facts = [fact for c in about for fact in c.facts]
    for fact in missing(clause.facts, facts) if facts else ():
        holding = [c for c in source.clauses if not missing([fact], c.facts)]
        if any(c.before is None and not (_shared(mine, c) or of_rest(c)) for c in holding):
            return f"it says '{fact.full}', which its source says of something else"
    if not about or any(_shared(frozenset(said), c) for c in about):
        return None
    for other in source.clauses:
        theirs = _own_subject(other)
        whole = all(has_stem(stem, other.stems) for stem in said)
        if whole and theirs - mine and mine - theirs and not mine <= other.stems | other.taken:
            return f"it says '{longest(frozenset(said))}', which its source says of something else"
    return None


def _other_kind(clause: Piece, source: Reading) -> str | None:
    """What the source says of Gold members, where the claim says it of the Silver ones that
    another clause is about."""
    best = about_the_same(clause, source)
    own = [fact for other in best for fact in other.facts]
    if missing(clause.facts, own):  # another clause says the number, and is compared by it
        return None
    for term in clause.terms if len(best) == 1 < len(source.clauses) else ():
        mine, theirs = _values(clause, term.kind), _values(best[0], term.kind)
        if mine - theirs and theirs - mine and term.kind not in ("weekday", "rate", "each"):
            return f"it says '{term.text}' where its source says '{min(theirs - mine)}'"
    return None


def _other_word(clause: Piece, source: Reading) -> str | None:
    """What the source says of the US, where the claim says it of the EU: "Data of customers in the
    EU is stored in Ohio"."""
    for kind in {term.kind for term in clause.terms} - {"weekday", "rate", "each"}:
        mine = _values(clause, kind)
        naming = [c for c in source.clauses if mine <= _values(c, kind)]
        if clause.facts and any(not missing(clause.facts, c.facts) for c in naming):
            continue
        others = [c for c in source.clauses if _values(c, kind) and not mine & _values(c, kind)]
        if not naming or not others:
            continue
        if wrong := _told_of_others(clause, naming, others):
            return wrong
    return None


def _other_name(clause: Piece, source: Reading) -> str | None:
    """The same of names that are no term: "We deliver in Idaho" of "We deliver in Oregon; in Idaho
    there are pick-up points"."""
    names = _names(clause)
    naming = [c for c in source.clauses if names and names <= c.stems]
    others = [c for c in source.clauses if _names(c) - names and not names & c.stems]
    if (
        clause.facts
        or clause.negative
        or not naming
        or not others
        or not all(map(_has_verb, naming))
    ):
        return None
    return _told_of_others(clause, naming, others)


def _told_of_others(clause: Piece, naming: Sequence[Piece], others: Sequence[Piece]) -> str | None:
    """A word that no clause about the same has, and one of the others does."""
    known = frozenset().union(*(c.stems | c.around for c in naming))
    strange = [s for s in clause.stems - LIGHT - general_words() if not has_stem(s, known)]
    told = [stem for stem in strange if any(has_stem(stem, c.stems) for c in others)]
    if told:
        return f"it says '{longest(frozenset(told))}', which its source says of something else"
    return None


def _has_verb(piece: Piece) -> bool:
    return any(word.lower() in words("goes_on") for word in piece.text.split())


def _names(piece: Piece) -> frozenset[str]:
    """Stems of the words that are written as names; none in German, where each noun is."""
    if piece.language == "de":
        return frozenset()
    said = " ".join(word for word in piece.text.split()[1:] if word[:1].isupper())
    return frozenset(stem for stem in stems_of(said, piece.language) if stem[0] != "@")


def _values(piece: Piece, kind: str) -> set[str]:
    return {term.value for term in piece.terms if term.kind == kind}


def _excepted(clause: Piece, source: Reading) -> str | None:
    """ "Every day except Sunday" says nothing of Sunday."""
    if clause.negative or not clause.terms:
        return None
    for piece in source.pieces:
        match = _EXCEPT.search(piece.text)
        if match is None or missing(clause.facts, piece.facts):
            continue
        left_out = {term.value for term in kinds().find(match[1])}
        for term in clause.terms:
            if term.value in left_out and (clause.facts or not sides(clause.text, "polar")):
                return f"it says '{term.text}', which its source leaves out"
    return None


def _nearer_sentence(
    claim: Reading, source: Reading, over: Reading, beside: Sequence[Reading]
) -> str | None:
    """A sentence with another number that holds what the claim is about, where the source is
    about something else."""
    named = claim.stems - LIGHT
    own = {stem for stem in source.stems - LIGHT - fillers() if not has_stem(stem, named)}
    if not own:
        return None
    for fact in _counted(claim):
        for other in beside:
            if not has_rival(fact, other.facts) or not missing([fact], other.facts):
                continue
            only = {s for s in named if has_stem(s, other.stems) and not has_stem(s, source.stems)}
            back = [
                stem
                for stem in named
                if has_stem(stem, source.stems) and not has_stem(stem, other.stems | over.stems)
            ]
            if (
                any(stem in claim.topics or stem[0] == "@" for stem in only - general_words())
                and not back
            ):
                return f"it says '{fact.full}' where another sentence says otherwise"
    return None


def _heads(cell: Piece) -> bool:
    """Whether a cell is the name of its column, so that its row is the table's head."""
    said = cell.text.split()
    half = len(said) // 2
    return said[:half] == said[half:]


def _nearer_row(claim: Reading, source: Reading, beside: Sequence[Reading]) -> str | None:
    """The row "Everyday" for "Everyday", where the source is the row "Everyday Gold"."""
    label = source.pieces[0].stems
    column = label.intersection(*(row.pieces[0].stems for row in beside if row.row))
    for row in beside:
        first = row.pieces[0] if row.row else None
        if first is None or first.facts or _heads(first) or not column < first.stems < label:
            continue
        extra = {stem for stem in label - first.stems if not has_stem(stem, claim.stems)}
        if extra and first.stems & claim.stems:
            return f"it says of '{first.text}' what its source says of another row"
    return None


def _counted(piece: Piece) -> Iterator[Fact]:
    return (fact for fact in piece.facts if fact.kind in ("time", "date") or fact.unit)


def _own(piece: Piece) -> frozenset[str]:
    return piece.stems - LIGHT - fillers()


def _shared(stems: frozenset[str], piece: Piece) -> bool:
    return any(has_stem(stem, piece.stems | piece.taken) for stem in stems)


def _own_subject(piece: Piece) -> frozenset[str]:
    return piece.subject - LIGHT - fillers()


def _named(stems: frozenset[str], piece: Piece) -> str:
    for word in piece.text.split():
        if has_stem(min(stems), frozenset({word.lower()})):
            return word
    return min(stems).split(":")[-1]
