"""Numbers of paragraphs as Word shows them, put in as text where a list of HTML cannot say them:
those of several levels ("2.1"), of headings, in brackets ("a)"), with words ("Step 1:") and in the
cells of tables. Every other list is numbered by office_oxide.
"""

import re
import zipfile
from typing import Any, NamedTuple

from chatbot.knowledge.formats.list_numbers import format_number
from chatbot.knowledge.formats.word_names import OFF, W
from chatbot.knowledge.formats.zipped import xml

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LEVEL = re.compile(r"%(\d)")
_PLAIN = re.compile(r"%\d\.?|\(?%\d|[^%]*")  # "1.", "a.", a bullet
_MOST = 9  # levels
# How HTML calls them.
_KINDS = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
_OF_HTML = ("decimal", *_KINDS)
_LETTERS = 26
_ORDINALS = {1: "st", 2: "nd", 3: "rd"}


class _Level(NamedTuple):
    """A level of a list; the numbers in the text of a ``legal`` one are all figures."""

    kind: str
    text: str
    first: int
    legal: bool


_Levels = dict[int, _Level]
_NO_LEVEL = _Level("", "", 1, False)


class Numbers:
    """The numbers of a Word file's paragraphs."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._lists: dict[str, tuple[str, _Levels]] = {}  # list: what it counts on, its levels
        self._counts: dict[str, list[int]] = {}
        self._styles: dict[str, tuple[str, str]] = {}  # style: list and level
        self._headings: set[str] = set()  # styles of headings
        numbering = xml(archive, "word/numbering.xml")
        if numbering is not None:
            self._read(numbering)
            self._read_styles(xml(archive, "word/styles.xml"))

    def _read_styles(self, styles: Any) -> None:
        found = styles.iter(f"{W}style") if styles is not None else ()
        known = {str(style.get(f"{W}styleId")): style for style in found}
        for name in known:
            at, seen = name, set[str]()
            while at in known and at not in seen:  # a style and those it is based on
                seen.add(at)
                style = known[at]
                properties = style.find(f"{W}pPr")
                if _place(properties)[0]:
                    self._styles.setdefault(name, _place(properties))
                if _value(style, "name").lower().startswith("heading") or (
                    properties is not None and properties.find(f"{W}outlineLvl") is not None
                ):
                    self._headings.add(name)
                at = _value(style, "basedOn")

    def _read(self, numbering: Any) -> None:
        shapes = {
            shape.get(f"{W}abstractNumId"): dict(map(_level, shape.iter(f"{W}lvl")))
            for shape in numbering.iter(f"{W}abstractNum")
        }
        for found in numbering.iter(f"{W}num"):
            name, shape = str(found.get(f"{W}numId")), _value(found, "abstractNumId")
            levels = dict(shapes.get(shape, {}))
            again = False
            for over in found.iter(f"{W}lvlOverride"):
                levels |= map(_level, over.iter(f"{W}lvl"))
                level = _whole(over.get(f"{W}ilvl"), 0)
                start = _value(over, "startOverride")
                if start and level in levels:
                    levels[level] = levels[level]._replace(first=_whole(start, 1))
                    again = True
            self._lists[name] = (f"{name}!" if again else shape, levels)

    def is_item(self, paragraph: Any) -> bool:
        """Whether office_oxide takes a paragraph for an item of a list."""
        properties = paragraph.find(f"{W}pPr")
        style = _value(properties, "pStyle") if properties is not None else ""
        name = _place(properties)[0] or self._styles.get(style, ("", ""))[0]
        return name in self._lists and style not in self._headings

    def write(self, body: Any) -> int:
        """Put in the numbers that a list of HTML cannot say; returns how many."""
        count = 0
        written: set[tuple[str, str]] = set()  # lists and levels whose numbers are text from there
        beside = _Beside()
        for paragraph in body.iter(f"{W}p") if self._lists else ():
            properties = paragraph.find(f"{W}pPr")
            # A box is there twice, the second time for programs that do not know the first kind.
            if properties is None or next(paragraph.iterancestors(_FALLBACK), None) is not None:
                continue
            style = _value(properties, "pStyle")
            name, level = _place(properties)
            of_style = self._styles.get(style, ("", ""))
            name, level = name or of_style[0], level or of_style[1] or "0"
            if name not in self._lists or not level.isdigit() or int(level) >= _MOST:
                continue
            label, plain = self._next(name, int(level))
            heading = style in self._headings
            in_cell = label and next(paragraph.iterancestors(f"{W}tc"), None) is not None
            if in_cell or (plain and label and beside.is_other(paragraph, name, int(level))):
                written.add((name, level))
            if plain and not (label and (heading or (name, level) in written)):
                beside.add(paragraph, name if label else "", int(level))
                continue
            found = properties.find(f"{W}numPr")
            if found is not None:
                properties.remove(found)
            if label:
                properties.addnext(written_run(properties, f"{label} "))
            if not heading:  # the style must not make it an item again
                for kind in properties.findall(f"{W}pStyle"):
                    properties.remove(kind)
            count += 1
        return count

    def _next(self, name: str, level: int) -> tuple[str, bool]:
        """The label of the next paragraph of a list, and whether a list of HTML has it too."""
        key, levels = self._lists[name]
        counts = self._counts.setdefault(key, [0] * _MOST)
        kind, text, first, legal = levels.get(level, _NO_LEVEL)
        counts[level] = counts[level] + 1 if counts[level] else first
        counts[level + 1 :] = [0] * (_MOST - level - 1)
        if kind in ("bullet", ""):
            return "", True

        def number_of(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            found = levels.get(at, _NO_LEVEL)
            number = counts[at] or found.first
            return str(number) if legal else _format_number(number, found.kind)

        many = kind.endswith("Letter") and counts[level] > _LETTERS
        plain = kind in _OF_HTML and not legal and not many and bool(_PLAIN.fullmatch(text))
        return _LEVEL.sub(number_of, text).strip(), plain


class _Beside:
    """Items directly below each other, which HTML has in one list though they are of several."""

    def __init__(self) -> None:
        self._last: Any = None
        self._lists: dict[int, str] = {}  # by level

    def is_other(self, paragraph: Any, name: str, level: int) -> bool:
        """Whether the item above is of another list with numbers, which would go on."""
        return self._goes_on(paragraph) and self._lists.get(level, name) not in ("", name)

    def add(self, paragraph: Any, name: str, level: int) -> None:
        """Note an item of the list ``name``, which is empty where its items have no numbers."""
        above = self._lists if self._goes_on(paragraph) else {}
        self._lists = {at: other for at, other in above.items() if at < level} | {level: name}
        self._last = paragraph

    def _goes_on(self, paragraph: Any) -> bool:
        above = paragraph.itersiblings(f"{W}p", f"{W}tbl", f"{W}sdt", preceding=True)
        return self._last is not None and next(above, None) is self._last


def _level(level: Any) -> tuple[int, _Level]:
    """The place of a level, and the level."""
    legal = level.find(f"{W}isLgl")
    return _whole(level.get(f"{W}ilvl"), 0), _Level(
        _value(level, "numFmt") or "decimal",
        _value(level, "lvlText"),
        _whole(_value(level, "start"), 1),
        legal is not None and legal.get(f"{W}val") not in OFF,
    )


def _whole(text: str | None, default: int) -> int:
    """A number of up to six digits; ``default`` for what is none."""
    return int(text) if text and re.fullmatch("[0-9]{1,6}", text) else default


def written_run(beside: Any, text: str) -> Any:
    """A run of a Word file with ``text``, to be put in ``beside`` an element."""
    run = beside.makeelement(f"{W}r", {})
    inner = run.makeelement(f"{W}t", {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
    inner.text = text
    run.append(inner)
    return run


def _place(properties: Any) -> tuple[str, str]:
    """The list and the level of a paragraph or style; nothing without."""
    found = properties.find(f"{W}numPr") if properties is not None else None
    return (_value(found, "numId"), _value(found, "ilvl")) if found is not None else ("", "")


def _value(element: Any, name: str) -> str:
    found = element.find(f"{W}{name}")
    return str(found.get(f"{W}val") or "") if found is not None else ""


def _format_number(number: int, kind: str) -> str:
    match kind:
        case "none":
            return ""
        case "decimalZero":
            return f"{number:02}"
        case "ordinal":
            tens = number % 100 // 10 == 1
            return f"{number}{'th' if tens else _ORDINALS.get(number % 10, 'th')}"
        case "lowerLetter" | "upperLetter" if number > 0:  # after "z" comes "aa", and then "bb"
            times, place = divmod(number - 1, _LETTERS)
            return format_number(place + 1, _KINDS[kind]) * (times + 1)
    return format_number(number, _KINDS.get(kind))
