"""A source in other words, found by vectors that are written out here."""

from collections.abc import Sequence

import numpy as np
import pytest
from langchain_core.documents import Document
from numpy.typing import NDArray

from chatbot.grounding.evidence import evidence
from chatbot.grounding.likeness import Likeness
from chatbot.grounding.sources import all_spans

TEXT = """Children under 4 travel free of charge on every route.

Horses must be announced at least 72 hours in advance by phone.

Weekends count; public holidays do not.

There is no deposit for lockers and no deposit for boxes."""
# What a sentence has in common with each source, in their order.
_ABOUT = {"child": 0, "kid": 0, "horse": 1, "holidays": 2, "deposit": 3}


def _vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """Sentences of one topic are equal, others have a cosine of 0."""
    rows = np.zeros((len(texts), len(_ABOUT) + 1), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        row[next((n for word, n in _ABOUT.items() if word in text.lower()), len(_ABOUT))] = 1
    return rows


def _found(claim: str, alike: Likeness | None) -> list[str]:
    meta = {"path": "a.md", "start": 0, "title": "Travel"}
    spans = all_spans([Document(TEXT, metadata=meta)])
    return [span.text for span in evidence(claim, spans, alike=alike).spans]


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Kids younger than 4 can go anywhere for nothing.", "Children under 4"),
        ("Please ring us at least 72 hours ahead when bringing a horse.", "Horses must be"),
    ],
)
def test_other_words_are_the_same_where_the_model_finds_them_alike(claim: str, source: str) -> None:
    assert _found(claim, None) == []
    (found,) = _found(claim, Likeness(_vectors, 0.6))
    assert found.startswith(source)
    assert _found(claim, Likeness(lambda texts: np.eye(len(texts), dtype=np.float32), 0.6)) == []


@pytest.mark.parametrize(
    "claim",
    [
        "Please ring us at least 48 hours ahead when bringing a horse.",  # a number
        "Bank holidays are counted as well.",  # a denial
        "There is no deposit for Garages.",  # a name
        "Please ring us at least 72 hours ahead per passenger with a horse in the EU.",  # a region
    ],
)
def test_what_decides_is_never_only_alike(claim: str) -> None:
    assert _found(claim, Likeness(_vectors, 0.6)) == []
