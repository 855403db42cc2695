"""Tables that pages make of other elements: by styles ("display: table-row"), or by what the
generators of such tables call them ("divTableCell")."""

import re
from collections.abc import Sequence
from typing import Any

from chatbot.knowledge.formats.style_sheets import Rule

_DISPLAY = re.compile(
    r"display\s*:\s*table(?:-(row|cell|row-group|header-group|footer-group))?\s*(?:;|!|$)", re.I
)
_CLASS = re.compile(r"\w*\.([\w-]+)")
_CALLED = re.compile(
    r"(?:[\w-]*[a-z\d_-])?table(?:[_-]*(row|tr|cell|col|column|td|th|head(?:er|ing)?))?", re.I
)
_ROWS = frozenset({"row", "tr"})
_CELLS = frozenset({"cell", "col", "column", "td", "th"})
_ELEMENTS = frozenset({"div", "span", "section", "ul", "ol", "li", "p", "dl", "dt", "dd"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MOST = 1000  # columns


def mark_tables(root: Any, rules: Sequence[Rule]) -> None:
    """Give what is drawn as a table, as its rows and as their cells the roles of such."""
    kinds: dict[str, str] = {}
    for selectors, declared in rules:
        if shown := _DISPLAY.search(declared):
            named = filter(None, map(_CLASS.fullmatch, selectors))
            kinds |= {match[1]: shown[1] or "table" for match in named}
    found = {}
    for element in root.iterfind(".//*[@class]"):
        if element.tag in _ELEMENTS and (kind := _kind(element, kinds)):
            found[element] = kind
    for element in root.iterfind(".//*[@style]"):
        shown = _DISPLAY.search(element.get("style"))
        if shown and element.tag in _ELEMENTS:
            found[element] = (shown[1] or "table").lower()
    for element, kind in found.items():
        if kind == "table" and not element.get("role"):
            _mark(element, found)


def _kind(element: Any, kinds: dict[str, str]) -> str:
    for name in element.get("class").split():
        if name in kinds:
            return kinds[name].lower()
        if "able" in name and (match := _CALLED.fullmatch(name)):
            return (match[1] or "table").lower()
    return ""


def _mark(table: Any, found: dict[Any, str]) -> None:
    """Mark a table that has at least two rows, each of the same number of cells, at least two, and
    nothing beside them."""
    rows: list[list[Any]] = []
    waiting = [table]
    while waiting:
        element = waiting.pop()
        if (element.text or "").strip():
            return
        for child in element:
            kind = found.get(child, "")
            if kind == "table" or child.tag in ("table", "tr") or (child.tail or "").strip():
                return
            cells = [cell for cell in child if _is_cell(cell, found)]
            if kind in _ROWS or (kind.startswith("head") and len(cells) > 1):
                if len(cells) != len(child) or not 1 < len(cells) <= _MOST:
                    return
                if any((text or "").strip() for text in (child.text, *(e.tail for e in cells))):
                    return
                if any(map(_is_chapter, cells)):
                    return
                rows.append([child, *cells])
            elif kind.endswith("group") or kind.startswith("head") or child.tag == "div":
                waiting.append(child)
            elif isinstance(child.tag, str) and any(map(str.strip, child.itertext())):
                return
    if len(rows) < 2 or len({len(row) for row in rows}) > 1:
        return
    table.set("role", "table")
    for row, *cells in rows:
        row.set("role", "row")
        for cell in cells:
            head = found[cell] == "th" or found[cell].startswith("head")
            cell.set("role", "columnheader" if head else "cell")


def _is_chapter(cell: Any) -> bool:
    """Whether a text stands in it under a heading: what is only placed beside another one."""
    return (
        next(cell.iter(*_HEADINGS), None) is not None
        and next(cell.iter("p", "ul", "ol", "pre", "dl"), None) is not None
    )


def _is_cell(element: Any, found: dict[Any, str]) -> bool:
    kind = found.get(element, "")
    return kind in _CELLS or kind.startswith("head")
