"""Tabs of a page: the label of each one stands beside what it opens."""

from typing import Any

from chatbot.knowledge.blocks import one_line

LABEL = "data-label-of-tab"  # the attribute that a panel gets
_TABS = (
    ".//*[@role='tab' or @data-toggle='tab' or @data-toggle='pill' or @data-bs-toggle='tab' or "
    "@data-bs-toggle='pill']"
)
_LABELS = ".//*[contains(concat(' ', @class, ' '), ' tabbed-labels ')]"  # of MkDocs
_PANELS = ".//*[@role='tabpanel' or contains(concat(' ', @class, ' '), ' tabbed-block ')]"
_NEAR = 3  # levels between a row of tabs and what holds its panels too
_LONGEST = 100  # characters of a label
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def label_panels(root: Any) -> None:
    """Give each panel of the tree the label of its tab as :data:`LABEL`, and hide that tab."""
    tabs = root.xpath(_TABS)
    rows: dict[Any, list[Any]] = {}
    for tab in tabs:
        panel = _panel_of(tab, root)
        if panel is not None:
            _label(tab, panel)
        elif (row := tab.getparent()) is not None and row.get("role") == "tablist":
            rows.setdefault(row, []).append(tab)
    for row in root.xpath(_LABELS):
        rows[row] = [label for label in row if label.tag == "label"]
    for row, row_tabs in rows.items():
        for tab, panel in zip(row_tabs, _panels_beside(row, len(row_tabs)), strict=False):
            _label(tab, panel)


def _panel_of(tab: Any, root: Any) -> Any:
    """The panel that a tab names, or that names it; ``None`` for none."""
    target = tab.get("aria-controls") or tab.get("data-bs-target") or tab.get("data-target")
    target = target or (tab.get("href") or "").partition("#")[2]
    found = root.xpath(".//*[@id=$name]", name=target.lstrip("#")) if target else []
    if not found and tab.get("id"):
        found = root.xpath(".//*[@role='tabpanel'][@aria-labelledby=$name]", name=tab.get("id"))
    return found[0] if found else None


def _panels_beside(row: Any, count: int) -> list[Any]:
    """The panels of a row of tabs by their order: as many as there are tabs; else none."""
    outer = row
    for _ in range(_NEAR):
        outer = outer.getparent()
        if outer is None:
            return []
        every = outer.xpath(_PANELS)
        inner = {panel for one in every for panel in one.xpath(_PANELS)}
        found = [panel for panel in every if panel not in inner]
        if found:
            return found if len(found) == count else []
    return []


def _label(tab: Any, panel: Any) -> None:
    label = one_line("".join(tab.itertext()))
    before = panel.getprevious()
    if not label or len(label) > _LONGEST or before is tab or _is_over(tab, panel):
        return
    if next(tab.iterdescendants(*_HEADINGS), None) is not None:  # of an accordion
        return
    tab.set("hidden", "hidden")
    if before is None or one_line("".join(before.itertext())) != label:
        panel.set(LABEL, label)


def _is_over(tab: Any, panel: Any) -> bool:
    return any(element is panel for element in tab.iterancestors())
