"""Numbers of list items as a page shows them."""

import re
from typing import Any

_STYLE_OF_LIST = re.compile(r"list-style(?:-type)?\s*:\s*([\w-]+)", re.IGNORECASE)
_LIST_STYLES = {
    "lower-alpha": "a",
    "lower-latin": "a",
    "upper-alpha": "A",
    "upper-latin": "A",
    "lower-roman": "i",
    "upper-roman": "I",
}
_ROMAN = (
    (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"),
    (1, "i"),
)  # fmt: skip


def list_style(element: Any) -> str:
    """The type of a list that its style names."""
    match = _STYLE_OF_LIST.search(element.get("style") or "")
    return _LIST_STYLES.get(match[1].lower(), "") if match else ""


def format_number(number: int, kind: str | None) -> str:
    """The number of an item of a list whose type is ``kind``: "a", "A", "i", "I" or another."""
    if kind in ("a", "A") and 0 < number <= 26:
        return chr(ord(kind) + number - 1)
    if kind in ("i", "I") and 0 < number < 400:
        return _roman(number).upper() if kind == "I" else _roman(number)
    return str(number)


def _roman(number: int) -> str:
    found = ""
    for value, sign in _ROMAN:
        while number >= value:
            found, number = found + sign, number - value
    return found
