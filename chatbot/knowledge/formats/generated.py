"""What the style sheets of a page itself draw in front of elements and behind them: the tick of
a cell, a currency, "Note:"."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from chatbot.knowledge.formats.style_sheets import UNSEEN, Rule

_DRAWN = re.compile(r"(.+?)::?(before|after)", re.DOTALL)
_CONTENT = re.compile(
    r"(?<![\w-])content\s*:\s*(\"(?:[^\"\\]|\\.){0,400}\"|'(?:[^'\\]|\\.){0,400}')\s*(?:!important\s*)?(?:;|$)",
    re.DOTALL,
)
_GONE = re.compile(rf"{UNSEEN}|(?<![\w-])opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)", re.IGNORECASE)
_ICONS = re.compile(r"font(?:-family)?\s*:[^;]{0,200}?(?:icon|awesome|material|glyph|symbol)", re.I)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_COMPOUND = re.compile(r"([a-z][\w-]*|\*)?((?:[.#][\w-]+)*)", re.IGNORECASE | re.ASCII)
_NAME = re.compile(r"([.#])([\w-]+)")
_TAG = re.compile(r"(?<![\w.#-])[a-z]", re.IGNORECASE)
_SIGNS = frozenset("✓✔✗✘✕✖×☑☒☐✅❌⚠ℹ★☆%")
# Ticks and crosses of fonts of icons, where no element of the page stands for the icon itself.
_GLYPHS = {
    "\uf00c": "✓", "\uf058": "✓", "\ue013": "✓", "\ue5ca": "✓", "\uf00d": "✗", "\uf057": "✗",
    "\ue014": "✗", "\ue5cd": "✗",
}  # fmt: skip
_ICON_TAGS = frozenset({"i", "span", "em", "b", "a", "button", "svg"})
# Code is read as it is copied; what closes something says nothing of it.
_CODE = ("pre", "code", "kbd", "samp")
_CLOSING = frozenset("×✕✖")
_CONTROLS = frozenset({"a", "button"})
_LONGEST = 60  # characters of what is drawn
_MOST = 100  # selectors that need a search of their own
_Rank = tuple[int, int, int, int]  # important, ids, classes, tags
# Whether it is right in the one before it, its tag ("*": any), its classes and ids.
_Step = tuple[bool, str, frozenset[str]]


def mark_generated(root: Any, rules: Sequence[Rule]) -> None:
    """Write what style sheets draw into the elements of the tree that they draw it for; where
    several rules are for one element, that of the most special selector, or of those the last."""
    drawn = list(_drawn(rules))
    if not any(text for _, _, text, _ in drawn):
        return
    named: dict[str, list[Any]] = {}  # by ".class" and "#id"
    for element in root.iterdescendants():
        for name in (element.get("class") or "").split():
            named.setdefault(f".{name}", []).append(element)
        if element.get("id"):
            named.setdefault(f"#{element.get('id')}", []).append(element)
    found: dict[tuple[Any, str], tuple[_Rank, str]] = {}
    left = _MOST
    for selector, where, text, rank in drawn:
        steps = _steps(selector)
        left -= len(steps) > 1
        if left < 0 and len(steps) > 1:
            continue
        for element in _chosen(root, steps, named):
            _rank(found, (element, where), rank, text)
    for (element, where), (_, text) in found.items():
        if text:
            _write(element, where, text)


def _rank(
    found: dict[tuple[Any, str], tuple[_Rank, str]], place: tuple[Any, str], rank: _Rank, text: str
) -> None:
    if place not in found or found[place][0] <= rank:
        found[place] = rank, text


def _drawn(rules: Sequence[Rule]) -> Iterator[tuple[str, str, str, _Rank]]:
    """(selector, "before" or "after", text, rank) of what is drawn; the text is empty where that
    says nothing."""
    for selectors, declared in rules:
        gone = _GONE.search(declared)
        if not gone and "content" not in declared:
            continue
        content = None if gone else _CONTENT.search(declared)
        text = _ESCAPE.sub(_letter, content[1][1:-1]) if content else ""
        if not _says(text) or (_ICONS.search(declared) and text not in _GLYPHS):
            text = ""
        for match in filter(None, map(_DRAWN.fullmatch, selectors)):
            names = [sign for sign, _ in _NAME.findall(match[1])]
            tags = len(_TAG.findall(match[1]))
            rank = int("!important" in declared), names.count("#"), names.count("."), tags
            yield match[1], match[2], text, rank


def _letter(match: re.Match[str]) -> str:
    if not match[1]:
        return "" if match[2] == "\n" else match[2]
    code = int(match[1], 16)
    return chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else ""


def _says(text: str) -> bool:
    """Whether it is more than a bullet, an arrow or a sign between links."""
    return 0 < len(text) <= _LONGEST and (
        text in _GLYPHS
        or any(
            sign.isalnum() or sign in _SIGNS or unicodedata.category(sign) == "Sc" for sign in text
        )
    )


def _steps(selector: str) -> list[_Step]:
    """A selector of tags, classes, ids, and what is inside of what; nothing of another, or of one
    that names a tag alone."""
    steps = []
    right_in = False
    for part in re.sub(r"\s*>\s*", " > ", selector).split():
        if part == ">":
            right_in = True
            continue
        match = _COMPOUND.fullmatch(part)
        if match is None:
            return []
        names = frozenset(sign + name for sign, name in _NAME.findall(match[2]))
        steps.append((right_in, (match[1] or "*").lower(), names))
        right_in = False
    return steps if any(names for _, _, names in steps) else []


def _chosen(root: Any, steps: list[_Step], named: dict[str, list[Any]]) -> Iterator[Any]:
    """The elements of a selector."""
    if not steps:
        return
    _, tag, names = steps[-1]
    some = next(iter(names), "")
    known: dict[tuple[Any, int], bool] = {}
    for element in named.get(some, ()) if some else root.iterdescendants(tag):
        if _fits(element, steps[-1]) and _is_within(element, steps, len(steps) - 1, known):
            yield element


def _fits(element: Any, step: _Step) -> bool:
    _, tag, names = step
    if tag not in ("*", element.tag) or not isinstance(element.tag, str):
        return False
    if not names:
        return True
    own = {f".{name}" for name in (element.get("class") or "").split()}
    return names <= own | {f"#{element.get('id')}"}


def _is_within(
    element: Any, steps: list[_Step], last: int, known: dict[tuple[Any, int], bool]
) -> bool:
    """Whether an element of the step ``last`` is inside of elements of the steps before it."""
    if last == 0:
        return True
    outer = element.getparent()
    if outer is None:
        return False
    if (outer, last) not in known:
        above = _fits(outer, steps[last - 1]) and _is_within(outer, steps, last - 1, known)
        known[outer, last] = above or (not steps[last][0] and _is_within(outer, steps, last, known))
    return known[outer, last]


def _write(element: Any, where: str, text: str) -> None:
    if not _is_read(element, text):
        return
    if text in _GLYPHS:
        if element.tag in _ICON_TAGS:  # told by its name (icons)
            return
        text = _GLYPHS[text]
    if where == "before":
        sign = text[-1:] in _SIGNS and text[-1:] != "%"
        words = text[-1:].isalnum() and _first(element).isalnum()
        element.text = f"{text}{' ' * (sign or words)}{element.text or ''}"
        return
    whole = "".join(element.itertext())
    if text[:1].isalpha() and whole[-1:].isalpha():
        text = f" {text}"
    if len(element):
        element[-1].tail = f"{element[-1].tail or ''}{text}"
    else:
        element.text = f"{element.text or ''}{text}"


def _is_read(element: Any, text: str) -> bool:
    """Whether it is text: no formula that is drawn sign by sign, no code, no letter that a font of
    icons draws as a picture, no cross that closes something."""
    if element.tag.startswith("mjx-") or element.tag in _CODE:
        return False
    if next(element.iterancestors(*_CODE), None) is not None:
        return False
    empty = not any(map(str.strip, element.itertext()))
    if empty and len(text) == 1 and text.isascii() and text.isalpha():
        return False
    closes = text in _CLOSING and (element.tag in _CONTROLS or "close" in element.get("class", ""))
    return not closes


def _first(element: Any) -> str:
    """The first letter of an element."""
    return next((text[:1] for text in element.itertext() if text), "")
