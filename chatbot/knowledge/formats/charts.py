"""Charts of slides, Word files and sheets as tables.

office_oxide tells a chart as lines: its title, the names of its categories, the figures of each
series, parted by commas, without those that are missing. So names and figures are marked in the
file before it reads it, the figures as the chart shows them. Charts of sheets are read here.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from chatbot.knowledge.blocks import Block, Paragraph, Table
from chatbot.knowledge.formats.numbers import format_value
from chatbot.knowledge.formats.zipped import side_xml, write_xml
from chatbot.text.unicode import FILLER

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_PART = re.compile(r"(?:ppt|word)/charts/chart\d*\.xml")
_POINTS = tuple(f"{_C}{kind}" for kind in ("strCache", "numCache", "strLit", "numLit"))
_SHEET = re.compile(r"\(?(?:'((?:[^']|'')+)'|([^'!(]+))!")
_TITLE, _NAMES = "Title: ", f"Categories: {FILLER}"
_NEXT = f", {FILLER}"
_MOST = 2000  # points of a series
_DIGITS = 10


def marked_charts(archive: zipfile.ZipFile, notes: list[str]) -> dict[str, bytes]:
    """The parts of a file that are charts, with a mark before each name and figure; those that are
    damaged are named among the ``notes``."""
    found = {}
    for name in filter(_PART.fullmatch, archive.namelist()):
        root = side_xml(archive, name, notes)
        if root is None:
            continue
        for held in root.iter(f"{_C}cat", f"{_C}val"):
            for points in held.iter(*_POINTS):
                _mark(points)
            for point in held.iterfind(f".//{_C}lvl/{_C}pt/{_C}v"):  # of names in levels
                point.text = f"{FILLER}{point.text or ''}"
        found[name] = write_xml(root)
    return found


def _mark(cache: Any) -> None:
    """Mark the points of a list of names or figures, and put in those that are missing."""
    count = cache.find(f"{_C}ptCount")
    many = _whole(count.get("val")) if count is not None else None
    told = [(_whole(point.get("idx")), point) for point in cache.findall(f"{_C}pt")]
    points = {at: point for at, point in told if at is not None}
    if many is None or not 0 < many <= _MOST or any(at is None for at, _ in told):
        return
    code = cache.findtext(f"{_C}formatCode") or ""
    for at in range(many):
        if at not in points:
            points[at] = cache.makeelement(f"{_C}pt", {"idx": str(at)})
            points[at].append(cache.makeelement(f"{_C}v", {}))
        value = points[at].find(f"{_C}v")
        if value is not None:
            value.text = f"{FILLER}{_shown(value.text or '', code)}"
    for at in sorted(points):  # in their order, behind everything else
        cache.append(points[at])


def _whole(said: str | None) -> int | None:
    """A number of points or the place of one; ``None`` where a file has something else there."""
    return int(said) if said and said.isdecimal() and len(said) < _DIGITS else None


def _shown(text: str, code: str) -> str:
    try:
        return format_value(float(text), code) if code and code != "General" else text
    except ValueError:
        return text


def with_charts(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks with each chart as a table: a row for each category, a column for each series."""
    at = 0
    while at < len(blocks):
        titled = _text(blocks[at]).startswith(_TITLE) and at + 1 < len(blocks)
        first = at + 1 if titled else at
        names = _text(blocks[first]).removeprefix(_NAMES).split(_NEXT)
        told = _text(blocks[first]).startswith(_NAMES)
        series = list(_series(blocks[first + 1 :], len(names))) if told else []
        if not series:
            yield _unmarked(blocks[at])
            at += 1
            continue
        if titled:
            yield Paragraph(_text(blocks[at]).removeprefix(_TITLE))
        rows = [["", *(name for name, _ in series)]]
        rows += [[name, *(values[n] for _, values in series)] for n, name in enumerate(names)]
        yield Table(rows, 1)
        at = first + 1 + len(series)


def _series(blocks: Sequence[Block], many: int) -> Iterator[tuple[str, list[str]]]:
    """The series that follow: their names, and a figure for each category."""
    for block in blocks:
        name, parted, told = _text(block).partition(f": {FILLER}")
        values = told.split(_NEXT)
        if not parted or len(values) != many:
            return
        yield name, values


def _unmarked(block: Block) -> Block:
    """What is no chart, or one whose names and figures do not fit, as office_oxide tells it."""
    text = _text(block)
    return Paragraph(text.replace(FILLER, "")) if FILLER in text else block


def _text(block: Block) -> str:
    return block.text if isinstance(block, Paragraph) else ""


def chart_blocks(root: Any, shown: set[str]) -> Iterator[Block]:
    """The title of a chart of a workbook, and its figures, unless they stand on one of the sheets
    that are ``shown``."""
    title = root.find(f"{_C}chart/{_C}title")
    lines = [*title.iter(f"{_A}p", f"{_C}pt")] if title is not None else []
    told = ("".join(part.text or "" for part in line.iter(f"{_A}t", f"{_C}v")) for line in lines)
    if words := " ".join(filter(None, told)):
        yield Paragraph(words)
    series = list(root.iter(f"{_C}ser"))
    if all(_sheet_of(one) in shown for one in series):
        return
    names = next((found for one in series if (found := _points(one, "cat", "xVal"))), [])
    columns = [(_name(one), _points(one, "val", "yVal")) for one in series]
    many = max([len(names), *(len(values) for _, values in columns)])
    rows = [["", *(name for name, _ in columns)]]
    rows += [[_at(names, n), *(_at(values, n) for _, values in columns)] for n in range(many)]
    yield Table(rows, 1)


def _sheet_of(series: Any) -> str:
    """The sheet on which the figures of a series stand."""
    place = series.findtext(f"{_C}val//{_C}f") or series.findtext(f"{_C}yVal//{_C}f") or ""
    match = _SHEET.match(place)  # of the first of several ranges, "(S!$A$1,S!$A$3)"
    return (match[1] or match[2]).replace("''", "'") if match else ""


def _name(series: Any) -> str:
    return str(series.findtext(f"{_C}tx//{_C}v") or "")


def _points(series: Any, *kinds: str) -> list[str]:
    """The names or figures that the chart keeps of a series, as it shows them."""
    cache = next(
        (c for kind in kinds for c in series.findall(f"{_C}{kind}//*") if c.tag in _POINTS), None
    )
    count = cache.find(f"{_C}ptCount") if cache is not None else None
    many = _whole(count.get("val")) if count is not None else None
    if cache is None or many is None or many > _MOST:
        return []
    code = cache.findtext(f"{_C}formatCode") or ""
    values = [""] * many
    for point in cache.findall(f"{_C}pt"):
        at = _whole(point.get("idx"))
        if at is not None and at < many:
            values[at] = _shown(point.findtext(f"{_C}v") or "", code)
    return values


def _at(values: Sequence[str], place: int) -> str:
    return values[place] if place < len(values) else ""
