"""PDF files: text by pdf_oxide, put into reading order by :mod:`.layout` and :mod:`.flow`.

pypdf, which is slower and reads no layout, tells what pdf_oxide does not: the title, whether a
password is needed, and on which page a form's field stands.
"""

import io
import logging
import re
from collections.abc import Iterator, Sequence
from typing import Any

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import Block, Extracted, Page, render
from chatbot.knowledge.formats.flow import (
    joined_over_pages,
    page_blocks,
    usual_size,
)
from chatbot.knowledge.formats.layout import Line, lines_in_order
from chatbot.knowledge.formats.margins import without_margins
from chatbot.knowledge.formats.placed import Span
from chatbot.knowledge.formats.recognition import (
    MOST_PAGES,
    REMEDY,
    BeforePage,
    page_spans,
    recogniser,
)
from chatbot.knowledge.formats.ruled import with_grids
from chatbot.knowledge.formats.turned import Turn, read_spans, set_apart, turned_paths
from chatbot.knowledge.formats.zipped import PASSWORD

_MOST_PAGES = 5_000
# Bytes of what a page draws, as they are packed: a page with more is a map or a plan, whose lines,
# each an object of Python's, would take the reader's memory.
_DRAWING = 1_000_000
_HIDDEN, _PASSWORD = 1 << 1, 1 << 13  # flags of a widget, and of a field of text
_NEXT_LINE = 1.5  # times its height: so far below a link is the middle of its next line at most
_MOST_LEVELS = 10  # fields in fields
_NO_TITLE = re.compile(
    r"^\(?(?:anonymous|unspecified|untitled|unbenannt)\b|^(?:document|dokument|slide|folie|"
    r"presentation|präsentation)\s?\d*$|^PowerPoint[ -]?(?:Presentation|Präsentation)$|"
    r"^(?:about|file|https?|data):|"  # what a browser prints
    r"^Microsoft (?:Word|PowerPoint|Excel) - |^\W*$|"
    r"\.(?:docx?|pdf|indd|pptx?|xlsx?|odt|qxd)$",
    re.IGNORECASE,
)


def read_pdf(data: bytes, before_page: BeforePage | None = None) -> Extracted:
    """The file as text, a page after the other; ``before_page`` is called before each page
    that is a picture and whose text is recognised, without it none is.

    Raises:
        DocumentError: a password is needed, or no page has text.
    """
    from pdf_oxide import PdfDocument

    title, fields, drawings = _beside(data)
    document = PdfDocument.from_bytes(data)
    count = document.page_count()
    if count > _MOST_PAGES:
        raise DocumentError(f"it has more than {_MOST_PAGES} pages; split it")
    pages: list[list[Line]] = []
    heights: list[tuple[float, float]] = []
    gutters: list[float] = []
    for number in range(count):
        left, bottom, right, top = document.page_media_box(number)
        page = (min(left, right), min(bottom, top), max(left, right), max(bottom, top))
        spans, turn = read_spans(document.extract_spans(number), page)
        spans = _add_fields(spans, fields.get(number, ()), turn)
        spans = _add_links(spans, document.get_annotations(number), turn)
        page = turn(page) if turn else page
        if number not in drawings:
            paths = document.extract_paths(number)
            size = (page[2] - page[0], page[3] - page[1])
            spans = with_grids(spans, turned_paths(paths, turn) if turn else paths, size)
        pages.append(lines_in_order([*set_apart(spans, page)], gutters))
        heights.append((page[1], page[3]))
    found = without_margins(pages, heights) if any(pages) else pages
    pictures = [
        number
        for number in range(count)
        if not found[number] and (document.page_images(number) or document.extract_images(number))
    ]
    read = recogniser() if pictures and before_page else None
    if read and before_page:
        for number in pictures[:MOST_PAGES]:
            before_page()
            pages[number] = lines_in_order(page_spans(document, number, read)) or pages[number]
        found = without_margins(pages, heights)
        pictures = [number for number in pictures if not found[number]]
    if not any(pages):
        raise DocumentError(_reason(bool(read)) if pictures else "it has no text")
    # Where all of the text is at the edges of the pages, it is no running title.
    pages = found if any(found) else pages
    return render(list(_flowing(pages)), title, _notes(pictures, bool(read)))


def _flowing(pages: list[list[Line]]) -> Iterator[Block]:
    size = usual_size(pages)
    words = {word for page in pages for line in page for word in line.text.split()}
    flowing = joined_over_pages([page_blocks(page, size, words) for page in pages], words)
    for number, page in enumerate(flowing, start=1):
        yield from (Page(f"page {number}"), *page) if page else ()


def _reason(tried: bool) -> str:
    """Why a file without a text layer is not read."""
    if tried:
        return "it has no text layer, and no text was recognised in its pictures"
    return f"it has no text layer; for text recognition (OCR) {REMEDY}"


def _notes(pictures: list[int], tried: bool) -> list[str]:
    if not pictures:
        return []
    numbers = ", ".join(str(number + 1) for number in pictures[:20])
    numbers += " and others" if len(pictures) > 20 else ""
    remedy = "no text was recognised in it" if tried else f"for text recognition (OCR) {REMEDY}"
    return [f"page{'s' * (len(pictures) > 1)} {numbers} of it: a picture without text; {remedy}"]


