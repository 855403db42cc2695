"""Word and PowerPoint files of today and of before 2007, by office_oxide.

It keeps what python-docx, mammoth and others lose (docs/experiments.md, "Readers"): tracked
changes, content controls, text boxes, fields, footnotes, list numbers, inherited styles. It writes
HTML, which is then read as every other page is.
"""

import re
import zipfile
from typing import Any

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import (
    Block,
    Extracted,
    Heading,
    Page,
    Paragraph,
    first_heading,
    one_line,
    render,
)
from chatbot.knowledge.formats.charts import marked_charts, with_charts
from chatbot.knowledge.formats.described import described
from chatbot.knowledge.formats.equations import write_slide_equations
from chatbot.knowledge.formats.html import blocks_of
from chatbot.knowledge.formats.numbering import write_numbers
from chatbot.knowledge.formats.pictures import picture_blocks
from chatbot.knowledge.formats.recognition import BeforePage
from chatbot.knowledge.formats.word_chunks import marked_chunks, with_chunks
from chatbot.knowledge.formats.zipped import (
    OLE,
    open_archive,
    rewrite_archive,
    side_xml,
    title_in,
    write_xml,
    xml,
)

_PICTURE = re.compile(r"^word/media/.*\.(?:png|jpe?g|tiff?)$", re.IGNORECASE)
_STYLED = re.compile(r"</?span[^>]*>")
_UNREADABLE = re.compile(r"\[unreadable slide \W?/ppt/slides/")
_SLIDE = re.compile(r"<hr\s*/?>")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SLIDES = "{http://schemas.openxmlformats.org/presentationml/2006/main}sldId"
_PLACE = "*/{http://schemas.openxmlformats.org/presentationml/2006/main}ph"
_SHAPE = "{http://schemas.openxmlformats.org/presentationml/2006/main}cNvPr"
# What stands beside the text of a Word file, and the element that each of them is.
_BESIDE = {
    "styles": "w:styles",
    "numbering": "w:numbering",
    "footnotes": "w:footnotes",
    "endnotes": "w:endnotes",
    "header": "w:hdr",
    "footer": "w:ftr",
}
_BESIDE_PART = re.compile(rf"word/({'|'.join(_BESIDE)})\d*\.xml")
_DEEPEST = 3  # Word files in Word files
_MASTER = Heading(2, "Slide Master")  # what office_oxide writes above what is on every slide
_TITLES = re.compile(r"^(?:Word|PowerPoint|Microsoft|Document\d*|Untitled|Presentation\d*)\b", re.I)


def read_word(data: bytes, before_page: BeforePage | None = None) -> Extracted:
    """A .docx file; of one that holds pictures only, what is recognised in them."""
    archive = open_archive(data)
    notes: list[str] = []
    blocks = _word_blocks(data, archive, _DEEPEST, notes)
    found = render(blocks, first_heading(blocks) or _core_title(archive), notes)
    if not found.text.strip() and (pictures := _pictures(archive)):
        return render(picture_blocks(pictures, before_page), _core_title(archive))
    return found


def _word_blocks(
    data: bytes, archive: zipfile.ZipFile, depth: int, notes: list[str]
) -> list[Block]:
    """The blocks of a file and of those in it; ``depth`` is how many may be in each other. What is
    damaged beside the text is named among the ``notes``."""
    parts = {
        name: f'<{_BESIDE[match[1]]} xmlns:w="{_WORD[1:-1]}"/>'.encode()
        for name in archive.NameToInfo
        if (match := _BESIDE_PART.fullmatch(name)) and side_xml(archive, name, notes) is None
    }
    parts |= marked_charts(archive, notes)
    marked, chunks = marked_chunks(archive) if depth else ({}, [])
    if parts or marked:
        data = rewrite_archive(archive, parts | marked, notes)
        archive = open_archive(data)

    def inner(part: bytes) -> list[Block]:
        return _word_blocks(part, open_archive(part), depth - 1, notes)

    found = blocks_of(_html(write_numbers(data, archive, notes), "docx"))
    blocks = with_charts([*with_chunks(found, chunks, inner, notes)] if chunks else found)
    named = _title_lines(archive)
    return [
        Heading(1, block.text) if isinstance(block, Paragraph) and block.text in named else block
        for block in blocks
    ]


def _pictures(archive: zipfile.ZipFile) -> list[bytes]:
    """The pictures of a document, in the order of their numbers."""
    names = [name for name in archive.namelist() if _PICTURE.search(name)]
    return [archive.read(name) for name in sorted(names, key=lambda name: (len(name), name))]


