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
_COMPOUND = re.compile(r"([\w-]+|\*)?((?:[.#][\w-]+)*)")
_NAME = re.compile(r"([.#])([\w-]+)")
_SIGNS = frozenset("✓✔✗✘✕✖×☑☒☐✅❌⚠ℹ★☆%")
# Ticks and crosses of fonts of icons, where no element of the page stands for the icon itself.
_GLYPHS = {
    "\uf00c": "✓", "\uf058": "✓", "\ue013": "✓", "\ue5ca": "✓", "\uf00d": "✗", "\uf057": "✗",
    "\ue014": "✗", "\ue5cd": "✗",
}  # fmt: skip
_ICON_TAGS = frozenset({"i", "span", "em", "b", "a", "button", "svg"})
_LONGEST = 60  # characters of what is drawn
_MOST = 100  # selectors that need a search of their own


def mark_generated(root: Any, rules: Sequence[Rule]) -> None:
    """Write what style sheets draw into the elements of the tree that they draw it for."""
    simple: dict[str, list[tuple[str, str, str]]] = {}  # class: (tag, where, text)
    others: list[tuple[str, str, str]] = []
    for selector, where, text in _drawn(rules):
        match = _COMPOUND.fullmatch(selector)
        if match and match[2].count(".") == 1 and "#" not in match[2]:
            simple.setdefault(match[2][1:], []).append((match[1] or "*", where, text))
        elif path := _path(selector):
            others.append((path, where, text))
    found = [
        (element, where, text)
        for element in (root.iterfind(".//*[@class]") if simple else ())
        for name in element.get("class").split()
        for tag, where, text in simple.get(name, ())
        if tag in ("*", element.tag)
    ]
    for path, where, text in others[:_MOST]:
        found += [(element, where, text) for element in root.xpath(path)]
    for element, where, text in found:
        _write(element, where, text)


def _drawn(rules: Sequence[Rule]) -> Iterator[tuple[str, str, str]]:
    """(selector, "before" or "after", text) of what says something."""
    for selectors, declared in rules:
        if "content" not in declared or _GONE.search(declared):
            continue
        content = _CONTENT.search(declared)
        text = _ESCAPE.sub(_letter, content[1][1:-1]) if content else ""
        if not _says(text) or (_ICONS.search(declared) and text not in _GLYPHS):
            continue
        for match in filter(None, map(_DRAWN.fullmatch, selectors)):
            yield match[1], match[2], text


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
        path += step + (match[1] or "*")
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
    if text in _GLYPHS:
        if element.tag in _ICON_TAGS:  # told by its name (icons)
            return
        text = _GLYPHS[text]
    if where == "before":
        apart = " " * (text[-1:] in _SIGNS and text[-1:] != "%")
        element.text = f"{text}{apart}{element.text or ''}"
    elif len(element):
        element[-1].tail = f"{element[-1].tail or ''}{text}"
    else:
        element.text = f"{element.text or ''}{text}"
