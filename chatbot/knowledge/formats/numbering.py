"""Word files made ready for office_oxide: with the numbers that Word shows, without comments and
hidden rows.

Numbers of several levels ("2.1"), of headings and in brackets ("a)") are put in as text, as are
equations, signs and the descriptions of pictures; rows are as wide as their table, and words stand
without the guide to their reading above them; everything else of a list is read by office_oxide.
"""

import re
import zipfile
from typing import Any

from chatbot.knowledge.formats.equations import write_word_equations
from chatbot.knowledge.formats.list_numbers import format_number
from chatbot.knowledge.formats.word_signs import write_signs
from chatbot.knowledge.formats.zipped import rewrite_archive, write_xml, xml

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DESCRIBED = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_LEVEL = re.compile(r"%(\d)")
_PLAIN = re.compile(r"%\d\.?|\(?%\d|[^%]*")  # "1.", "a.", a bullet
_MOST = 9  # levels
_MOST_FILLED = 60  # columns of a table in Word
_OFF = ("0", "false", "off")
# How HTML calls them.
_KINDS = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
_UNPACKED = 20_000_000  # bytes; larger ones are left as they are
Levels = dict[int, tuple[str, str, int]]  # level: format, text, first number


def write_numbers(data: bytes, archive: zipfile.ZipFile) -> bytes:
    """The file with its numbers as text, without comments; ``data`` itself where it has neither."""
    names = archive.NameToInfo
    comments = [name for name in names if re.match(r"word/comments\w*\.xml$", name)]
    part = names.get("word/document.xml")
    if part is None or part.file_size > _UNPACKED:
        return data
    body = xml(archive, "word/document.xml")
    changed = _move_descriptions(body) + write_word_equations(body) + _without_guides(body)
    changed += _without_table_names(body) + _fill_rows(body) + write_signs(body)
    changed += (
        _without_placeholders(body)
        + _join_paragraphs(body)
        + _without_hidden_rows(body)
        + _Numbers(archive).write(body)
    )
    if not changed and not comments:
        return data
    parts = dict.fromkeys(comments, f'<w:comments xmlns:w="{_W[1:-1]}"/>'.encode())
    return rewrite_archive(archive, parts | {"word/document.xml": write_xml(body)})


def _move_descriptions(body: Any) -> int:
    """Put the descriptions of pictures behind them; returns how many."""
    count = 0
    for properties in list(body.iter(_DESCRIBED)):
        text = properties.get("descr") or ""
        run = next(properties.iterancestors(f"{_W}r"), None)
        if text.strip() and run is not None:
            run.addnext(_run(run, f" {text.strip()} "))
            count += 1
    return count


def _join_paragraphs(body: Any) -> int:
    """Put a paragraph whose end was removed with changes tracked before the words of the next one;
    returns how many."""
    found = [
        paragraph
        for paragraph in body.iter(f"{_W}p")
        if paragraph.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None
    ]
    for paragraph in found:
        following = paragraph.getnext()
        if following is None or following.tag != f"{_W}p":
            continue
        at = int(following.find(f"{_W}pPr") is not None)
        for child in reversed([part for part in paragraph if part.tag != f"{_W}pPr"]):
            following.insert(at, child)
        paragraph.getparent().remove(paragraph)
    return len(found)


def _without_table_names(body: Any) -> int:
    """Take off the names of tables, which nobody sees: office_oxide leaves out the paragraph before
    the table that says the same; returns how many."""
    found = list(body.iter(f"{_W}tblCaption"))
    for name in found:
        name.getparent().remove(name)
    return len(found)


def _fill_rows(body: Any) -> int:
    """Put empty cells into rows that begin or end beside the first or last column, so that each
    cell keeps its column; returns how many."""
    count = 0
    for name in ("gridBefore", "gridAfter"):
        for mark in list(body.iter(f"{_W}{name}")):
            row = mark.getparent().getparent()
            many = str(mark.get(f"{_W}val") or "")
            if row is None or row.tag != f"{_W}tr" or not many.isdigit():
                continue
            for _ in range(min(int(many), _MOST_FILLED)):
                cell = row.makeelement(f"{_W}tc", {})
                cell.append(row.makeelement(f"{_W}p", {}))
                begin = row.index(mark.getparent()) + 1
                row.insert(begin if name == "gridBefore" else len(row), cell)
                count += 1
            mark.getparent().remove(mark)
    return count


def _without_guides(body: Any) -> int:
    """Take off what stands above words to tell how they are read; returns how many."""
    found = list(body.iter(f"{_W}ruby"))
    for guide in found:
        holder = guide.getparent()
        for run in guide.findall(f"{_W}rubyBase/{_W}r"):
            holder.addprevious(run)
        holder.remove(guide)
    return len(found)


def _without_placeholders(body: Any) -> int:
    """Take out what Word shows in controls that nobody filled ("Click here to enter text");
    returns how many."""
    found = list(body.iter(f"{_W}showingPlcHdr"))
    for sign in found:
        control = sign.getparent().getparent()
        for text in list(control.iterfind(f"{_W}sdtContent//{_W}t")):
            text.text = ""
    return len(found)


