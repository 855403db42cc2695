"""Which reader reads what: one for each ending of a file's name.

Readers raise :class:`DocumentError` for what they understand and anything else for damage;
:mod:`chatbot.knowledge.apart` runs them where they can do no harm.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import PurePath

from chatbot.collector import no_garbage_collection
from chatbot.errors import DocumentError, reason_of
from chatbot.knowledge.blocks import Block, Extracted, check_length

# Module and function of the readers of formats with a text of their own.
_READERS = {
    ".html": "html:read_html",
    ".htm": "html:read_html",
    ".xhtml": "html:read_html",
    ".pdf": "pdf:read_pdf",
    ".tif": "pictures:read_tiff",
    ".tiff": "pictures:read_tiff",
    ".docx": "office:read_word",
    ".docm": "office:read_word",
    ".dotx": "office:read_word",
    ".doc": "office:read_old_word",
    ".pptx": "office:read_slides",
    ".pptm": "office:read_slides",
    ".ppsx": "office:read_slides",
    ".ppt": "office:read_old_slides",
    ".xlsx": "sheets:read_xlsx",
    ".xlsm": "sheets:read_xlsx",
    ".xls": "old_sheets:read_xls",
    ".odt": "opendocument:read_opendocument",
    ".ods": "opendocument:read_opendocument",
    ".odp": "opendocument:read_opendocument",
    ".rtf": "books:read_rtf",
    ".epub": "books:read_epub",
    ".ipynb": "books:read_notebook",
    ".rst": "rst:read_rst",
    ".adoc": "asciidoc:read_asciidoc",
    ".asciidoc": "asciidoc:read_asciidoc",
    ".vtt": "captions:read_captions",
    ".srt": "captions:read_captions",
    ".eml": "mail:read_mail",
    ".mbox": "mail:read_mailbox",
    ".msg": "outlook:read_outlook",
    ".ics": "calendars:read_calendar",
    ".vcf": "calendars:read_cards",
}
_WITH_PARTS = frozenset({".eml", ".mbox", ".msg"})
_SCANNED = frozenset({".pdf", ".tif", ".tiff", ".docx", ".docm", ".dotx"})
EXTRACTED = tuple(_READERS)
# Attachments that are shown as they are.
_AS_IT_IS = frozenset(
    ".txt .md .log .json .jsonl .yaml .yml .xml .ini .cfg .conf .sh .sql".split()  # noqa: SIM905
)
_MAX_ATTACHED = 20_000_000  # bytes of one attachment


def extract(suffix: str, data: bytes, before_page: Callable[[], None] | None = None) -> Extracted:
    """Read ``data`` as ``suffix``. ``before_page`` is called before each page whose text is
    recognised (OCR), which takes seconds; without it none is.

    Raises:
        DocumentError: it cannot be read, whatever a parser raised.
    """
    with damage_as_errors(suffix):
        with no_garbage_collection():
            extracted = _read(suffix, data, before_page)
        check_length(len(extracted.text))
    return extracted


@contextmanager
def damage_as_errors(suffix: str) -> Iterator[None]:
    """Raise :class:`DocumentError` for whatever a reader raises: one file stops nothing."""
    try:
        yield
    except DocumentError:
        raise
    except MemoryError:
        raise DocumentError("reading it takes too much memory") from None
    except RecursionError:
        raise DocumentError("it is nested too deeply") from None
    except Exception as exc:  # every parser has exceptions of its own
        raise DocumentError(f"it cannot be read as {suffix} ({reason_of(exc)})") from exc


def _read(suffix: str, data: bytes, before_page: Callable[[], None] | None) -> Extracted:
    if suffix == ".json":
        from chatbot.knowledge.json_records import read_json

        return read_json(data)
    module, _, name = _READERS[suffix].partition(":")
    reader: Callable[..., Extracted] = getattr(import_module(f"{__name__}.{module}"), name)
    if suffix in _SCANNED:
        return reader(data, before_page)
    return reader(data, _attachment_blocks) if suffix in _WITH_PARTS else reader(data)


def _attachment_blocks(name: str, data: bytes) -> list[Block]:
    """The blocks of a file that hangs on a message; none of one that is not read."""
    from chatbot.knowledge.blocks import Code, Paragraph, Table
    from chatbot.knowledge.column_names import header_rows
    from chatbot.knowledge.formats.text import lines_of
    from chatbot.knowledge.records import CSV_SUFFIXES, csv_rows

    suffix = PurePath(name).suffix.lower()
    if len(data) > _MAX_ATTACHED or not data.strip():
        return []
    try:
        if suffix in CSV_SUFFIXES:
            rows, sign = csv_rows(lines_of(data))
            return [Table(rows, header_rows(rows, likely=True), sign)]
        if suffix in _AS_IT_IS or name == "text/plain":
            return [Code(lines_of(data))]
        if suffix in _READERS:
            return [Paragraph(part) for part in extract(suffix, data).text.split("\n\n")]
    except DocumentError:
        return []  # the message is read all the same; its attachment is named in it
    return []
