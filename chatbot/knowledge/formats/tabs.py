"""Tabs of a page: the label of each one stands beside what it opens."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from chatbot.knowledge.blocks import one_line

LABEL = "data-label-of-tab"  # the attribute that a panel gets
_TABS = (
    ".//*[@role='tab' or @data-toggle='tab' or @data-toggle='pill' or @data-bs-toggle='tab' or "
    "@data-bs-toggle='pill']"
)
_LABELS = ".//*[contains(concat(' ', @class, ' '), ' tabbed-labels ')]"  # of MkDocs
_PANELS = ".//*[@role='tabpanel' or contains(concat(' ', @class, ' '), ' tabbed-block ')]"
_SIGNS = (
    '"tab"',
    "'tab'",
    "=tab",
    '"pill"',
    "'pill'",
    "=pill",
    "tabbed-labels",
    "tab-label",
    "tablist",
    "class=tabs",
    'class="tabs',
    "class='tabs",
    "-tabs",
    "tabs-",
    "Tabs",
)  # in a page
_NEAR = 3  # levels between a row of tabs and what holds its panels too
_LONGEST = 100  # characters of a label
_SHORT = 40  # characters of one that only its place shows to be one
_ROW = ".//*[contains(@class, 'tab') or contains(@class, 'Tab')]"
_PARTS = re.compile(r"[A-Z]?[a-z]+")  # of the name of a class
_ROW_NAMES = frozenset({"tab", "tabs", "tablist"})
_PANEL_NAMES = frozenset(
    "tab tabs tabpanel panel panels pane panes content contents block blocks inner".split()  # noqa: SIM905
)
_NO_ROW = frozenset("panel panels pane panes content contents".split())  # noqa: SIM905
_LABEL_TAGS = frozenset({"a", "button", "label", "li", "span", "div"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def has_tabs(markup: str) -> bool:
    """Whether a page can have tabs: looking for them in its tree takes longer."""
    return any(sign in markup for sign in _SIGNS)


def label_panels(root: Any) -> None:
    """Give each panel of the tree the label of its tab as :data:`LABEL`, and hide that tab."""
    tabs, mkdocs = root.xpath(_TABS), root.xpath(_LABELS)
    boxed = [*_boxed(root), *_by_order(root)]
    if not (tabs or mkdocs or boxed):
        return
    page = _Page(root)
    for tab, panel in boxed:
        page.label(tab, panel)
    rows: dict[Any, list[Any]] = {}
    for tab in tabs:
        panel = page.panel_of(tab)
        if panel is not None:
            page.label(tab, panel)
        elif (row := tab.getparent()) is not None and row.get("role") == "tablist":
            rows.setdefault(row, []).append(tab)
    for row in mkdocs:
        rows[row] = [label for label in row if label.tag == "label"]
    for row, row_tabs in rows.items():
        for tab, panel in zip(row_tabs, page.panels_beside(row, len(row_tabs)), strict=False):
            page.label(tab, panel)


def opens_panel(element: Any) -> bool:
    """Whether it is a button of an accordion: it is a heading, or stands before its text."""
    if element.tag != "button":
        return False
    panel = element.getnext()
    shows = panel is not None and panel.tag in ("div", "section")
    return element.getparent().tag in _HEADINGS or (shows and panel.find(".//p") is not None)


def _boxed(root: Any) -> Iterator[tuple[Any, Any]]:
    """Tabs that need no script, and their panels: what a box is ticked for is behind its label."""
    for box in root.iter("input"):
        tab = box.getnext() if box.get("type") == "radio" else None
        panel = tab.getnext() if tab is not None and tab.tag == "label" else None
        if panel is not None and panel.tag == "div":
            yield tab, panel


def _by_order(root: Any) -> Iterator[tuple[Any, Any]]:
    """Tabs that only their order ties to their panels: a row of labels in front of as many blocks,
    or of what holds as many."""
    for row in root.xpath(_ROW):
        names = _names(row)
        if not names & _ROW_NAMES or names & _NO_ROW or row.find(".//*[@role='tab']") is not None:
            continue
        holder = row[0] if len(row) == 1 and row[0].tag in ("ul", "ol") else row
        labels = [child for child in holder if child.tag != "input"]
        if len(labels) < 2 or not all(label.tag in _LABEL_TAGS for label in labels):
            continue
        if any(_leads_away(link) for label in labels for link in label.iter("a")):
            continue
        texts = (one_line("".join(islice(label.itertext(), _SHORT))) for label in labels)
        if all(0 < len(text) <= _SHORT for text in texts):
            yield from zip(labels, _panels_behind(row, len(labels)), strict=False)


def _leads_away(link: Any) -> bool:
    """Whether a link opens another page, and no panel of this one."""
    address = (link.get("href") or "").strip()
    return bool(address) and "#" not in address and not address.lower().startswith("javascript:")


def _panels_behind(row: Any, many: int) -> list[Any]:
    following = list(islice(row.itersiblings(), many + 1))
    found = following[:many]
    if len(found) == many and all(_PANEL_NAMES & _names(panel) for panel in found):
        more = following[many:]
        return found if not (more and _names(more[0]) == _names(found[-1])) else []
    inside = list(following[0]) if following else []
    named = [_names(element) for element in following[:1] + inside]
    return inside if len(inside) == many and any(_PANEL_NAMES & names for names in named) else []


def _names(element: Any) -> set[str]:
    return {part.lower() for part in _PARTS.findall(element.get("class", ""))}


class _Page:
    """What a tree has of panels, looked up once for all of its tabs."""

    def __init__(self, root: Any) -> None:
        self._by_id: dict[str, Any] = {}
        self._by_tab: dict[str, Any] = {}
        self._inside: dict[Any, list[Any]] = {}  # panels that are in no other one in there
        self._before: dict[Any, str] = {}  # what stands before a panel
        for element in root.iterdescendants():
            if name := element.get("id"):
                self._by_id.setdefault(name, element)
            if element.get("role") == "tabpanel" and (name := element.get("aria-labelledby")):
                self._by_tab.setdefault(name, element)
        panels = root.xpath(_PANELS)
        every = set(panels)
        for panel in panels:
            for outer in panel.iterancestors():
                self._inside.setdefault(outer, []).append(panel)
                if outer in every:
                    break

    def panel_of(self, tab: Any) -> Any:
        """The panel that a tab names, or that names it; ``None`` for none."""
        target = tab.get("aria-controls") or tab.get("data-bs-target") or tab.get("data-target")
        target = target or (tab.get("href") or "").partition("#")[2]
        found = self._by_id.get(target.lstrip("#")) if target else None
        return self._by_tab.get(tab.get("id")) if found is None else found

    def panels_beside(self, row: Any, count: int) -> list[Any]:
        """The panels of a row of tabs by their order: as many as there are tabs; else none."""
        for outer in islice(row.iterancestors(), _NEAR):
            if found := self._inside.get(outer):
                return found if len(found) == count else []
        return []

    def label(self, tab: Any, panel: Any) -> None:
        """Give a panel the label of its tab, unless it has it before itself."""
        label = one_line("".join(tab.itertext()))
        before = panel.getprevious()
        over = before is tab and tab.tag != "label"  # of a button it is told enough
        if not label or len(label) > _LONGEST or over or _holds(panel, tab):
            return
        if next(tab.iterdescendants(*_HEADINGS), None) is not None:  # of an accordion
            return
        tab.set("hidden", "hidden")
        if panel not in self._before:
            text = "" if before is None else "".join(before.itertext())
            self._before[panel] = one_line(text)
        # What holds the tab itself has no other label: it is hidden with it.
        if self._before[panel] != label or _holds(before, tab):
            panel.set(LABEL, label)


def _holds(element: Any, tab: Any) -> bool:
    return element is tab or any(outer is element for outer in tab.iterancestors())
