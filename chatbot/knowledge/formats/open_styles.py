"""What the styles of an OpenDocument file say: what is hidden or struck out, raised, bold, a title,
and how lists and headings are numbered. A style has what the one has that it is based on."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chatbot.knowledge.formats.list_numbers import format_number

_NAMES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TEXT, _TABLE, _OFFICE, _STYLE, _PRESENTATION = (
    _NAMES % name for name in ("text", "table", "office", "style", "presentation")
)
_FORMAT = _NAMES % "xsl-fo-compatible"
_POSITION = re.compile(r"(super|sub|-?(?=[1-9]))")  # "super 58%", "-33% 58%"
_LIST, _OUTLINE = f"{_TEXT}list-style", f"{_TEXT}outline-style"
_NUMBER = (f"{_TEXT}list-level-style-number", f"{_TEXT}outline-level-style")
# The properties of styles that matter here.
_STRUCK = f"{_STYLE}text-line-through-style"
_SHOWN = (f"{_TEXT}display", f"{_TABLE}display", f"{_PRESENTATION}visibility")
_UNSEEN = ("none", "false", "hidden")
_POSITIONS = f"{_STYLE}text-position"
_WEIGHT, _GROUND = f"{_FORMAT}font-weight", f"{_FORMAT}background-color"
_LIST_NAME = f"{_STYLE}list-style-name"  # empty: what has the style has no number
_MOST = 20  # styles that one is based on
_MARGINS = ("header", "header-first", "footer", "footer-first")


class _Level(NamedTuple):
    """How the numbers of a level are written, from which one on, and of how many levels."""

    kind: str
    before: str
    after: str
    first: int
    levels: int


class Styles:
    """The styles in the ``roots`` of a file: of its content, then of its named styles."""

    def __init__(self, *roots: Any) -> None:
        self._own: dict[str, dict[str, str]] = {}
        self._above: dict[str, str] = {}
        self._lists: dict[str, dict[int, _Level]] = {}
        for root in roots:
            for style in root.iter(f"{_STYLE}style"):
                name = str(style.get(f"{_STYLE}name"))
                if name in self._own:  # a style of the text has the name of one of its margins
                    continue
                self._above[name] = str(style.get(f"{_STYLE}parent-style-name") or "")
                self._own[name] = {k: v for part in style for k, v in part.attrib.items()}
                self._own[name] |= {k: v for k, v in style.attrib.items() if k == _LIST_NAME}
            for style in root.iter(_LIST, _OUTLINE):
                name = str(style.get(f"{_STYLE}name") or "") if style.tag == _LIST else _OUTLINE
                self._lists.setdefault(name, dict(_levels(style)))
        self._known: dict[tuple[str | None, str], str] = {}

    def is_unseen(self, name: str | None) -> bool:
        """Whether readers do not see what has the style, or see it struck out."""
        struck = self._value(name, _STRUCK) not in ("", "none")
        return struck or any(self._value(name, kind) in _UNSEEN for kind in _SHOWN)

    def raised(self, name: str | None) -> str:
        """ "sup" or "sub" of what stands higher or lower than its line."""
        match = _POSITION.match(self._value(name, _POSITIONS))
        return "" if match is None else "sub" if match[1] in ("sub", "-") else "sup"

    def is_title(self, name: str | None) -> bool:
        """Whether it is the style "Title", or one that is based on it."""
        return "Title" in self._line(name)

    def is_unnumbered(self, name: str | None) -> bool:
        """Whether a heading with the style has no number."""
        own = (self._own.get(n, {}) for n in self._line(name))
        return next((values[_LIST_NAME] for values in own if _LIST_NAME in values), None) == ""

    def look(self, name: str | None) -> str:
        """How a cell looks that is bold or on a ground of its own: alike ones have one text."""
        ground = self._value(name, _GROUND)
        bold = self._value(name, _WEIGHT) == "bold"
        return "bold" * bold + f" on {ground}" * (ground not in ("", "transparent"))

    def first(self, style: str, depth: int) -> int:
        """The first number of a list at a depth from 0."""
        level = self._lists.get(style, {}).get(depth + 1)
        return level.first if level else 1

    def label(self, style: str, numbers: Sequence[int]) -> str:
        """The number of an item, as it is shown, by those of the items that it is in and its own;
        nothing of one that has a bullet."""
        levels = self._lists.get(style)
        if levels is None and "Numbering" in style:
            return f"{numbers[-1]}."
        own = (levels or {}).get(len(numbers))
        if own is None or not own.kind:
            return ""
        first = max(0, len(numbers) - own.levels)
        told = [_written(n, levels, at) for at, n in enumerate(numbers, start=1) if at > first]
        return f"{own.before}{'.'.join(filter(None, told))}{own.after}".strip()

    def heading_label(self, numbers: Sequence[int]) -> str:
        """The same of a heading."""
        return self.label(_OUTLINE, numbers)

    def _value(self, name: str | None, kind: str) -> str:
        if (name, kind) not in self._known:
            own = (self._own.get(n, {}) for n in self._line(name))
            found = next((values[kind] for values in own if kind in values), "")
            self._known[name, kind] = found
        return self._known[name, kind]

    def _line(self, name: str | None) -> list[str]:
        """A style and those that it is based on, the nearest one first."""
        found: list[str] = []
        at = name or ""
        while at and at not in found and len(found) < _MOST:
            found.append(at)
            at = self._above.get(at, "")
        return found


def margins(root: Any, content: Any) -> Iterator[tuple[str, Any]]:
    """What stands above ("header") and below ("footer") the pages of a text."""
    styles = content.iter(f"{_STYLE}style")
    used = {style.get(f"{_STYLE}master-page-name") for style in styles} | {"Standard"}
    for page in root.iter(f"{_STYLE}master-page"):
        if page.get(f"{_STYLE}name") not in used:
            continue
        for name in _MARGINS:
            margin = page.find(f"{_STYLE}{name}")
            if margin is not None and margin.get(f"{_STYLE}display") != "false":
                yield name.partition("-")[0], margin


def _levels(style: Any) -> Iterator[tuple[int, _Level]]:
    for level in style.iter(*_NUMBER):
        yield (
            _whole(level.get(f"{_TEXT}level"), 1),
            _Level(
                str(level.get(f"{_STYLE}num-format") or ""),
                str(level.get(f"{_STYLE}num-prefix") or ""),
                str(level.get(f"{_STYLE}num-suffix") or ""),
                _whole(level.get(f"{_TEXT}start-value"), 1),
                _whole(level.get(f"{_TEXT}display-levels"), 1),
            ),
        )


def _written(number: int, levels: Mapping[int, _Level] | None, at: int) -> str:
    level = (levels or {}).get(at)
    return format_number(number, level.kind) if level and level.kind else ""


def _whole(value: str | None, usual: int) -> int:
    return int(value) if value and value.isdecimal() else usual
