"""Documents that are nothing but pictures: scans in TIFF files, and texts of Word of pictures."""

import io
from collections.abc import Iterator
from typing import Any

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import Block, Extracted, Page, render
from chatbot.knowledge.formats.flow import page_blocks, usual_size
from chatbot.knowledge.formats.layout import Line, lines_in_order
from chatbot.knowledge.formats.recognition import (
    MOST_PAGES,
    REMEDY,
    BeforePage,
    recogniser,
    spans_of,
)

_WIDTH = 595.0  # points: of a page, where a picture does not say how large it is
_MOST_PIXELS = 40_000_000
_SMALLEST = 40  # pixels; smaller ones are lines and bullets


def read_tiff(data: bytes, before_page: BeforePage | None = None) -> Extracted:
    """A scan, each picture of it a page.

    Raises:
        DocumentError: nothing is installed, or allowed by ``before_page``, that recognises text,
            or there is none.
    """
    blocks = picture_blocks([data], before_page)
    return render(blocks)


def picture_blocks(pictures: list[bytes], before_page: BeforePage | None) -> list[Block]:
    """What is recognised in pictures, each a page.

    Raises:
        DocumentError: as :func:`read_tiff`.
    """
    if recogniser() is None:
        raise DocumentError(f"it is a picture without text; {REMEDY}")
    if before_page is None:
        raise DocumentError("it is a picture without text")
    pages = [lines for data in pictures for lines in _pages(data, before_page)][:MOST_PAGES]
    size = usual_size(pages)
    words = {word for page in pages for line in page for word in line.text.split()}
    blocks: list[Block] = []
    for number, page in enumerate(pages, start=1):
        blocks += [Page(f"page {number}"), *page_blocks(page, size, words)] if page else []
    if not blocks:
        raise DocumentError("it is a picture in which no text was recognised")
    return blocks


def _pages(data: bytes, before_page: BeforePage) -> Iterator[list[Line]]:
    from PIL import Image, ImageSequence

    read = recogniser()
    assert read is not None
    with Image.open(io.BytesIO(data)) as picture:
        for number, frame in enumerate(ImageSequence.Iterator(picture)):
            if number >= MOST_PAGES:
                return
            if min(frame.size) < _SMALLEST:
                continue
            before_page()
            grey = _grey(frame)
            table = read(grey.tobytes(), grey.width, grey.height)
            scale = _WIDTH / grey.width
            yield lines_in_order(spans_of(table, scale, grey.height * scale))


def _grey(frame: Any) -> Any:
    """The picture in grey on white, of a size that is still read."""
    from PIL import Image

    if frame.width * frame.height > _MOST_PIXELS:
        raise DocumentError(
            f"one of its pictures has more than {_MOST_PIXELS / 1e6:.0f} megapixels"
        )
    if frame.mode in ("RGBA", "LA", "PA") or "transparency" in frame.info:
        clear = frame.convert("RGBA")
        frame = Image.new("RGBA", clear.size, "white")
        frame.alpha_composite(clear)
    return frame.convert("L")
