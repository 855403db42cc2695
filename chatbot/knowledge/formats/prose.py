"""Plain text inside other formats as blocks: what was wrapped is one line again."""

import re
from collections.abc import Iterator

from chatbot.knowledge.blocks import Block, Paragraph
from chatbot.text.sentences import lines

_GAP = re.compile(r"\n[ \t]*\n")


def paragraphs(text: str) -> Iterator[Block]:
    """Paragraphs, which blank lines part; their meant line ends are kept."""
    for part in _GAP.split(text.replace("\r\n", "\n")):
        whole = [" ".join(part[start:end].split()) for start, end in lines(part)]
        if any(whole):
            yield Paragraph("\n".join(whole))
