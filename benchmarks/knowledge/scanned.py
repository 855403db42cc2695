"""Scanned pages made from texts: printed, made pictures, turned a little, blurred and speckled."""

import io
import random
import re
import textwrap
from pathlib import Path
from typing import Any

_DPI = 200
_FACES = ("Helvetica", "Times-Roman")
_PLAIN = re.compile(r"[^\x20-\x7e\xa0-\xff]|[`*_#|<>\[\]{}\\]|https?://\S+")


def pages(corpora: Path, count: int, seed: int = 0) -> list[tuple[bytes, str]]:
    """``count`` scans, each a PDF of one picture, with the text that was printed.

    Every fourth is in two columns, every fourth a table below a paragraph; type is 9 to 12 points.
    """
    chance = random.Random(seed)
    files = sorted(corpora.rglob("*.md"))
    found: list[tuple[bytes, str]] = []
    while len(found) < count:
        words = _PLAIN.sub(" ", chance.choice(files).read_text("utf-8", "replace")).split()
        words = [word for word in words if len(word) < 25]
        if len(words) > 300:
            printed, text = _printed(words[40:], len(found) % 4, chance)
            found.append((_scanned(printed, chance), text))
    return found


def _printed(words: list[str], kind: int, chance: random.Random) -> tuple[bytes, str]:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    size = chance.choice((9, 10, 11, 12))
    face = chance.choice(_FACES)
    canvas.setFont(face, size)
    width = int({"Helvetica": 0.9, "Times-Roman": 1.0}[face] * 1060 / size)
    text = " ".join(words[:500])
    shown: list[str] = []
    if kind == 1:
        lines = textwrap.wrap(text, int(width / 2.25))
        half = min(len(lines) // 2, int(700 / size / 1.3))
        for column in (0, 1):
            part = lines[column * half : (column + 1) * half]
            shown += part
            _lines(canvas, part, 60 + 250 * column, 780, size)
    elif kind == 3:
        part = textwrap.wrap(text, width)[:8]
        shown += part
        _lines(canvas, part, 60, 780, size)
        for row in range(18):
            cells = words[100 + 4 * row : 104 + 4 * row]
            shown += cells
            for column, cell in enumerate(cells):
                canvas.drawString(60 + 125 * column, 600 - 20 * row, cell[:20])
    else:
        part = textwrap.wrap(text, width)[: int(700 / size / 1.3)]
        shown += part
        _lines(canvas, part, 60, 780, size)
    canvas.save()
    return out.getvalue(), " ".join(shown)


def _lines(canvas: Any, lines: list[str], left: float, top: float, size: float) -> None:
    for number, line in enumerate(lines):
        canvas.drawString(left, top - 1.3 * size * number, line)


def _scanned(printed: bytes, chance: random.Random) -> bytes:
    from pdf_oxide import PdfDocument
    from PIL import Image, ImageChops, ImageFilter
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    drawn = PdfDocument.from_bytes(printed).render_page(0, dpi=_DPI)
    image = Image.open(io.BytesIO(drawn)).convert("L")
    image = image.rotate(chance.uniform(-0.7, 0.7), Image.Resampling.BICUBIC, fillcolor=255)
    image = image.filter(ImageFilter.GaussianBlur(chance.uniform(0.3, 0.9)))
    noise = Image.effect_noise(image.size, chance.uniform(5, 25))
    image = ImageChops.add(image, noise, scale=1.0, offset=-128)
    packed = io.BytesIO()
    image.save(packed, "JPEG", quality=60)
    packed.seek(0)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    canvas.drawImage(ImageReader(packed), 0, 0, 595, 842)
    canvas.save()
    return out.getvalue()
