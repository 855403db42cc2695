"""Rows and columns of a table that a sentence mixes: the label of one row with the number of
another, or the name of one column with the cell of another."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from chatbot.grounding.fact import TIMES, Fact, missing
from chatbot.grounding.lexicon import empty_words
from chatbot.grounding.overlap import LIGHT, general_words, has_stem, longest
from chatbot.grounding.reading import CROSSES, TICKS, Reading, read, split_name
from chatbot.grounding.sources import Span, table_of
from chatbot.grounding.words import content_words, meaning_words

_BRACKET = re.compile(r"\([^)]*\)")
_EITHER = re.compile(r"\s*/\s*|\s+(?:or|oder|ou|o)\s+")
_LETTER = re.compile(r"(?<![\w.])[A-Z](?![\w.])")
_ANSWERS = TICKS | CROSSES | frozenset("yes no ja nein oui non sí si x".split())  # noqa: SIM905
_FROM = re.compile(r"(?:from|von|ab|de|depuis|desde|da) (\w.*)", re.IGNORECASE)
_NOTHING = re.compile(r"\s*[-–—]?\s*")

# Names that a number with such a unit says.
_MEASURES = {
    "price cost fee rate rent charg pay preis kost gebuhr miet prix precio": "usd eur gbp chf",
    "age old alt alter edad": "year",
    "weight weigh load gewicht poids peso": "kg g lb tonne mg",
    "length height width depth size dimens lang hoh breit tief grosse": "mm cm m inch foot yard",
    "distanc entfern rang": "m km mile",
    "time durat period term warranti dauer frist laufzeit garanti": "hour day week month year",
    "temperatur": "celsius fahrenheit",
    "capac volum tank inhalt": "litre ml gallon",
    "power output leistung": "watt kw",
}

Name = frozenset[str]  # stems, figures, and single capitals as "=A"


def other_cell(claim: Reading, span: Span, spans: Sequence[Span]) -> str | None:
    """What a claim says of a row or column whose name it does not say, where it says another's."""
    if span.row < 0 or not span.cells:
        return None
    table = table_of(span, spans)
    return (
        _other_row(claim, span, table)
        or _other_column(claim, span)
        or other_way(claim, span)
        or _other_table(claim, span, spans)
    )


def _other_row(claim: Reading, span: Span, table: Sequence[Span]) -> str | None:
    own = _name(span.cells[0][1], claim.language)
    for row in table:
        name = _name(row.cells[0][1], claim.language)
        more, less = name - own, own - name
        if row is span or row.cells[0][0] == row.cells[0][1] or not (_worded(own) and more):
            continue
        if _worded(name) and _says(claim, name) and not _says_any(claim, less):
            return f"it says of '{row.cells[0][1]}' what its source says of another row"
    return None


def _other_column(claim: Reading, span: Span) -> str | None:
    """The cell of a column that the claim does not name, where it names another with another."""
    named = [(_names(name, claim.language), cell) for name, cell in span.cells[1:]]
    matched = [(names, cell) for names, cell in named if _matches(claim, cell)]
    # Of "2–4 days" and "1–2 days" the second is what "in 1 to 2 days" says.
    matched = [each for each in matched if not _matches_half(claim, each[1])] or matched
    if not matched or len({cell for _, cell in matched}) > 1:
        return None
    for (names, cell), (column, _) in zip(named, span.cells[1:], strict=True):
        if (names, cell) in matched or not _comparable(cell, matched[0][1]):
            continue
        if any(_nearer(claim, name, [own for own, _ in matched]) for name in names):
            return f"it says of '{column}' what its source says of another column"
    return None


def _other_table(claim: Reading, span: Span, spans: Sequence[Span]) -> str | None:
    """A row of another table that has all that the claim is about, and another number, where this
    one lacks a word of it: "Rush for nylon takes 2 days" of "Smoothing | nylon | 2 days"."""
    said = (claim.topics & claim.stems) - LIGHT - general_words()
    known = span.reading.stems | span.over.stems
    strange = [mark for mark in said if not has_stem(mark, known)]
    if not strange or _says_any(claim, _name(span.cells[0][1], claim.language)):
        return None
    for other in spans if claim.facts else ():
        if other.row < 0 or not other.cells or other.passage is span.passage:
            continue
        held = other.reading.stems | other.over.stems
        whole = all(has_stem(mark, held) for mark in said)
        lacking = missing(claim.facts, other.reading.facts)
        rivals = any(_same_kind(a, b) for a in lacking for b in other.reading.facts)
        if whole and rivals and _says(claim, _name(other.cells[0][1], claim.language)):
            return f"it says '{longest(frozenset(strange))}', of which another table speaks"
    return None


