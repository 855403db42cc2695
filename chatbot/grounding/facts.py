"""What must not be wrong in an answer: quantities, dates, times, codes and addresses.

A fact has one form however it is written: "30 days", "thirty days" and "30 Tage" are one, and so
are "3 May", "May 3rd" and "03.05."; "−20" is not "20", "½" is not "2" and "10³" is not "103".
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import pairwise

from chatbot.grounding.lexicon import kinds, numbers, units
from chatbot.text.unicode import normalise

_ADDRESS = re.compile(
    r"\b(?:https?|ftp)://[^\s<>\"')\]]+|\bwww\.[^\s<>\"')\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|"
    r"\b(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|io|eu|uk|us|de|fr|example)\b(?:/[^\s<>\"')\]]*)?",
    re.IGNORECASE,
)
# F-17, swg21996508, v2: letters and digits in one word, or capitals with a dash.
_CODE = re.compile(
    r"(?<![\w-])(?:[A-Za-z]{1,6}-[A-Z]{0,2}\d[\w-]*|[A-Z]{1,4}-[A-Z]{1,4}\b|[A-Za-z]+\d\w*|"
    r"\d+[A-Z]\d*)(?![\w])"
)
_MONTH = "|".join(
    re.findall(
        r"\w+",
        """| Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec jan feb fév mär mar abr mai may jui
    jun jul aoû aug ago sep okt oct nov dez déc dic ene avr Mai Mär Okt Dez""",
    )
)
_DATES = (
    re.compile(
        r"\b(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)? (?:of |de )?"
        rf"(?P<month>(?:{_MONTH})[^\W\d_]*)\.?"
        r"(?:,? (?:de )?(?P<year>\d{4}))?(?!\w)"
    ),
    re.compile(
        rf"\b(?P<month>(?:{_MONTH})[^\W\d_]*)\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:%.]\d|\w)"
        r"(?:,? (?P<year>\d{4})\b)?"
    ),
    re.compile(r"\b(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})\b"),
    re.compile(r"\b(?P<day>\d{1,2})\.(?P<number>\d{1,2})\.(?P<year>\d{4})?(?!\d)"),
    re.compile(r"\b(?P<day>\d{1,2})/(?P<number>\d{1,2})/(?P<year>\d{4})\b"),
)
_TIME = re.compile(
    r"\b(?P<hour>\d{1,2})(?:(?:[:.]|\s?h\s?)(?P<minute>\d{2}))?\s?(?P<half>[ap])\.?m\b\.?|"
    r"\b(?P<hour2>\d{1,2}):(?P<minute2>\d{2})(?!\d|:)|\b(?P<hour3>\d{1,2})h(?P<minute3>\d{2})\b|"
    r"\b(?P<noon>noon|midnight)\b|\b(?P<hour4>\d{1,2}) (?:Uhr|o'clock)\b",
    re.IGNORECASE,
)
_FRACTIONS = {
    "½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8", "⅜": "3/8",
    "⅝": "5/8", "⅞": "7/8",
}  # fmt: skip
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_MONEY = r"US\$|[$€£¥]|\b(?:EUR|USD|GBP|CHF|JPY|SEK|NOK|DKK|PLN|CAD|AUD)"
_SIGNS = ("$", "€", "£", "¥", "US$")
_NUMBER = re.compile(
    rf"(?:(?P<before>{_MONEY})\s?)?"
    r"(?P<sign>(?<![\w.)\]%])[-−–+](?=\d)|(?<![\w.)\]%])±(?=\d))?(?<![\d])"
    r"(?P<digits>\d+(?:[ \u00a0\u202f]\d{3}(?!\d))+|\d+(?:[.,:/]\d+)*)"
    r"(?P<fraction>\s?[½¼¾⅓⅔⅛⅜⅝⅞]|\s[1-9]/[2-9](?!\d))?(?P<power>[⁻⁰¹²³⁴-⁹]+|\^-?\d+)?"
    r"|(?P<part>[½¼¾⅓⅔⅛⅜⅝⅞])"
)
# A number before a unit, else an article or a pronoun.
_ONE = frozenset("one eins ein eine einen einem einer un une uno una".split())  # noqa: SIM905
_NUMBERED = re.compile(r"([A-Z]+-?)(\d{1,4})")
_TO = re.compile(r"\s?(?:[-–—]|to|through|bis|à|a)\s?", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_JOINT = re.compile(r"\s?(?:[-–—/]|to|or|and|bis|und|oder|à|a|et|ou|y|o|by|x|×)\s?", re.IGNORECASE)
_UNIT = re.compile(r"[-\s\u00a0\u202f]?(°\s?[CF]?|[%€$£¥]|[^\W\d_]+(?:/[a-z])?)(?:\s([^\W\d_]+))?")


@dataclass(frozen=True)
class Fact:
    """A fact at ``start``; two are the same when kind and unit agree and a value is shared.

    ``text`` is how it is written, ``full`` the same with its unit. What lies in a range of codes
    ("C4 to C6") is ``implied``: a source holds it, a claim does not say it.
    """

    kind: str
    values: frozenset[object]
    unit: str | None = None
    text: str = field(default="", compare=False)
    full: str = field(default="", compare=False)
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    implied: bool = field(default=False, compare=False)

    def held_by(self, other: "Fact") -> bool:
        """Whether ``other``, in a source, says it; a unit may be left to the context."""
        if self.kind == other.kind == "date":
            return any(_same_date(a, b) for a in self.values for b in other.values)
        if {self.kind, other.kind} == {"time", "quantity"}:
            return self._is_hour(other) or other._is_hour(self)
        if self.kind != other.kind or not self.values & other.values:
            return False
        return self.unit == other.unit or None in (self.unit, other.unit)

    def _is_hour(self, other: "Fact") -> bool:
        hours = {v * 60 for v in other.values if isinstance(v, Fraction)}
        return self.kind == "time" and other.unit in (None, "hour") and bool(self.values & hours)


def missing_facts(claim: str, source: str) -> list[str]:
    """The facts of ``claim`` that ``source`` does not hold, as they are written there, sorted."""
    have = facts(source)
    return sorted({wording_of(fact, have) for fact in missing(facts(claim), have)})


def wording_of(fact: Fact, held: Iterable[Fact]) -> str:
    """A fact that is not held: with its unit where only that is another."""
    same = any(fact.kind == other.kind and fact.values & other.values for other in held)
    return fact.full if same else fact.text


def missing(claimed: Iterable[Fact], held: Iterable[Fact]) -> list[Fact]:
    """The facts of ``claimed`` that no fact of ``held`` is."""
    have = list(held)
    return [
        fact
        for fact in claimed
        if not fact.implied and not any(fact.held_by(other) for other in have)
    ]


def facts(text: str) -> list[Fact]:
    """The facts of a text in order; their places are those in its normalised form."""
    spoken = text = unify_spelling(text)
    found: list[Fact] = []

    def take(pattern: re.Pattern[str], make: Callable[[re.Match[str]], Fact | None]) -> None:
        nonlocal text
        for match in pattern.finditer(text):
            if (fact := make(match)) is not None:
                found.append(fact)
                text = f"{text[: match.start()]}{' ' * len(match[0])}{text[match.end() :]}"

    take(_ADDRESS, _address)
    for pattern in _DATES:
        take(pattern, _date)
    take(_TIME, _time)
    take(_CODE, _code)
    found += _codes_between(spoken, [fact for fact in found if fact.kind == "code"])
    found += _months(text)
    found += _quantities(text)
    return sorted(found, key=lambda fact: fact.start)


def _codes_between(text: str, codes: Sequence[Fact]) -> Iterator[Fact]:
    """The codes that "C4 to C6" covers."""
    for one, other in pairwise(sorted(codes, key=lambda fact: fact.start)):
        first, last = (_NUMBERED.fullmatch(fact.text) for fact in (one, other))
        if not first or not last or first[1] != last[1]:
            continue
        if not _TO.fullmatch(text[one.end : other.start]):
            continue
        for number in range(int(first[2]) + 1, min(int(last[2]), int(first[2]) + 50)):
            code = f"{first[1]}{number}"
            yield Fact("code", frozenset({code}), None, code, code, one.start, one.end, True)


def unify_spelling(text: str) -> str:
    """``text`` in one spelling with its fractions and powers left as they are."""
    kept: dict[str, str | int | None] = {
        sign: chr(0xE000 + n) for n, sign in enumerate("½¼¾⅓⅔⅛⅜⅝⅞⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
    }
    if not text.isascii():
        text = normalise(text.translate(str.maketrans(kept)))
        text = text.translate({ord(str(mark)): sign for sign, mark in kept.items()})
    return text.replace("\n", " ").replace("’", "'")


def _fact(match: re.Match[str], kind: str, *values: object, unit: str | None = None) -> Fact:
    text = match[0].strip()
    return Fact(kind, frozenset(values), unit, text, text, *match.span())


def _address(match: re.Match[str]) -> Fact:
    return _fact(match, "address", match[0].rstrip(".,;:!?").lower())


def _code(match: re.Match[str]) -> Fact | None:
    split = re.fullmatch(r"(\d+)([A-Z])", match[0])
    if split and split[2] in units():
        return None  # "5V" is a quantity
    return _fact(match, "code", match[0].upper())


def _date(match: re.Match[str]) -> Fact | None:
    named = match.groupdict()
    day = int(named["day"])
    year = int(named["year"]) if named.get("year") else None
    if named.get("month"):
        terms = [term for term in kinds().find(named["month"]) if term.kind == "month"]
        if not terms or not 1 <= day <= 31:
            return None
        return _fact(match, "date", (day, terms[0].value, year))
    months = _month_names()
    pairs = [(day, int(named["number"]))]
    if "/" in match[0]:
        pairs.append((pairs[0][1], day))
    values = [(d, months[m - 1], year) for d, m in pairs if 1 <= m <= 12 and 1 <= d <= 31]
    return _fact(match, "date", *values) if values else None


def _month_names() -> list[str]:
    names = "January February March April May June July August September October November December"
    return names.split()


def _same_date(claimed: object, held: object) -> bool:
    """Day, month and year; what a claim leaves out may stand in its source."""
    if not (isinstance(claimed, tuple) and isinstance(held, tuple)):
        return False
    return all(mine is None or mine == theirs for mine, theirs in zip(claimed, held, strict=True))


def _time(match: re.Match[str]) -> Fact | None:
    named = match.groupdict()
    if named["noon"]:
        return _fact(match, "time", Fraction(720 if named["noon"].lower() == "noon" else 0))
    hour = next(int(named[k]) for k in ("hour", "hour2", "hour3", "hour4") if named[k])
    minute = next((int(named[k]) for k in ("minute", "minute2", "minute3") if named[k]), 0)
    if hour > 24 or minute > 59:
        return None
    if named["half"]:
        hour = hour % 12 + (12 if named["half"].lower() == "p" else 0)
    return _fact(match, "time", Fraction(60 * hour + minute))


def _months(text: str) -> list[Fact]:
    found = []
    for term in kinds().find(text):
        if term.kind == "month":
            values = frozenset({(None, term.value, None)})
            end = term.start + len(term.text)
            found.append(Fact("date", values, None, term.text, term.text, term.start, end))
    return found


def _quantities(text: str) -> list[Fact]:
    found: list[Fact] = []
    for match in _NUMBER.finditer(text):
        unit, after = _unit_behind(text, match.end())
        if match["before"]:
            unit, after = units()[match["before"]], match.end()
        digits = text[match.start("digits") if match["digits"] else match.start() : match.end()]
        digits = f"{match['sign'] or ''}{digits}".strip()
        money = match["before"] or text[match.end() : after].strip() in _SIGNS
        full = f"{digits} {unit.upper()}" if money and unit else text[match.start() : after].strip()
        found.append(
            Fact("quantity", _values(match), unit, digits, full, match.start(), match.end())
        )
    for match in _WORD.finditer(text):
        value = numbers().get(match[0].lower(), 1 if match[0].lower() in _ONE else None)
        unit, after = _unit_behind(text, match.end())
        if value is None or (match[0].lower() in _ONE and unit is None):
            continue
        full = text[match.start() : after]
        values = frozenset({Fraction(value)})
        found.append(Fact("quantity", values, unit, match[0], full, match.start(), match.end()))
    found.sort(key=lambda fact: fact.start)
    return _with_shared_units(text, found)


def _with_shared_units(text: str, found: list[Fact]) -> list[Fact]:
    """ "3 to 5 days" are 3 days to 5 days, and "€3-5" are two prices."""
    for at in range(len(found) - 2, -1, -1):
        one, other = found[at], found[at + 1]
        if one.unit is None and _JOINT.fullmatch(text[one.end : other.start]):
            found[at] = replace(one, unit=other.unit)
    return found


def _unit_behind(text: str, end: int) -> tuple[str | None, int]:
    match = _UNIT.match(text, end)
    if match is None:
        return None, end
    known = units()
    first, second = match[1].replace(" ", ""), match[2]
    for form in (f"{match[1]} {second}", f"{match[1]} {second}".lower()) if second else ():
        if form in known:
            return known[form], match.end(2)
    for form in (first, first.lower() if len(first) > 1 else first):
        if form in known:
            return known[form], match.end(1)
    return None, end


def _values(match: re.Match[str]) -> frozenset[object]:
    """The number; "1.000" may be two of them, and "3.2.1" or "4/5" is no number but itself."""
    if match["part"]:
        return frozenset({Fraction(_FRACTIONS[match["part"]])})
    values = _values_of(match["digits"])
    if part := (match["fraction"] or "").strip():
        values = {
            v + Fraction(_FRACTIONS.get(part, part)) for v in values if isinstance(v, Fraction)
        }
    if power := (match["power"] or "").translate(_RAISED).lstrip("^"):
        values = {("power", value, power) for value in values}
    sign = (match["sign"] or "").replace("−", "-").replace("–", "-")
    if sign == "-":
        values = {-v if isinstance(v, Fraction) else ("-", v) for v in values}
    if sign == "±":
        values = {("±", value) for value in values}
    return frozenset(values)


def _values_of(digits: str) -> set[object]:
    digits = re.sub(r"[ \u00a0\u202f]", "", digits)
    if not re.fullmatch(r"\d+(?:[.,]\d+)*", digits) or len(digits) > 40:
        return {digits}
    signs = re.findall(r"[.,]", digits)
    found: set[object] = set()
    if not signs:
        return {Fraction(int(digits))}
    groups = re.split(r"[.,]", digits)
    if all(len(group) == 3 for group in groups[1:]) and groups[0] not in ("0", "00"):
        found.add(Fraction(int("".join(groups))))
    if len(set(signs)) == len(signs) and (len(signs) == 1 or len(groups[1]) == 3):
        whole, last = "".join(groups[:-1]), groups[-1]
        try:
            found.add(Fraction(Decimal(f"{whole}.{last}")))
        except InvalidOperation:  # pragma: no cover
            return {digits}
    elif len(signs) > 1 and len(set(signs)) == 2 and signs.count(signs[-1]) == 1:
        found.add(Fraction(Decimal(f"{''.join(groups[:-1])}.{groups[-1]}")))
    return found or {digits}
