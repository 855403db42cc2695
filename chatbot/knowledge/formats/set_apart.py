"""Whether the first row of a table of HTML is set apart from the others by its type: it is bold, or
has a ground of its own."""

import re
from collections.abc import Callable, Sequence
from typing import Any

_BOLD = ("b", "strong")
_HEAVY = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_GROUND = re.compile(r"background(?:-color)?\s*:\s*([^;!]+)", re.IGNORECASE)
# No ground, or the one of most pages.
_PAGE = re.compile(
    r"(?:none|transparent|inherit|initial|unset|white|#?fff(?:fff)?|"
    r"rgba?\(255, ?255, ?255[^)]*\))?",
    re.IGNORECASE,
)


def is_set_apart(rows: Sequence[list[Any]]) -> bool:
    """Whether the cells of the first one of these rows are all bold, or on the same ground, and
    those of no other row are; the last one may add up the others. Three rows, the last on the
    ground of the first, are striped."""
    if len(rows) < 2:
        return False
    others = [cells for cells in rows[1:-1] or rows[1:] if len(cells) > 1]
    return _is_first(_is_bold, rows[0], others) or _is_first(
        _ground, rows[0], rows[1:] if len(rows) == 3 else others
    )


def _is_first(
    look: Callable[[list[Any]], Any], first: list[Any], others: Sequence[list[Any]]
) -> bool:
    return bool(look(first)) and all(look(cells) != look(first) for cells in others)


def _is_bold(cells: list[Any]) -> bool:
    told = [cell for cell in cells if "".join(cell.itertext()).strip()]
    return len(told) > 1 and all(map(_holds_bold_only, told))


def _holds_bold_only(element: Any) -> bool:
    if element.tag in _BOLD or _HEAVY.search(element.get("style") or ""):
        return True
    if (element.text or "").strip():
        return False
    return not any(
        (child.tail or "").strip() or not (_is_comment(child) or _holds_bold_only(child))
        for child in element
    )


def _is_comment(element: Any) -> bool:
    return not isinstance(element.tag, str)


def _ground(cells: list[Any]) -> str:
    """The colour on which all cells stand; nothing where it is the page's."""
    found = {_ground_of(cell) or _ground_of(cell.getparent()) for cell in cells}
    return found.pop() if len(found) == 1 else ""


def _ground_of(element: Any) -> str:
    match = _GROUND.search(element.get("style") or "")
    own = element.get("data-highlight-colour") or element.get("bgcolor") or ""
    ground = (match[1] if match else own).strip().lower()
    return "" if _PAGE.fullmatch(ground) else ground
