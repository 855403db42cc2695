"""A sentence as it is compared: its facts, terms and stems, whole and in the pieces that belong
together ("3 days in the EU", "5 in the US")."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise

from chatbot.grounding.facts import Fact, facts, unify_spelling
from chatbot.grounding.lexicon import Term, kinds, opposites, units, words
from chatbot.grounding.words import content_words
from chatbot.text.languages import language_of

_CUT = re.compile(
    r"(?= (?:without|ohne|sans|sin)\b)|[;:|]|,(?!\d)|(?<=[\w%)])[.!?] |\s[-–—]\s|"
    r"\b(?:and|or|but|while|whereas|instead|because|und|oder|aber|während|et|ou|mais|y|o|pero)\b",
    re.IGNORECASE,
)
_HARD = re.compile(r"[;|.!?]|but|while|whereas|aber|während|mais|pero", re.IGNORECASE)
_LEAD = re.compile(r"\s*(?P<word>[^\W\d_]+)\s*[,.:;–—-]")
_MARKER = re.compile(r"^\s*(?:[-*+•]\s+|\(?\d{1,3}[.)]\s+|#{1,6}\s+)+")
_EMPHASIS = re.compile(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}")
_FIRST = 4  # words
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_TO = re.compile(r"\s?(?:[-–—]|to|through|until|bis|à|au|a|al)\s?", re.IGNORECASE)
_CONDITION = re.compile(
    r"[\s,;:|.()]*(?:for|in|on|at|after|before|from|if|when|with|during|by|until|within|bei|für|im|"
    r"am|ab|nach|vor|wenn|mit|pour|en|dans|si|avec|après|avant|para|con|desde|tras)\b",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"[\s,]*(?:and|or|und|oder|et|ou|y|o)?\s*(?:in|the|den|der|le|la)?\s*", re.IGNORECASE
)
_COLUMN_WORDS = {"eu": "EU", "us": "US", "uk": "UK", "usa": "USA", "no": "number", "no.": "number"}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Piece:
    """A sentence, or a part of one."""

    text: str
    facts: tuple[Fact, ...]
    terms: tuple[Term, ...]

    @cached_property
    def stems(self) -> frozenset[str]:
        """Words with meaning and terms in one form, without numbers."""
        return _stems(self.text, self.facts, self.terms)

    @cached_property
    def denies(self) -> bool:
        """Whether it says "not" of what it is about: "without" and "no" aside."""
        said = {word.lower() for word in _WORD.findall(self.text)}
        return bool(said & words("no") - words("no_thing"))

    @cached_property
    def negative(self) -> bool:
        """Whether it denies: an odd number of "not" and the like."""
        return sum(word.lower() in words("no") for word in _WORD.findall(self.text)) % 2 == 1


@dataclass(frozen=True)
class Reading(Piece):
    """A sentence read; ``lead`` is the "yes" or "no" that it begins with.

    ``pieces`` keep together what belongs to a number, ``clauses`` are cut at every sign.
    Codes that a part takes over from the part before it are ``inherited``, terms ``carried``.
    """

    lead: str
    pieces: tuple[Piece, ...]
    clauses: tuple[Piece, ...] = ()
    inherited: tuple[Fact, ...] = ()
    carried: tuple[Term, ...] = ()

    @cached_property
    def language(self) -> str:
        """Two letters."""
        return language_of(self.text)

    @cached_property
    def topics(self) -> frozenset[str]:
        """Stems of what it is about: of its first words, and of words with a capital."""
        said = _WORD.findall(self.text)
        named = [word for word in said[1:] if word[:1].isupper()]
        return frozenset(content_words(" ".join([*said[:_FIRST], *named])))

    @cached_property
    def days(self) -> tuple[frozenset[str], frozenset[tuple[str, str]], frozenset[str]]:
        """Weekdays by themselves, ranges of them, and all that they cover."""
        return _days(self.text, [term for term in self.terms if term.kind == "weekday"])


@lru_cache(maxsize=8192)
def read(text: str) -> Reading:
    """Read one sentence, item or row."""
    said = _EMPHASIS.sub("", _MARKER.sub("", unify_spelling(text)))
    lead, match = "", _LEAD.match(said)
    if match and match["word"].lower() in words("yes_lead") | words("no_lead"):
        lead = "yes" if match["word"].lower() in words("yes_lead") else "no"
        said = said[match.end() :].lstrip()
    found = tuple(facts(said))
    terms = tuple(term for term in kinds().find(said) if term.kind != "month")
    clauses = _build_pieces(said, _split_clauses(said, found, terms)[0], found, terms)
    pieces = _pieces(said, found, terms)
    return Reading(said, found, terms, lead, tuple(pieces), tuple(clauses))


def row_reading(cells: Sequence[tuple[str, str]]) -> Reading:
    """A row of a table as a sentence: each cell is a piece, under the name of its column."""
    pieces: list[Piece] = []
    clauses: list[Piece] = []
    for name, cell in cells:
        said = f"{split_name(name)} {cell}".strip()
        part = read(said)
        quantities = tuple(_with_unit(fact, name) for fact in part.facts)
        pieces.append(Piece(part.text, quantities, part.terms))
        for clause in read(cell).clauses:
            told = f"{split_name(name)} {clause.text}".strip()
            clauses.append(Piece(told, _in(clause.facts, part.facts), part.terms))
    text = " | ".join(piece.text for piece in pieces)
    every = tuple(fact for piece in pieces for fact in piece.facts)
    terms = tuple(term for piece in pieces for term in piece.terms)
    return Reading(text, every, terms, "", tuple(pieces), tuple(clauses))


def _in(some: Sequence[Fact], every: Sequence[Fact]) -> tuple[Fact, ...]:
    """Those of ``every`` that ``some`` are: with the unit that the column gave them."""
    return tuple(fact for fact in every if any(fact.values == one.values for one in some))


def split_name(name: str) -> str:
    """``eu_working_days`` as people read it."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ")
    return " ".join(_COLUMN_WORDS.get(word.lower(), word) for word in name.split())


