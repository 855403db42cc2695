"""An answer about another case than the one that a question gives: the price of "1–3 properties" to
"what do 6 flats cost?", the row "B1" to "what is the fee of B2?", "orders before 11:00 ship today"
to one of 12:15 where the source goes on "otherwise tomorrow", or "no, it must be under 16 kW" to
"it is 14 years old, is it covered?".
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chatbot.grounding.asked import Asked
from chatbot.grounding.binding import has_rival
from chatbot.grounding.bounds import OTHERWISE, Bound, bounds_of, comparable, contains, holds
from chatbot.grounding.fact import Fact, missing
from chatbot.grounding.halves import has_parts
from chatbot.grounding.overlap import LIGHT, has_stem, named_by, plain_stems
from chatbot.grounding.pieces import codes_of, stems_of
from chatbot.grounding.reading import Reading, read
from chatbot.grounding.sources import Span, table_of

_FEWEST = 2  # bands that are a scale
_SCALE = re.compile(r"[^\d(]{0,12}\d")  # "1–3 properties", "up to 5 users"
# "7 queens or more" is "7 or more".
_COUNTED = re.compile(
    r"(\d) [^\W\d_]+ ((?:or|oder|ou|o) (?:more|fewer|less|mehr|weniger|plus|moins|más|menos))\b",
    re.IGNORECASE,
)
_TIMES = re.compile(
    r"(?<![\w.,])(?:(?<!\d\s)x ?(?P<behind>\d{1,4})|(?P<before>\d{1,4}) ?x(?!\s?\d))(?!\w)",
    re.IGNORECASE,
)
_SIZE = re.compile(r"\d+\s?[x×]\s?\d+", re.IGNORECASE)  # "13 x 18"
_BRACKETS = re.compile(r"\([^)]*\)")


@dataclass(frozen=True)
class _Band:
    """A band of a table as it is ``named``, and the facts that the table has for it."""

    named: str
    bound: Bound
    told: Sequence[Fact]


def other_case(
    claim: Reading, found: Sequence[Span], spans: Sequence[Span], asked: Asked, first: bool
) -> str | None:
    """What is wrong with a sentence, the ``first`` or another one of an answer, that rests on
    ``found`` of all ``spans`` where it is of another case than the question gives; ``None`` where
    that is not certain."""
    question = asked.reading.text
    return (
        (_other_row(claim, found, spans, asked) if first and not has_parts(question) else None)
        or _other_column(claim, found, asked)
        or _others_price(claim, found, asked)
        or _other_band(claim, found, spans, asked)
        or _other_branch(claim, found, asked)
        or _other_reason(claim, found, spans, asked)
    )


def _other_row(
    claim: Reading, found: Sequence[Span], spans: Sequence[Span], asked: Asked
) -> str | None:
    """The row of a table with another code or name than the question has, which is that of another
    row: "Spanish A1" to "the price of Arabic A1?", "Tent" to "... of a tent with awning?". Names
    are of one word, or have a word in common."""
    wanted = asked.stems | codes_of([asked.reading])
    for span in found if not claim.lead else ():
        if not span.cells:
            continue
        mine = _name(span)
        held = claim.stems | span.reading.stems | codes_of([claim, span.reading])
        for row in table_of(span, spans):
            if row is span:
                continue
            name = _name(row)
            alike = name & mine or len(name) == len(mine) == 1
            theirs, own = name - mine, mine - name
            if not (alike and theirs) or _has(own, wanted) or _has(theirs, held):
                continue
            if all(has_stem(mark, wanted) for mark in theirs):
                told, said = row.cells[0][1], span.cells[0][1]
                return f"the question asks about '{told}', and it tells of '{said}'"
    return None


def _other_column(claim: Reading, found: Sequence[Span], asked: Asked) -> str | None:
    """The value of another column than the one that the question names: of "Other events" to "a
    wedding", of "R1" to "and on R3?"."""
    wanted = asked.stems | codes_of([asked.reading])
    held = claim.stems | codes_of([claim])
    for span in found if not claim.lead else ():
        cells = [(name, _column(name, span.reading.language), read(cell).facts)
                 for name, cell in span.cells[1:]]  # fmt: skip
        told = [
            (name, own) for name, own, facts in cells if facts and not missing(facts, claim.facts)
        ]
        if len(told) != 1:
            continue
        [(said, mine)] = told
        known = [fact for name, _, facts in cells if name == said for fact in facts]
        for text in (said, span.cells[0][1], asked.reading.text):
            known += read(text).facts
        if missing(claim.facts, known):
            continue
        for name, stems, facts in cells:
            theirs = stems - mine - LIGHT - plain_stems()
            if not theirs or name == said or _has(mine - stems, wanted):
                continue
            if (
                facts
                and missing(facts, claim.facts)
                and all(has_stem(mark, wanted) and not has_stem(mark, held) for mark in theirs)
            ):
                return f"the question asks about '{name}', and it tells of '{said}'"
    return None


