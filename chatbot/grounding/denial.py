"""Whether a sentence denies what its source says, or says the other of two opposites."""

import re

from chatbot.grounding.binding import has_rival
from chatbot.grounding.fact import missing
from chatbot.grounding.lexicon import words
from chatbot.grounding.opposites import plain_bounds, sides
from chatbot.grounding.overlap import LIGHT, coverage, has_stem, overlap
from chatbot.grounding.pieces import Piece
from chatbot.grounding.reading import Reading

_WORD = re.compile(r"[^\W\d_]+")
_SAME_SUBJECT = 0.05
_WHOLE_SUBJECT = 1.5
_SAME_TERM = 0.5
_NEARLY = 0.02  # so little less is as much
_CONTRAST = 4  # words
_TOLD = 2  # words
_SAME_QUESTION = 0.8  # of a question's words in a sentence that affirms it


def opposite(claim: Reading, source: Reading, over: Reading) -> str | None:
    """Whether the claim denies what the source says, or says the other of two opposites."""
    denied: list[Piece] = []
    for clause in claim.clauses:
        best = about_the_same(clause, source)
        if _conditional(clause) and not any(map(_conditional, best)):
            continue  # "if it runs dry" of "never let it run dry"
        if source.row and _names_column(clause):
            continue
        if best and all(_denies(clause, other, source) for other in best):
            denied.append(clause)
            continue
        sides_said = [_other_side(clause.text, other.text) for other in best]
        if best and all(sides_said):
            return sides_said[0]
    # "You pay unless it is damaged" is "You do not pay if it is damaged".
    both = len(denied) == len(claim.clauses) > 1 and words("exception") & _said(source)
    if denied and not both:
        return "its source says the opposite"
    return (
        _other_side(claim.text, source.text)
        or _other_heading(claim, source, over)
        or _other_state(claim, source, over)
        or _denied_in_whole(claim, source)
    )


def _conditional(clause: Piece) -> bool:
    first = _WORD.search(clause.text)
    return first is not None and first[0].lower() in words("if")


def _names_column(clause: Piece) -> bool:
    """ "Without a plan", of the column of that name."""
    first = _WORD.search(clause.text)
    return first is not None and first[0].lower() in words("no_thing") - {"no"}


def _said(reading: Reading) -> set[str]:
    return {word.lower() for word in _WORD.findall(reading.text)}


def about_the_same(clause: Piece, source: Reading) -> list[Piece]:
    """The clauses of the source that hold most of a clause's words, where that is enough."""
    size = len(clause.stems) + len(clause.facts)
    if not clause.stems and not clause.negative:
        return []
    shares = [_share(clause, other) for other in source.clauses]
    most = max(shares, default=0)
    if not most or most < size / 2:
        return []
    best = [c for c, share in zip(source.clauses, shares, strict=True) if share >= most - _NEARLY]
    if size < 2 and not clause.negative and any(len(c.stems) > 2 for c in best):
        return []
    return best


def _share(clause: Piece, other: Piece) -> float:
    """The overlap of two clauses; the same subject counts more than what is said of it, and so
    does a region, tier or the like."""
    same = [stem in other.subject or stem in other.taken for stem in clause.subject]
    whole = bool(same) and all(same)
    terms = sum(stem[0] == "@" for stem in clause.stems & other.stems)
    return (
        overlap(clause, other)
        + (_WHOLE_SUBJECT if whole else _SAME_SUBJECT * sum(same))
        + _SAME_TERM * terms
    )


def _other_heading(claim: Reading, source: Reading, over: Reading) -> str | None:
    """ "The maximum is 16" under "Minimum age", where the source itself has neither word."""
    if len(claim.clauses) > 1 or sides(source.text, "opposites"):
        return None
    return _other_side(claim.text, over.text)


def denial(claim: Reading, source: Reading) -> str | None:
    """Whether the claim says "not" where its source neither does nor has a word for it."""
    negative = any(clause.denies for clause in claim.clauses)
    if negative and not any(c.negative or sides(c.text, "polar") for c in source.clauses):
        return "it says 'not', which its source does not"
    return None


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


def _denied_in_whole(claim: Reading, source: Reading) -> str | None:
    """A claim that denies nothing, with all words that its source says with "not" ("the Liège shop
    takes no returns"), or that stand behind the "not" of a contrast ("another week, not another
    month")."""
    if any(c.negative or sides(c.text, "polar") for c in claim.clauses):
        return None
    denied = [c for c in source.clauses if c.negative and not sides(c.text, "polar")]
    if len(source.clauses) == 1 and denied and _told(denied[0].stems - LIGHT, claim):
        return "its source says the opposite"
    for clause in denied if len(source.clauses) > 1 else ():
        first = _WORD.search(clause.text)
        elsewhere = (c.stems for c in source.clauses if c is not clause)
        only = (clause.stems - LIGHT).difference(*elsewhere)
        contrast = first is not None and first[0].lower() in words("no") and len(
            clause.text.split()
        ) <= _CONTRAST  # fmt: skip
        if contrast and only and only <= claim.stems:
            return "its source says the opposite"
    return None


def _told(stems: frozenset[str], claim: Reading) -> bool:
    return len(stems) >= _TOLD and all(has_stem(stem, claim.stems) for stem in stems)


def _denies(piece: Piece, other: Piece, source: Reading) -> bool:
    return (piece.negative != other.negative) != _says_opposite_state(piece, other, source)


def _says_opposite_state(piece: Piece, other: Piece, source: Reading) -> bool:
    """Whether one says "closed" or "unlocked" where the other says "open" or "locked"; a source
    that says both of one ("opens at 8, closes at 7") where a clause has facts of both does not."""
    mine, theirs = sides(piece.text, "polar"), sides(other.text, "polar")
    spread = missing(missing(piece.facts, missing(piece.facts, source.facts)), other.facts)
    said = sides(source.text, "polar") if spread else theirs
    for kind in mine.keys() & theirs.keys():
        if not mine[kind] & said[kind]:
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
        if not mine[kind] & theirs[kind] and not _turned(mine[kind] | theirs[kind], claim, source):
            return f"its source says '{min(theirs[kind]).split(',')[0]}'"
    return None


def _turned(said: set[str], claim: str, source: str) -> bool:
    """ "No more than 500 can be sent" is "Sending more than 500 is blocked"."""
    if not any(side.startswith(("more than", "less than")) for side in said):
        return False
    return _forbids(claim) != _forbids(source)


def _forbids(text: str) -> bool:
    said = {word.lower() for word in _WORD.findall(plain_bounds(text))}
    return bool(said & (words("no") | words("forbids")))


def lead_objection(claim: Reading, question: Reading) -> str | None:
    """What is wrong with the "yes" or "no" before the claim as an answer to the question."""
    if not claim.lead or any(clause.denies for clause in question.clauses):
        return None
    other = [fact for fact in question.facts if not missing([fact], claim.facts)]
    asked = [fact for fact in question.facts if fact not in other]
    differs = [fact for fact in asked if has_rival(fact, claim.facts)]
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


def other_lead(claim: Reading) -> str | None:
    """Whether the claim begins with "yes" and then denies."""
    if claim.lead == "yes" and claim.clauses and claim.clauses[0].denies:
        return "it says 'yes' and then the opposite"
    return None
