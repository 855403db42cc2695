"""A page of a PDF as a picture, with a quote marked in it."""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from chatbot.errors import DocumentError
from chatbot.text.sentences import sentences

_DPI = 110
_MOST_PIXELS = 6_000_000
_YELLOW = (255, 229, 138)  # as the page's marks
_SHORTEST = 12  # letters of a part of a quote that is looked for by itself
_NO_LETTER = re.compile(r"[\W_]+")

Box = tuple[float, float, float, float]  # left, bottom, right, top in points


def draw_page(data: bytes, number: int, quote: str) -> bytes:
    """Page ``number`` (from 0) as PNG.

    Raises:
        DocumentError: there is no such page.
    """
    import numpy as np
    from pdf_oxide import PdfDocument

    document = PdfDocument.from_bytes(data)
    if not 0 <= number < document.page_count():
        raise DocumentError("there is no such page")
    left, bottom, right, top = document.page_media_box(number)
    left, right, bottom, top = (
        min(left, right),
        max(left, right),
        min(bottom, top),
        max(bottom, top),
    )
    area = max(1.0, (right - left) * (top - bottom)) / 72**2
    dpi = max(1, int(min(_DPI, (_MOST_PIXELS / area) ** 0.5)))
    drawn = document.render_pixmap(number, dpi=dpi)
    shape = (drawn.height, drawn.width, 4)
    pixels = np.frombuffer(drawn.data, np.uint8).reshape(shape)[:, :, :3].copy()
    if not document.page_rotation(number):  # else the places of words are not those of the picture
        scale = dpi / 72
        for x0, y0, x1, y1 in quote_boxes(document.extract_words(number), quote):
            rows = slice(max(0, int((top - y1) * scale)), max(0, int((top - y0) * scale)) + 1)
            columns = slice(max(0, int((x0 - left) * scale)), max(0, int((x1 - left) * scale)) + 1)
            pixels[rows, columns] = np.minimum(pixels[rows, columns], _YELLOW)
    return _png(drawn.width, drawn.height, pixels.tobytes())


def quote_boxes(words: list[Any], quote: str) -> list[Box]:
    """Where the words of a quote stand: all of it in a row, else each of its sentences that does.
    Blanks, signs and hyphens do not count, since lines end elsewhere on the page."""
    letters, owners = "", []
    for at, word in enumerate(words):
        told = _letters(word.text)
        letters += told
        owners += [at] * len(told)
    marked: set[int] = set()
    for part in _parts(quote, letters):
        first = letters.find(part)
        marked |= set(owners[first : first + len(part)])
    return [_box(words[at]) for at in sorted(marked)]


def _parts(quote: str, letters: str) -> Iterator[str]:
    if (whole := _letters(quote)) and whole in letters:
        yield whole
        return
    for start, end in sentences(quote):
        part = _letters(quote[start:end])
        if len(part) >= _SHORTEST and part in letters:
            yield part


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text).casefold()


def _box(word: Any) -> Box:
    """A little larger than the word: what hangs below the line belongs to it."""
    x, y, width, height = word.bbox
    return x - 1, y - height * 0.3, x + width + 1, y + height * 0.9


def _png(width: int, height: int, pixels: bytes) -> bytes:
    """RGB bytes, a row after the other, as a file."""
    rows = b"".join(
        b"\0" + pixels[at : at + width * 3] for at in range(0, width * height * 3, width * 3)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    made = b"\x89PNG\r\n\x1a\n"
    for kind, body in chunks:
        checksum = zlib.crc32(kind + body)
        made += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)
    return made