def other_way(claim: Reading, span: Span) -> str | None:
    """The cell of "From Skelda" for what a claim says of "from Port Arden" alone, though it names
    both places: "from Port Arden to Skelda at 15:45"."""
    ways = [(_FROM.fullmatch(name.strip()), name, cell) for name, cell in span.cells]
    columns = [(name, match[1], cell) for match, name, cell in ways if match]
    said = [
        (name, cell)
        for name, place, cell in columns
        if re.search(rf"\b{_FROM.pattern.split()[0]}\s+{re.escape(place)}\b", claim.text, re.I)
    ]
    if len(said) != 1 or _matches(claim, said[0][1]):
        return None
    if any(_matches(claim, cell) for name, _, cell in columns if name != said[0][0]):
        return f"it says of '{said[0][0]}' what its source says of another column"
    return None


def _nearer(claim: Reading, name: Name, matched: Sequence[Sequence[Name]]) -> bool:
    """Whether the claim says this name, and of each matched column nothing of its own."""
    return _says(claim, name) and all(
        bool(name - own) and not _says_any(claim, own - name) for each in matched for own in each
    )


def _matches(claim: Reading, cell: str) -> bool:
    """Whether the claim has the number of a cell, or all words of one without numbers."""
    found = read(cell, claim.language).facts
    if found:
        return any(not missing([fact], claim.facts) for fact in _bare(found, claim))
    said = _name(cell, claim.language)
    return bool(said) and cell.strip().lower() not in _ANSWERS and _says(claim, said)


def _matches_half(claim: Reading, cell: str) -> bool:
    """Whether the claim has some of a cell's numbers only."""
    return bool(missing(read(cell, claim.language).facts, claim.facts))


def _bare(found: Sequence[Fact], claim: Reading) -> Iterator[Fact]:
    """A number without unit is held by one with any."""
    values = {value for fact in claim.facts for value in fact.values}
    return (fact for fact in found if fact.unit or fact.values & values)


def _comparable(cell: str, matched: str) -> bool:
    """Whether two cells hold the same kind of thing, or the one nothing."""
    if _NOTHING.fullmatch(cell):
        return True
    mine, theirs = read(cell).facts, read(matched).facts
    if not mine or not theirs:
        return cell.strip().lower() not in _ANSWERS
    return any(_same_kind(a, b) for a in mine for b in theirs)


def _same_kind(one: Fact, other: Fact) -> bool:
    """Whether two facts measure the same: in one unit, or each a time."""
    same = one.unit == other.unit or (one.unit in TIMES and other.unit in TIMES)
    return one.kind == other.kind and same


@lru_cache(maxsize=4096)
def _names(column: str, language: str) -> tuple[Name, ...]:
    """What a column may be called: "Halbtax/GA" either."""
    names = (_name(part, language) for part in _EITHER.split(split_name(column)))
    return tuple(filter(None, names))


@lru_cache(maxsize=4096)
def _name(text: str, language: str) -> Name:
    plain = _BRACKET.sub(" ", text)
    text = plain if re.search(r"\w", plain) else text
    letters = {f"={letter}" for letter in _LETTER.findall(text)}
    return frozenset(_stems(_LETTER.sub(" ", text), language) | letters)


def _stems(text: str, language: str) -> set[str]:
    if language in ("de", "fr", "es"):
        return meaning_words(text, language, empty_words(language), {})
    return content_words(text)


def _worded(name: Name) -> bool:
    return any(not mark[:1].isdigit() for mark in name)


def _says(claim: Reading, name: Name) -> bool:
    return bool(name) and all(_held(mark, claim) for mark in name)


def _says_any(claim: Reading, name: Name) -> bool:
    return any(_held(mark, claim) for mark in name)


def _held(mark: str, claim: Reading) -> bool:
    if mark.startswith("="):
        return any(f"={letter}" == mark for letter in _LETTER.findall(claim.text[1:]))
    said = _said(claim.text, claim.language)
    if mark.isdigit():
        return mark in said or any(int(mark) in fact.values for fact in claim.facts)
    return has_stem(mark, said) or any(
        mark in names.split() and any(fact.unit in units.split() for fact in claim.facts)
        for names, units in _MEASURES.items()
    )


@lru_cache(maxsize=4096)
def _said(text: str, language: str) -> frozenset[str]:
    return frozenset(_stems(text, language))
