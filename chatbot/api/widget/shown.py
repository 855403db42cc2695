"""What a visitor is shown of an answer: its text in parts, and links to the original pages.

Paths of documents, passages, scores and the model's name stay here.
"""

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

from chatbot.answering.answer import Answer
from chatbot.grounding.citations import Unsupported
from chatbot.passage import Passage

_CLOSEST = 3


def shown(answer: Answer) -> dict[str, Any]:
    """The last event of a stream: ``parts`` of the text with whether they are ``sure``, ``pages``
    that it rests on, ``choices`` of a question back, and whether it was ``refused``; then the
    pages are the closest ones, and the widget has words of its own."""
    if answer.refused:
        closest = _pages(answer.passages)[:_CLOSEST]
        return {"refused": True, "parts": [], "pages": closest, "choices": []}
    pages = _pages(answer.passages[citation.passage - 1] for citation in answer.citations)
    if answer.approved and answer.approved.path:
        title = PurePosixPath(answer.approved.path).stem
        pages = [{"title": title, "address": answer.approved.address}]
    parts = _parts(answer.answer, answer.unsupported)
    return {"refused": False, "parts": parts, "pages": pages, "choices": answer.choices}


def _parts(text: str, unsupported: Sequence[Unsupported]) -> list[dict[str, Any]]:
    """Offsets would be others in JavaScript, so the text comes cut."""
    parts, at = [], 0
    for item in sorted(unsupported, key=lambda item: item.start):
        parts += [(text[at : item.start], True), (text[item.start : item.end], False)]
        at = item.end
    parts.append((text[at:], True))
    return [{"text": piece, "sure": sure} for piece, sure in parts if piece]


def _pages(passages: Iterable[Passage]) -> list[dict[str, str]]:
    """Each page once; one without an address is named only."""
    pages = {}
    for passage in passages:
        # A passage's title has the folders before it, which are nobody's business.
        title = str(passage.metadata.get("title") or "").rpartition(" > ")[2]
        title = title or PurePosixPath(passage.path).stem
        pages[passage.address or title] = {"title": title, "address": passage.address}
    return list(pages.values())
