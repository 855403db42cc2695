"""Raised and lowered figures: powers, signs of footnotes, the cents of a price."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from typing import Any

from chatbot.knowledge.formats.style_sheets import Rule
from chatbot.text.unicode import FILLER

_CURRENCY = r"(?:[$€£¥]|EUR|USD|GBP|CHF)"
_PRICE = re.compile(rf"{_CURRENCY}\s?[\d.,]+$")
_COINS = re.compile(r"\d\d")
_WHOLE = re.compile(r"(?<![.,])\b\d{1,3}(?:[., ]?\d{3})*$")
_PRICED = re.compile(rf"\s*{_CURRENCY}")
_FRACTION = re.compile(r"[/⁄]\s*(?:\d|<|$)")  # behind what is over the line of one, no "/month"
_AFTER = 8  # characters behind one, among which a currency is
BEFORE = 60  # characters in front of a raised figure: a price or a number is not longer
# The sign of a footnote: "1)", "(2)", "b", "a,b".
_NOTE = re.compile(r"[\[(]?(\d{1,2}|[a-zA-Z](?:,\s?[a-z])*)[\])]?")
_SIGNS = "abcdfg"  # of those without brackets
# A word, and no unit such as "km" or "metres": a figure behind it is none of its powers.
_METRE = r"m[eè]t(?:er|re|ro)"
NOTED = re.compile(rf"[^\W\d_]{{4}}(?:[.,;:!?)”\"]|(?<!{_METRE})(?<!{_METRE}[ns]))$", re.IGNORECASE)
_AMOUNT = re.compile(r"\d\s?(?:[€$£¥%])$")
_DECIMAL = re.compile(r"(?<![\d.,])\d{1,6}[.,]\d{1,2}$")
_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d$")
_SHORT = re.compile(r"(?<![\d.,])\d{1,2}$")
# Also by a part of the height of the type, as sheets for tables have it.
_RAISED = re.compile(r"vertical-align\s*:\s*(?:(super|sub)\b|0?\.[2-9]\d?em)", re.IGNORECASE)
_CLASS = re.compile(r"\.([\w-]+)$")
_TAGGED = re.compile(
    r"<(su[pb])(?=[\s>])[^<>]*>([^<>]{1,12})</\u2060?\1\s*>|<(small)>(\d\d)</\u2060?small>", re.I
)
_TAG = re.compile(r"<[^<>]*>")
_FIGURES = re.compile(r"[-−–+]?\d")
# What pages call the coins of a price, which stand in smaller type.
_CALLED_COINS = re.compile(r"(?<![a-z])(?:cents?|fractions?|decimals?|minor)(?![a-z])", re.I)
_LONG_WORD = re.compile(r"[^\W\d_]{5}[.,;:!?)]?$")


def raised(element: Any) -> str:
    """ "sup" or "sub" of what stands higher or lower than its line, by its element or style, and
    "small" of what may be coins in smaller type."""
    if element.tag in ("sup", "sub", "small"):
        return str(element.tag)
    if not isinstance(element.tag, str) or not element.attrib:
        return ""
    style = element.get("style")
    if found := _RAISED.search(style) if style else None:
        return (found[1] or "sup").lower()[:3]
    return "small" if _CALLED_COINS.search(element.get("class", "")) else ""


def mark_raised(root: Any, rules: Sequence[Rule]) -> None:
    """Give what the page's own style sheets raise, by its class, that style itself."""
    found: dict[str, str] = {}
    for selectors, declared in rules:
        if lift := _RAISED.search(declared):
            found |= {match[1]: lift[0] for match in map(_CLASS.search, selectors) if match}
    for element in root.iterfind(".//*[@class]") if found else ():
        for name in element.get("class").split():
            if name in found:
                element.set("style", f"{found[name]};{element.get('style') or ''}")