def read_old_word(data: bytes) -> Extracted:
    """A .doc file."""
    return render(blocks_of(_html(data, "doc")))


def read_slides(data: bytes) -> Extracted:
    """A .pptx file without its hidden slides."""
    archive = open_archive(data)
    hidden = []
    notes: list[str] = []
    changed = marked_charts(archive, notes)
    for name in _slides(archive):
        root = side_xml(archive, name, notes)
        hidden.append(root is not None and root.get("show") in ("0", "false"))
        if root is not None and _cleared(root) + write_slide_equations(root):
            changed[name] = write_xml(root)
    data = rewrite_archive(archive, changed, notes) if changed or notes else data
    return _deck(_html(data, "pptx"), hidden, notes)


def _cleared(slide: Any) -> int:
    """Take out the shapes that are hidden or number the slides, and descriptions that nobody
    wrote; returns how many."""
    told = [(p, text) for p in slide.iter(_SHAPE) if (text := p.get("descr"))]
    made_up = [properties for properties, text in told if not described(text)]
    for properties in made_up:
        del properties.attrib["descr"]
    found = [
        properties.getparent().getparent()
        for properties in slide.iter(_SHAPE)
        if properties.get("hidden") in ("1", "true") or _is_number(properties.getparent())
    ]
    for shape in found:
        if shape.getparent() is not None:
            shape.getparent().remove(shape)
    return len(found) + len(made_up)


def _is_number(properties: Any) -> bool:
    return properties.find(f"{_PLACE}[@type='sldNum']") is not None


def read_old_slides(data: bytes) -> Extracted:
    """A .ppt file."""
    return _deck(_html(data, "ppt"), [], [])


def _deck(markup: str, hidden: list[bool], notes: list[str]) -> Extracted:
    blocks: list[Block] = []
    for number, part in enumerate(_SLIDE.split(markup)):
        if number < len(hidden) and hidden[number]:
            continue
        blocks += [Page(f"slide {number + 1}"), *with_charts(blocks_of(part))]
    blocks = [block for block in blocks if block != _MASTER and not _is_unreadable(block)]
    count = sum(hidden)
    notes += [f"{count} hidden slide{'s' * (count > 1)} left out"] if count else []
    return render(blocks, first_heading(blocks), notes)


def _is_unreadable(block: Block) -> bool:
    """Whether a block is what office_oxide says of a slide that is damaged."""
    return isinstance(block, Paragraph) and _UNREADABLE.match(block.text) is not None


def _slides(archive: zipfile.ZipFile) -> list[str]:
    """The parts of the slides in the order in which they are shown."""
    relations = xml(archive, "ppt/_rels/presentation.xml.rels")
    deck = xml(archive, "ppt/presentation.xml")
    if relations is None or deck is None:
        return []
    targets = {relation.get("Id"): str(relation.get("Target")) for relation in relations}
    found = (targets.get(slide.get(_RELATION), "") for slide in deck.iter(_SLIDES))
    return [target.lstrip("/") if target[:1] == "/" else f"ppt/{target}" for target in found]


def _html(data: bytes, kind: str) -> str:
    from office_oxide import Document

    if kind in ("doc", "ppt") and not data.startswith(OLE):
        raise DocumentError(f"it is no .{kind} file; give it its real ending")
    return _STYLED.sub("", str(Document.from_bytes(data, kind).to_html()))


def _title_lines(archive: zipfile.ZipFile) -> set[str]:
    """What is in the style "Title", which office_oxide takes for a paragraph as every other."""
    body = xml(archive, "word/document.xml")
    styles = xml(archive, "word/styles.xml")
    titles = {"Title"}  # the name of the style is the same in each language, its id is not
    for style in styles.iter(f"{_WORD}style") if styles is not None else ():
        name = style.find(f"{_WORD}name")
        if name is not None and str(name.get(f"{_WORD}val")).lower() == "title":
            titles.add(str(style.get(f"{_WORD}styleId")))
    found: set[str] = set()
    for style in body.iter(f"{_WORD}pStyle") if body is not None else ():
        if style.get(f"{_WORD}val") in titles:
            lines = style.getparent().getparent().iter(f"{_WORD}t")
            found.add(one_line("".join(line.text or "" for line in lines)))
    return found


def _core_title(archive: zipfile.ZipFile) -> str:
    """The title in the file's properties, if somebody gave it one."""
    title = title_in(archive, "docProps/core.xml")
    return "" if _TITLES.match(title) else title.strip()
