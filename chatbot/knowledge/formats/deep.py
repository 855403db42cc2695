"""Pages that are nested deeper than a parser and a walk go: mostly they never close an element."""

from typing import Any

_DEEPEST = 250  # levels; the parser itself ends at 256
# Words that stand in these themselves are not read.
_HOLDERS = frozenset({"ul", "ol", "dl", "table", "thead", "tbody", "tfoot", "tr", "select"})
_TOO_DEEP = "Excessive depth"  # as it says then


def parsed(data: bytes) -> Any:
    """The tree of HTML in UTF-8; what lies deeper than 250 levels stands behind what holds it."""
    from lxml import etree

    def parser(huge: bool) -> Any:
        return etree.HTMLParser(
            encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=huge
        )

    usual = parser(huge=False)
    root = etree.fromstring(data, usual)
    if not any(_TOO_DEEP in entry.message for entry in usual.error_log):
        return root
    root = etree.fromstring(data, parser(huge=True))
    _lift(root)
    return root


def _lift(root: Any) -> None:
    waiting = [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        children = list(element)
        if depth < _DEEPEST or element.getparent().tag in _HOLDERS:
            depth += 1
        else:
            for child in reversed(children):
                element.addnext(child)
        waiting += [(child, depth) for child in children]
