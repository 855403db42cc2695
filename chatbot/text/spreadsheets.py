"""CSV that a spreadsheet takes for text, and not for formulas; and days as it writes them."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import date

UTF_8_MARK = "\ufeff"  # in front of a table; without it Excel takes "ü" for two letters
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SIGN = "'"


def csv_line(values: Iterable[object]) -> str:
    """One line, with its end; what would be a formula begins with an apostrophe."""
    out = io.StringIO()
    csv.writer(out).writerow(escape_formula(v) if isinstance(v, str) else v for v in values)
    return out.getvalue()


def escape_formula(text: str) -> str:
    """``text`` with an apostrophe in front where a spreadsheet would compute it."""
    return f"{_SIGN}{text}" if text.lstrip(_SIGN).startswith(_FORMULA) else text


def unescape_formula(text: str) -> str:
    """What :func:`escape_formula` was given."""
    escaped = text.startswith(_SIGN) and text.lstrip(_SIGN).startswith(_FORMULA)
    return text[1:] if escaped else text


# Excel makes "31.12.2026", "31/12/2026", "12/31/2026" or "2026/12/31" of "2026-12-31", by the
# country that the machine is set to, when it opens and saves a table.
_UNCLEAR = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})")  # with dots the day is first
_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})([./-])(\d{1,2})\2(\d{1,2})")
_MONTHS = 12


def day_comes_first(days: Iterable[str]) -> bool | None:
    """Whether the days of a table's column with slashes or dashes are "31/12/2026" or "12/31/2026";
    ``None`` where none of them tells, or they tell both."""
    found = [match for day in days if (match := _UNCLEAR.fullmatch(day.strip()))]
    first = any(int(match[1]) > _MONTHS for match in found)
    second = any(int(match[3]) > _MONTHS for match in found)
    return None if first == second else first


def iso_day(text: str, day_first: bool | None) -> str:
    """A day as "2026-12-31", whichever way a spreadsheet wrote it; every other text as it is, also
    "03/04/2026" where it is not known which of the two is the day."""
    if match := _YEAR_FIRST.fullmatch(text):
        year, _, month, day = match.groups()
    elif (match := _DAY_FIRST.fullmatch(text)) and (match[2] == "." or day_first is not None):
        day, sign, month, year = match.groups()
        if sign != "." and not day_first:
            day, month = month, day
    else:
        return text
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:  # the 32nd
        return text
