"""The text of inline HTML: links with their address, pictures by their text, no number that the
page does not show, nothing that it hides."""

import re
from collections.abc import Iterable
from itertools import groupby, pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chatbot.knowledge.formats.equations import apart, equation_text
from chatbot.knowledge.formats.style_sheets import UNSEEN, style_rules

HIDDEN = frozenset(
    """
    script style template noscript noframes head title meta link iframe object embed canvas nav
    svg audio video datalist colgroup col del s strike rp ac:parameter ac:task-id ac:task-status
    ac:placeholder ac:emoticon ac:task-uuid
    """.split()  # noqa: SIM905
)
_INVISIBLE = re.compile(
    rf"{UNSEEN}|(?:opacity|max-height)\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)", re.IGNORECASE
)
# What editors put where nobody described a picture.
_FILE = re.compile(r"[^\n/]{1,200}\.(?:png|jpe?g|gif|svg|webp|bmp|tiff?|heic|avif)", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:)(\S+)", re.IGNORECASE)
_CURRENCY = r"(?:[$€£¥]|EUR|USD|GBP|CHF)"
_PRICE = re.compile(rf"{_CURRENCY}\s?[\d.,]+$")
_COINS = re.compile(r"\d\d")
_WHOLE = re.compile(r"(?<![.,])\b\d{1,3}(?:[., ]?\d{3})*$")
_PRICED = re.compile(rf"\s*{_CURRENCY}")
_BEFORE = 60  # characters in front of a raised figure: a price or a number is not longer
# The sign of a footnote: "1)", "(2)", "b", "a,b".
_NOTE = re.compile(r"[\[(]?(\d{1,2}|[a-zA-Z](?:,\s?[a-z])*)[\])]?")
_SIGNS = "abcdfg"  # of those without brackets
_AMOUNT = re.compile(r"\d\s?(?:[€$£¥%])$")
_DECIMAL = re.compile(r"(?<![\d.,])\d{1,6}[.,]\d{1,2}$")
_SHORT = re.compile(r"(?<![\d.,])\d{1,2}$")
# Also by a part of the height of the type, as sheets for tables have it.
_RAISED = re.compile(r"vertical-align\s*:\s*(?:(super|sub)\b|0?\.[2-9]\d?em)", re.IGNORECASE)
_CLASS = re.compile(r"\.([\w-]+)$")
_FIGURES = re.compile(r"[-−–+]?\d")
# What editors put around an address, so that a click passes by them.
_DETOURS = {"www.google.com": "q", "safelinks.protection.outlook.com": "url"}
# What site generators put beside a heading ("¶", "[edit]"), behind a footnote ("↩"), and beside
# code ("In [1]:").
_FURNITURE = frozenset(
    """
    headerlink anchor-link hash-link mw-editsection footnote-backref footnote-back
    jp-InputPrompt jp-OutputPrompt input_prompt output_prompt back-to-top bottom-of-page
    related-pages view-this-page edit-this-page theme-edit-this-page view-source-button
    theme-doc-toc-mobile mw-jump-link noprint
    """.split()  # noqa: SIM905
)
# What is read aloud and not drawn.
SPOKEN = frozenset({"sr-only", "screen-reader-text", "visually-hidden"})
_CONTROLS = ("a", "button")
_CHANGED = ("del", "s", "ins")
_COMMENT = re.compile(r"cmnt(?:_ref)?\d+")  # of Google Docs, and the sign that leads to it


def is_hidden(element: Any, selectors: frozenset[str]) -> bool:
    """Whether the page does not show the element."""
    if not element.keys():  # told faster than by its ``attrib``
        return bool(element.tag == "dialog")
    given = element.attrib
    if given.get("role") == "tabpanel":  # a click away
        return False
    if given.get("hidden", "until-found") != "until-found":  # that one opens when it is searched
        return True
    if element.tag == "dialog" and "open" not in given:
        return True
    if given.get("type") == "hidden" or given.get("role") == "navigation":
        return True
    if _INVISIBLE.search(given.get("style", "")):
        return True
    tag = element.tag
    if given.get("aria-hidden") == "true" and tag in ("i", "span", "a"):
        return True  # an icon, or the sign of a link to this heading
    classes = given.get("class", "").split()
    if not _FURNITURE.isdisjoint(classes) or (tag in _CONTROLS and _is_control(element, given)):
        return True
    if not SPOKEN.isdisjoint(classes) and _says_again(element):
        return True
    if not selectors:
        return False
    names = {f".{name}" for name in classes} | {f"#{given.get('id')}"}
    return not selectors.isdisjoint(names | {f"{element.tag}{name}" for name in names})


