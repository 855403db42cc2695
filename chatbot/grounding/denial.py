"""Whether a sentence denies what its source says, or says the other of two opposites."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from chatbot.grounding.copying import copies
from chatbot.grounding.fact import missing
from chatbot.grounding.lexicon import words
from chatbot.grounding.limits import LIMIT
from chatbot.grounding.opposites import forbids, is_leading, other_side, other_span, sides
from chatbot.grounding.overlap import LIGHT, has_stem, overlap
from chatbot.grounding.pieces import JOINED, Piece, stems_of
from chatbot.grounding.reading import Reading

_WORD = re.compile(r"[^\W\d_]+")
_FROM_TO = re.compile(
    r"\b(?:from|von|vom|de|du|desde)\s(?:the\s)?([^\W\d_]+)\s(?:to|until|till|bis|zum|à|au|hasta|a)\s"
    r"(?:the\s)?([^\W\d_]+)",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(
    r"\b(?:except|apart from|außer|sauf|excepto|salvo)\b(?P<what>[^,;.:()]*)", re.IGNORECASE
)
_NOT_FOR = re.compile(
    r"\W*(?:(?:and|und|et|y)\s+)?(?:not|nicht|pas|no)\s+(?:for|in|to|on|at|with|off|für|in|an|bei|"
    r"mit|nach|pour|en|aux?|dans|para|con|a)\b",
    re.IGNORECASE,
)
_STOPPED = re.compile(r"\b(?:stopped|ceased|quit|gave up) \w+ing\b", re.IGNORECASE)
_SAME_SUBJECT = 0.05
_WHOLE_SUBJECT = 1.5
_SAME_TERM = 0.5
_NEARLY = 0.02  # so little less is as much
_CONTRAST = 4  # words
_TOLD = 2  # words
_DENIED = 0.6  # of the words of a denied clause
_ALSO = frozenset("and und et y".split())  # noqa: SIM905
_MODAL = frozenset("may must allow permit possibl avail offer".split())  # noqa: SIM905
# The sides of pairs in [polar] that say that something is there.
_GIVEN = frozenset("include open allowed possible accept connected valid enable start".split())  # noqa: SIM905
# Words of a clause that says what another thing is set against.
_ASIDE = frozenset("instead rather except unlike statt sondern außer sauf salvo".split())  # noqa: SIM905


def opposite(claim: Reading, source: Reading, over: Reading) -> str | None:
    """Whether the claim denies what the source says, or says the other of two opposites."""
    denied: list[Piece] = []
    agreed = False  # whether the clause before denies what the source denies
    for clause in claim.clauses:
        best = about_the_same(clause, source)
        if clause.in_denied_list and agreed:
            continue
        agreed = clause.negative and bool(best) and all(_negative(other, source) for other in best)
        if conditional(clause) and not any(map(conditional, best)):
            continue  # "if it runs dry" of "never let it run dry"
        if len(claim.clauses) > 1 and is_leading(clause.text):
            continue  # "after it is sent, ..."
        if _names_column(clause) and (source.row or any(map(_has_without, source.clauses))):
            continue
        excepted = words("exception") & _said(claim)
        if excepted and all(excepted & _said(other) for other in best):
            continue
        if best and all(_denies(clause, other, source) for other in best):
            told = clause.negative and _denied_words(clause, source)
            limits = _limits_to(clause) and (
                all(map(_of_others, best)) or _is_exception(clause, source)
            )
            if not told and not limits:
                denied.append(clause)
            continue
        sides_said = [other_side(clause.text, other.text) for other in best]
        if best and all(sides_said):
            return sides_said[0]
    # "You pay unless it is damaged" is "You do not pay if it is damaged".
    both = len(denied) == len(claim.clauses) > 1 and words("exception") & _said(source)
    if denied and not both and not copies(claim, source):  # a "not" too many is told of a copy
        return "its source says the opposite"
    return (
        other_side(claim.text, _told_of(claim, source))
        or _other_heading(claim, source, over)
        or other_state(claim, source, over)
        or _denied_in_whole(claim, source)
    )


def _told_of(claim: Reading, source: Reading) -> str:
    """The clauses of the source that have facts of the claim, or all of it."""
    many = len(claim.facts)
    told = [c.text for c in source.clauses if len(missing(claim.facts, c.facts)) < many]
    return "; ".join(told) or source.text


def conditional(clause: Piece) -> bool:
    """Whether a clause says when something holds: "if it runs dry"."""
    first = _WORD.search(clause.text)
    return first is not None and first[0].lower() in words("if")


def _names_column(clause: Piece) -> bool:
    """ "Without a plan", of the column of that name."""
    first = _WORD.search(clause.text)
    return first is not None and first[0].lower() in words("no_thing") - {"no"}


def _has_without(clause: Piece) -> bool:
    said = {word.lower() for word in _WORD.findall(clause.text)}
    return bool(said & (words("no_thing") - {"no"}))


def _said(reading: Piece) -> set[str]:
    return {word.lower() for word in _WORD.findall(reading.text)}


def about_the_same(clause: Piece, source: Reading) -> list[Piece]:
    """The clauses of the source that hold most of a clause's words, where that is enough."""
    size = len(clause.stems) + len(clause.facts)
    if not clause.stems and not clause.negative:
        return []
    shares = {id(other): _share(clause, other) for other in source.clauses}
    near = [c for c in _main_clauses(source) if shares[id(c)] >= size / 2]
    numbers = clause.facts if not source.row else ()
    holding = [c for c in near if numbers and not missing(numbers, c.facts)]
    if holding and max(_words_of(clause, c) for c in near) > max(
        _words_of(clause, c) for c in holding
    ):
        holding = []  # "the 14-day trial needs no card" of "it lasts 14 days, and no card ..."
    most = max((shares[id(c)] for c in holding or near), default=0)
    if not most:
        return []
    best = [c for c in holding or near if shares[id(c)] >= most - _NEARLY]
    if size < 2 and not clause.negative and any(len(c.stems) > 2 for c in best):
        return []
    return best


