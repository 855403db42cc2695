"""Numbers of list items, and of steps that are no list, as a page shows them."""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Any

from chatbot.knowledge.formats.style_sheets import Rule

_STYLE_OF_LIST = re.compile(r"list-style(?:-type)?\s*:\s*([\w-]+)", re.IGNORECASE)
_LIST_STYLES = {
    "lower-alpha": "a",
    "lower-latin": "a",
    "upper-alpha": "A",
    "upper-latin": "A",
    "lower-roman": "i",
    "upper-roman": "I",
}
_CLASSES = {"loweralpha": "a", "upperalpha": "A", "lowerroman": "i", "upperroman": "I"}
_ROMAN = (
    (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"),
    (1, "i"),
)  # fmt: skip
# Google Docs writes lists in lists beside each other, with the level in their class, and draws
# their numbers by a counter.
_GOOGLE = re.compile(r"(?<!\S)lst-kix_[\w-]*-(\d)(?!\S)")
_COUNTED = re.compile(r"content\s*:[^;]{0,200}?counter\(\s*[\w-]+\s*,\s*([\w-]+)\s*\)")
_CLASS = re.compile(r"(?:ol)?\.([\w-]+)(?:\s*>?\s*li:{1,2}before)?")
# Quill writes lists in lists as one list, with the level in the class of an item, and lists of
# any kind as numbered ones.
_QUILL = re.compile(r"(?<!\S)ql-indent-(\d)(?!\S)")
_NUMBERS = ("decimal", "lower-alpha", "lower-roman")  # by level
_BOXES = {"checked": "☑", "unchecked": "☐"}
_STEP = re.compile(r"\s*(\d{1,2}[.)]?)\s*")
_CALLED_STEP = re.compile(
    r"(?<![a-z])(?:step|num(?:ber)?|count(?:er)?|index|circle)(?![a-z])", re.I
)
_TEXTS_OF_STEP = 9  # the number, and blanks around it
# What else is counted: answers, votes, pages.
_COUNTED_ELSE = re.compile(
    r"(?<![a-z])(?:votes?|comments?|likes?|views?|repl(?:y|ies)|answers?|shares?|pages?|cart|"
    r"items?|results?|unread|notifications?|stats?|score)(?![a-z])",
    re.I,
)


def mark_lists(root: Any, rules: Sequence[Rule]) -> None:
    """Give lists the style of their numbers that the page's own sheets give their classes."""
    found: dict[str, str] = {}
    for selectors, declared in rules:
        style = _COUNTED.search(declared) or _STYLE_OF_LIST.search(declared)
        if style and style[1].lower() in _LIST_STYLES:
            named = filter(None, map(_CLASS.fullmatch, selectors))
            found |= {match[1]: style[1] for match in named}
    for element in root.iter("ol") if found else ():
        for name in element.get("class", "").split():
            if name in found and not list_style(element):
                own = element.get("style") or ""
                element.set("style", f"list-style-type:{found[name]};{own}")


def nest_lists(root: Any) -> None:
    """Write lists of Quill as other editors do: of their kind, and in each other."""
    for element in list(root.iter("ol", "ul")):
        items = [child for child in element if child.tag == "li"]
        kinds = {item.get("data-list") for item in items}
        if kinds and kinds <= {"bullet", *_BOXES}:
            element.tag = "ul"
        for item in items:
            if sign := _BOXES.get(item.get("data-list", "")):
                item.text = f"{sign} {item.text or ''}"
        if any(_QUILL.search(item.get("class", "")) for item in items):
            _nest(element, items)


def _nest(outer: Any, items: Sequence[Any]) -> None:
    """Move each item into a list of its level, in the item above it."""
    above: list[Any] = []  # the last item of each level that is open
    for item in items:
        level = _QUILL.search(item.get("class", ""))
        wanted = min(int(level[1]) if level else 0, len(above))
        del above[wanted + 1 :]
        if wanted:
            holder = above[wanted - 1]
            if len(above) == wanted:
                style = f"list-style-type:{_NUMBERS[wanted % len(_NUMBERS)]}"
                holder.append(holder.makeelement(outer.tag, style=style))
            item.tail = None
            holder[-1].append(item)
        above[wanted:] = [item]


def list_level(element: Any) -> int:
    """How deep a list is by its class, where Google Docs wrote it."""
    match = _GOOGLE.search(element.get("class", ""))
    return int(match[1]) if match and element.getparent().tag != "li" else 0


def join_steps(root: Any) -> None:
    """Put the number of a step that is a block of its own in front of the words beside it."""
    for element in list(root.iterfind(".//*[@class]")):
        called = element.get("class")
        if element.tag not in ("div", "p") or not _CALLED_STEP.search(called):
            continue
        if _COUNTED_ELSE.search(called):
            continue
        texts = list(islice(element.itertext(), _TEXTS_OF_STEP + 1))
        number = _STEP.fullmatch("".join(texts)) if len(texts) <= _TEXTS_OF_STEP else None
        beside = element.getnext()
        if not number or beside is None or (element.tail or "").strip():
            continue
        first = _first_words(beside)
        if first is not None and first.text.lstrip()[0].isalpha():
            first.text = f"{number[1]} {first.text.lstrip()}"
            element.getparent().remove(element)


def _first_words(element: Any) -> Any:
    """The element that the text of another one begins in; nothing if that is behind one in it."""
    for each in element.iter():
        if each is not element and (each.getprevious() is not None):
            before = each.getprevious().tail or ""
            if before.strip():
                return None
        if not isinstance(each.tag, str) or each.tag in ("style", "script", "template", "svg"):
            if any(map(str.strip, each.itertext())):
                return None
        elif (each.text or "").strip():
            return each
    return None


def list_style(element: Any) -> str:
    """The type of a list that its style names, or its class as generators of pages write it."""
    if match := _STYLE_OF_LIST.search(element.get("style") or ""):
        return _LIST_STYLES.get(match[1].lower(), "")
    classes = element.get("class", "").split()
    return next((_CLASSES[name] for name in classes if name in _CLASSES), "")


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
