"""Parts of other formats in a Word file ("altChunk"): programs that export pages as Word files, or
put Word files together, leave it to Word to take them in."""

import email
import email.policy
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from chatbot.errors import reason_of
from chatbot.knowledge.blocks import Block, Paragraph, Table, one_line, render
from chatbot.knowledge.formats.books import read_rtf
from chatbot.knowledge.formats.html import blocks_of
from chatbot.knowledge.formats.prose import paragraphs
from chatbot.knowledge.formats.text import decode
from chatbot.knowledge.formats.word_names import W
from chatbot.knowledge.formats.zipped import write_xml, xml
from chatbot.text.unicode import FILLER

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BODY = "word/document.xml"
_MARK = f"{FILLER}chunk "
_MARKED = re.compile(rf"{_MARK}(\d+)")
_TAG = re.compile(r"<(?:!doctype|\?xml|/?[a-z][a-z0-9]*[\s/>])", re.IGNORECASE)
_WEB_PAGE = (b"MIME-Version", b"From:", b"Content-Type")  # how a page in one file (MHT) begins

ReadWord = Callable[[bytes], Sequence[Block]]


def marked_chunks(archive: zipfile.ZipFile) -> tuple[dict[str, bytes], list[bytes]]:
    """The document with a mark where such a part belongs, if there are any, and the parts."""
    body = xml(archive, _BODY)
    found = list(body.iter(f"{W}altChunk")) if body is not None else []
    relations = xml(archive, "word/_rels/document.xml.rels") if found else None
    targets = (
        {r.get("Id"): str(r.get("Target")) for r in relations} if relations is not None else {}
    )
    parts: list[bytes] = []
    for chunk in found:
        name = posixpath.normpath(posixpath.join("/word", targets.get(chunk.get(_RELATION), "")))
        if (part := name.lstrip("/")) not in archive.NameToInfo:
            continue
        paragraph = chunk.makeelement(f"{W}p", {})
        paragraph.append(run := chunk.makeelement(f"{W}r", {}))
        run.append(text := chunk.makeelement(f"{W}t", {}))
        text.text = f"{_MARK}{len(parts)}"
        chunk.getparent().replace(chunk, paragraph)
        parts.append(archive.read(part))
    return ({_BODY: write_xml(body)} if parts else {}), parts


def with_chunks(
    blocks: Sequence[Block], parts: Sequence[bytes], read_word: ReadWord, notes: list[str]
) -> Iterator[Block]:
    """The blocks with what the ``parts`` hold where their marks stand, in a cell on one line; a
    part that is damaged costs no other and is told in the ``notes``."""

    def held(match: re.Match[str]) -> Sequence[Block]:
        try:
            return list(_blocks(parts[int(match[1])], read_word))
        except Exception as exc:  # every parser has exceptions of its own
            notes.append(f"a file in it was left out ({reason_of(exc)})")
            return []

    def on_one_line(match: re.Match[str]) -> str:
        return one_line(render(held(match)).text)

    for block in blocks:
        if isinstance(block, Paragraph) and (match := _MARKED.fullmatch(block.text)):
            yield from held(match)
        elif isinstance(block, Table):
            rows = [[_MARKED.sub(on_one_line, cell) for cell in row] for row in block.rows]
            yield replace(block, rows=rows)
        else:
            yield block


def _blocks(part: bytes, read_word: ReadWord) -> Iterable[Block]:
    if part.startswith(b"PK"):
        return read_word(part)
    if part.lstrip().startswith(b"{\\rtf"):
        return [Paragraph(text) for text in read_rtf(part).text.split("\n\n")]
    if part.lstrip().startswith(_WEB_PAGE):
        message: Any = email.message_from_bytes(part.lstrip(), policy=email.policy.default)
        pages = (p for p in message.walk() if p.get_content_type() == "text/html")
        if (page := next(pages, None)) is not None:
            held = page.get_payload(decode=True)
            return blocks_of(decode(held, page.get_content_charset("") or ""))
    text = decode(part)
    return blocks_of(text) if _TAG.search(text) else paragraphs(text)