def _words_of(clause: Piece, other: Piece) -> int:
    return sum(has_stem(stem, other.stems | other.taken) for stem in clause.stems)


def _main_clauses(source: Reading) -> Sequence[Piece]:
    """The clauses without those in front: "once it is sent, ..."."""
    last = source.clauses[-1:]
    return [c for c in source.clauses[:-1] if source.row or not is_leading(c.text)] + [*last]


def _share(clause: Piece, other: Piece) -> float:
    """The overlap of two clauses; the same subject counts more than what is said of it, and so
    does a region, tier or the like."""
    if other.short and other.stems and not other.stems & clause.stems:
        return 0  # "Saturdays do not", for Sundays
    if clause.facts and other.elliptic and _apart(clause, other):
        return overlap(clause, other)  # "not in kayaks", of "on pontoons they cost 25 EUR"
    same = [stem in other.subject or stem in other.taken for stem in clause.subject]
    begins = stems_of(" ".join(JOINED.sub("", other.text, count=1).split()[:3]), other.language)
    whole = bool(same) and (all(same) or (clause.subject <= begins and not other.elliptic))
    terms = sum(stem[0] == "@" for stem in clause.stems & other.stems)
    return (
        overlap(clause, other)
        + (_WHOLE_SUBJECT if whole else _SAME_SUBJECT * sum(same))
        + _SAME_TERM * terms
    )


def _apart(clause: Piece, other: Piece) -> bool:
    """Whether a clause has words of its own and shares neither these nor a number."""
    facts = len(missing(clause.facts, other.facts)) < len(clause.facts)
    return bool(other.stems) and not other.stems & clause.stems and not facts


