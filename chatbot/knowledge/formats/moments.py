"""Dates and times of day as a spreadsheet shows them."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import NamedTuple

_LOCALE = re.compile(r"\[\$[^\]-]*-(?:[0-9A-Fa-f]*?)([0-9A-Fa-f]{2})\]")
# Names of months and days by the last byte of Windows' number of a language.
_NAMES = {
    "07": (
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    ),
    "0A": (
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "lunes martes miércoles jueves viernes sábado domingo",
    ),
    "0C": (
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
    ),
    "10": (
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
        "dicembre",
        "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    ),
    "13": (
        "januari februari maart april mei juni juli augustus september oktober november december",
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    ),
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_SHORT_DAYS = {"07": 2, "13": 2}  # letters of a short name, where they are not three
_SHORT_MONTHS = {"März": "Mrz"}
_SHORT = 3
# Japan's eras and the day on which each began.
_ERAS = (
    (dt.datetime(2019, 5, 1), "令和", "R"), (dt.datetime(1989, 1, 8), "平成", "H"),
    (dt.datetime(1926, 12, 25), "昭和", "S"), (dt.datetime(1912, 7, 30), "大正", "T"),
    (dt.datetime(1868, 1, 25), "明治", "M"),
)  # fmt: skip
_JAPAN, _TAIWAN = "11", "04"  # last bytes of the numbers of their languages
_BEFORE_TAIWAN = 1911  # the last year before those that it counts
Token = tuple[str, str]  # the kind of a piece of a format, and the piece


class _Names(NamedTuple):
    """Names of months and of days; ``short`` ones of days have so many letters."""

    months: Sequence[str]
    days: Sequence[str]
    short: int


def moment_texts(
    value: float, tokens: Sequence[Token], since_1904: bool, section: str
) -> list[str | None]:
    """What each of the ``tokens`` of a format ``section`` shows of a date or a time, which are
    days since the calendar began; ``None`` for those that show something else. A negative time
    that passed is told without its sign.

    Raises:
        OverflowError, ValueError: it is no date.
    """
    if value < 0 and any(kind == "passed" for kind, _ in tokens):
        value = -value
    names = _names(section)
    places = max(
        (len(text.partition(".")[2]) for kind, text in tokens if kind == "date"), default=0
    )
    seconds = round(value * 86400, places)
    moment = _moment(value, seconds, since_1904)
    half = any(kind == "half" for kind, _ in tokens)
    out: list[str | None] = []
    for at, (kind, text) in enumerate(tokens):
        if kind == "date" and text[0].lower() in "ge":
            out.append(_era(moment, text.lower(), _language(section)))
        elif kind == "date":
            out.append(_part(moment, _minutes_or_months(tokens, at), half, names))
        elif kind == "passed":
            per = {"h": 3600, "m": 60, "s": 1}[text[0].lower()]
            out.append(str(int(seconds // per)).zfill(len(text)))
        elif kind == "half":
            out.append("AM" if moment.hour < 12 else "PM")
        else:
            out.append(None)
    return out


def _names(section: str) -> _Names:
    """Names in the language of the format."""
    language = _language(section)
    if language not in _NAMES:
        return _Names(_MONTHS, _DAYS, _SHORT)
    months, days = _NAMES[language]
    return _Names(months.split(), days.split(), _SHORT_DAYS.get(language, _SHORT))


def _language(section: str) -> str:
    match = _LOCALE.search(section)
    return match[1].upper() if match else ""


def _era(moment: dt.datetime, code: str, language: str) -> str:
    """The year in its era ("e"), behind the era's name ("ggge"); elsewhere the usual year."""
    named = code.count("g")
    if language == _TAIWAN:
        return f"{'民國' if named else ''}{moment.year - _BEFORE_TAIWAN}"
    if language != _JAPAN:
        return str(moment.year)
    first, name, letter = next((era for era in _ERAS if era[0] <= moment), _ERAS[-1])
    year = str(moment.year - first.year + 1).zfill(code.count("e"))
    return f"{('', letter, name[0], name)[named]}{year}"


def _moment(value: float, seconds: float, since_1904: bool) -> dt.datetime:
    # Excel counts a 29 February 1900, which never was.
    first = dt.datetime(1904, 1, 1) if since_1904 else dt.datetime(1899, 12, 30)
    if not since_1904 and value < 60:
        first = dt.datetime(1899, 12, 31)
    return first + dt.timedelta(seconds=seconds)


def _minutes_or_months(tokens: Sequence[Token], at: int) -> str:
    """The token at ``at``; "m" beside hours or seconds means minutes and is written "n"."""
    text = tokens[at][1].lower()
    if text[0] != "m" or len(text) > 2:
        return text
    before = [t.lower() for kind, t in tokens[:at] if kind in ("date", "passed")]
    after = [t.lower() for kind, t in tokens[at + 1 :] if kind == "date"]
    minutes = bool(before and before[-1][0] == "h") or bool(after and after[0][0] == "s")
    return "n" * len(text) if minutes else text


def _part(moment: dt.datetime, code: str, half: bool, names: _Names) -> str:
    many = len(code)
    hour = (moment.hour % 12 or 12) if half else moment.hour
    match code[0]:
        case "y":
            return f"{moment.year:04}" if many > 2 else f"{moment.year % 100:02}"
        case "m":
            return _month(moment.month, many, names)
        case "d":
            name = names.days[moment.weekday()]
            short = name[: names.short] if many == 3 else name
            return str(moment.day).zfill(many) if many < 3 else short
        case "h":
            return str(hour).zfill(many)
        case "n":
            return str(moment.minute).zfill(many)
        case _:
            whole, point, rest = code.partition(".")
            parts = f"{moment.microsecond:06}"[: len(rest)]
            return f"{str(moment.second).zfill(min(len(whole), 2))}{point}{parts}"


def _month(month: int, many: int, names: _Names) -> str:
    if many < 3:
        return str(month).zfill(many)
    name = names.months[month - 1]
    short = _SHORT_MONTHS.get(name, name[:_SHORT])
    return short if many == 3 else name[:1] if many == 5 else name
