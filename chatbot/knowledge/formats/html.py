"""HTML as people see it in a browser, as blocks; also the storage format of Confluence.

The parser (lxml) knows where elements begin and end; what is a block, what is hidden and how a
table, a list or a raised figure reads is told here (docs/experiments.md, "Readers").
"""

import re
from collections.abc import Iterator
from typing import Any

from chatbot.knowledge.blocks import (
    Block,
    Code,
    Extracted,
    Heading,
    Item,
    Paragraph,
    as_label,
    one_line,
    render,
)
from chatbot.knowledge.formats.confluence import MACROS, macro_title
from chatbot.knowledge.formats.deep import parsed
from chatbot.knowledge.formats.icons import item_sign, sign_before
from chatbot.knowledge.formats.inline import (
    HIDDEN,
    inline_text,
    is_box,
    is_comments,
    is_custom,
    is_drawn,
    is_drawn_template,
    is_hidden,
    placed,
    single_blanks,
)
from chatbot.knowledge.formats.list_numbers import format_number, list_level, list_style
from chatbot.knowledge.formats.markup import repaired
from chatbot.knowledge.formats.opened import mark_opened
from chatbot.knowledge.formats.styled import apply_styles
from chatbot.knowledge.formats.tabs import LABEL, has_tabs, label_panels
from chatbot.knowledge.formats.text import decode

