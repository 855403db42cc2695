"""Names and their values that pages write as two elements beside each other, known by what their
classes call them."""

import re
from typing import Any

_PARTS = re.compile(r"[A-Z]?[a-z]+")
_NAMES = frozenset({"label", "key", "term", "name", "attribute", "property", "field", "param"})
_VALUES = frozenset({"value", "val", "data", "detail"})
_INLINE = frozenset({"a", "b", "strong", "em", "i", "span", "small", "sup", "sub", "br", "code"})
_ELEMENTS = frozenset({"div", "p", "span", "label", "strong", "b"})
_LONGEST = 60  # characters of a name
_MOST = 200  # characters of a value


def join_pairs(root: Any) -> None:
    """Write each of them as one line: "Weight: 1.2 kg"."""
    for name in root.iterfind(".//*[@class]"):
        if name.tag not in _ELEMENTS or _NAMES.isdisjoint(_words(name)):
            continue
        value, holder = name.getnext(), name.getparent()
        if value is None or value.tag not in _ELEMENTS:
            continue
        if name.getprevious() is not None or value.getnext() is not None:
            continue
        if _VALUES.isdisjoint(_words(value)) or not _is_line(name) or not _is_line(value):
            continue
        told = "".join(name.itertext()).strip()
        beside = f"{holder.text or ''}{name.tail or ''}{value.tail or ''}"
        if not told or len(told) > _LONGEST or told[-1] in "?!." or beside.strip(" \t\r\n:"):
            continue
        if 0 < len("".join(value.itertext()).strip()) <= _MOST:
            name.tag = value.tag = "span"
            name.tail = " " if f"{told}{name.tail or ''}".rstrip().endswith(":") else ": "


def _words(element: Any) -> set[str]:
    return {part.lower() for part in _PARTS.findall(element.get("class", ""))}


def _is_line(element: Any) -> bool:
    return all(child.tag in _INLINE for child in element.iterdescendants())
