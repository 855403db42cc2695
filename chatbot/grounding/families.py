"""Names that a document sets beside each other: the rows of a table, "the Lakes line" and "the
Coast line". What it says of one of them it does not say of another.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Protocol

from chatbot.grounding.fact import missing
from chatbot.grounding.lexicon import kinds, words
from chatbot.grounding.pieces import Piece, stems_of
from chatbot.grounding.reading import Reading
from chatbot.grounding.words import content_words

Family = frozenset[str]
_NAME = r"[A-ZÀ-Þ][a-zà-ÿ]{2,}"
_NAMED = re.compile(
    rf"(?P<start>(?:^|[.!?:|*#\n-])[^\S\n]*(?:The |A |An )?)?(?P<name>{_NAME})"
    rf"(?:,? (?:and|or|et|ou|y|o) (?P<other>{_NAME}))? (?P<noun>[a-zà-ÿ]{{3,}})\b"
)
_INSIDE = re.compile(rf"(?<=[\w,;:] ){_NAME}\b(?!:)")
_LABEL = re.compile(rf"(?:^|[.\n]|- )[^\S\n]*(?P<name>{_NAME}(?: [a-z]+)?): ")
_SAYS_OTHERS = re.compile(
    r"\b(?:others?|else|all(?! (?:hours|times|day|year|night|week|the time)\b)|"
    r"every(?! (?:hour|day|week|month|year|night|time)\b)|except|unless|same|autres?|tous|otros?|"
    r"todos)\b",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"\([^)]*\)")
_OFFERS = frozenset({"tier", "speed", "generation"})  # kinds of names before a colon
_LONGEST = 2  # stems of a name in a table


class _Row(Protocol):
    """What is needed of a :class:`chatbot.grounding.sources.Span`."""

    @property
    def reading(self) -> Reading: ...
    @property
    def row(self) -> int: ...
    @property
    def number(self) -> int: ...


def families(spans: Sequence[_Row], texts: Iterable[str]) -> tuple[Family, ...]:
    """The names that stand beside each other in the tables and texts of passages."""
    found = [*_of_tables(spans)]
    for text in texts:
        found += _of_text(text)
    return tuple(dict.fromkeys(found))


def _of_tables(spans: Sequence[_Row]) -> Iterator[Family]:
    tables: dict[tuple[int, int], list[frozenset[str]]] = defaultdict(list)
    for span in spans:
        if span.row > 0:
            first = span.reading.pieces[0]
            name = _BRACKET.sub("", first.text)
            stems = first.stems if name == first.text else stems_of(name, first.language)
            tables[span.number, span.row].append(stems)
    for cells in tables.values():
        column = frozenset[str].intersection(*cells)
        own = [cell - column for cell in cells]
        names = {next(iter(cell)) for cell in own if len(cell) == 1}
        if len(names) > 1 and all(len(cell) <= _LONGEST for cell in own):
            yield frozenset(names)


@lru_cache(maxsize=256)
def _of_text(text: str) -> tuple[Family, ...]:
    lower = set(re.findall(r"(?<![\w])[a-zà-ÿ]+", text))
    found = []
    for names in (*_by_noun(text), _offers(text)):
        own = {name for name in names if name.lower() not in lower and not _is_day(name)}
        if len(own) > 1:
            marks = [stems_of(name, "en") for name in own]
            found.append(frozenset().union(*(mark for mark in marks if len(mark) == 1)))
    return tuple(found)


def _by_noun(text: str) -> list[set[str]]:
    """Names before the same noun that are not only written as the first word of a sentence."""
    inside: set[str] = set()
    groups: dict[str, set[str]] = defaultdict(set)
    for match in _NAMED.finditer(text):
        names = {match["name"], *filter(None, [match["other"]])}
        inside |= names if match["start"] is None else names - {match["name"]}
        said = content_words(match["noun"])
        if said and match["noun"] not in words("goes_on") | words("condition"):
            groups[min(said)] |= names
    return [names & inside for names in groups.values()]


def _offers(text: str) -> set[str]:
    """Names before a colon, where one of them is a plan or a speed: "Saver: ... Rush: ..."."""
    labels = {match["name"] for match in _LABEL.finditer(text)}
    known = any(term.kind in _OFFERS for name in labels for term in kinds().find(name))
    return labels if known else set()


def _is_day(name: str) -> bool:
    return any(term.kind in ("month", "weekday") for term in kinds().find(name))


def other_sibling(
    claim: Reading, source: Reading, over: Reading, known: Sequence[Family]
) -> str | None:
    """What the source says of another name of a family than the claim: "At most 5 nights on Terrace
    pitches" of "at most 5 nights on Lakeside pitches"."""
    if claim.language == "de":
        return None
    names = _names(claim) & source.stems
    if not source.row and names and (others := _names(source) - names):
        for piece in claim.pieces:
            if wrong := _bound_to_other(piece, source, names | others):
                return wrong
    for family in known:
        if source.row:
            strange, own = (claim.stems & family) - source.stems, source.pieces[0].stems & family
            if own & claim.stems:  # "the result is valid for 6 months", of the row "Valid for"
                strange = strange & _names(claim)
            if strange and own:
                return _says(strange, own)
            continue
        for piece in claim.pieces:
            if wrong := _bound_to_other(piece, source, family):
                return wrong
        told = source.stems & family
        strange = (_affirmed(claim) & family) - told - over.stems
        if strange and told and not _SAYS_OTHERS.search(source.text):
            return _says(strange, told - claim.stems or told)
    return None


def _affirmed(claim: Reading) -> frozenset[str]:
    """Stems of the clauses that do not deny."""
    return frozenset().union(*(c.stems for c in claim.clauses if not c.negative))


def _bound_to_other(piece: Piece, source: Reading, family: Family) -> str | None:
    mine = piece.stems & family
    for fact in piece.facts if mine else ():
        if fact.kind == "quantity" and not (fact.unit or fact.counts):
            continue
        holding = [p.stems & family for p in source.pieces if not missing([fact], p.facts)]
        if holding and all(names and not names & mine for names in holding):
            return _says(mine, holding[0])
    return None


def _names(reading: Reading) -> frozenset[str]:
    """Stems of names inside a sentence."""
    said = " ".join(_INSIDE.findall(reading.text))
    return frozenset(stem for stem in stems_of(said, reading.language) if stem[0] != "@")


def _says(mine: Iterable[str], theirs: Iterable[str]) -> str:
    said, told = (min(names).split(":")[-1] for names in (mine, theirs))
    return f"it says '{said}' where its source says '{told}'"