def _column(name: str, language: str) -> frozenset[str]:
    return stems_of(name, language) | codes_of([read(name, language)])


def _others_price(claim: Reading, found: Sequence[Span], asked: Asked) -> str | None:
    """The first value of "95, or 78 with a contract" where the question speaks of a contract."""
    for span in found if not claim.lead else ():
        pieces = span.reading.pieces if span.row < 0 else ()
        for fact in claim.facts:
            holding = [piece for piece in pieces if not missing([fact], piece.facts)]
            others = [p for p in pieces if p.before in holding and has_rival(fact, p.facts)]
            if len(holding) != 1 or not missing([f for p in others for f in p.facts], claim.facts):
                continue
            for other in others:
                own = other.stems - holding[0].stems - LIGHT - plain_stems()
                here = holding[0].stems - other.stems - other.taken
                if (
                    own
                    and all(has_stem(mark, asked.stems) for mark in own)
                    and not (_has(own, claim.stems) or _has(here - LIGHT, asked.stems & here))
                ):
                    return f"for what the question says its source has '{other.text.strip()}'"
    return None


def _has(marks: Collection[str], held: frozenset[str]) -> bool:
    return any(has_stem(mark, held) for mark in marks)


def _name(row: Span) -> frozenset[str]:
    """What the first cell of a row is about, without what it has in brackets."""
    return named_by([read(_BRACKETS.sub(" ", row.cells[0][1]), row.reading.language)])


def _other_band(
    claim: Reading, found: Sequence[Span], spans: Sequence[Span], asked: Asked
) -> str | None:
    """The value of another band of a table than the one in which the only number of its kind in the
    question lies, and not of that one, too."""
    numbers = list(_numbers(asked.reading))
    for span in found if numbers else ():
        for scale in (list(_columns(span)), list(_rows(span, spans)), list(_clauses(span))):
            if len(scale) < _FEWEST:
                continue
            for given in numbers:
                inside = [band for band in scale if _lies(given, band.bound, asked.reading)]
                told = [band for band in scale if _tells(claim, band)]
                if len(inside) == 1 and told and not _tells(claim, inside[0]):
                    return _wrong(given, told[0].named)
    return None


def _other_branch(claim: Reading, found: Sequence[Span], asked: Asked) -> str | None:
    """What a source says within a bound of time, or "otherwise", where the question, or else one
    before it, gives a time on the other side."""
    if claim.lead or claim.denies or OTHERWISE.search(claim.text):
        return None
    told = ((one, [f for f in one.facts if f.kind == "time"]) for one in asked.readings)
    question, times = next(((one, times) for one, times in told if times), (None, []))
    if question is None or len(times) != 1:
        return None
    for span in found:
        parts = [
            read(part, span.reading.language) for part in OTHERWISE.split(span.text, maxsplit=1)
        ]
        bounds = (
            [b for b in bounds_of(parts[0]) if b.fact.kind == "time"] if len(parts) == 2 else []
        )
        inside = contains(bounds[0], times[0], question.text) if len(bounds) == 1 else None
        if inside is None:
            continue
        right, wrong = parts if inside else parts[::-1]
        said, instead = _says_of(claim, right, wrong), _says_of(claim, wrong, right)
        if instead[0] > said[0] or (instead[0] == said[0] and instead[1] > said[1]):
            return f"the question gives '{times[0].full}', for which its source says something else"
    return None


