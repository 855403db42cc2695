"""A document around its quotes, in parts that the page draws as text, headings and tables."""

import re
from typing import Any

from chatbot.knowledge.records import cells_of, delimiter

_CONTEXT_CHARS = 1500
_HEADING = re.compile(r"#{1,6}[ \t]+")
# Of Markdown, or as tables of other formats are read: "Part | Torque".
_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*|[^|]*[^|\s] \| .*")
_RULE = re.compile(r"[ \t]*\|?[ \t:|-]*-[ \t:|-]*\|?[ \t]*")  # between a table's names and its rows
_BETWEEN = re.compile(r"(?<!\\)\|")

Span = tuple[int, int]


def marked_parts(document: str, spans: list[Span]) -> list[dict[str, Any]]:
    """The document around ``spans`` as parts, in order: ``{"text", "quote", "heading"}``, and of a
    table ``{"rows"}``, each ``{"cells", "quote", "names"}``.

    The page renders them as text, so nothing in a document is markup.
    """
    spans = sorted(spans)
    first = _line_start(document, max(0, spans[0][0] - _CONTEXT_CHARS), spans[0][0])
    stop = min(len(document), max(end for _, end in spans) + _CONTEXT_CHARS)
    parts = [_part("... ", False)] if first else []
    parts += excerpt(document, first, stop, spans)
    return parts + ([_part(" ...", False)] if stop < len(document) else [])


def marked_rows(document: str, spans: list[Span]) -> list[dict[str, Any]] | None:
    """A file of comma- or tab-separated rows around ``spans`` as one table below the names of its
    columns; ``None`` where its lines are no such rows."""
    names = document.partition("\n")[0]
    sign = delimiter(document[:_CONTEXT_CHARS].splitlines())
    begin = _line_start(document, max(0, min(spans)[0] - _CONTEXT_CHARS), min(spans)[0])
    stop = min(len(document), max(end for _, end in spans) + _CONTEXT_CHARS)
    rows: list[dict[str, Any]] = []
    position = 0
    for line in document[:stop].splitlines(keepends=True):
        if not position or (position >= begin and line.strip()):
            quote = any(position < close and start < position + len(line) for start, close in spans)
            cells = cells_of(line.strip("\r\n\ufeff"), sign)
            rows.append({"cells": cells, "quote": quote and bool(position), "names": not position})
        position += len(line)
    whole = rows[:-1] if stop < len(document) else rows
    if len(whole) < 2 or len({len(row["cells"]) for row in whole}) > 1 or sign not in names:
        return None
    parts: list[dict[str, Any]] = [{"rows": whole}]
    return parts if whole is rows else [*parts, _part(" ...", False)]


def _line_start(document: str, position: int, before: int) -> int:
    """The next line's first character, where one begins in front of ``before``."""
    if position == 0:
        return 0
    found = document.find("\n", position, before)
    return position if found < 0 else found + 1


def excerpt(document: str, first: int, stop: int, spans: list[Span]) -> list[dict[str, Any]]:
    """The characters from ``first`` to ``stop`` as parts, with ``spans`` marked."""
    parts: list[dict[str, Any]] = []
    behind = first
    for start, end in _tables(document, first, stop):
        parts += _text(document, behind, start, spans)
        parts.append({"rows": _rows(document, start, end, spans)})
        behind = end
    return parts + _text(document, behind, stop, spans)


def _tables(document: str, first: int, stop: int) -> list[Span]:
    """Where at least two lines in a row are rows of a table."""
    found: list[Span] = []
    begin, count, position = first, 0, first
    for line in [*document[first:stop].splitlines(keepends=True), ""]:
        if line and _ROW.fullmatch(line.rstrip("\r\n")):
            begin, count = (begin, count + 1) if count else (position, 1)
        else:
            if count > 1:
                found.append((begin, position))
            count = 0
        position += len(line)
    return found


def _rows(document: str, first: int, end: int, spans: list[Span]) -> list[dict[str, Any]]:
    """Those of a table; the first ones are its names, if a rule is below them."""
    rows: list[dict[str, Any]] = []
    position = first
    for line in document[first:end].splitlines(keepends=True):
        if _RULE.fullmatch(line.rstrip("\r\n")):
            for row in rows:
                row["names"] = True
        else:
            quote = any(position < close and start < position + len(line) for start, close in spans)
            framed = line.lstrip().startswith("|")
            cells = _BETWEEN.split(line.strip()[1:-1] if framed else line)
            told = [cell.strip().replace("\\|", "|") for cell in cells]
            rows.append({"cells": told, "quote": quote, "names": False})
        position += len(line)
    return rows


def _text(document: str, first: int, stop: int, spans: list[Span]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    position = first
    for start, end in spans:
        start, end = max(start, position), min(end, stop)
        if start < end:
            parts += _lines(document[position:start], False)
            parts += _lines(document[start:end], True)
            position = end
    return parts + _lines(document[position:stop], False)


def _lines(text: str, quote: bool) -> list[dict[str, Any]]:
    """Headings apart from the text between them."""
    parts: list[dict[str, Any]] = []
    for line in text.splitlines(keepends=True):
        if sign := _HEADING.match(line):
            parts.append(_part(line[sign.end() :].rstrip(), quote, heading=True))
        elif parts and not parts[-1]["heading"] and (parts[-1]["quote"] or not quote):
            parts[-1]["text"] += line
        else:  # the empty line below a heading is not marked
            parts.append(_part(line, quote and bool(line.strip())))
    return parts


def _part(text: str, quote: bool, heading: bool = False) -> dict[str, Any]:
    return {"text": text, "quote": quote, "heading": heading}