def _is_control(element: Any, given: Any) -> bool:
    """Whether it is a link to a comment or past what every page has, or a button that copies."""
    if element.tag == "a":
        skips = given.get("href", "")[:1] == "#" and "skip" in given.get("class", "").lower()
        return skips or _is_comment(element)
    named = f"{given.get('class')} {given.get('title')} {given.get('aria-label')}".lower()
    return "copy" in named or "clipboard" in named


def _says_again(spoken: Any) -> bool:
    """Whether what is read aloud tells of the price beside it, old or new, that is drawn."""
    before = spoken.getprevious()
    return before is not None and before.tag in _CHANGED and before.get("aria-hidden") == "true"


def _is_comment(link: Any) -> bool:
    return _COMMENT.fullmatch(link.get("id", "")) is not None and bool(
        _COMMENT.fullmatch(link.get("href", "").lstrip("#"))
    )


def is_comments(element: Any) -> bool:
    """Whether a part of a page holds a comment of Google Docs, whose first link leads back."""
    first = next(element.iter("a"), None) if element.tag == "div" else None
    return first is not None and first.get("href", "").startswith("#cmnt_ref")


def inline_text(
    element: Any, selectors: frozenset[str] = frozenset(), keep: bool = False, before: str = ""
) -> str:
    """The text of an element and all in it; with ``keep``, white space as it is. ``before`` is
    what stands in front of it in its line."""
    tag = element.tag
    if not isinstance(tag, str) or (tag in HIDDEN and not _is_visible(element)):
        return ""
    if is_hidden(element, selectors):
        return ""
    if tag == "br":
        return "\n"
    if tag == "math":
        return equation_text(element)
    if tag == "img" or tag == "input":
        return _picture(element)
    if tag == "time" and not (element.text or len(element)):
        return str(element.get("datetime") or "")
    pieces = [_collapse_blanks(element.text, keep)]
    before = f"{before}{pieces[0]}"[-_BEFORE:]
    for child in element:
        text = inline_text(child, selectors, keep, before)
        if raised(child):
            text = raise_text(text, before, child)
        elif child.tag == "math":
            text = apart(text, before)
        elif text and not keep and (child.tag in _APART or is_custom(child) or is_box(child)):
            text = f" {text} "
        pieces += [text, _collapse_blanks(child.tail, keep)]
        before = f"{before}{pieces[-2]}{pieces[-1]}"[-_BEFORE:]
    text = "".join(pieces)
    if tag in ("a", "area", "iframe"):
        address = str(element.get("href") or element.get("src") or "")
        text = text if text.strip() or not _ADDRESS.match(address) else _named(element)
        return with_address(text, address)
    if tag in ("ac:link", "ac:image") and not text.strip():
        return _resource(element)
    return f"“{text}”" if tag == "q" else text


# Blocks inside what is read as one line, such as a cell.
_APART = frozenset("p div li ul ol dt dd tr td th table h1 h2 h3 h4 h5 h6 option".split())  # noqa: SIM905


def is_box(element: Any) -> bool:
    """Whether an element in a line is drawn as a box of its own: a button, a picture to click."""
    if element.tag in ("button", "iframe", "area"):
        return True
    return (
        bool(element.tag == "a" and len(element) and element[0].tag in ("img", "svg", "picture"))
        and not "".join(element.itertext()).strip()
    )


def is_custom(element: Any) -> bool:
    """Whether it is an element of the site's own, such as ``my-note``."""
    tag = element.tag
    return isinstance(tag, str) and "-" in tag and ":" not in tag


def _is_visible(element: Any) -> bool:
    """Of a macro without a text of its own, its word is shown: of a status, or of an issue; of a
    film or a map from elsewhere, its title."""
    if element.tag == "iframe":
        return bool(element.get("title") and element.get("src"))
    return bool(element.tag == "ac:parameter" and element.get("ac:name") in ("title", "key"))


def _named(element: Any) -> str:
    """What a link without words, such as one that is an icon, is called."""
    return str(element.get("aria-label") or element.get("alt") or element.get("title") or "")


def raised(element: Any) -> str:
    """ "sup" or "sub" of what stands higher or lower than its line, by its element or style."""
    if element.tag in ("sup", "sub"):
        return str(element.tag)
    style = element.get("style") if isinstance(element.tag, str) else None
    found = _RAISED.search(style) if style else None
    return (found[1] or "sup").lower()[:3] if found else ""


def mark_raised(root: Any) -> None:
    """Give what the page's own style sheets raise, by its class, that style itself."""
    found: dict[str, str] = {}
    for selectors, rules in style_rules(root):
        if lift := _RAISED.search(rules):
            found |= {match[1]: lift[0] for match in map(_CLASS.search, selectors) if match}
    for element in root.iterfind(".//*[@class]") if found else ():
        for name in element.get("class").split():
            if name in found:
                element.set("style", f"{found[name]};{element.get('style') or ''}")


