"""Footnotes and endnotes of Word files: each behind the paragraph that it belongs to; in a cell,
or in an item of a list, whose numbers go on, behind its words. office_oxide has them at the end of
the text, far from what they qualify, and those too that nothing refers to any more."""

import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from chatbot.knowledge.blocks import one_line
from chatbot.knowledge.formats.addresses import with_address
from chatbot.knowledge.formats.word_names import GONE, W
from chatbot.knowledge.formats.zipped import xml

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_PICTURES = (f"{W}drawing", f"{W}pict", f"{W}object")  # their files are the notes' own


def place_notes(
    body: Any, archive: zipfile.ZipFile, is_item: Callable[[Any], bool]
) -> dict[str, bytes]:
    """Put the notes in where they belong; returns the parts of the file that held them, empty.
    ``is_item`` says of a paragraph whether it is an item of a list."""
    emptied = {}
    last: dict[Any, Any] = {}  # paragraph: what stands behind it so far
    for kind in ("footnote", "endnote"):
        part = f"word/{kind}s.xml"
        root = xml(archive, part)
        if root is None:
            continue
        links = _links(archive, kind)
        notes = {note.get(f"{W}id"): note for note in root.iter(f"{W}{kind}")}
        for reference in list(body.iter(f"{W}{kind}Reference")):
            note = notes.get(reference.get(f"{W}id"))
            host = next(reference.iterancestors(f"{W}p"), None)
            gone = next(reference.iterancestors(*GONE), None) is not None
            if note is None or host is None or gone:
                continue
            paragraphs = [*_paragraphs(note, links)]
            if is_item(host) or next(host.iterancestors(f"{W}tc"), None) is not None:
                _put_inside(reference, paragraphs)
                continue
            for paragraph in paragraphs:
                last.get(host, host).addnext(paragraph)
                last[host] = paragraph
        emptied[part] = f'<w:{kind}s xmlns:w="{W[1:-1]}"/>'.encode()
    return emptied


def _links(archive: zipfile.ZipFile, kind: str) -> dict[str, str]:
    found = xml(archive, f"word/_rels/{kind}s.xml.rels")
    return {str(r.get("Id")): str(r.get("Target")) for r in found} if found is not None else {}


def _paragraphs(note: Any, links: dict[str, str]) -> Iterator[Any]:
    """The paragraphs of a note, which can stand in the body: links with their address in words."""
    for paragraph in map(deepcopy, note.findall(f".//{W}p")):
        for picture in list(paragraph.iter(*_PICTURES)):
            picture.getparent().remove(picture)
        for link in list(paragraph.iter(f"{W}hyperlink")):
            address = links.get(str(link.attrib.pop(_RELATION, "")), "")
            texts = list(link.iter(f"{W}t"))
            if address and texts:
                words = "".join(text.text or "" for text in texts)
                texts[-1].text = (texts[-1].text or "") + with_address(words, address)[len(words) :]
        yield paragraph


def _put_inside(reference: Any, paragraphs: list[Any]) -> None:
    """Put a note in brackets behind the words that refer to it."""
    lines = ("".join(text.text or "" for text in p.iter(f"{W}t")) for p in paragraphs)
    told = one_line(" ".join(lines))
    run = reference.getparent()
    if told and run is not None:
        run.addnext(written := run.makeelement(f"{W}r", {}))
        written.append(text := run.makeelement(f"{W}t", {_SPACE: "preserve"}))
        text.text = f" ({told})"