def _with_unit(fact: Fact, column: str) -> Fact:
    """A bare number of a cell with the unit in the name of its column, where there is one."""
    if fact.kind != "quantity" or fact.unit is not None:
        return fact
    told = _units_in(column)
    return replace(fact, unit=told[0]) if len(told) == 1 else fact


def _units_in(column: str) -> list[str]:
    said = [part for part in re.split(r"[^\w€$£%°/]+|_", split_name(column)) if part]
    pairs = [f"1 {a} {b}" for a, b in pairwise(said)]
    for group in (pairs, [f"1 {word}" for word in said if len(word) > 1 or word in "€$£%"]):
        found = dict.fromkeys(f.unit for text in group for f in facts(text) if f.unit)
        if found:
            return list(found)
    return []


def _parts_items(text: str, sign: re.Match[str], items: Sequence[tuple[int, int, str]]) -> bool:
    """Whether a sign or a conjunction parts items of one list, such as "C4, C5 and C6"."""
    before = [item for item in items if item[1] <= sign.start()]
    after = [item for item in items if item[0] >= sign.end()]
    if not before or not after or before[-1][2] != after[0][2]:
        return False
    return _LIST.fullmatch(text[before[-1][1] : after[0][0]]) is not None


def _split_clauses(
    text: str, found: Sequence[Fact], terms: Sequence[Term]
) -> tuple[list[tuple[int, int]], set[int]]:
    """(start, end) between signs and conjunctions, and the starts of clauses of their own."""
    cuts, hard = [0], {0}
    items = sorted(
        [(fact.start, fact.start + len(fact.full), fact.kind) for fact in found if not fact.implied]
        + [(term.start, term.start + len(term.text), term.kind) for term in terms]
    )
    for match in _CUT.finditer(text):
        inside = any(fact.start < match.end() and match.start() < fact.end for fact in found)
        if not inside and match.start() > 0 and not _parts_items(text, match, items):
            cuts.append(match.start())
            if _HARD.fullmatch(match[0].strip()):
                hard.add(match.start())
    return list(zip(cuts, [*cuts[1:], len(text)], strict=True)), hard


