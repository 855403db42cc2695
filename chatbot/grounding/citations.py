"""Citations: for each sentence of an answer, the span of a shown passage that it rests on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.documents import Document

_SENTENCE = re.compile(r"[^\s].*?(?:[.!?](?=\s|$)|(?=\n)|$)", re.DOTALL)
_TOKEN = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_SUPPORT = 0.6


@dataclass(frozen=True)
class Citation:
    """``quote`` is the document's text from ``start`` to ``end``; ``passage`` counts from 1."""

    path: str
    start: int
    end: int
    quote: str
    passage: int


def cite(answer: str, passages: Sequence[Document]) -> list[Citation]:
    """The supporting span of each sentence that has one, without repetition.

    A span is a sentence or line of a passage that shares at least 60% of the words of the
    answer's sentence and holds all of its numbers.
    """
    spans = [
        (number, passage, start, end)
        for number, passage in enumerate(passages, start=1)
        for start, end in sentences(passage.page_content)
    ]
    found: list[Citation] = []
    for start, end in sentences(answer):
        words = _words(answer[start:end])
        best = max(
            ((_support(words, _words(p.page_content[a:b])), -n, -a, p, b) for n, p, a, b in spans),
            key=lambda item: item[:3],
            default=None,
        )
        if best is None or best[0] < _SUPPORT:
            continue
        _, number, offset, passage, stop = best
        first = int(passage.metadata["start"]) - offset
        quote = passage.page_content[-offset:stop]
        citation = Citation(
            str(passage.metadata["path"]), first, first + len(quote), quote, -number
        )
        if citation not in found:
            found.append(citation)
    return found


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence or line with at least one word."""
    spans = []
    for match in _SENTENCE.finditer(text):
        start, end = match.span()
        end = start + len(text[start:end].rstrip())
        if _TOKEN.search(text, start, end):
            spans.append((start, end))
    return spans


def _words(text: str) -> list[str]:
    return [word.lower() for word in _TOKEN.findall(text)]


def _support(claim: list[str], span: list[str]) -> float:
    """Share of the claim's words in the span; 0 where a number of the claim is not in it."""
    have = set(span)
    if not claim or any(c.isdigit() for w in claim if w not in have for c in w):
        return 0.0
    return sum(word in have for word in claim) / len(claim)
