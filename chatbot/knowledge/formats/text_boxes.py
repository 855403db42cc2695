"""What is drawn over the cells of a sheet: boxes and shapes with text, and charts."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from zipfile import ZipFile

from chatbot.knowledge.blocks import Block, Paragraph
from chatbot.knowledge.formats.charts import chart_blocks
from chatbot.knowledge.formats.zipped import side_xml

_SHAPES = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
# What programs show instead that do not know the newer kind of shape beside it.
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DRAWING = re.compile(r"drawings/drawing\d*\.xml$")


def drawn_blocks(
    archive: ZipFile, targets: Mapping[str, str], shown: set[str], notes: list[str]
) -> Iterator[Block]:
    """The texts and charts of the drawings among the ``targets`` of a sheet's relations. A chart of
    figures on one of the sheets that are ``shown`` is told by its title alone. Damaged parts are
    named among the ``notes``."""
    for target in targets.values():
        part = absolute_part(target)
        root = side_xml(archive, part, notes) if _DRAWING.search(target) else None
        charts = relations(archive, part, notes) if root is not None else {}
        for shape in _seen(root) if root is not None else ():
            if shape.tag == f"{_SHAPES}txBody":
                yield Paragraph("\n".join(filter(None, map(_line, shape))))
            elif (chart := charts.get(str(shape.get(_RELATION)))) is not None:
                found = side_xml(archive, absolute_part(chart), notes)
                yield from chart_blocks(found, shown) if found is not None else ()


def relations(archive: ZipFile, part: str, notes: list[str]) -> dict[str, str]:
    """Where the relations of a part of a workbook lead to."""
    folder, _, name = part.rpartition("/")
    root = side_xml(archive, f"{folder}/_rels/{name}.rels", notes)
    return {str(r.get("Id")): str(r.get("Target")) for r in root} if root is not None else {}


def absolute_part(target: str) -> str:
    """The part of a workbook that a relation of a sheet leads to."""
    return target.lstrip("/") if target[:1] == "/" else f"xl/{target.removeprefix('../')}"


def _seen(element: Any) -> Iterator[Any]:
    """The texts and charts in an element that people see."""
    for child in element:
        if child.tag == _FALLBACK or _is_hidden(child):
            continue
        if child.tag in (f"{_SHAPES}txBody", _CHART):
            yield child
        else:
            yield from _seen(child)


def _is_hidden(shape: Any) -> bool:
    properties = shape.find(f"{_SHAPES}*/{_SHAPES}cNvPr")
    return properties is not None and properties.get("hidden") in ("1", "true")


def _line(paragraph: Any) -> str:
    parts = paragraph.iter(f"{_DRAWN}t", f"{_DRAWN}br")
    return "".join(part.text or "" if part.tag == f"{_DRAWN}t" else "\n" for part in parts)
