"""What icons say: the tick in a cell without words, and what an item of a list begins with."""

import re
from collections.abc import Iterator
from typing import Any

from chatbot.knowledge.blocks import one_line
from chatbot.knowledge.formats.confluence import SIGNS, STATUS, task_sign
from chatbot.knowledge.formats.inline import SPOKEN, inline_text, is_drawn, is_hidden

# Parts of the names that fonts and sets of icons give to their ticks and crosses.
_TICKS = frozenset("check checkmark tick ok yes".split())  # noqa: SIM905
_CROSSES = frozenset("times cross xmark remove close no".split())  # noqa: SIM905
# What else the file of such a picture is called.
_BESIDE = frozenset("icon mark sign symbol green red grey gray small svg png gif webp".split())  # noqa: SIM905
# What else the names of icons in Markdown say: of which set they are, and how they look.
_LOOKS = _BESIDE | frozenset(
    """
    material octicons fontawesome solid regular bold thick outline circle box white heavy large
    button ballot with negative squared multiplication
    """.split()  # noqa: SIM905
)
# What else the classes of a cell say.
_CELLS = frozenset("cell col td center centered text align feature".split())  # noqa: SIM905
_PARTS = re.compile(r"[^a-z]+")
_DRAWN = frozenset({"i", "span", "svg", "em", "b", "div", "use"})
_NAMES = (
    "class", "href", "xlink:href", "data-icon", "data-testid", "data-lucide", "icon", "name"
)  # fmt: skip
_OTHERS = ("data-testid", "name")  # which name other things, too
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_AROUND = frozenset(
    {"span", "div", "p", "label", "strong", "b"}
)  # what an icon can be the first of
_DEEP = 4  # elements around an icon


def picture_label(cell: Any, hidden: frozenset[str]) -> str:
    """What the pictures and icons in a cell without text are called; of ticks, crosses and boxes
    that nothing names, their sign. ``hidden`` are the selectors of what its page hides."""
    return one_line(" ".join(_labels(cell, hidden))) if cell.attrib or len(cell) else ""


def item_sign(item: Any, hidden: frozenset[str]) -> str:
    """What the icon says that an item of a list begins with, or is; nothing where words in the item
    say it to those who do not see the icon."""
    if "inline-task-list" in item.getparent().get("class", ""):  # of Confluence
        return "☑" if "checked" in item.get("class", "").split() else "☐"
    if item.text and item.text.strip():
        return ""
    if any(
        is_drawn(e) or not SPOKEN.isdisjoint(e.get("class", "").split())
        for e in item.iterdescendants()
    ):
        return ""
    if not any(map(str.strip, item.itertext())):
        return "" if item.find(".//a") is not None else picture_label(item, hidden)
    element = item
    for _ in range(_DEEP):
        element = next(iter(element), None)
        if element is None or element.tag in ("a", "img", "input"):
            return ""
        if element.tag == "svg" or not any(map(str.strip, element.itertext())):
            return one_line(" ".join(_labels(element, hidden)))
        if element.tag not in _AROUND or (element.text and element.text.strip()):
            return ""
    return ""


def sign_before(element: Any) -> str:
    """The sign in front of words that are a block of their own: the box of a label, or that of a
    task of Confluence."""
    if element.tag == STATUS:
        return task_sign(element)
    if element.tag != "input":
        return ""
    holder, following = element.getparent(), element.getnext()
    beside = following is not None and following.tag == "label"
    alone = holder.tag == "label" and not any(map(str.strip, holder.itertext()))
    return inline_text(element) if beside or alone else ""


def named_sign(name: str) -> str:
    """The sign of an icon by its name in Markdown, "material-check" or "white_check_mark"; nothing
    of one that says something else than yes or no, or is none."""
    parts = _parts(name)
    known = parts <= _TICKS | _CROSSES | _LOOKS | {"x"}
    return SIGNS.get(name, "") or (_sign_of(parts) if known else "")


def _labels(element: Any, hidden: frozenset[str]) -> Iterator[str]:
    tag, given = element.tag, element.attrib
    if not isinstance(tag, str) or tag == "button" or given.get("role") == "button":
        return
    if is_hidden(element, hidden) and given.get("aria-hidden") != "true":
        return
    named = given.get("aria-label") or given.get("title") or _title(element)
    if named:
        yield named
    elif sign := _sign(element):
        yield sign
    else:
        for child in element:
            yield from _labels(child, hidden)


def _title(element: Any) -> str:
    """The title that a drawing (SVG) carries in itself."""
    found = element.find("title") if element.tag == "svg" else None
    return one_line("".join(found.itertext())) if found is not None else ""


def _names_column(cell: Any) -> bool:
    """Whether a class of a cell is one of its column, such as "no" of numbers: the head has it."""
    table = next(cell.iterancestors("table"), None)
    first = table.find(".//tr") if table is not None else None
    heads = {name for head in (() if first is None else first) for name in _classes(head)}
    return first is not cell.getparent() and any(
        not (_TICKS | _CROSSES).isdisjoint(_parts(name)) for name in heads & _classes(cell)
    )


def _classes(element: Any) -> set[str]:
    return set(element.get("class", "").split())


def _sign(element: Any) -> str:
    """The sign that an icon draws, by the name of its class, of its file or of what it uses; that
    of a cell which is empty, by its own class."""
    if element.tag == "td" and not len(element):
        parts = _parts(element.get("class", ""))
        known = parts <= _TICKS | _CROSSES | _LOOKS | _CELLS and not _names_column(element)
        return _sign_of(parts) if known else ""
    if element.tag == "img":
        parts = _parts(element.get("src", "").rpartition("/")[2])
        return _sign_of(parts) if parts <= _TICKS | _CROSSES | _BESIDE else ""
    if not (element.tag in _DRAWN or "icon" in element.tag) or (
        len(element) and element.tag != "svg"
    ):
        return ""
    named = " ".join(
        given
        for name in _NAMES
        if (given := element.get(name))
        and (name not in _OTHERS or "icon" in element.tag + given.lower())
    )
    return _sign_of(_parts(named))


def _parts(name: str) -> set[str]:
    return set(filter(None, _PARTS.split(_CAPITAL.sub("-", name).lower())))


def _sign_of(parts: set[str]) -> str:
    if "checkbox" in parts:  # of Notion
        return "☑" if parts & {"on", "checked"} else "☐"
    if parts & _TICKS:
        return "✓"
    return "✗" if parts & _CROSSES or ("x" in parts and len(parts) > 1) else ""
