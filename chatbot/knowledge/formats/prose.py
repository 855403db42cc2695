"""Plain text inside other formats as blocks: what was wrapped is one line again."""

import re
from collections.abc import Iterator

from chatbot.knowledge.blocks import Block, Paragraph, Table
from chatbot.knowledge.drawn import drawn_tables
from chatbot.text.sentences import lines

_GAP = re.compile(r"\n[ \t]*\n")


def paragraphs(text: str) -> Iterator[Block]:
    """Paragraphs, which blank lines part, with their meant line ends, and drawn tables."""
    whole = text.replace("\r\n", "\n").split("\n")
    at = 0
    for table in drawn_tables(whole):
        yield from _paragraphs("\n".join(whole[at : table.start]))
        yield Table([cells for _, _, cells in table.rows], table.header)
        at = table.end
    yield from _paragraphs("\n".join(whole[at:]))


def _paragraphs(text: str) -> Iterator[Block]:
    for part in _GAP.split(text):
        joined = [" ".join(part[start:end].split()) for start, end in lines(part)]
        if any(joined):
            yield Paragraph("\n".join(joined))