def _without_hidden_rows(body: Any) -> int:
    """Take out the rows of tables that are hidden, or were removed with changes tracked, and tables
    that have no other; returns how many rows."""
    found = [
        mark.getparent().getparent()
        for name in ("hidden", "del")
        for mark in body.iter(f"{_W}{name}")
        if mark.getparent().tag == f"{_W}trPr" and mark.get(f"{_W}val") not in _OFF
    ]
    for row in found:
        table = row.getparent()
        if table is not None:
            table.remove(row)
            if table.find(f".//{_W}tr") is None and table.getparent() is not None:
                table.getparent().remove(table)
    return len(found)


def _run(beside: Any, text: str) -> Any:
    run = beside.makeelement(f"{_W}r", {})
    inner = run.makeelement(f"{_W}t", {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
    inner.text = text
    run.append(inner)
    return run


class _Numbers:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._lists: dict[str, tuple[str, Levels]] = {}  # list: what it counts on, its levels
        self._counts: dict[str, list[int]] = {}
        self._styles: dict[str, tuple[str, str]] = {}  # style: list and level
        self._headings: set[str] = set()  # styles of headings
        numbering = xml(archive, "word/numbering.xml")
        if numbering is not None:
            self._read(numbering)
            self._read_styles(xml(archive, "word/styles.xml"))

    def _read_styles(self, styles: Any) -> None:
        found = styles.iter(f"{_W}style") if styles is not None else ()
        known = {str(style.get(f"{_W}styleId")): style for style in found}
        for name in known:
            at, seen = name, set[str]()
            while at in known and at not in seen:  # a style and those it is based on
                seen.add(at)
                style = known[at]
                properties = style.find(f"{_W}pPr")
                if _place(properties)[0]:
                    self._styles.setdefault(name, _place(properties))
                if _value(style, "name").lower().startswith("heading") or (
                    properties is not None and properties.find(f"{_W}outlineLvl") is not None
                ):
                    self._headings.add(name)
                at = _value(style, "basedOn")

    def _read(self, numbering: Any) -> None:
        shapes = {
            shape.get(f"{_W}abstractNumId"): {
                int(level.get(f"{_W}ilvl") or 0): (
                    _value(level, "numFmt") or "decimal",
                    _value(level, "lvlText"),
                    int(_value(level, "start") or 1),
                )
                for level in shape.iter(f"{_W}lvl")
            }
            for shape in numbering.iter(f"{_W}abstractNum")
        }
        for found in numbering.iter(f"{_W}num"):
            name, shape = str(found.get(f"{_W}numId")), _value(found, "abstractNumId")
            levels = dict(shapes.get(shape, {}))
            again = False
            for over in found.iter(f"{_W}lvlOverride"):
                level = int(over.get(f"{_W}ilvl") or 0)
                start = _value(over, "startOverride")
                if start and level in levels:
                    levels[level] = (*levels[level][:2], int(start))
                    again = True
            self._lists[name] = (f"{name}!" if again else shape, levels)

    def write(self, body: Any) -> int:
        """Put in the numbers that a list of HTML cannot say; returns how many."""
        count = 0
        for paragraph in body.iter(f"{_W}p") if self._lists else ():
            properties = paragraph.find(f"{_W}pPr")
            if properties is None:
                continue
            style = _value(properties, "pStyle")
            name, level = _place(properties)
            of_style = self._styles.get(style, ("", ""))
            name, level = name or of_style[0], level or of_style[1] or "0"
            if name not in self._lists or not level.isdigit() or int(level) >= _MOST:
                continue
            label, plain = self._next(name, int(level))
            heading = style in self._headings
            if not label or (plain and not heading):
                continue
            found = properties.find(f"{_W}numPr")
            if found is not None:
                properties.remove(found)
            properties.addnext(_run(properties, f"{label} "))
            if not heading:  # the style must not make it an item again
                for kind in properties.findall(f"{_W}pStyle"):
                    properties.remove(kind)
            count += 1
        return count

    def _next(self, name: str, level: int) -> tuple[str, bool]:
        """The label of the next paragraph of a list, and whether a list of HTML has it too."""
        key, levels = self._lists[name]
        counts = self._counts.setdefault(key, [0] * _MOST)
        kind, text, first = levels.get(level, ("", "", 1))
        counts[level] = counts[level] + 1 if counts[level] else first
        counts[level + 1 :] = [0] * (_MOST - level - 1)
        if kind in ("bullet", "none", ""):
            return "", True

        def number_of(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            number = counts[at] or levels.get(at, ("", "", 1))[2]
            return _format_number(number, levels.get(at, ("decimal", "", 1))[0])

        return _LEVEL.sub(number_of, text).strip(), bool(_PLAIN.fullmatch(text))


def _place(properties: Any) -> tuple[str, str]:
    """The list and the level of a paragraph or style; nothing without."""
    found = properties.find(f"{_W}numPr") if properties is not None else None
    return (_value(found, "numId"), _value(found, "ilvl")) if found is not None else ("", "")


def _value(element: Any, name: str) -> str:
    found = element.find(f"{_W}{name}")
    return str(found.get(f"{_W}val") or "") if found is not None else ""


def _format_number(number: int, kind: str) -> str:
    return f"{number:02}" if kind == "decimalZero" else format_number(number, _KINDS.get(kind))
