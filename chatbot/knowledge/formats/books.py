"""E-books, rich text and notebooks."""

import json
import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import (
    Block,
    Code,
    Extracted,
    Heading,
    Item,
    Table,
    even_rows,
    first_heading,
    one_line,
    render,
)
from chatbot.knowledge.column_names import header_rows
from chatbot.knowledge.formats.html import blocks_of, html_blocks, parse
from chatbot.knowledge.formats.prose import paragraphs
from chatbot.knowledge.formats.rtf import HEADING, without_removed
from chatbot.knowledge.formats.rtf_margins import margins_of
from chatbot.knowledge.formats.rtf_signs import with_merged_cells, with_signs
from chatbot.knowledge.formats.text import decode, lines_of
from chatbot.knowledge.formats.zipped import open_archive, xml

_NO_TITLE = re.compile(r"(?:unknown|untitled|unbenannt|sans titre|no title)\b|\W*$", re.IGNORECASE)
_RTF_TITLE = re.compile(r"\{\\info\b[^\n]{0,2000}?\{\\title ([^{}]{1,300})\}", re.DOTALL)
_HEADING = re.compile(rf"([^{HEADING}]*){HEADING}(\d)(.*)")
_SYMBOL = re.compile(r"[\uf000-\uf0ff·•▪●■◆➢]\s+(?=\S)")  # a bullet in a font of signs
# Tags of cells of which no reader sees the code, or what it printed; what is hidden, a click shows.
_NO_INPUT = frozenset({"remove-input"})
_NO_OUTPUT = frozenset({"remove-output", "remove-outputs"})
_COLOURS = re.compile(r"\x1b\[[\d;]*m")  # of a terminal
_OBJECT = re.compile(r"<[^<>\n]*>")  # as "<Figure size 640x480>"
_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_PACKAGE = "{http://www.idpf.org/2007/opf}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"


def read_epub(data: bytes) -> Extracted:
    """A book, in the order of its spine."""
    archive = open_archive(data)
    container = xml(archive, "META-INF/container.xml")
    root = container.find(f".//{_CONTAINER}rootfile") if container is not None else None
    if root is None:
        raise DocumentError("it is no e-book: it does not say where its text begins")
    where = str(root.get("full-path"))
    package = xml(archive, where)
    files = {item.get("id"): item.get("href") for item in package.iter(f"{_PACKAGE}item")}
    blocks: list[Block] = []
    for reference in package.iter(f"{_PACKAGE}itemref"):
        name = files.get(reference.get("idref"))
        path = posixpath.normpath(posixpath.join(posixpath.dirname(where), unquote(str(name))))
        if name and path in archive.NameToInfo:
            page = parse(decode(archive.read(path)))
            _raise_signs(page)
            blocks += html_blocks(page)
    title = (package.findtext(f".//{_TITLE}") or "").strip()
    return render(blocks, first_heading(blocks) if _NO_TITLE.match(title) else title)


def _raise_signs(page: Any) -> None:
    """Mark the signs of footnotes as raised, as readers of e-books show them."""
    for link in page.iter("a") if page is not None else ():
        is_sign = link.get("epub:type") == "noteref" or link.get("role") == "doc-noteref"
        if is_sign and link.find(".//sup") is None and link.getparent().tag != "sup":
            link.set("style", f"vertical-align:super;{link.get('style') or ''}")


def read_rtf(data: bytes) -> Extracted:
    """Rich text; rows of tables as they stand in it."""
    if not data.lstrip().startswith(b"{\\rtf"):
        raise DocumentError("it is no rich text; give it its real ending")
    source = with_signs(data.decode("latin-1").lstrip())
    shown = _shown(source)
    above, below = margins_of(source, lambda part: _rtf_text(_shown(part)))
    text = "\n".join([*above, _rtf_text(shown), *below])
    named = _RTF_TITLE.search(shown)
    title = _rtf_text("{\\rtf1 " + named[1] + "}") if named else ""
    return render(_rtf_blocks(text), "" if _NO_TITLE.match(title) else title)


def _shown(source: str) -> str:
    """A source as people see it; merged cells come last, as they repeat what is shown alone."""
    return with_merged_cells(without_removed(source))


def _rtf_text(source: str) -> str:
    from striprtf.striprtf import rtf_to_text

    text = str(rtf_to_text(source, encoding="cp1252", errors="replace"))
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # halves of signs


def _rtf_blocks(text: str) -> list[Block]:
    blocks: list[Block] = []
    rows: list[list[str]] = []
    for line in [*text.split("\n"), ""]:
        heading = _HEADING.fullmatch(line)
        if "|" in line and not heading:
            rows.append([cell.strip() for cell in line.rstrip("|").split("|")])
            continue
        if rows:
            table = even_rows(rows)
            blocks.append(Table(table, header_rows(table)))
            rows = []
        if heading:
            blocks.append(Heading(min(int(heading[2]) + 1, 6), one_line(heading[1] + heading[3])))
            continue
        bullet = _SYMBOL.match(line.lstrip())
        blocks += [Item(line.lstrip()[bullet.end() :])] if bullet else paragraphs(line)
    return blocks


def read_notebook(data: bytes) -> Extracted:
    """A Jupyter notebook: its notes, its code and what the code printed."""
    try:
        notebook = json.loads(lines_of(data))
        # Before version 4 they were in sheets.
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise DocumentError("it is no notebook") from None
    if not isinstance(cells, list):
        raise DocumentError("it is no notebook")
    blocks = [block for cell in cells for block in _cell(_mapping(cell))]
    return render(blocks, first_heading(blocks))


def _cell(cell: dict[str, Any]) -> Iterator[Block]:
    """The blocks of a cell that readers see; a part that is not what it should be is left out."""
    source = _join(cell.get("source") or cell.get("input"))
    metadata = _mapping(cell.get("metadata"))
    tags = {str(tag).replace("_", "-") for tag in _list(metadata.get("tags"))}
    if "remove-cell" in tags:
        return
    if cell.get("cell_type") == "markdown":
        yield from markdown_blocks(source)
    elif cell.get("cell_type") == "code":
        if _NO_INPUT.isdisjoint(tags):
            yield Code(source)
        if _NO_OUTPUT.isdisjoint(tags):
            yield from _outputs(map(_mapping, _list(cell.get("outputs"))))


def _outputs(outputs: Iterable[dict[str, Any]]) -> Iterator[Block]:
    """What the code of a cell printed and showed; of what has several forms, the fullest one."""
    printed = ""
    for output in outputs:
        shown = _mapping(output.get("data"))
        plain = _join(output.get("text") or shown.get("text/plain"))
        if output.get("ename"):
            plain = f"{output['ename']}: {_join(output.get('evalue'))}"
        plain = _COLOURS.sub("", plain)
        page, marked = _join(shown.get("text/html")), _join(shown.get("text/markdown"))
        found = (page and blocks_of(page)) or (marked and markdown_blocks(marked))
        if found:
            yield Code(printed)
            printed = ""
            yield from found
        elif not _OBJECT.fullmatch(plain.strip()):
            printed += plain if output.get("text") else f"{plain}\n"
    yield Code(printed)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _join(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value or "")


def markdown_blocks(text: str) -> list[Block]:
    """The blocks of Markdown inside another document."""
    from markdown_it import MarkdownIt

    html = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
    return blocks_of(html) if parse(html) is not None else []