_BLOCKS = frozenset(
    """
    address article aside blockquote body center dd details dialog div dl dt fieldset
    figcaption figure footer form header hgroup html legend li main menu nav ol p section
    summary table tbody td tfoot th thead tr ul hr option optgroup select textarea label
    ac:structured-macro ac:macro ac:rich-text-body ac:layout ac:layout-section
    ac:layout-cell ac:task-list ac:task ac:task-body
    """.split()  # noqa: SIM905
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CODE = frozenset({"pre", "ac:plain-text-body", "xmp", "listing"})
_CHARSET = re.compile(rb"""<meta[^>]+charset=["']?\s*([\w-]+)""", re.IGNORECASE)
_DRAWN = re.compile(r"display\s*:\s*(?:block|flex|grid|list-item|table)\b", re.IGNORECASE)
_NEAR = 20  # pieces of text in front of a raised figure, among which its number is


def read_html(data: bytes) -> Extracted:
    """The page as text; its title is its main heading, or else its ``<title>``."""
    markup = _decode_page(data, "")
    root = parse(markup)
    blocks = list(html_blocks(root, has_tabs(markup)))
    headings = [block for block in blocks if isinstance(block, Heading)]
    main = next((heading.text for heading in headings if heading.level == 1), "")
    return render(blocks, main or _title(root) or (headings[0].text if headings else ""))


def blocks_of(markup: str) -> list[Block]:
    """The blocks of a piece of HTML."""
    return list(html_blocks(parse(markup), has_tabs(markup)))


def parse_page(data: bytes, charset: str = "") -> Any:
    """The tree of a page in the encoding ``charset``, by default in the one that it names.

    Raises:
        DocumentError: its encoding is not recognised.
    """
    return parse(_decode_page(data, charset))


def _decode_page(data: bytes, charset: str) -> str:
    match = _CHARSET.search(data, 0, 4096)
    return decode(data, charset or (match[1].decode() if match else ""))


def parse(markup: str) -> Any:
    """The tree of a page or of a piece of one; ``None`` where there is nothing."""
    data = repaired(markup).encode("utf-8", "replace")
    return parsed(data) if data.strip() else None


def html_blocks(
    root: Any, tabs: bool = True, hidden: frozenset[str] | None = None
) -> Iterator[Block]:
    """What readers see; ``tabs``: it can have some; ``hidden``: of it when it was whole, as
    :func:`~chatbot.knowledge.formats.styled.apply_styles` gave it."""
    if root is not None:
        hidden = apply_styles(root) if hidden is None else hidden
        mark_opened(root)
        if tabs:
            label_panels(root)
        walker = _Walker(hidden)
        walker.walk(root)
        walker.flush()
        yield from walker.blocks


def _title(root: Any) -> str:
    if root is None:
        return ""
    found = root.find(".//head/title")
    if found is None:  # one of a drawing is the title of that
        found = next((t for t in root.iter("title") if t.getparent().tag != "svg"), None)
    title = one_line("".join(found.itertext())) if found is not None else ""
    if not title:
        named = root.find(".//meta[@property='og:title']")
        title = one_line(named.get("content") or "") if named is not None else ""
    return title


class _Walker:
    """Goes through a tree; ``_line`` is what was met since the last block."""

    def __init__(self, hidden: frozenset[str]) -> None:
        self.blocks: list[Block] = []
        self._hidden = hidden
        self._line: list[str] = []
        self._marker: str | None = None  # of the item whose text is awaited
        self._sign = ""  # what the icon says that it begins with
        self._depth = -1
        self._terms: list[str] = []  # of the definitions that follow
        self._told = False  # whether one of them was met
        self._defined = ""  # the terms that the next text defines

    def flush(self) -> None:
        """End the block that is being written."""
        text = "".join(self._line).strip()
        self._line.clear()
        if not text:
            return
        if self._defined:
            text, self._defined = f"{as_label(self._defined)} {text}", ""
        if self._sign:
            text, self._sign = f"{self._sign} {text}", ""
        if self._depth >= 0:
            self.blocks.append(Item(text, self._marker or "", self._depth))
            self._marker = None
        else:
            self.blocks.append(Paragraph(text))

    def walk(self, element: Any) -> None:
        """Add what ``element`` holds."""
        tag = element.tag
        gone = not isinstance(tag, str) or is_hidden(element, self._hidden)
        seen = tag == "iframe" or is_drawn_template(element) or (tag == "svg" and is_drawn(element))
        if gone or (tag in HIDDEN and not seen):
            return
        if tag in _HEADINGS or element.get("role") == "heading":
            level = _HEADINGS.get(tag) or _whole(element.get("aria-level"), 2)
            self._heading(element, min(max(level, 1), 6))
        elif tag in MACROS:
            self._macro(element)
        elif tag in _CODE:
            self._defined = element.get(LABEL, self._defined)
            self._add(Code(inline_text(element, self._hidden, keep=True)))
        elif tag == "table" or element.get("role") in ("table", "grid"):
            self._table(element)
        elif is_comments(element):
            return
        elif tag == "p" and _is_title(element):
            self._heading(element, 1)
        elif tag in ("ul", "ol", "menu"):
            self._list(element)
        elif tag == "dt":
            self._term(element)
        elif tag == "dd":
            self._told = True
            self._labelled(element, ", ".join(self._terms))
        elif label := element.get(LABEL):
            self._labelled(element, label)
        elif tag == "dl":
            self._definitions(element)
        elif tag in _BLOCKS or _is_block(element) or _holds_blocks(element):
            self.flush()
            self._children(element)
            self.flush()
            if tag == "ac:task":
                self._sign = ""
        elif sign := sign_before(element):
            self.flush()
            self._sign = sign
        else:
            before = "".join(self._line[-_NEAR:])
            text = inline_text(element, self._hidden, before=before)
            apart = is_custom(element) or is_box(element)
            self._line.append(placed(element, text, before) or " " * apart)

    def _labelled(self, element: Any, label: str) -> None:
        """Add what is in an element, its first words behind what names them."""
        self.flush()
        if self._defined not in ("", label):  # it is that of all that is around this one
            self.blocks.append(Paragraph(as_label(self._defined)))
        self._defined = label
        self._children(element)
        self.flush()
        if self._defined:  # by nothing that is read
            self.blocks.append(Paragraph(label))
            self._defined = ""

    def _children(self, element: Any) -> None:
        self._text(element.text)
        for child in element:
            self.walk(child)
            self._text(child.tail)

    def _text(self, text: str | None) -> None:
        if text:
            self._line.append(single_blanks(text))

    def _add(self, block: Block) -> None:
        self.flush()
        if self._defined:
            self.blocks.append(Paragraph(as_label(self._defined)))
            self._defined = ""
        self.blocks.append(block)

    def _term(self, element: Any) -> None:
        self.flush()
        if self._told:
            self._terms, self._told = [], False
        self._children(element)
        term = "".join(self._line).strip().rstrip(":")
        self._terms += [term] if term else []
        self._line.clear()

    def _definitions(self, element: Any) -> None:
        """A list of terms; it can stand in what defines one of another list."""
        outer = self._terms, self._told
        self._terms, self._told = [], False
        self.flush()
        self._children(element)
        self.flush()
        if not self._told:  # terms that nothing defines
            for term in self._terms:
                self._add(Paragraph(term))
        self._terms, self._told = outer

    def _macro(self, element: Any) -> None:
        """A macro of Confluence: its title, then what is in it; one of a word is in its line."""
        title = macro_title(element)
        if title is None:
            self._line.append(inline_text(element, self._hidden))
            return
        self.flush()
        if title:
            self._add(Paragraph(title))
        self._children(element)
        self.flush()

    def _heading(self, element: Any, level: int) -> None:
        text = one_line(inline_text(element, self._hidden))
        if text:
            self._add(Heading(level, text))

    def _list(self, element: Any) -> None:
        self.flush()
        outer = self._marker, self._depth
        self._depth += 1 + list_level(element)
        backwards = "reversed" in element.attrib
        many = sum(child.tag == "li" for child in element) if backwards else 1
        number = _whole(element.get("start"), many)
        for child in element:
            if child.tag == "li" and not is_hidden(child, self._hidden):
                number = _whole(child.get("value"), number)
                ordered = element.tag == "ol"
                kind = element.get("type") or list_style(element)
                self._marker = f"{format_number(number, kind)}." if ordered else "-"
                number += -1 if backwards else 1
                self._sign = item_sign(child, self._hidden)
                self._children(child)
                if self._sign and not "".join(self._line).strip():
                    self._line.append(self._sign)
                    self._sign = ""
                self.flush()
            else:
                self.walk(child)
        self.flush()
        self._marker, self._depth = outer
        if self._depth < 0:
            self._marker = None

    def _table(self, element: Any) -> None:
        from chatbot.knowledge.formats import tables

        self.flush()
        rows = tables.in_order(tables.cells_of(element))
        code = tables.numbered_code(rows)
        if code is not None:
            if len(rows) > 1:
                self._add(Paragraph(one_line(inline_text(rows[0][0], self._hidden))))
            self._add(Code(inline_text(code, self._hidden, keep=True)))
            return
        if tables.is_layout(element, rows):
            self._children(element)
            self.flush()
            return
        if (caption := element.find("caption")) is not None:
            self._add(Paragraph(inline_text(caption, self._hidden)))
        for table in tables.tables_of(rows, self._hidden):
            self._add(table)


def _holds_blocks(element: Any) -> bool:
    """Whether an inline element, such as a link or ``span``, is drawn around blocks."""
    return any(
        child.tag in _BLOCKS or child.tag in _HEADINGS or child.tag in _CODE
        for child in element.iterdescendants()
    )


def _is_block(element: Any) -> bool:
    """Whether an element is drawn as a block because its style says so, or because it is of the
    site's own and no words are beside it."""
    if _DRAWN.search(element.get("style") or ""):
        return True
    before = element.getprevious()
    beside = element.getparent().text if before is None else before.tail
    return is_custom(element) and not f"{beside or ''}{element.tail or ''}".strip()


def _is_title(element: Any) -> bool:
    """Whether a paragraph is in the style "Title" of Word or Google Docs."""
    classes = element.get("class", "").split()
    if "MsoTitle" in classes:
        return True
    if "title" not in classes or element.getparent() is None:
        return False
    return "doc-content" in element.getparent().get("class", "").split()


def _whole(value: str | None, default: int) -> int:
    try:
        return int(value or default)
    except ValueError:
        return default
