"""What must not be wrong in an answer: quantities, dates, times, codes and addresses.

A fact has one form however it is written: "30 days", "thirty days" and "30 Tage" are one, and so
are "3 May", "May 3rd" and "03.05."; "−20" is not "20", "½" is not "2" and "10³" is not "103".
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from chatbot.grounding.clock import TIME, minutes_of, spoken_times, with_days
from chatbot.grounding.fact import Fact, missing, wording_of
from chatbot.grounding.lexicon import kinds, numbers, units
from chatbot.grounding.quantities import ONE, names_version, number_of, quantities
from chatbot.text.unicode import normalise

_ADDRESS = re.compile(
    r"\b(?:https?|ftp)://[^\s<>\"')\]]+|\bwww\.[^\s<>\"')\]]+|"
    r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|"
    r"\b(?<!\w[.-])(?:[a-z0-9-]{1,63}\.){1,9}"
    r"(?:com|org|net|edu|gov|io|eu|uk|us|de|fr|example)\b(?:/[^\s<>\"')\]]*)?",
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
# "In April and May 12 working days" is no day of May.
_OF_SOMETHING = (
    r"\s?(?:[€$£%]|(?:(?:working|business|full|further) )?(?:days?|nights?|weeks?|months?|years?|"
    r"hours?|minutes?|EUR|USD|GBP|CHF|euros?|dollars?|pounds?|francs?|kg|Tagen?|Werktagen?|Nächten?|"
    r"Wochen?|Stunden?|jours?|nuits?|semaines?|días?|noches?|semanas?)\b)"
)
# Letters that a pattern in any case takes for an "i", and that no list of words has.
_LETTER_I = str.maketrans("ıİ", "iI")
_DATES = (
    re.compile(
        r"\b(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)? (?:of |de )?"
        rf"(?P<month>(?:{_MONTH})[^\W\d_]*)\.?"
        r"(?:,? (?:de )?(?P<year>\d{4}))?(?!\w)"
    ),
    re.compile(
        rf"\b(?P<month>(?:{_MONTH})[^\W\d_]*)\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:%.]\d|\w)"
        rf"(?!{_OF_SOMETHING})"
        r"(?:,? (?P<year>\d{4})\b)?"
    ),
    re.compile(rf"\b(?P<month>(?:{_MONTH})[^\W\d_]*)\.? (?:de )?(?P<year>(?:19|20)\d{{2}})\b"),
    re.compile(r"\b(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})\b"),
    re.compile(r"\b(?P<day>\d{1,2})\.(?P<number>\d{1,2})\.(?P<year>\d{4})?(?!\d)"),
    re.compile(r"\b(?P<day>\d{2})\.(?P<number>0[1-9]|1[0-2])\.(?P<year>\d{2})(?![\d.]\d|\w)"),
    re.compile(r"\b(?P<day>\d{1,2})(?P<sign>[/-])(?P<number>\d{1,2})(?P=sign)(?P<year>\d{4})\b"),
)
# German dates end with a dot, and these words stand before them.
_DAY_FOLLOWS = re.compile(
    r"\b(?:am|vom|zum|bis|ab|seit|den|dem|der|und|oder|zwischen|[A-Z][a-z]+tag,?)\s$|[-–]\s?$"
)
_SENTENCE_ENDS = re.compile(r"[\"'”»)]*(?:\s+[^\W\d_a-zäöü]|\s*$)")
_HALVES = re.compile(
    r"\b(?:(?P<number>\d{1,3}|[a-z]+) and a half|(?P<german>[a-zäöüß]+?)einhalb|anderthalb)\b",
    re.IGNORECASE,
)
_AND_A_HALF = re.compile(
    r"\b(?P<count>an?|one|[a-z]{3,6}|\d{1,3}) (?P<unit>year|month|week|day|hour|minute)s? "
    r"and a half\b",
    re.IGNORECASE,
)
_HALF_A = re.compile(
    r"\b(?:half an?|a half|ein(?:e[ns]?)? halbe[ns]?|une? demi[e-]*|medi[oa]) ?"
    r"(?=(?:year|month|day|hour|inch|foot|metre|meter|mile|lit(?:re|er)|gallon|kilo|Jahr|Monat|Tag|"
    r"Stunde|Meter|Liter|Kilo|an|année|mois|heure|mètre|litre|año|mes|hora|metro|litro)\b)",
    re.IGNORECASE,
)
_HALF_DAY = re.compile(
    r"(?<!\d )\bhalf[ -]?days?\b|\bhalbe[rnms]? Tage?[ns]?\b|\bHalbtage?\b|\bdemi-journée\b|"
    r"\bmedio día\b",
    re.IGNORECASE,
)
_HOURLY = re.compile(
    r"\b(?:every hour|each hour|jede Stunde|stündlich|toutes les heures|cada hora)\b|"
    r"\b(?P<half>every half hour|halbstündlich|jede halbe Stunde|toutes les demi-heures)\b",
    re.IGNORECASE,
)
_LASTS = {
    "jährig": "Jahre", "monatig": "Monate", "wöchig": "Wochen", "tägig": "Tage",
    "stündig": "Stunden", "minütig": "Minuten",
}  # fmt: skip
_LASTING = re.compile(
    r"\b([^\W\d_]{3,}?|\d{1,3}-?)(jährig|monatig|wöchig|tägig|stündig|minütig)(?:e[nrms]?)?\b",
    re.IGNORECASE,
)
_LARGE = re.compile(
    r"\b(?P<first>a|one|[a-z]+(?:-[a-z]+)?) (?P<scale>hundred|thousand)"
    r"(?:(?: and)? (?P<rest>(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-[a-z]+)?|"
    r"[a-z]{3,6}teen|ten|eleven|twelve|one|two|three|four|five|six|seven|eight|nine))?\b",
    re.IGNORECASE,
)
_TIMES = re.compile(
    r"\b(?:(?P<two>twice)(?! (?:as|the)\b)|(?<!at )once(?=[.,;)]|$| (?:per|for)\b|"
    r" (?:an?|each|every) (?:minute|hour|day|night|week|fortnight|month|quarter|season|year)\b"
    r"(?! (?:is|has|passes|ends)\b)))",
    re.IGNORECASE,
)
_SHARES = re.compile(
    r"\b(?P<half>half|(?:die )?Hälfte|la moitié|la mitad)\b(?=[.,;)]|$| (?:of|the|price|fare|back|"
    r"off|des|der|zurück|du|de|del)\b)|"
    r"\b(?:(?P<three>three)|an?|one|ein|un)[ -](?P<part>quarters?|thirds?|Viertel|Drittel|quart|"
    r"tiers|cuarto|tercio)\b(?=[.,;)]|$| (?:of|off|the|back|des|der|du|de|del)\b)",
    re.IGNORECASE,
)
_HUNDREDTHS = {"half": 50, "quarter": 25, "viertel": 25, "quart": 25, "cuarto": 25}
# "Plus or minus 3 mm" as "±3 mm", and "the fourth time" as "the 4th time", not "a fourth of".
_EITHER_WAY = re.compile(
    r"\b(?:plus|more|más)(?: or |/| oder | ou | o |-| )(?:minus|less|menos|moins) (?=\d)|"
    r"(?<!\w)\+/?[-−](?=\s?\d)",
    re.IGNORECASE,
)
_ORDINALS = "fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()  # noqa: SIM905
_ORDINAL = re.compile(
    rf"(?<!\ba )(?<!\ban )(?<!\bone )\b({'|'.join(_ORDINALS)})\b(?! of (?!{_MONTH}))", re.IGNORECASE
)
_UNDER = re.compile(r"\b(under|over)-(\d{1,3})s?\b", re.IGNORECASE)
_NUMBERED = re.compile(r"([A-Z]+-?)(\d{1,4})")
_TO = re.compile(r"\s?(?:[-–—]|to|through|bis|à|a)\s?", re.IGNORECASE)
_TO_DATE = re.compile(
    r"\s?(?:[-–—]|to|until|through|bis|au|al|à|a)(?: (?:the|zum|einschließlich))?\s?", re.IGNORECASE
)


def missing_facts(claim: str, source: str) -> list[str]:
    """The facts of ``claim`` that ``source`` does not hold, as they are written there, sorted."""
    have = facts(source)
    return sorted({wording_of(fact, have) for fact in missing(facts(claim), have)})


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
    take(TIME, _time)
    take(_CODE, _code)
    found += _codes_between(spoken, [fact for fact in found if fact.kind == "code"])
    found += _months_between(spoken, [fact for fact in found if fact.kind == "date"])
    found += _months(text)
    take(_SHARES, _share)
    found += quantities(text)
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


def _months_between(text: str, dates: Sequence[Fact]) -> Iterator[Fact]:
    """The whole months that "23 May to 1 November" covers."""
    for one, other in pairwise(sorted(dates, key=lambda fact: fact.start)):
        months = {value[1] for value in other.values if isinstance(value, tuple)}
        if len(months) == len(one.values) == 1 and _TO_DATE.fullmatch(text[one.end : other.start]):
            yield from _between(one, str(months.pop()))


def unify_spelling(text: str) -> str:
    """``text`` in one spelling with its fractions and powers left as they are."""
    kept: dict[str, str | int | None] = {
        sign: chr(0xE000 + n) for n, sign in enumerate("½¼¾⅓⅔⅛⅜⅝⅞⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
    }
    if not text.isascii():
        text = normalise(text.translate(str.maketrans(kept))).translate(_LETTER_I)
        text = text.translate({ord(str(mark)): sign for sign, mark in kept.items()})
    text = _UNDER.sub(r"\1 \2", text.replace("\n", " ").replace("’", "'"))
    text = spoken_times(with_days(text))
    text = _TIMES.sub(lambda match: "2 times" if match["two"] else "1 time", text)
    text = _ORDINAL.sub(lambda match: f"{_ORDINALS.index(match[0].lower()) + 4}th", text)
    text = _EITHER_WAY.sub("±", text)
    text = _HOURLY.sub(lambda match: f"every {30 if match['half'] else 60} minutes", text)
    text = _HALF_A.sub("½ ", _HALF_DAY.sub("½ day", _LASTING.sub(_with_unit, text)))
    text = _AND_A_HALF.sub(_unit_and_half, text)
    return _LARGE.sub(_in_figures, _HALVES.sub(_with_half, text))


def _with_unit(match: re.Match[str]) -> str:
    """ "Zweijährig" as "2 Jahre"."""
    said = match[1].lower().rstrip("-")
    value = said if said.isdigit() else number_of(said)
    return match[0] if value is None else f"{value} {_LASTS[match[2].lower()]}"


def _in_figures(match: re.Match[str]) -> str:
    """ "Two hundred and fifty" as "250"."""
    first = match["first"].lower()
    count = 1 if first in ("a", "one") else numbers().get(first)
    rest = numbers().get((match["rest"] or "zero").lower())
    if count is None or rest is None:
        return match[0]
    return str(count * numbers()[match["scale"].lower()] + rest)


def _unit_and_half(match: re.Match[str]) -> str:
    """ "An hour and a half" as "1½ hours"."""
    count = match["count"].lower()
    value = 1 if count in ("a", "an", "one") else numbers().get(count, count)
    return f"{value}½ {match['unit']}s" if str(value).isdigit() else match[0]


def _with_half(match: re.Match[str]) -> str:
    """ "Two and a half" and "zweieinhalb" as "2½"."""
    number = (match["number"] or match["german"] or "ein").lower()
    value = 1 if number in ONE else numbers().get(number, number)
    return f"{value}½" if str(value).isdigit() else match[0]


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
    if not named.get("year") and (
        names_version(match.string, match.start())
        or (not named.get("month") and _ends_with_number(match))
    ):
        return None  # "version 2.3." at the end of a sentence
    day = int(named["day"]) if named.get("day") else None
    year = int(named["year"]) if named.get("year") else None
    year = year + 2000 if year is not None and year < 100 else year
    if named.get("month"):
        terms = [term for term in kinds().find(named["month"]) if term.kind == "month"]
        if not terms or (day is not None and not 1 <= day <= 31):
            return None
        return _fact(match, "date", (day, terms[0].value, year))
    if day is None:
        return None
    months = month_names()
    pairs = [(day, int(named["number"]))]
    if named.get("sign"):
        pairs.append((pairs[0][1], day))
    values = [(d, months[m - 1], year) for d, m in pairs if 1 <= m <= 12 and 1 <= d <= 31]
    return _fact(match, "date", *values) if values else None


def _ends_with_number(match: re.Match[str]) -> bool:
    """Whether "4.2." is the number 4.2 at the end of a sentence: not "am 4.2." and not "04.02."."""
    said, end = match[0], match.end()
    if not said.endswith(".") or not _SENTENCE_ENDS.match(match.string, end):
        return False
    padded = said.startswith("0") or ".0" in said
    return not padded and not _DAY_FOLLOWS.search(match.string[: match.start()])


def month_names() -> list[str]:
    """The months in order, as the values of dates name them."""
    names = "January February March April May June July August September October November December"
    return names.split()


def _time(match: re.Match[str]) -> Fact | None:
    minutes = minutes_of(match)
    return _fact(match, "time", *minutes) if minutes else None


def _share(match: re.Match[str]) -> Fact:
    """ "A quarter of the price" as 25%."""
    part = "half" if match["half"] else match["part"].lower().removesuffix("s")
    hundredths = Fraction(_HUNDREDTHS.get(part, 33)) * (3 if match["three"] else 1)
    return _fact(match, "quantity", hundredths, unit="percent")


def _months(text: str) -> list[Fact]:
    found: list[Fact] = []
    for term in kinds().find(text):
        if term.kind != "month":
            continue
        start, end = term.start, term.start + len(term.text)
        before = found[-1] if found else None
        if before is not None and _TO.fullmatch(text[before.end : start]):
            found += _between(before, term.value)
        found.append(_month(term.value, term.text, start, end))
    return found


def _between(first: Fact, last: str) -> Iterator[Fact]:
    """The months that "April to July" covers."""
    names = month_names()
    if last not in names:
        return
    [value] = first.values
    assert isinstance(value, tuple)  # day, month and year
    at = names.index(value[1])
    for step in range(1, (names.index(last) - at) % len(names)):
        month = names[(at + step) % len(names)]
        yield replace(_month(month, month, first.start, first.end), implied=True)


def _month(name: str, said: str, start: int, end: int) -> Fact:
    return Fact("date", frozenset({(None, name, None)}), None, said, said, start, end)
