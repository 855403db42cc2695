"""What is drawn over the cells of a sheet: boxes and shapes with text."""

import re
from collections.abc import Iterable, Iterator
from zipfile import ZipFile

from chatbot.knowledge.blocks import Block, Paragraph
from chatbot.knowledge.formats.zipped import xml

_SHAPES = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DRAWING = re.compile(r"drawings/drawing\d*\.xml$")


def text_boxes(archive: ZipFile, targets: Iterable[str]) -> Iterator[Block]:
    """The texts of the drawings among the ``targets`` of a sheet's relations."""
    for target in targets:
        root = xml(archive, absolute_part(target)) if _DRAWING.search(target) else None
        for box in root.iter(f"{_SHAPES}txBody") if root is not None else ():
            lines = ("".join(t.text or "" for t in p.iter(f"{_DRAWN}t")) for p in box)
            yield Paragraph("\n".join(filter(None, lines)))


def absolute_part(target: str) -> str:
    """The part of a workbook that a relation of a sheet leads to."""
    return target.lstrip("/") if target[:1] == "/" else f"xl/{target.removeprefix('../')}"