def raise_text(text: str, before: str, element: Any) -> str:
    """What is raised or lowered, so that digits do not join the number ``before``: the sign of
    a footnote stands apart ("$10 [1]"), a power has its mark ("10^6")."""
    kind = raised(element)
    if kind == "small" and not (before[-1:].isdigit() and _COINS.fullmatch(text.strip())):
        return text
    text = text.strip()
    if kind == "sup" and element.tail and _FRACTION.match(element.tail):  # "3 1/2"
        return f" {text}" if before[-1:].isdigit() else text
    note = _NOTE.fullmatch(text) if kind == "sup" and before[-1:].strip() else None
    if note and _is_note(note, before, element):
        return f" [{note[1]}]"
    if not before[-1:].isdigit() or not _FIGURES.match(text):
        return text
    if kind == "sub":
        return f"_{text}"
    linked = _is_linked(element)
    before = before[-BEFORE:]
    priced = _PRICE.search(before)
    coins = not linked and _COINS.fullmatch(text) and _WHOLE.search(before)
    called = _CALLED_COINS.search(element.get("class", ""))
    if coins and (called or priced or _PRICED.match(element.tail or "")):
        return f".{text}"
    if kind == "small":
        return f" {text}"
    if linked or priced:
        return f" [{text}]"
    return f"^{text}"


def raise_run(kind: str, text: str, before: str, after: str) -> str:
    """The same of a run of a text between two others; ``kind`` is "sup" or "sub"."""
    from lxml import etree

    element = etree.Element(kind)
    element.tail = "".join(filter(str.isprintable, after[:_AFTER]))
    if not (bare := text.strip()):
        return text
    return text.replace(bare, raise_text(bare, before + text[: text.find(bare)], element), 1)


def raise_tags(text: str) -> str:
    """``text`` with what HTML in it raises or lowers as :func:`raise_text` has it, and fillers
    (:func:`chatbot.knowledge.marks.fill`), so that it keeps its length."""

    def change(match: re.Match[str]) -> str:
        before = text[max(0, match.start() - BEFORE) : match.start()].replace(FILLER, "")
        before = _TAG.sub("", before).rstrip("*_")
        kind, inner = (match[1] or match[3]).lower(), match[2] or match[4]
        return raise_run(kind, inner, before, text[match.end() : match.end() + _AFTER]).ljust(
            len(match[0]), FILLER
        )

    return _TAGGED.sub(change, text) if "<s" in text or "<S" in text else text


def join_runs(runs: Iterable[tuple[str, str]]) -> str:
    """Runs of a text, each with "sup", "sub" or nothing."""
    parts = [
        (kind, "".join(text for text, _ in group))
        for kind, group in groupby(runs, key=lambda run: run[1])
    ]
    joined = ""
    for (kind, text), (_, after) in pairwise([*parts, ("", "")]):
        joined += raise_run(kind, text, joined[-BEFORE:], after) if kind else text
    return joined


def _is_linked(element: Any) -> bool:
    holder = element.getparent()
    return element.find(".//a") is not None or (holder is not None and holder.tag == "a")


def _is_note(sign: re.Match[str], before: str, element: Any) -> bool:
    """Whether what is raised is the sign of a footnote, and behind a number no power of it, no
    ordinal ("1a classe") and no unit ("30o")."""
    if sign[0] != sign[1] or _is_linked(element):  # in brackets, or a link
        return True
    if not before[-1:].isdigit():
        noted = NOTED if sign[1].isdigit() else _LONG_WORD
        known = sign[1].isdigit() or sign[1][0] in _SIGNS
        return known and bool(_AMOUNT.search(before) or noted.search(before))
    if sign[1].isdigit():
        counted = _DECIMAL.search(before) or _YEAR.search(before)
        return sign[1] == "1" or (len(sign[1]) == 1 and counted is not None)
    if sign[1][0] not in _SIGNS:
        return False
    ordinal = _SHORT.search(before) and (element.tail or "").strip()[:1].isalpha()
    return not (sign[1] == "a" and ordinal)