def _add_fields(spans: list[Span], fields: Sequence[Span], turn: Turn | None) -> list[Span]:
    """The spans with the values of form fields."""
    if turn is None:
        return [*spans, *fields]
    boxes = [turn((field.left, field.y, field.right, field.y)) for field in fields]
    turned = [
        field._replace(left=box[0], y=box[1], right=box[2])
        for field, box in zip(fields, boxes, strict=True)
    ]
    return [*spans, *turned]


def _add_links(
    spans: list[Span], annotations: list[dict[str, Any]], turn: Turn | None
) -> list[Span]:
    """The spans with the addresses of links behind the last words that they are drawn over."""
    for at, found in enumerate(annotations):
        if _goes_on(found, annotations[at + 1 : at + 2]):
            continue
        address = str(found.get("action_uri") or "")
        if not address.startswith(("http", "mailto:")) or "rect" not in found:
            continue
        address = address.removeprefix("mailto:")
        left, bottom, right, top = found["rect"]
        if turn:
            left, bottom, right, top = turn((left, bottom, right, top))
        over = [
            at
            for at, span in enumerate(spans)
            if bottom - 3 <= span.y <= top and span.left < right - 1 and span.right > left + 1
        ]
        bare = re.sub(r"^https?://|/$", "", address)
        if over and not any(bare in spans[at].text for at in over):
            last = max(over, key=lambda at: spans[at].right)
            text = spans[last].text.rstrip()
            end = len(text.rstrip(".,;:!?"))
            spans[last] = spans[last]._replace(text=f"{text[:end]} ({address}){text[end:]}")
    return spans


def _goes_on(link: dict[str, Any], following: list[dict[str, Any]]) -> bool:
    """Whether the words of a link go on in the next line, over which there is another one: the
    line begins before them, or ends before it. Rows of a table can lead to one address, too."""
    if not following or not {"rect", "action_uri"} <= link.keys() & following[0].keys():
        return False
    below = following[0]
    middle = (below["rect"][1] + below["rect"][3]) / 2
    apart = link["rect"][1] - middle
    height = link["rect"][3] - link["rect"][1]
    if below["action_uri"] != link["action_uri"] or not 0 < apart < _NEXT_LINE * height:
        return False
    begins, ends = (link["rect"][side] - below["rect"][side] for side in (0, 2))
    return bool(begins > 1 or (begins > -1 and ends > 1))


def _beside(data: bytes) -> tuple[str, dict[int, list[Span]], set[int]]:
    """The title in the file's properties, the values of form fields by page, and the pages that
    are drawings; pages count from 0."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is wrong is in the exception
    try:
        reader = PdfReader(io.BytesIO(data))
        locked = reader.is_encrypted and not reader.decrypt("")
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, OSError):
        return "", {}, set()
    if locked:
        raise DocumentError(PASSWORD)
    try:
        title = str(getattr(reader.metadata, "title", "") or "").strip()
        title = "" if _NO_TITLE.search(title) else title
        form = "/AcroForm" in reader.root_object
        drawings = set(_drawings(reader)) if len(data) > _DRAWING else set()
        return title, dict(_fields(reader)) if form else {}, drawings
    except Exception:  # damage that the other parser may not mind
        return "", {}, set()


def _drawings(reader: Any) -> Iterator[int]:
    for number, page in enumerate(reader.pages):
        held = page["/Contents"].get_object() if "/Contents" in page else []
        streams = held if isinstance(held, list) else [held]
        if sum(int(stream.get_object().get("/Length", 0)) for stream in streams) > _DRAWING:
            yield number


def _fields(reader: Any) -> Iterator[tuple[int, list[Span]]]:
    for number, page in enumerate(reader.pages):
        spans = []
        for reference in page.get("/Annots") or ():
            field = reference.get_object()
            if field.get("/Subtype") == "/Widget" and (text := shown_in_field(field)):
                left, bottom, right, top = map(float, field["/Rect"])
                line = top - 10 if top - bottom > 24 else (bottom + top) / 2 - 2.5
                spans.append(Span(left, line, right, 10.0, text, False))
        yield number, spans


def shown_in_field(field: Any) -> str:
    """What a field shows: a box that is ticked, or a button that is chosen, a cross; a list the
    words for its value. A field that is hidden, for a password or a signature, shows nothing."""
    kind, flags = _inherited(field, "/FT"), int(_inherited(field, "/Ff") or 0)
    if int(field.get("/F") or 0) & _HIDDEN or (kind == "/Tx" and flags & _PASSWORD):
        return ""
    if kind == "/Sig":  # its value is a signature, and what is drawn is on the page
        return ""
    value = _inherited(field, "/V")
    if kind == "/Btn":
        state = str(field.get("/AS") or value or "/Off")
        return "[x]" if state.startswith("/") and state != "/Off" else ""
    values = value if isinstance(value, list) else [value]
    names = {}
    for option in _inherited(field, "/Opt") or () if kind == "/Ch" else ():
        pair = option.get_object() if hasattr(option, "get_object") else option
        if isinstance(pair, list) and len(pair) > 1:
            names[str(pair[0])] = str(pair[1])
    shown = (one.get_object() if hasattr(one, "get_object") else one for one in values)
    told = (str(one).strip() for one in shown if isinstance(one, str | int | float))
    return ", ".join(
        names.get(one, one) for one in told if one and (kind == "/Tx" or one[0] != "/")
    )


def _inherited(field: Any, name: str) -> Any:
    """An entry of a field, or of the one that it is a part of."""
    for _ in range(_MOST_LEVELS):
        if name in field:
            return field[name]
        if "/Parent" not in field:
            break
        field = field["/Parent"]
    return None
