"""CSV that a spreadsheet takes for text, and not for formulas."""

import csv
import io
from collections.abc import Iterable

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