def _other_heading(claim: Reading, source: Reading, over: Reading) -> str | None:
    """ "The maximum is 16" under "Minimum age", where the source itself has neither word."""
    if len(claim.clauses) > 1 or sides(source.text, "opposites"):
        return None
    return other_side(claim.text, over.text)


def denial(claim: Reading, source: Reading, over: Reading) -> str | None:
    """Whether the claim says "not" where its source neither does nor has a word for it; "not for
    Team" is what "for Desk only" says, and "if it does not stop" may stand over a list."""
    only = bool(LIMIT.search(claim.text) and LIMIT.search(source.text))
    negative = any(
        clause.denies
        and not (only and _NOT_FOR.match(clause.text))
        and not (conditional(clause) and over.denies)
        for clause in claim.clauses
    )
    told = any(c.negative or sides(c.text, "polar") for c in source.clauses)
    told = told or forbids(source.text, claim.text) or other_span(claim.text, source.text)
    told = told or bool(_prefixed(claim.stems, source.stems))
    if negative and not told:
        return "it says 'not', which its source does not"
    return None


def other_state(claim: Reading, source: Reading, over: Reading) -> str | None:
    """ "Open" in the claim where the whole source only says "closed", and neither denies."""
    if any(clause.negative for clause in (*claim.clauses, *source.clauses)):
        return None
    told = _cells_of(claim, source) if source.row else source.text
    mine, theirs = sides(claim.text, "polar"), sides(told, "polar")
    above = sides(over.text, "polar")
    for kind, said in mine.items():
        held = theirs.get(kind) or above.get(kind)
        if held and not said & held:
            return "its source says the opposite"
    return None


def _cells_of(claim: Reading, row: Reading) -> str:
    """The cells that have facts of the claim, or the whole row: "closed" is Sunday's only."""
    many = len(claim.facts)
    told = [piece.text for piece in row.pieces if len(missing(claim.facts, piece.facts)) < many]
    return " | ".join(told) or row.text


def _denied_in_whole(claim: Reading, source: Reading) -> str | None:
    """A clause that affirms what its source has behind a "not" only: "Rush is possible for banners"
    of "for flyers, not for banners", "there is a lifeguard" of "at your own risk: there is no
    lifeguard", or all of a source of one clause ("the Liège shop takes no returns")."""
    alone = len(claim.clauses) == 1  # "if it is late you get it back", without a comma
    clauses = [
        c for c in claim.clauses if not (c.negative or _limits(c) or (conditional(c) and not alone))
    ]
    if len(clauses) == len(claim.clauses) and len(source.clauses) == 1:
        clauses = [claim]  # "at the shops in Ghent and Liège"
    if any(_denied_words(clause, source) for clause in clauses) or _reversed(claim, source):
        return "its source says the opposite"
    return None


def _reversed(claim: Reading, source: Reading) -> bool:
    """Whether it says "from sunset to sunrise" of "from sunrise to sunset"."""
    held = {(m[1].lower(), m[2].lower()) for m in _FROM_TO.finditer(source.text)}
    said = {(m[1].lower(), m[2].lower()) for m in _FROM_TO.finditer(claim.text)}
    return any((last, first) in held and (first, last) not in held for first, last in said)


def _denied_words(clause: Piece, source: Reading) -> bool:
    """Whether a clause has the words that the source has in a denied clause only."""
    for other in source.clauses:
        if not other.negative or conditional(other) or not _same_state(clause, other, source):
            continue
        elsewhere = frozenset().union(*(c.stems for c in source.clauses if not c.negative))
        said = other.stems - (LIGHT if len(source.clauses) == 1 else _MODAL)
        only = {stem for stem in said if not has_stem(stem, elsewhere)}
        told = {stem for stem in only if has_stem(stem, clause.stems)}
        told -= _prefixed(told, clause.stems)
        if not told or (len(source.clauses) == 1 and len(said) < _TOLD):
            continue
        share = 1.0 if len(source.clauses) == 1 else _DENIED
        if _contrasts(other) or len(told) >= share * len(said):
            return True
    return False


