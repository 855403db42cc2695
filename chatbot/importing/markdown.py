"""Blocks as Markdown that the knowledge folder's reader reads back as the same words."""

import re
from collections.abc import Iterable, Iterator

from chatbot.knowledge.blocks import (
    Block,
    Code,
    Heading,
    Item,
    Page,
    Paragraph,
    Table,
    one_line,
)

# What a reader of Markdown would take for a tag, an entity, code, a comment or a template's sign.
_TAG = re.compile(r"<(?=[A-Za-z/!])")
_ENTITY = re.compile(r"&(?=#?\w{1,12};)")
_TEMPLATE = re.compile(r"\{(?=[{%#/!:.])")
_DOUBLED = re.compile(r"([%~])\1")
_SIGNS = {"`": "&#96;"}
# What would make a line a heading or a rule, or one that is hidden.
_LEAD = re.compile(r"^([ \t]*)([#>](?=\s|#)|[=-](?=[=-]*\s*$)|\[(?=(?://|comment|_)\]:)|-(?=-*8<))")
_FENCE = re.compile(r"^\s*(`{3,})", re.MULTILINE)
_INDENT = "    "


def to_markdown(blocks: Iterable[Block]) -> str:
    """The blocks as Markdown, a blank line between those that do not belong together."""
    pieces: list[str] = []
    last: Block | None = None
    for block in blocks:
        lines = "\n".join(_lines(block))
        if not lines.strip():
            continue
        together = isinstance(last, Item) and isinstance(block, Item)
        pieces.append(lines if last is None else f"{'' if together else chr(10)}{lines}")
        last = block
    return "\n".join(pieces) + "\n" if pieces else ""


def escape(text: str) -> str:
    """Words that mean only themselves in Markdown."""
    text = _ENTITY.sub("&amp;", text)
    text = _TAG.sub("&lt;", text)
    text = _TEMPLATE.sub("&#123;", text)
    text = _DOUBLED.sub(lambda match: f"{match[1]}&#{ord(match[1])};", text)
    return text.replace("`", _SIGNS["`"])


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            if words := one_line(text):
                yield f"{'#' * level} {escape(words)}"
        case Paragraph(text):
            yield "  \n".join(_escape_lines(text))
        case Item(text, marker, depth):
            lead = _INDENT * depth + (f"{marker} " if marker else _INDENT)
            yield lead + ("  \n" + " " * len(lead)).join(_escape_lines(text))
        case Table():
            yield from _table(block)
        case Code(text):
            if text.strip():
                longest = max((len(run) for run in _FENCE.findall(text)), default=2)
                fence = "`" * (longest + 1)
                yield f"{fence}\n{text.strip(chr(10))}\n{fence}"
        case Page(label):
            yield f"## {escape(label)}"


def _escape_lines(text: str) -> Iterator[str]:
    for line in filter(None, map(one_line, text.split("\n"))):
        yield _LEAD.sub(lambda match: f"{match[1]}&#{ord(match[2])};", escape(line))


def _table(table: Table) -> Iterator[str]:
    """A row a line; without names of columns, the line for them is empty."""
    rows = [row for row in table.rows if any(cell.strip() for cell in row)]
    if not rows:
        return
    width = len(rows[0])
    head = list(table.rows[: table.header])
    names = [
        " ".join(dict.fromkeys(filter(None, map(one_line, cells))))
        for cells in (zip(*head, strict=True) if head else ())
    ] or [""] * width
    yield _row(names)
    yield _row(["---"] * width)
    for row in table.rows[table.header :]:
        if any(cell.strip() for cell in row):
            yield _row(row)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(escape(one_line(cell)).replace('|', chr(92) + '|') for cell in cells)} |"
