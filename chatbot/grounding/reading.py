"""A sentence as it is compared: its facts, terms and stems, whole and in the pieces that belong
together ("3 days in the EU", "5 in the US")."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise

from chatbot.grounding.clock import with_days
from chatbot.grounding.cutting import cut
from chatbot.grounding.fact import TIMES, Fact
from chatbot.grounding.facts import facts, unify_spelling
from chatbot.grounding.lexicon import Term, kinds, units, words
from chatbot.grounding.pieces import WORD, Piece, meaning_of
from chatbot.grounding.rates import rates
from chatbot.text.languages import language_of

# A word of its own before a sign; "Non-EU orders" begin with none.
LEAD = re.compile(r"\s*(?P<word>[^\W\d_]+)(?:\s*[,.:;–—]|\s+-|-(?!\w))")
_MARKER = re.compile(r"^\s*(?:[-*+•]\s+|\(?\d{1,3}[.)]\s+|#{1,6}\s+)+")
_EMPHASIS = re.compile(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}")
_FIRST = 4  # words
TICKS, CROSSES = frozenset("✓✔☑✅"), frozenset("✗✘☒☐❌")
# What stands before a number that belongs to it: "Finch 2", and no limit such as "After 5".
_NAMED = re.compile(
    r"\b(?!(?:After|Within|Over|Under|Above|Below|From|Until|Till|To|For|Before|Than|Every|About|"
    r"Up|Ab|Bis|Nach|Vor|Über|Unter|Für|Von|Zu|Innerhalb)\b)[A-Z]\w* $"
)
_YES_NO = {"en": ("yes", "no"), "de": ("ja", "nein"), "fr": ("oui", "non"), "es": ("sí", "no")}
_TO = re.compile(r"\s?(?:[-–—]|to|through|until|bis|à|au|a|al)\s?", re.IGNORECASE)
_NOTHING = re.compile(r"\s*[-–—]\s*")
_COLUMN_WORDS = {"eu": "EU", "us": "US", "uk": "UK", "usa": "USA", "no": "number", "no.": "number"}
# Days together, by the numbers of their first and last.
_GROUPS = {
    "weekdays?|workdays|werktags|wochentags|en semaine|entre semana": (0, 4),
    "weekends?|Wochenende[ns]?|week-ends?|fin(?:es)? de semana": (5, 6),
}
_SIZED = re.compile(r"\d\s?[^\W\d_]{1,12}[²³]? $")
_AS_LARGE = re.compile(r" as \d")
_NUMBER = re.compile(r"\.? \d")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Reading(Piece):
    """A sentence read; ``lead`` is the "yes" or "no" that it begins with.

    ``pieces`` keep together what belongs to a number, ``clauses`` are cut at every sign. A
    ``row`` is one of a table.
    Codes that a part takes over from the part before it are ``inherited``, terms ``carried``.
    """

    lead: str
    pieces: tuple[Piece, ...]
    clauses: tuple[Piece, ...] = ()
    inherited: tuple[Fact, ...] = ()
    carried: tuple[Term, ...] = ()
    row: bool = False

    @cached_property
    def denies(self) -> bool:
        """Whether any of its clauses says that something is not so."""
        return any(clause.negative for clause in self.clauses)

    @cached_property
    def topics(self) -> frozenset[str]:
        """Stems of what it is about: of its first words, and of words with a capital."""
        said = WORD.findall(self.text)
        named = [word for word in said[1:] if word[:1].isupper()]
        about = " ".join([*said[:_FIRST], *named])
        return frozenset(meaning_of(about, self.language))

    @cached_property
    def days(self) -> tuple[frozenset[str], frozenset[tuple[str, str]], frozenset[str]]:
        """Weekdays by themselves, ranges of them, and all that they cover."""
        return _days(self.text, [term for term in self.terms if term.kind == "weekday"])


@lru_cache(maxsize=8192)
def read(text: str, language: str = "") -> Reading:
    """Read one sentence, item or row; without a ``language`` it is told by its words."""
    said = _EMPHASIS.sub("", _MARKER.sub("", unify_spelling(text)))
    language = language or language_of(said)
    lead, match = "", LEAD.match(said)
    if match and match["word"].lower() in words("yes_lead") | words("no_lead"):
        lead = "yes" if match["word"].lower() in words("yes_lead") else "no"
        said = said[match.end() :].lstrip()
    found = tuple(facts(said))
    named = (term for term in kinds().find(said) if term.kind != "month")
    named = (term for term in named if not _is_other_word(said, term, language))
    terms = (*(term for term in named if not _in_unit(said, term, found)), *rates(said))
    pieces, clauses = cut(said, found, terms, language)
    return Reading(said, found, terms, lead, tuple(pieces), tuple(clauses), language=language)


def as_denied(reading: Reading) -> Reading:
    """An item of a list of what is not so; what it excepts is not: "food, except for a diet"."""
    clauses = tuple(
        replace(clause, in_denied_list=not (clause.negative or _excepts(clause)))
        for clause in reading.clauses
    )
    return replace(reading, clauses=clauses)


def _excepts(clause: Piece) -> bool:
    said = {word.lower() for word in WORD.findall(clause.text)}
    return bool(said & words("exception"))


def _is_other_word(text: str, term: Term, language: str) -> bool:
    """ "Pro Monat" and "Max. 5" name no plan, "10 MB groß" no size, "Mon compte" no Monday."""
    before, behind = text[: term.start], text[term.start + len(term.text) :]
    if term.kind == "size":
        return bool(_SIZED.search(before) or _AS_LARGE.match(behind))
    if term.kind == "weekday":
        return language == "fr" and term.text == "Mon" and behind[1:2].islower()
    if term.kind != "tier":
        return False
    german = (
        language == "de" and term.text == "Pro" and not before.strip() and behind[1:2].isupper()
    )
    return german or (term.text == "Max" and _NUMBER.match(behind) is not None)


def _in_unit(text: str, term: Term, found: Sequence[Fact]) -> bool:
    """ "Business" of "one business day" names no client."""
    return any(
        fact.unit
        and text.startswith(fact.full, fact.start)
        and fact.start < term.start < fact.start + len(fact.full)
        for fact in found
    )


def row_reading(cells: Sequence[tuple[str, str]], language: str = "") -> Reading:
    """A row of a table as a sentence: each cell is a piece, under the name of its column."""
    pieces: list[Piece] = []
    clauses: list[Piece] = []
    language = language or language_of(" ".join(cell for _, cell in cells))
    rated = _rated([name for name, _ in cells])
    for name, shown in cells:
        cell = with_days(_drawn(shown, language))
        said = f"{split_name(name)} {cell}".strip()
        part = read(said, language)
        said_facts = [_as_name(fact, split_name(name)) for fact in part.facts]
        known = said_facts if name in rated else [_with_unit(one, name) for one in said_facts]
        quantities = tuple(known)
        pieces.append(Piece(part.text, quantities, part.terms, language=language))
        label = pieces[0] if len(pieces) > 1 else None
        for clause in read(cell, language).clauses if label or len(cells) == 1 else ():
            told = f"{split_name(name)} {clause.text}".strip()
            own = _in(clause.facts, said_facts)
            cell_piece = Piece(
                told, own, part.terms, language=language, before=label, elliptic=bool(label)
            )
            # What denies is the cell and the row, not the column "without a plan".
            apart = (label is not None and label.negative) != cell_piece.negative
            denied = apart != (clause.negative or bool(_NOTHING.fullmatch(cell)))
            clauses.append(replace(cell_piece, in_denied_list=denied))
    text = " | ".join(piece.text for piece in pieces)
    every = tuple(fact for piece in pieces for fact in piece.facts)
    terms = tuple(term for piece in pieces for term in piece.terms)
    both = tuple(pieces), tuple(clauses)
    return Reading(text, every, terms, "", *both, language=language, row=True)


def _as_name(fact: Fact, column: str) -> Fact:
    """A number in the name of a column, "Finch 2", is not 2 of anything."""
    named = fact.kind == "quantity" and fact.unit is None and fact.end <= len(column)
    return replace(fact, counts=True) if named and _NAMED.search(column[: fact.start]) else fact


def _drawn(cell: str, language: str) -> str:
    """A tick or a cross as the word that it stands for."""
    sign = cell.strip().rstrip("\ufe0e\ufe0f")
    if sign not in TICKS | CROSSES:
        return cell
    return _YES_NO.get(language, _YES_NO["en"])[sign in CROSSES]


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


def _rated(columns: Sequence[str]) -> frozenset[str]:
    """Columns that only name a time, such as "Day" beside "Week": what is in them is for so long,
    not so many of them."""
    named = {name: units().get(name.strip().lower()) for name in columns}
    times = {
        name for name, unit in named.items() if unit in TIMES and not name.strip().endswith("s")
    }
    return frozenset(times if len({named[name] for name in times}) > 1 else ())


def _units_in(column: str) -> list[str]:
    name = re.sub(r"\b(?:per|pro|par|por) \w+", "", split_name(column))
    said = [part for part in re.split(r"[^\w€$£%°/]+|_", name) if part]
    pairs = [f"1 {a} {b}" for a, b in pairwise(said)]
    for group in (pairs, [f"1 {word}" for word in said if len(word) > 1 or word in "€$£%"]):
        found = dict.fromkeys(f.unit for text in group for f in facts(text) if f.unit)
        if found:
            return list(found)
    return []


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
    for named, (first, last) in _GROUPS.items():
        if re.search(rf"\b(?:{named})\b", text, re.IGNORECASE):
            covered |= set(_DAYS[first : last + 1])
    return frozenset(single), frozenset(ranges), frozenset(covered | single)


def _range(text: str, first: Term, last: Term) -> bool:
    between = rf"{re.escape(first.text)}\b\.?(?:{_TO.pattern})(?:the )?{re.escape(last.text)}\b"
    return re.search(between, text, re.IGNORECASE) is not None


def days_of(text: str, terms: Sequence[Term]) -> frozenset[str]:
    """The weekdays that a text names or that lie in a range of it."""
    return _days(text, [term for term in terms if term.kind == "weekday"])[2]
