"""What the style sheets of a page itself draw in front of elements and behind them: the tick of
a cell, a currency, "Note:"."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from chatbot.knowledge.formats.style_sheets import UNSEEN, Rule

_DRAWN = re.compile(r"(.+?)::?(before|after)", re.DOTALL)
_CONTENT = re.compile(
    r"(?<![\w-])content\s*:\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')\s*(?:!important\s*)?(?:;|$)",
    re.DOTALL,
)
_GONE = re.compile(rf"{UNSEEN}|(?<![\w-])opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)", re.IGNORECASE)
_ICONS = re.compile(r"font(?:-family)?\s*:[^;]*(?:icon|awesome|material|glyph|symbol)", re.I)
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


def mark_generated(root: Any, rules: Sequence[Rule]) -> None:
    """Write what style sheets draw into the elements of the tree that they draw it for; where
    several rules are for one element, that of the most special selector, or of those the last."""
    simple: dict[str, list[tuple[str, str, str, _Rank]]] = {}  # by class; the first is a tag
    others: list[tuple[str, str, str, _Rank]] = []  # the first is a path
    for selector, where, text, rank in _drawn(rules):
        match = _COMPOUND.fullmatch(selector)
        if match and match[2].count(".") == 1 and "#" not in match[2]:
            tag = (match[1] or "*").lower()
            simple.setdefault(match[2][1:], []).append((tag, where, text, rank))
        elif path := _path(selector):
            others.append((path, where, text, rank))
    if not any(text for drawn in (*simple.values(), others) for _, _, text, _ in drawn):
        return
    found: dict[tuple[Any, str], tuple[_Rank, str]] = {}
    for element in root.iterfind(".//*[@class]") if simple else ():
        for name in element.get("class").split():
            for tag, where, text, rank in simple.get(name, ()):
                if tag in ("*", element.tag):
                    _rank(found, (element, where), rank, text)
    for path, where, text, rank in others[:_MOST]:
        for element in root.xpath(path):
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


def _path(selector: str) -> str:
    """A selector of tags, classes, ids, and what is inside of what, as XPath; nothing of another,
    or of one that names a tag alone."""
    path, step = ".", "//"
    named = False
    for part in re.sub(r"\s*>\s*", " > ", selector).split():
        if part == ">":
            step = "/"
            continue
        match = _COMPOUND.fullmatch(part)
        if match is None:
            return ""
        path += step + (match[1] or "*").lower()
        for sign, name in _NAME.findall(match[2]):
            path += (
                f"[@id='{name}']"
                if sign == "#"
                else f"[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"
            )
            named = True
        step = "//"
    return path if named else ""


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