def _pieces(text: str, found: Sequence[Fact], terms: Sequence[Term]) -> list[Piece]:
    """What has no fact, or only says when or for whom, goes to the piece that it belongs to."""
    spans, hard = _split_clauses(text, found, terms)
    merged: list[tuple[int, int]] = []
    waiting: int | None = None
    for n, (start, end) in enumerate(spans):
        after = spans[n + 1] if n + 1 < len(spans) and spans[n + 1][0] not in hard else None
        begin = waiting if waiting is not None else start
        first = begin in hard
        waiting = None
        own = _within(found, begin, end)
        leads = first and text[end : end + 1] == "," and _CONDITION.match(text, begin, end)
        tail = not own and not first
        if after and (leads or (not own and (first or _leads(terms, (start, end), after)))):
            waiting = begin
        elif tail and merged:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((begin, end))
    return _build_pieces(text, merged, found, terms)


def _leads(terms: Sequence[Term], span: tuple[int, int], after: tuple[int, int]) -> bool:
    """ "in the EU" belongs to what follows, unless that has a region of its own."""
    return bool(_within(terms, *span)) and not _within(terms, *after)


def _build_pieces(
    text: str, spans: Sequence[tuple[int, int]], found: Sequence[Fact], terms: Sequence[Term]
) -> list[Piece]:
    return [
        Piece(text[a:b].strip(" ,;:|.()"), tuple(_within(found, a, b)), tuple(_within(terms, a, b)))
        for a, b in spans
        if text[a:b].strip(" ,;:|.()")
    ]


def _within(found: Sequence, start: int, end: int) -> list:  # type: ignore[type-arg]
    return [one for one in found if start <= one.start < end]


def _stems(text: str, found: Sequence[Fact], terms: Sequence[Term]) -> frozenset[str]:
    left = text
    taken = [fact.full for fact in found if not fact.implied] + [term.text for term in terms]
    for form in sorted(taken, key=len, reverse=True):
        left = left.replace(form, " ")
    named = {f"@{term.kind}:{term.value}" for term in terms}
    counted = {fact.unit for fact in found}
    bare = {
        word
        for word in content_words(left)
        if not word[:1].isdigit() and units().get(word, "") not in counted
    }
    return frozenset(named | (bare - words("no")))


def _days(
    text: str, terms: Sequence[Term]
) -> tuple[frozenset[str], frozenset[tuple[str, str]], frozenset[str]]:
    single, ranges, covered = set(), set(), set()
    n = 0
    while n < len(terms):
        term, after = terms[n], terms[n + 1] if n + 1 < len(terms) else None
        if after and _range(text, term, after):
            ranges.add((term.value, after.value))
            first, last = _DAYS.index(term.value), _DAYS.index(after.value)
            count = (last - first) % 7 + 1
            covered |= {_DAYS[(first + day) % 7] for day in range(count)}
            n += 2
            continue
        single.add(term.value)
        n += 1
    return frozenset(single), frozenset(ranges), frozenset(covered | single)


def _range(text: str, first: Term, last: Term) -> bool:
    between = rf"{re.escape(first.text)}\b\.?(?:{_TO.pattern})(?:the )?{re.escape(last.text)}\b"
    return re.search(between, text, re.IGNORECASE) is not None


def days_of(text: str, terms: Sequence[Term]) -> frozenset[str]:
    """The weekdays that a text names or that lie in a range of it."""
    return _days(text, [term for term in terms if term.kind == "weekday"])[2]


def sides(text: str, section: str) -> dict[str, set[str]]:
    """The pairs of ``opposites`` or ``polar`` that a text has words of, with those sides."""
    found: dict[str, set[str]] = {}
    for term in opposites(section).find(text):
        found.setdefault(term.kind, set()).add(term.value)
    return found
