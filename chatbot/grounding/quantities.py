"""Numbers with their units, in figures and in words."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from chatbot.grounding.fact import DOLLARS, VERSION, Fact
from chatbot.grounding.lexicon import numbers, units, words

_FRACTIONS = {
    "½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8", "⅜": "3/8",
    "⅝": "5/8", "⅞": "7/8",
}  # fmt: skip
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
# As patterns: codes of currencies, and the signs of dollars and others.
CODES = "EUR|USD|GBP|CHF|JPY|SEK|NOK|DKK|PLN|CAD|AUD|CZK|HUF|NZD|SGD|INR|ISK"
SIGNS = r"(?:US|CA|AU|A|C)\$|[$€£¥]"
# A code behind a number is of that one: "180 GBP 2 times".
_MONEY = rf"{SIGNS}|(?<!\d)(?<!\d\s)\b(?:kr|{CODES})"
_ANY_DOLLAR = re.compile(r"\s?(?:\$|dollars?\b|dólar(?:es)?\b)", re.IGNORECASE)
_SIGNS = ("$", "€", "£", "¥", "US$")
_NUMBER = re.compile(
    rf"(?:(?P<before>{_MONEY})\s?)?"
    r"(?P<sign>(?<![\w.)\]%])[-−–+](?=\d)|(?<![\w.)\]%])±(?=\d))?(?<![\d])"
    r"(?P<digits>\d+(?:[ \u00a0\u202f]\d{3}(?!\d))+(?:,\d{1,2}(?!\d))?|"
    r"\d{1,3}(?:'\d{3}(?!\d))+(?:\.\d+)?|\d+(?:[.,:/]\d+)*)"
    r"(?P<fraction>\s?[½¼¾⅓⅔⅛⅜⅝⅞]|\s[1-9]/[2-9](?!\d))?(?P<power>[⁻⁰¹²³⁴-⁹]+|\^-?\d+)?"
    r"|(?P<part>[½¼¾⅓⅔⅛⅜⅝⅞])"
)
# A number before a unit, else an article or a pronoun.
ONE = frozenset("one eins ein eine einen einem einer un une uno una".split())  # noqa: SIM905
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# "zweitausendfünfhundert"
_LARGE = re.compile(
    r"(?:(?P<thousands>[a-zäöüß]*?)(?P<thousand>tausend))?"
    r"(?:(?P<hundreds>[a-zäöüß]*?)(?P<hundred>hundert))?(?:und)?(?P<rest>[a-zäöüß]*)"
)
_JOINT = re.compile(r"\s?(?:[-–—/]|to|or|and|bis|und|oder|à|a|et|ou|y|o|by|x|×)\s?", re.IGNORECASE)
_ONE_OR_TWO = re.compile(
    r"\s?(?:[-–—]|to|or|bis|oder|à|ou|a|o)\s?(?:\d|two|three|zwei|drei|deux|trois|dos|tres)\b",
    re.IGNORECASE,
)
_BOTH = re.compile(
    r"\s(?:and|or|und|oder|et|ou|y|o) (?:no|not|at|nicht|pas|no) (?:\w+ ){0,2}(?:(?:than|als|que|"
    r"de|least|most) )?",
    re.IGNORECASE,
)
_UNIT = re.compile(r"[-\s\u00a0\u202f]?(°\s?[CF]?|[%€$£¥]|[^\W\d_]+(?:/[a-z])?)(?:\s([^\W\d_]+))?")
# "Within a week", "a week before", and not the rate "5 EUR a week".
_A_UNIT = re.compile(
    r"\b(?P<led>(?:within|in|after|for|lasts?|takes?|about|around|than|least|most|over|under|up to|"
    r"until) )?\b(?P<one>an?) (?:full |whole )?(?P<unit>minute|hour|day|week|month|year)\b(?!-)"
    r"(?(led)|(?= (?:before|after|earlier|later|ago|ahead|in advance|beforehand)\b))",
    re.IGNORECASE,
)
_OF_NEXT = re.compile(rf"\s(?:{_MONEY})\d")  # "Heron 5 £76"
_EXACT = frozenset({"up to ", "until "})
_BEFORE = re.compile(r"([^\W\d_]+) $")
_FORTNIGHT = frozenset({"quinze", "quince"})  # "quinze jours" are 15 days or two weeks
_SINGLE = re.compile(r"\b(?:1|un)$", re.IGNORECASE)
_THING = re.compile(r" ([^\W\d_]{3,})")
# Words behind a number that are no thing: "from 6 and", "8 bis"; and "5 more".
_JOINING = frozenset(
    re.findall(
        r"\w+",
        """a an each every je le la al im
        and or to of in on at by for per from with until till through than if when are is was
        were after before within the bis und oder pro von zu im am auf aus bei mit für nach vor der
        die das pour par sur avec dans des est sont les por para con del los las""",
    )
)
_NO_THING = _JOINING | frozenset(
    re.findall(
        r"\w+",
        """more less fewer further other only each every both full whole consecutive additional
        extra weitere weiteren mehr weniger ganze volle plus moins más menos""",
    )
)


def quantities(text: str) -> list[Fact]:
    """The numbers of a text in order; years, dates and times were taken out of it before."""
    found: list[Fact] = []
    for match in _NUMBER.finditer(text):
        unit, after = _unit_behind(text, match.end())
        if unit is None and names_version(text, match.start()):
            unit = VERSION
        if match["before"] and not (match["before"] == "$" and unit in DOLLARS):  # "$15 CAD"
            unit, after = units()[match["before"]], match.end()
        digits = text[match.start("digits") if match["digits"] else match.start() : match.end()]
        digits = f"{match['sign'] or ''}{digits}".strip()
        money = match["before"] or text[match.end() : after].strip() in _SIGNS
        name = "kr" if unit == "crown" else (unit or "").upper()
        full = f"{digits} {name}" if money and unit else text[match.start() : after].strip()
        found.append(
            Fact(
                "quantity",
                _values(match),
                unit,
                digits,
                full,
                match.start(),
                match.end(),
                counts=unit is None and _counts(text, match.end()),
                any_dollar=unit == "usd"
                and _of_any_dollar(match["before"], text[match.end() : after]),
            )
        )
    for match in _WORD.finditer(text):
        word, end = match[0].lower(), match.end()
        value = number_of(word)
        if value is None and "-" in word:  # "three-year"
            word = word.split("-")[0]
            value, end = number_of(word), match.start() + len(word)
        unit, after = _unit_behind(text, end)
        one = word in ONE and not _ONE_OR_TWO.match(text, end)
        if value is None or (unit is None and (one or end < match.end())):
            continue
        full = text[match.start() : after]
        values = frozenset({Fraction(value)})
        if unit == "day" and word in _FORTNIGHT:
            values |= {Fraction(14)}
        thing = unit is None and _counts(text, end)
        said = text[match.start() : end]
        found.append(Fact("quantity", values, unit, said, full, match.start(), end, counts=thing))
    found.sort(key=lambda fact: fact.start)
    return _with_shared_units(text, found) + list(_single_units(text))


def _single_units(text: str) -> Iterator[Fact]:
    """ "Within a week" as one week, and not "for a day guest"."""
    for match in _A_UNIT.finditer(text):
        if _counts(text, match.end()):
            continue
        unit = match["unit"].lower()
        yield Fact(
            "quantity", frozenset({Fraction(1)}), unit, match["one"],
            text[match.start("one") : match.end()], match.start("one"), match.end("one"),
            article=match["led"] is not None and match["led"].lower() not in _EXACT,
        )  # fmt: skip


def number_of(word: str) -> int | None:
    """The value of a number word in lower case, such as "zweihundertfünfzig"."""
    if word in ONE:
        return 1
    if (value := numbers().get(word)) is not None:
        return value
    match = _LARGE.fullmatch(word)
    if match is None or not (match["thousand"] or match["hundred"]):
        return None
    total = 0
    for part, scale in ((match["thousands"], 1000), (match["hundreds"], 100)):
        name = "thousand" if scale == 1000 else "hundred"
        if match[name]:
            count = 1 if part in (None, "", "ein") else numbers().get(part)
            if count is None:
                return None
            total += count * scale
    rest = match["rest"]
    more = 0 if not rest else 1 if rest == "eins" else numbers().get(rest)
    return None if more is None else total + more


def _with_shared_units(text: str, found: list[Fact]) -> list[Fact]:
    """ "3 to 5 days" are 3 days to 5 days, and "€3-5" are two prices."""
    for at in range(len(found) - 2, -1, -1):
        one, other = found[at], found[at + 1]
        between = text[one.end : other.start]
        if one.unit is None and (_JOINT.fullmatch(between) or _BOTH.fullmatch(between)):
            found[at] = replace(one, unit=other.unit, counts=other.counts)
    return found


def names_version(text: str, start: int) -> bool:
    """Whether a number stands behind "version" and the like."""
    before = _BEFORE.search(text, max(0, start - 24), start)
    return before is not None and before[1].lower() in words("versioned")


def _of_any_dollar(before: str | None, behind: str) -> bool:
    """Whether neither sign before nor unit behind a number says whose dollars they are."""
    return before == "$" if before else _ANY_DOLLAR.fullmatch(behind) is not None


def _counts(text: str, end: int) -> bool:
    """Whether a thing stands right behind a number."""
    match = _THING.match(text, end)
    return match is not None and match[1] not in _NO_THING


def _unit_behind(text: str, end: int) -> tuple[str | None, int]:
    match = _UNIT.match(text, end)
    if match is None or _OF_NEXT.match(text, end) or _is_article(match[1], text, end):
        return None, end
    known = units()
    first, second = match[1].replace(" ", ""), match[2]
    for form in (f"{match[1]} {second}", f"{match[1]} {second}".lower()) if second else ():
        if form in known:
            return known[form], match.end(2)
    for form in (first, first.lower() if len(first) > 1 else first):
        if form in known:
            return known[form], match.end(1)
    # "30 full days"
    if second in known and len(second) > 1 and first.islower() and first not in _JOINING:
        return known[second], match.end(2)
    return None, end


def _is_article(word: str, text: str, end: int) -> bool:
    """Whether "an" is English: "generation 2 an extension" speaks of no years, "1 an" does."""
    return word.lower() == "an" and not _SINGLE.search(text, max(0, end - 3), end)


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
    digits = re.sub(r"[ \u00a0\u202f']", "", digits)
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