def _same_state(clause: Piece, denied: Piece, source: Reading) -> bool:
    """Whether what is denied is "allowed", "open" and the like, and a clause says nothing else but
    what the source affirms, too."""
    mine, theirs = sides(clause.text, "polar"), sides(denied.text, "polar")
    told = "; ".join(c.text for c in source.clauses if not c.negative)
    told_too = sides(told, "polar")
    mine = {kind: said for kind, said in mine.items() if said != told_too.get(kind)}
    if not all(map(_given, theirs.values())):
        return False
    return all(mine[kind] & theirs[kind] if kind in theirs else _given(mine[kind]) for kind in mine)


def _given(said: set[str]) -> bool:
    return any(side.split(",")[0].strip() in _GIVEN for side in said)


def _contrasts(clause: Piece) -> bool:
    """ "Not for booklets", or another item of such a list."""
    first = _WORD.search(clause.text)
    denied = first is not None and first[0].lower() in words("no") | _ALSO
    short = len(clause.text.split()) <= _CONTRAST
    return short and clause.before is not None and (denied or clause.in_denied_list)


def _limits_to(clause: Piece) -> bool:
    """Whether it says "only", which is "the others cannot"."""
    return bool({"only", "nur", "seulement", "solo"} & _said(clause))


def _is_exception(clause: Piece, source: Reading) -> bool:
    """ "Only on the Freja" of "not on board, except on the Freja"."""
    match = _EXCEPTION.search(source.text)
    left_out = stems_of(match["what"], source.language) - LIGHT if match else frozenset[str]()
    return any(has_stem(stem, clause.stems) for stem in left_out)


def _of_others(clause: Piece) -> bool:
    return bool({"other", "others", "else", "andere", "anderen", "autres", "otros"} & _said(clause))


def _limits(clause: Piece) -> bool:
    said = {word.lower() for word in _WORD.findall(clause.text)}
    return bool(said & _ASIDE)


def _denies(piece: Piece, other: Piece, source: Reading) -> bool:
    mine = piece.negative != forbids(piece.text, other.text)
    theirs = _negative(other, source) != forbids(other.text, piece.text)
    return (mine != theirs) != _says_opposite_state(piece, other, source)


def _negative(clause: Piece, source: Reading) -> bool:
    """Whether it denies, goes on with a list of what is denied ("no service to Malta or to Gozo"),
    or says what was given up: "we stopped taking checks"."""
    listed = clause.in_denied_list and not source.row
    return clause.negative or listed or bool(_STOPPED.search(clause.text))


def _says_opposite_state(piece: Piece, other: Piece, source: Reading) -> bool:
    """Whether one says "closed" or "unlocked" where the other says "open" or "locked"; a source
    that says both of one ("opens at 8, closes at 7") where a clause has facts of both does not."""
    mine, theirs = sides(piece.text, "polar"), sides(other.text, "polar")
    spread = missing(missing(piece.facts, missing(piece.facts, source.facts)), other.facts)
    said = sides(source.text, "polar") if spread else theirs
    if other_span(piece.text, other.text) and len(missing(piece.facts, other.facts)) < len(
        piece.facts
    ):
        return True
    for kind in mine.keys() & theirs.keys():
        if not mine[kind] & said[kind]:
            return True
    return bool(_prefixed(piece.stems, other.stems) or _prefixed(other.stems, piece.stems))


def _prefixed(stems: AbstractSet[str], held: AbstractSet[str]) -> set[str]:
    """The stems that are ``held`` only with a prefix that denies them: "avail" as "unavail"."""
    return {
        stem
        for stem in stems
        for prefix in ("un", "non", "in", "im", "ir", "dis")
        if len(stem) > 3 and stem not in held
        if f"{prefix}{stem}" in held and f"{prefix}{stem}" not in stems
    }
