"""Confluence: the export of a space as HTML or as XML, each a zip or a folder."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from chatbot.errors import DocumentError, ImportingError
from chatbot.importing.archive import ExportFile
from chatbot.importing.conversations import Item, LeftOut
from chatbot.importing.documents import ImportedDocument, day_of, file_path, written_days
from chatbot.importing.markdown import to_markdown
from chatbot.importing.sources import ExportOptions
from chatbot.knowledge.blocks import one_line
from chatbot.knowledge.formats.html import blocks_of, html_blocks, parse
from chatbot.knowledge.formats.text import decode

_PAGES = frozenset({"Page", "BlogPost"})
_NUMBER = re.compile(r"(?:^|_)(\d{3,})$")
# A CDATA section cannot hold "]]>", so exports write "]] >". Code can have that, too, so only what
# can end a section counts: the end of the element that it is in, or the next section.
_END_OF_CDATA = re.compile(r"\]\] >(?=\s*</ac:|<!\[CDATA\[)")
_STEERING = bytes({*range(32)} - {9, 10, 13})
_PROLOG = 100_000  # bytes in which an XML file declares its entities


def read(files: Sequence[ExportFile], options: ExportOptions) -> Iterator[Item]:
    """The current pages and posts of the space that everybody may see."""
    entities = [file for file in files if PurePosixPath(file.name).name == "entities.xml"]
    if entities:
        for file in entities:
            yield from _Entities(file, options).items()
        return
    pages = [file for file in files if file.suffix in (".html", ".htm")]
    if not pages:
        raise ImportingError(
            "This is no export of a Confluence space: it has neither entities.xml nor HTML pages."
        )
    for file in pages:
        if PurePosixPath(file.name).name == "index.html":
            continue
        try:
            yield _html_page(file, options)
        except DocumentError as exc:
            yield LeftOut(file.name, str(exc))


def _address(number: str, options: ExportOptions) -> str:
    known = number and options.site
    return f"{options.site}/pages/viewpage.action?pageId={number}" if known else ""


def _html_page(file: ExportFile, options: ExportOptions) -> Item:
    root = parse(decode(file.read()))
    main = root.find(".//*[@id='main-content']") if root is not None else None
    if main is None:
        return LeftOut(file.name, "it is no page of a Confluence export")
    heading = root.find(".//*[@id='title-text']")
    title = one_line("".join(heading.itertext())) if heading is not None else ""
    # The title has the space's in front of it: "Help Desk : Refunds".
    title = title.partition(" : ")[2] or title
    stem = PurePosixPath(file.name).stem
    number = match[1] if (match := _NUMBER.search(stem)) else ""
    about = root.find(".//*[@class='page-metadata']")
    days = written_days("".join(about.itertext())) if about is not None else []
    for contents in main.xpath(".//div[contains(concat(' ', @class), ' toc-macro')]"):
        contents.getparent().remove(contents)
    text = to_markdown(html_blocks(main))
    if not text.strip():
        return LeftOut(file.name, "it holds no text")
    return ImportedDocument(
        file_path(stem, key=file.name),
        title or stem.replace("-", " "),
        text,
        _address(number, options),
        days[-1] if days else "",  # "Created by Ann on ..., last modified by Bo on ..."
    )


class _Readable:
    """A file of XML without the signs that steer a terminal: pasted into a page they stand in its
    export, and no parser reads on there."""

    def __init__(self, file: ExportFile) -> None:
        with file.open() as stream:
            self._wide = b"\0" in stream.read(4)  # UTF-16: every sign has any two bytes
        self._stream = file.open()

    def __enter__(self) -> "_Readable":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; none at the end only."""
        while data := self._stream.read(size):
            if kept := data if self._wide else data.translate(None, _STEERING):
                return kept
        return b""


class _Entities:
    """The objects of entities.xml, read one at a time."""

    def __init__(self, file: ExportFile, options: ExportOptions) -> None:
        self._file, self._options = file, options
        self._pages: dict[str, dict[str, str]] = {}
        self._bodies: dict[str, str] = {}
        self._closed: set[str] = set()
        self._parents: dict[str, str] = {}

    def items(self) -> Iterator[Item]:
        """What the file holds."""
        self._read()
        for number, page in self._pages.items():
            place = f"{self._file.name}: {page['title'] or number}"
            if self._is_closed(number):
                yield LeftOut(place, "only some people may see it")
                continue
            text = to_markdown(blocks_of(self._bodies.get(number, "")))
            if not text.strip():
                yield LeftOut(place, "it holds no text")
                continue
            yield ImportedDocument(
                file_path(f"{page['title'].lower()}-{number}"),
                page["title"],
                text,
                _address(number, self._options),
                day_of(page["date"]),
            )

    def _is_closed(self, number: str) -> bool:
        """Whether only some people may see a page: what one of those above it says counts, too."""
        above: set[str] = set()
        while number and number not in above:
            if number in self._closed:
                return True
            above.add(number)
            number = self._parents.get(number, "")
        return False

    def _read(self) -> None:
        from lxml import etree

        with _Readable(self._file) as stream:
            if b"<!ENTITY" in stream.read(_PROLOG):
                raise ImportingError(
                    f"'{self._file.name}' declares XML entities, which no export does; it is not "
                    "read."
                )
        with _Readable(self._file) as stream:
            events = etree.iterparse(
                stream,
                events=("end",),
                tag="object",
                resolve_entities=False,
                load_dtd=False,
                no_network=True,
                huge_tree=False,
            )
            try:
                for _, element in events:
                    self._take(element)
                    element.clear()
                    while element.getparent() is not None and element.getprevious() is not None:
                        del element.getparent()[0]
            except etree.XMLSyntaxError as exc:
                raise ImportingError(
                    f"'{self._file.name}' is damaged, or a part of it is missing "
                    f"({one_line(exc.msg or '')})."
                ) from exc

    def _take(self, element: Any) -> None:
        kind, number = element.get("class"), (element.findtext("id") or "").strip()
        said = {child.get("name"): child for child in element.iterfind("property")}
        if parent := _reference(said, "parent"):
            self._parents[number] = parent
        if kind in _PAGES:
            status = _text(said, "contentStatus") or "current"
            if status == "current" and not _reference(said, "originalVersion"):
                date = _text(said, "lastModificationDate") or _text(said, "creationDate")
                self._pages[number] = {"title": one_line(_text(said, "title")), "date": date}
        elif kind == "BodyContent":
            body = _END_OF_CDATA.sub("]]>", _text(said, "body"))
            self._bodies[_reference(said, "content")] = body
        elif kind == "ContentPermissionSet" and _text(said, "type") == "View":
            self._closed.add(_reference(said, "owningContent"))


def _text(said: dict[str, Any], name: str) -> str:
    return (said[name].text or "").strip() if name in said else ""


def _reference(said: dict[str, Any], name: str) -> str:
    """The number of the object that a property names."""
    return (said[name].findtext("id") or "").strip() if name in said else ""
