"""Cells of OpenDocument tables: how often each is there, and its value as text where its program
writes none."""

import re
from typing import Any

from chatbot.knowledge.formats.numbers import general

_NAMES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_OFFICE, _TABLE, _TEXT = (_NAMES % name for name in ("office", "table", "text"))
_MOST = 2_000  # how often a cell or row that repeats is written
_TIME = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:\.\d+)?S")
_NUMBERS = ("float", "percentage", "currency", "date", "time", "boolean")


def times(element: Any, name: str) -> int:
    """A number of columns or rows; one where the element does not say."""
    value = element.get(f"{_TABLE}{name}") or "1"
    return min(int(value), _MOST) if value.isdigit() else 1


def write_values(content: Any) -> None:
    """Give cells the texts of their values in a file of which no number has one: some programs
    write the value alone. In other files such a cell is one that shows nothing."""
    cells = [
        (cell, kind)
        for cell in content.iter(f"{_TABLE}table-cell")
        if (kind := cell.get(f"{_OFFICE}value-type")) in (*_NUMBERS, "string")
    ]
    line = f"{_TEXT}p"
    if any(kind != "string" and cell.find(line) is not None for cell, kind in cells):
        return
    for cell, kind in cells:
        if cell.find(line) is None and (text := _text(cell, str(kind))):
            paragraph = cell.makeelement(line, {})
            paragraph.text = text
            cell.append(paragraph)


def _text(cell: Any, kind: str) -> str:
    name = kind if kind in ("date", "time", "boolean", "string") else ""
    value = str(cell.get(f"{_OFFICE}{name}-value" if name else f"{_OFFICE}value") or "")
    if kind == "boolean":
        return value.upper()
    if kind == "date":
        return value.removesuffix("T00:00:00").replace("T", " ")
    if match := _TIME.fullmatch(value) if kind == "time" else None:
        hours, minutes, seconds = map(int, match.groups())
        return f"{hours}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
    if name or not re.fullmatch(r"-?\d+(?:\.\d+)?", value):
        return value
    if kind == "percentage":
        return f"{general(float(value) * 100)}%"
    currency = str(cell.get(f"{_OFFICE}currency") or "")
    return f"{general(float(value))} {currency}".strip()
