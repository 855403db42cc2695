"""What stands around a text and says so in its words: the way to the page, a question for an
opinion, a banner that asks for cookies.
"""

import re
from typing import Any

from chatbot.knowledge.blocks import one_line

_BREADCRUMBS = re.compile(r"bread-?crumb", re.IGNORECASE)
# What asks whether a page was of use, with its buttons and how many said so.
_OPINION = re.compile(
    r"(?:was|is) th(?:is|e) (?:\w+ )?(?:helpful|useful)(?: (?:to|for) you)?\s*(?:$|[?:]|yes|no|\d)"
    r"|did (?:this|you find (?:this|it))\b.{0,30}\b(?:help|helpful|useful|your question)\b"
    r"|(?:war|ist) dies(?:er|e|es)? (?:\w+ )?hilfreich|(?:haben|konnten) wir .{0,20}helfen"
    r"|cet(?:te)? (?:article|page|réponse) (?:vous )?a-t-(?:il|elle)"
    r"|¿(?:te|le|fue|ha)\b.{0,30}(?:útil|respondi)",
    re.IGNORECASE,
)
_LONGEST_OPINION = 120  # characters
# A banner of a site without a ``main``: it speaks of cookies, and somebody has to press something.
_COOKIES = re.compile(r"\bcookies?\b", re.IGNORECASE)
_AGREES = re.compile(
    r"\b(?:accept|allow|agree|got it|ok|okay|akzeptieren|zustimmen|erlauben|einverstanden|accepter"
    r"|d['’]accord|aceptar|de acuerdo)\b",
    re.IGNORECASE,
)
_OPENS = ("aria-controls", "aria-expanded", "data-target", "data-bs-target")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LONGEST_LABEL = 30  # characters of what is pressed
_LONGEST_BANNER = 1_500  # characters


def is_trail(element: Any) -> bool:
    """Whether it says of itself that it is the way to the page: "Home > Locks > Keys"."""
    said = f"{element.get('itemtype') or ''} {element.get('aria-label') or ''}"
    return bool(_BREADCRUMBS.search(said)) and element.tag != "a"


def asks_opinion(element: Any) -> bool:
    """Whether it asks if the page was of use, and has something to press."""
    if element.tag not in ("div", "section", "fieldset", "p", "aside"):
        return False
    if _is_long(element, _LONGEST_OPINION) or not any(map(is_pressed, element.iter())):
        return False
    return bool(_OPINION.match(one_line("".join(element.itertext()))))


def is_banner(element: Any) -> bool:
    """Whether it asks for cookies, on a page that is about something else."""
    if element.tag not in ("div", "section") or _is_long(element, _LONGEST_BANNER):
        return False
    if next(element.iter("ol", "pre"), None) is not None:  # it says how
        return False
    return speaks_of_cookies(element) and any(map(_agrees, element.iter()))


def speaks_of_cookies(element: Any) -> bool:
    """Whether it names them: what a title names, a page is about."""
    return bool(_COOKIES.search("".join(element.itertext())))


def _agrees(element: Any) -> bool:
    """Whether who presses it agrees, and opens no answer: "How do I allow cookies?" in a list."""
    leads = (element.get("href") or "").removeprefix("#")
    if not is_pressed(element) or (leads and not leads.startswith("javascript:")):
        return False
    headed = next(element.iterancestors(*_HEADINGS), None) is not None
    if headed or any(element.get(name) for name in _OPENS):
        return False
    label = one_line("".join(element.itertext()))
    return len(label) <= _LONGEST_LABEL and "?" not in label and bool(_AGREES.search(label))


def is_pressed(element: Any) -> bool:
    """Whether it is a button, or a link that leads to no page."""
    if element.tag == "a":
        return (element.get("href") or "#").startswith(("#", "javascript:"))
    return element.tag in ("button", "input") or element.get("role") == "button"


def _is_long(element: Any, most: int) -> bool:
    """Whether it holds more than ``most`` characters."""
    length = 0
    return any((length := length + len(text.strip())) > most for text in element.itertext())
