"""What a click opens: parts of a page that are closed when it is shown first, and read all the
same, such as the answers of an accordion."""

import re
from collections.abc import Iterator
from typing import Any

from chatbot.knowledge.formats.style_sheets import toggled

OPENED = "data-opened-by-click"  # the attribute that such a part gets
_CLOSED = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|max-height\s*:\s*0", re.I)
# Parts of the names of classes and ids.
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_OPENS = frozenset(
    """
    accordion accordions collapse collapsible faq faqs toggle toggler expand expander expandable
    spoiler
    """.split()  # noqa: SIM905
)
_PANELS = _OPENS | {"tab", "tabs", "tabcontent", "tabpane", "tabpanel", "answer"}
# What opens above or beside a page is none of its text.
_OUTSIDE = frozenset(
    """
    menu submenu nav navbar navigation modal dialog popup popover overlay lightbox cookie cookies
    consent search drawer sidebar offcanvas tooltip dropdown toast language login share template
    error success loading spinner
    """.split()  # noqa: SIM905
)
_ROLES = frozenset(
    "dialog alertdialog menu menubar listbox tooltip alert status search navigation".split()  # noqa: SIM905
)
_UNSEEN = frozenset({"internal", "draft", "staff"})  # parts of classes of what no reader opens
_AROUND = frozenset("div section article dd ul ol dl".split())  # noqa: SIM905
_BOUND = ("x-show", "x-collapse", "v-show", "ng-show")  # to a state that a click changes
_EXPANDS = ("aria-expanded", "onclick", "@click", "x-on:click")
_LONGEST = 300  # characters of what opens something
_TOGGLES = ("data-toggle", "data-bs-toggle")
_TARGETS = ("aria-controls", "data-target", "data-bs-target", "href")


def mark_opened(root: Any) -> None:
    """Give each closed part of the tree that a click opens the attribute :data:`OPENED`."""
    closed = [*root.iterfind(".//*[@hidden]")]
    closed += [e for e in root.iterfind(".//*[@style]") if _CLOSED.search(e.get("style"))]
    closed = [element for element in closed if not _is_outside(element)]
    if not closed:
        return
    opened, controls = set[str](), set[str]()
    for element in root.iterdescendants():
        if _is_control(element):
            opened.update(_targets(element))
            controls.add(element.get("id") or "")
    for element in closed:
        if (
            element.get("id") in opened
            or (element.get("aria-labelledby") or "?") in controls
            or any(name in element.attrib for name in _BOUND)
            or _is_beside_control(element)
            or _is_called_panel(element)
        ):
            element.set(OPENED, "")
    closed = [element for element in closed if OPENED not in element.attrib]
    names = toggled(root) if closed else set()
    for element in closed:
        if not names.isdisjoint([*element.get("class", "").split(), element.get("id")]):
            element.set(OPENED, "")


def _is_outside(element: Any) -> bool:
    if not _UNSEEN.isdisjoint(part.lower() for part in _PARTS.findall(element.get("class", ""))):
        return True
    return element.get("role") in _ROLES or not _OUTSIDE.isdisjoint([element.tag, *_words(element)])


def _is_control(element: Any) -> bool:
    """Whether a click on an element, or a key, opens another one."""
    given = element.attrib
    if any(name in given for name in _EXPANDS) or "aria-controls" in given:
        return True
    return any(given.get(name) in ("collapse", "tab", "pill") for name in _TOGGLES)


def _targets(control: Any) -> Iterator[str]:
    """The ids of what a control opens."""
    for name in _TARGETS:
        yield from (part.lstrip("#") for part in (control.get(name) or "").split())


def _is_beside_control(element: Any) -> bool:
    """Whether what stands right before it opens it."""
    before = element.getprevious()
    if before is None or len("".join(before.itertext())) > _LONGEST:
        return False
    controls = [
        each
        for each in before.iter()
        if any(name in each.attrib for name in _EXPANDS)
        or ("button" in (each.tag, each.get("role")) and not _sends(each))
    ]
    # One that names what it opens opens nothing else.
    return bool(controls) and not any(map(_opens_another, controls))


def _sends(button: Any) -> bool:
    """Whether it is that of a form."""
    return button.get("type") in ("submit", "reset") or (
        next(button.iterancestors("form"), None) is not None
    )


def _opens_another(control: Any) -> bool:
    return any(name in control.attrib for name in _TARGETS[:-1])


def _is_called_panel(element: Any) -> bool:
    """Whether it, what stands before it, or what is around both, says by its name that it opens."""
    if not _PANELS.isdisjoint(_words(element)):
        return True
    before, holder = element.getprevious(), element.getparent()
    if before is None or element.tag not in _AROUND:
        return False
    return not _OPENS.isdisjoint([*_words(before), *_words(holder)])


def _words(element: Any) -> list[str]:
    name = f"{element.get('class', '')} {element.get('id', '')}"
    return [part.lower() for part in _PARTS.findall(name)]
