"""What retrieval tells about whether the passages answer a question, as numbers.

Computed over the :data:`FIELD` best passages, also over those that are not shown: a question whose
document is missing finds many passages that are about equally near, one whose document is there
finds one that stands out.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np
from langchain_core.documents import Document

from chatbot.grounding.words import content_words, stem, words

FIELD = 12
_SHOWN = 4
_RAREST = 3


class Vocabulary(Protocol):
    """How rare a term is in the documents that were searched."""

    def terms(self, text: str) -> list[str]:
        """The text as terms: stems without stop words, in order."""

    def rarity(self, term: str) -> float:
        """Inverse document frequency of a term; the largest for one that occurs nowhere."""

    def holds(self, term: str) -> bool:
        """Whether any document holds the term."""


class PlainVocabulary:
    """For passages that come without a collection: every term is equally rare."""

    def terms(self, text: str) -> list[str]:
        """Stems of words that carry meaning, in order."""
        meant = content_words(text)
        return [stem(word) for word in words(text) if stem(word) in meant]

    def rarity(self, term: str) -> float:
        """The same for all."""
        return 1.0

    def holds(self, term: str) -> bool:
        """There is no telling."""
        return True


def as_retrieved(passages: Sequence[Document]) -> Sequence[Document]:
    """The passages in the order in which they were retrieved, where a reranker has changed it.

    The confidence model was fitted on that order: which passage is first, and which are among the
    best, means the same with and without a reranker.
    """
    if not any("place" in passage.metadata for passage in passages):
        return passages
    return sorted(passages, key=lambda passage: int(passage.metadata.get("place", 0)))


def features(
    question: str, query: str, passages: Sequence[Document], vocabulary: Vocabulary
) -> dict[str, float]:
    """Features of one search: ``query`` was searched for, ``question`` was asked.

    ``passages`` are the best ones first, with the metadata of
    :class:`chatbot.index.retriever.HybridRetriever`; without passages there are no features.
    """
    field = list(passages[:FIELD])
    if not field:
        return {}
    shown = field[:_SHOWN]
    return (
        # Where few were found, margins between them mean something else.
        {"passages": len(field) / FIELD}
        | _dense(field, shown)
        | _lexical(query, field, vocabulary)
        | _agreement(field)
        | _coverage(question, query, field, shown, vocabulary)
    )


def _dense(field: Sequence[Document], shown: Sequence[Document]) -> dict[str, float]:
    cosines = sorted((_number(p, "similarity") for p in field), reverse=True)
    best = field[0].metadata.get("path")
    own = max(_number(p, "similarity") for p in field if p.metadata.get("path") == best)
    others = [_number(p, "similarity") for p in field if p.metadata.get("path") != best]
    return {
        "cosine": cosines[0],
        "cosine_first": _number(field[0], "similarity"),
        "cosine_mean": float(np.mean([_number(p, "similarity") for p in shown])),
        "cosine_margin_2": cosines[0] - _at(cosines, 1),
        "cosine_margin_5": cosines[0] - _at(cosines, 4),
        "cosine_margin_10": cosines[0] - _at(cosines, 9),
        "document_margin": own - max(others, default=0.0),
    }


def _lexical(query: str, field: Sequence[Document], vocabulary: Vocabulary) -> dict[str, float]:
    scores = sorted((_number(p, "lexical_score") for p in field), reverse=True)
    # A term adds no more to a BM25 score than its rarity.
    most = sum(vocabulary.rarity(term) for term in vocabulary.terms(query))
    top = scores[0] or 1.0
    return {
        "bm25": float(np.log1p(scores[0])),
        "bm25_share": scores[0] / most if most else 0.0,
        "bm25_margin_2": (scores[0] - _at(scores, 1)) / top,
        "bm25_margin_5": (scores[0] - _at(scores, 4)) / top,
        "bm25_margin_10": (scores[0] - _at(scores, 9)) / top,
    }


def _agreement(field: Sequence[Document]) -> dict[str, float]:
    first = field[0]
    dense, lexical = _number(first, "dense_rank"), _number(first, "lexical_rank")
    near = [p for p in field if 0 < _number(p, "dense_rank") <= 10]
    both = [p for p in near if 0 < _number(p, "lexical_rank") <= 10]
    return {
        "first_in_both": float(dense == lexical == 1),
        "dense_reciprocal": 1 / dense if dense else 0.0,
        "lexical_reciprocal": 1 / lexical if lexical else 0.0,
        "overlap": len(both) / 10,
        "documents": float(len({p.metadata.get("path") for p in field[:_SHOWN]})),
    }


def _coverage(
    question: str,
    query: str,
    field: Sequence[Document],
    shown: Sequence[Document],
    vocabulary: Vocabulary,
) -> dict[str, float]:
    """Shares of terms, weighted by rarity, that the passages hold, headings included."""
    asked = list(dict.fromkeys(vocabulary.terms(question)))
    opening = list(dict.fromkeys(vocabulary.terms(question.strip().split("\n")[0])))
    searched = list(dict.fromkeys(vocabulary.terms(query)))
    texts = [vocabulary.terms(_text(passage)) for passage in field]
    held = [set(terms) for terms in texts[:_SHOWN]]
    union = set().union(*held)
    rarest = sorted(asked, key=lambda term: -vocabulary.rarity(term))[:_RAREST]

    def share(terms: Sequence[str], have: set[str]) -> float:
        return _share(terms, have, vocabulary.rarity)

    pairs = list(dict.fromkeys(pairwise(vocabulary.terms(question))))
    phrases = [_pairs_held(pairs, set(pairwise(terms)), vocabulary.rarity) for terms in texts]
    return {
        "searched_best": max(share(searched, have) for have in held),
        "searched_all": share(searched, union),
        "asked_best": max(share(asked, have) for have in held),
        "asked_all": share(asked, union),
        "opening_best": max(share(opening, have) for have in held),
        "opening_all": share(opening, union),
        "rarest_best": max(len(have.intersection(rarest)) for have in held) / _RAREST,
        "rarest_all": len(union.intersection(rarest)) / _RAREST,
        "unknown": sum(not vocabulary.holds(term) for term in asked) / max(1, len(asked)),
        "phrases": max(phrases[:_SHOWN]),
        "phrases_margin": max(phrases) - float(np.median(phrases)),
        "length": float(np.log1p(len(searched))),
        "follow_up": float(question.strip() != query.strip()),
    }


def _share(terms: Sequence[str], have: set[str], rarity: Callable[[str], float]) -> float:
    total = sum(rarity(term) for term in terms)
    return sum(rarity(term) for term in terms if term in have) / total if total else 0.0


def _pairs_held(
    pairs: Sequence[tuple[str, str]],
    have: set[tuple[str, str]],
    rarity: Callable[[str], float],
) -> float:
    weights = [min(rarity(a), rarity(b)) for a, b in pairs]
    held = sum(weight for pair, weight in zip(pairs, weights, strict=True) if pair in have)
    return held / sum(weights) if weights else 0.0


def _text(passage: Document) -> str:
    parts = (passage.metadata.get("title"), passage.metadata.get("heading"), passage.page_content)
    return "\n".join(str(part) for part in parts if part)


def _number(passage: Document, key: str) -> float:
    return float(passage.metadata.get(key) or 0.0)


def _at(values: Sequence[float], place: int) -> float:
    """The value at ``place``, or the last one where there are fewer."""
    return values[min(place, len(values) - 1)]