def _collapse_blanks(text: str | None, keep: bool) -> str:
    if not text:
        return ""
    return text if keep else single_blanks(text)


def single_blanks(text: str) -> str:
    """``text`` with each piece of white space as one blank."""
    # What is white space and no blank cannot be printed; that is told faster.
    return _BLANKS.sub(" ", text) if "  " in text or not text.isprintable() else text


def is_picture_file(named: str) -> bool:
    """Whether what stands for a picture is the name of its file alone."""
    return _FILE.fullmatch(named.strip()) is not None


def _picture(element: Any) -> str:
    if element.tag == "input":
        shown = element.get("type") in ("button", "submit", "reset", "text", None)
        return str(element.get("value") or "") if shown else ""
    named = str(element.get("alt") or element.get("title") or "")
    return "" if is_picture_file(named) else named


def raise_text(text: str, before: str, element: Any) -> str:
    """What is raised or lowered, so that digits do not join the number ``before``: the sign of
    a footnote stands apart ("$10 [1]"), a power has its mark ("10^6")."""
    text = text.strip()
    kind = raised(element)
    if kind == "sup" and element.tail and element.tail[:1] in "/⁄":  # "3 1/2"
        return f" {text}" if before[-1:].isdigit() else text
    note = _NOTE.fullmatch(text) if kind == "sup" and before[-1:].strip() else None
    if note and _is_note(note, before, element):
        return f" [{note[1]}]"
    if not before[-1:].isdigit() or not _FIGURES.match(text):
        return text
    if kind == "sub":
        return f"_{text}"
    linked = _is_linked(element)
    before = before[-_BEFORE:]
    priced = _PRICE.search(before)
    coins = not linked and _COINS.fullmatch(text) and _WHOLE.search(before)
    if coins and (priced or _PRICED.match(element.tail or "")):
        return f".{text}"
    if linked or priced:
        return f" [{text}]"
    return f"^{text}"


def raise_run(kind: str, text: str, before: str, after: str) -> str:
    """The same of a run of a text between two others; ``kind`` is "sup" or "sub"."""
    from lxml import etree

    element = etree.Element(kind)
    element.tail = after[:1] if after[:1].isprintable() else ""
    if not (bare := text.strip()):
        return text
    return text.replace(bare, raise_text(bare, before + text[: text.find(bare)], element), 1)


def join_runs(runs: Iterable[tuple[str, str]]) -> str:
    """Runs of a text, each with "sup", "sub" or nothing."""
    parts = [
        (kind, "".join(text for text, _ in group))
        for kind, group in groupby(runs, key=lambda run: run[1])
    ]
    joined = ""
    for (kind, text), (_, after) in pairwise([*parts, ("", "")]):
        joined += raise_run(kind, text, joined[-_BEFORE:], after) if kind else text
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
        return sign[1].isdigit() and _AMOUNT.search(before) is not None
    if sign[1].isdigit():
        return sign[1] == "1" or (len(sign[1]) == 1 and _DECIMAL.search(before) is not None)
    if sign[1][0] not in _SIGNS:
        return False
    ordinal = _SHORT.search(before) and (element.tail or "").strip()[:1].isalpha()
    return not (sign[1] == "a" and ordinal)


def with_address(text: str, address: str) -> str:
    """The words of a link with the web, mail or phone address that it leads to."""
    address = _without_detour(address)
    match = _ADDRESS.match(address)
    if not match or not text.strip():
        return text
    shown = match[1] if address.lower().startswith(("mailto:", "tel:")) else address
    shown = shown.split("?")[0] if address.lower().startswith("mailto:") else shown
    bare = re.sub(r"^https?://|/$", "", shown)
    if bare in text or re.sub(r"\D", "", bare) == re.sub(r"\D", "", text) != "":
        return text
    return f"{text.rstrip()} ({shown}){' ' if text.endswith(' ') else ''}"


def _without_detour(address: str) -> str:
    if "?" not in address:
        return address
    try:
        parts = urlsplit(address)
        for host, name in _DETOURS.items():
            if (parts.hostname or "").endswith(host) and parts.path in ("/url", "/"):
                return parse_qs(parts.query).get(name, [address])[0]
    except ValueError:
        pass
    return address


def _resource(element: Any) -> str:
    """What a Confluence link or picture without text is called."""
    if named := element.get("ac:alt") or element.get("ac:title"):
        return str(named)
    for child in element.iter():
        for name in ("ri:content-title", "ri:filename", "ri:value"):
            if child.get(name):
                return str(child.get(name))
    return ""