def _says_of(claim: Reading, one: Reading, other: Reading) -> tuple[int, int]:
    """How many numbers and days, and how many words, a sentence has of ``one`` of two alone."""
    marks = {mark for mark in one.stems - other.stems - LIGHT if mark in claim.stems}
    facts = [fact for fact in missing(one.facts, other.facts) if not missing([fact], claim.facts)]
    days = {mark for mark in marks if mark.startswith("@weekday:")}
    return len(facts) + len(days), len(marks - days)


def _other_reason(
    claim: Reading, found: Sequence[Span], spans: Sequence[Span], asked: Asked
) -> str | None:
    """A yes or no for a reason that has nothing of the question: neither the one value that it
    gives nor a word, where another sentence bounds that value and has a word of it."""
    question = asked.reading
    given = [fact for fact in question.facts if fact.kind == "quantity" and fact.unit]
    if not claim.lead or len(given) != 1 or question.denies:
        return None
    read_in = [claim, *(span.reading for span in found)]
    if any(comparable(given[0], fact) for one in read_in for fact in one.facts):
        return None
    wanted = asked.stems - LIGHT - plain_stems()
    if any(has_stem(one, claim.stems) for one in wanted):
        return None
    for span in spans:
        bounded = any(
            contains(bound, given[0], question.text) is not None
            for bound in bounds_of(span.reading)
        )
        if bounded and any(has_stem(one, span.reading.stems) for one in wanted):
            return f"the question gives '{given[0].full}', and it tells of something else"
    return None


def _wrong(given: Fact, told: str) -> str:
    return f"the question gives '{given.full}', and it tells of '{told}'"


def _columns(span: Span) -> Iterator[_Band]:
    for column, cell in span.cells:
        if bound := _band(column):
            yield _Band(column, bound, read(cell, span.reading.language).facts)


def _rows(span: Span, spans: Sequence[Span]) -> Iterator[_Band]:
    for row in table_of(span, spans):
        first, *rest = row.cells
        if bound := _band(first[1]):
            told = [fact for _, cell in rest for fact in read(cell, span.reading.language).facts]
            yield _Band(first[1], bound, told)


def _clauses(span: Span) -> Iterator[_Band]:
    """ "Emblems up to 12 cm cost 45, over 12 cm 72"."""
    for bound in bounds_of(span.reading) if span.row < 0 else ():
        told = [fact for fact in bound.piece.facts if not comparable(fact, bound.fact)]
        if bound.fact.unit and told:
            yield _Band(bound.piece.text, bound, told)


def _band(text: str) -> Bound | None:
    """The only bound of a name, with a number for each number that the name has."""
    said = read(_COUNTED.sub(r"\1 \2", text))
    bounds = [bound for bound in bounds_of(said) if bound.fact.kind == "quantity"]
    return bounds[0] if len(bounds) == 1 else None


def _numbers(question: Reading) -> Iterator[Fact]:
    """Its quantities, where there is one of their unit only; of bare numbers what counts things."""
    every = [fact for fact in question.facts if fact.kind == "quantity" and len(fact.values) == 1]
    for match in _TIMES.finditer(question.text):  # "tents x6"
        many = Fraction(int(match["behind"] or match["before"]))
        said = match[0].strip()
        every.append(
            Fact("quantity", frozenset({many}), None, said, said, match.start(), counts=True)
        )
    sizes = [match.span() for match in _SIZE.finditer(question.text)]
    sized = {fact.start for fact in every if any(a <= fact.start < b for a, b in sizes)}
    every = [f for f in every if f.unit or (f.counts and f.start not in sized)]
    yield from (fact for fact in every if sum(f.unit == fact.unit for f in every) == 1)


def _lies(given: Fact, bound: Bound, question: Reading) -> bool:
    if given.unit or bound.fact.unit:
        return contains(bound, given, question.text) is True
    if not _SCALE.match(bound.text):
        return False  # "Young people (13–17)" are no number of things
    [value] = given.values
    return isinstance(value, Fraction) and holds(bound, value)


def _tells(claim: Reading, band: _Band) -> bool:
    """Whether a sentence has what a table says of a band."""
    return bool(band.told) and len(missing(band.told, claim.facts)) < len(band.told)
