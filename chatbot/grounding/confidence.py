"""How sure the knowledge base makes us, before the model says a word."""

import re
from collections.abc import Sequence

from langchain_core.documents import Document

_WORD = re.compile(r"[^\W_]+")
_SHORT = 3


def confidence(question: str, passages: Sequence[Document]) -> float:
    """From 0 to 1: the best passage's cosine similarity and how many of the question's words
    the passages hold, half each.

    A threshold on similarity alone refuses right questions in other words; word coverage alone
    accepts whatever shares the topic's vocabulary.
    """
    if not passages:
        return 0.0
    similarity = max(float(passage.metadata.get("similarity", 0.0)) for passage in passages)
    wanted = content_words(question)
    if not wanted:
        return max(0.0, min(1.0, similarity))
    have: set[str] = set()
    for passage in passages:
        have |= content_words(f"{passage.metadata.get('heading', '')} {passage.page_content}")
    coverage = sum(_matches(word, have) for word in wanted) / len(wanted)
    return max(0.0, min(1.0, (similarity + coverage) / 2))


def content_words(text: str) -> set[str]:
    """Lower-case words and numbers that carry meaning: numbers, and words of over 3 letters."""
    words = (word.lower() for word in _WORD.findall(text))
    return {word for word in words if len(word) > _SHORT or any(c.isdigit() for c in word)}


def _matches(word: str, have: set[str]) -> bool:
    """The word itself or its stem: "returned" is held by a text that says "returns"."""
    return word in have or any(
        other.startswith(word[:5]) for other in have if len(word) > 5 and len(other) > 4
    )
