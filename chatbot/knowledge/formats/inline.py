"""The text of inline HTML: links with their address, pictures by their text, no number that the
page does not show, nothing that it hides."""

import re
from itertools import islice
from typing import Any

from chatbot.knowledge.formats.addresses import is_address, shown_address, with_address
from chatbot.knowledge.formats.confluence import (
    EMOTICON,
    MACROS,
    STATUS,
    emoticon_sign,
    is_hidden_macro,
    resource,
    task_sign,
)
from chatbot.knowledge.formats.equations import apart, equation_text
from chatbot.knowledge.formats.ligatures import drawn_sign
from chatbot.knowledge.formats.opened import OPENED
from chatbot.knowledge.formats.raised import BEFORE, raise_text, raised
from chatbot.knowledge.formats.style_sheets import UNSEEN

HIDDEN = frozenset(
    """
    script style template noscript noframes title meta link iframe object embed canvas nav
    svg audio video datalist colgroup col del rp rt ac:parameter ac:task-id ac:task-uuid
    ac:placeholder ac:adf-attribute ac:adf-fallback
    """.split()  # noqa: SIM905
)
_NONE = r"\s*:\s*0(?:\.0+)?(?:px|pt|em|%)?\s*(?:;|!|$)"
_INVISIBLE = re.compile(rf"{UNSEEN}|max-height{_NONE}", re.IGNORECASE)
# What is clear appears when the page is scrolled to it, unless it is taken out of the page, too.
_CLEAR = re.compile(rf"(?<![\w-])opacity{_NONE}", re.IGNORECASE)
_TAKEN_OUT = re.compile(
    rf"position\s*:\s*(?:absolute|fixed)|(?<![\w-])height{_NONE}|font-size\s*:\s*1px|"
    r"pointer-events\s*:\s*none",
    re.IGNORECASE,
)
_MOVES = re.compile(r"transform\s*:", re.IGNORECASE)
# What editors put where nobody described a picture.
_FILE = re.compile(r"[^\n/]{1,200}\.(?:png|jpe?g|gif|svg|webp|bmp|tiff?|heic|avif)", re.IGNORECASE)
_COUNT = re.compile(r"\s*\d{1,2}[.)]?")
_CAPITAL = re.compile(r"[^\W\d_a-z][a-zß-ÿ]")
_BLANKS = re.compile(r"\s+")
# What site generators put beside a heading ("¶", "[edit]"), behind a footnote ("↩"), and beside
# code ("In [1]:").
_FURNITURE = frozenset(
    """
    headerlink anchor-link hash-link mw-editsection footnote-backref footnote-back
    jp-InputPrompt jp-OutputPrompt input_prompt output_prompt back-to-top bottom-of-page
    mw-cite-backlink line-numbers-wrapper related-pages view-this-page edit-this-page
    theme-edit-this-page view-source-button theme-doc-toc-mobile mw-jump-link noprint
    """.split()  # noqa: SIM905
)
# What sheets of styles strike out that many sites share, and what shops call an earlier price.
_STRUCK = frozenset(
    """
    line-through text-decoration-line-through strikethrough strike-through old-price price-old
    price--old was-price price-was
    """.split()  # noqa: SIM905
)
_UNREAD = _FURNITURE | _STRUCK
# What is read aloud and not drawn.
SPOKEN = frozenset({"sr-only", "screen-reader-text", "visually-hidden"})
_CONTROLS = ("a", "button")
_MOST_IN_LINK = 100  # elements
_SIGNS = ("✓", "✗", "☑", "☐")
# Parts of the names of classes of what is drawn as a box in a line.
_BOXES = re.compile(
    r"(?<![a-z])(?:btn|button|badge|chip|pill|lozenge|"
    r"tooltip[-_]{0,2}(?:text|content|body|inner|message))(?![a-z])",
    re.IGNORECASE,
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_OPENED = frozenset("div nav ul ol section aside header main p i h1 h2 h3 h4 h5 h6".split())  # noqa: SIM905
_CHANGED = ("del", "ins")
_COMMENT = re.compile(r"cmnt(?:_ref)?\d+")  # of Google Docs, and the sign that leads to it


def is_hidden(element: Any, selectors: frozenset[str]) -> bool:
    """Whether the page does not show the element."""
    if not element.keys():  # told faster than by its ``attrib``
        return bool(element.tag == "dialog")
    given = element.attrib
    if given.get("role") == "tabpanel" or OPENED in given:  # a click away
        return False
    if given.get("hidden", "until-found") != "until-found":  # that one opens when it is searched
        return True
    if element.tag == "dialog" and "open" not in given:
        return True
    if given.get("type") == "hidden" or given.get("role") == "navigation":
        return True
    if _is_invisible(given.get("style", "")):
        return True
    tag = element.tag
    if tag in MACROS and is_hidden_macro(element):
        return True
    if given.get("aria-hidden") == "true" and tag in ("i", "span", "a"):
        return True  # an icon, or the sign of a link to this heading
    classes = given.get("class", "").split()
    if not _UNREAD.isdisjoint(classes) or (tag in _CONTROLS and _is_control(element, given)):
        return True
    if not SPOKEN.isdisjoint(classes) and _says_again(element):
        return True
    if not selectors:
        return False
    names = {f".{name}" for name in classes} | {f"#{given.get('id')}"}
    return not selectors.isdisjoint(names | {f"{element.tag}{name}" for name in names})


def is_struck(element: Any) -> bool:
    """Whether a line goes through all that the element holds."""
    classes = element.get("class", "").split()
    return not _STRUCK.isdisjoint(classes) or "line-through" in element.get("style", "")


def _is_invisible(style: str) -> bool:
    if _INVISIBLE.search(style):
        return True
    out = _CLEAR.search(style) and _TAKEN_OUT.search(style)
    return bool(out and not _MOVES.search(style))


def _is_control(element: Any, given: Any) -> bool:
    """Whether it is a link to a comment or past what every page has, or a button that copies."""
    if element.tag == "a":
        skips = given.get("href", "")[:1] == "#" and "skip" in given.get("class", "").lower()
        return skips or _is_comment(element) or _is_permalink(element)
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


def _is_permalink(link: Any) -> bool:
    """Whether it is the sign beside a heading that leads to that heading."""
    if "#" not in link.get("href", "") or any(map(str.isalnum, "".join(link.itertext()))):
        return False
    if any(_picture(picture) for picture in link.iter("img")):
        return False
    return next(link.iterancestors(*_HEADINGS), None) is not None


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
    if tag in ("br", "hr"):
        return "\n"
    if (sign := drawn_sign(element)) is not None:
        return sign
    if tag == "math":
        return equation_text(element)
    if tag in (EMOTICON, STATUS):
        return f" {emoticon_sign(element) if tag == EMOTICON else task_sign(element)} "
    if tag == "img" or tag == "input":
        return _picture(element)
    if is_drawn(element):
        return str(element.get("aria-label"))
    if tag == "time" and not (element.text or len(element)):
        return str(element.get("datetime") or "")
    pieces = [_collapse_blanks(element.text, keep)]
    before = f"{before}{pieces[0]}"[-BEFORE:]
    for child in element:
        text = inline_text(child, selectors, keep, before)
        if text and not keep and child.tag in _APART:
            text = f" {text} "
        else:
            text = placed(child, text, before, keep)
        pieces += [text, _collapse_blanks(child.tail, keep)]
        before = f"{before}{pieces[-2]}{pieces[-1]}"[-BEFORE:]
    text = "".join(pieces)
    if tag in ("a", "area", "iframe"):
        address = str(element.get("href") or element.get("src") or "")
        if not text.strip() and is_address(address):
            drawn = len(element) and not address.lower().startswith("http")  # as an icon
            text = _named(element) or (shown_address(address) if drawn else "")
        return with_address(text, address)
    if tag in ("ac:link", "ac:image") and not text.strip():
        return resource(element)
    return f"“{text}”" if tag == "q" else text


# Blocks inside what is read as one line, such as a cell.
_APART = frozenset("p div li ul ol dt dd tr td th table h1 h2 h3 h4 h5 h6 option".split())  # noqa: SIM905


def placed(element: Any, text: str, before: str, keep: bool = False) -> str:
    """The text of an element as it stands in its line behind ``before``: raised, or apart from the
    words beside it; with ``keep``, no blanks are put around it."""
    if raised(element):
        return raise_text(text, before, element)
    if element.tag == "math":
        return apart(text, before)
    if keep or not text:
        return text
    following = element.getnext()
    after = element.tail or ("" if following is None else next(following.itertext(), ""))
    counts = _COUNT.fullmatch(text) and not before[-1:].isalnum()
    if counts and _CAPITAL.match(after):  # a step in front of its words
        return f"{text} "
    if element.tag == "img" or text in _SIGNS or is_drawn(element) or _is_called_box(element):
        lead, trail = (" " if beside.isalnum() else "" for beside in (before[-1:], after[:1]))
        return f"{lead}{text}{trail}"
    return f" {text} " if is_custom(element) or is_box(element) else text


def is_box(element: Any) -> bool:
    """Whether an element in a line is drawn as a box of its own: a button, a picture to click."""
    if element.tag in ("button", "iframe", "area"):
        return True
    return (
        bool(element.tag == "a" and len(element) and element[0].tag in ("img", "svg", "picture"))
        and not "".join(element.itertext()).strip()
    )


def _is_called_box(element: Any) -> bool:
    """Whether its class calls it one: a badge."""
    return element.tag in ("span", "a") and bool(_BOXES.search(element.get("class", "")))


def is_custom(element: Any) -> bool:
    """Whether it is an element of the site's own, such as ``my-note``."""
    tag = element.tag
    return isinstance(tag, str) and "-" in tag and ":" not in tag


def _is_visible(element: Any) -> bool:
    """Of a macro without a text of its own, its word is shown: of a status, or of an issue; of a
    film or a map from elsewhere, its title; of a template, what a component draws."""
    if element.tag == "template":
        return is_drawn_template(element)
    if element.tag == "svg":
        return is_drawn(element)
    if element.tag == "iframe":
        return bool(element.get("title") and element.get("src"))
    return bool(element.tag == "ac:parameter" and element.get("ac:name") in ("title", "key"))


def is_drawn_template(element: Any) -> bool:
    """Whether a template holds what a component of the page draws (its shadow tree)."""
    return element.tag == "template" and "shadowrootmode" in element.attrib


def is_drawn(element: Any) -> bool:
    """Whether an element is a picture without words that says what it shows, such as stars."""
    named = element.get("role") == "img" and element.get("aria-label")
    return bool(named) and not (element.text or "").strip() and not _tells(element)


def _tells(picture: Any) -> bool:
    """Whether it stands in a link or button of other words, or has words itself."""
    if picture.tag != "svg" and any(map(str.strip, picture.itertext())):
        return True
    holder = next(picture.iterancestors(*_CONTROLS), None)
    if holder is None:
        return False
    # Of a link that holds thousands of pictures, the first ones.
    inner = islice(holder.iter(), _MOST_IN_LINK)
    return any(f"{e.text or ''}{e.tail if e is not holder else ''}".strip() for e in inner)


def _named(element: Any) -> str:
    """What a link without words, such as one that is an icon, is called."""
    return str(element.get("aria-label") or element.get("alt") or element.get("title") or "")


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
    if element.get("type") == "checkbox":
        return _box(element)
    if element.tag == "input":
        shown = element.get("type") in ("button", "submit", "reset", "text", None)
        return str(element.get("value") or "") if shown else ""
    named = str(element.get("alt") or element.get("title") or "")
    return "" if is_picture_file(named) else named


def _box(element: Any) -> str:
    """A box that is ticked or not; nothing where it is one to be ticked in a form, or where a style
    sheet makes of it what opens a part of the page, which stands behind it or its label."""
    following, words = element.getnext(), (element.tail or "").strip()
    opens = following is not None and following.tag == "input" and not words
    if following is not None and following.tag == "label":
        following = following.getnext()
    opens |= following is not None and following.tag in _OPENED and not words
    opens |= "toggle" in element.get("class", "")
    ticked = "checked" in element.attrib
    if "disabled" not in element.attrib and (opens or (not ticked and _is_asked(element))):
        return ""
    return "☑" if ticked else "☐"


def _is_asked(box: Any) -> bool:
    """Whether a box is one of a form."""
    return bool(box.get("name")) or next(box.iterancestors("form"), None) is not None
