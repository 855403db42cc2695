"""Lexical search: BM25 over stemmed words, by bm25s."""

import math
from pathlib import Path

import numpy as np


class LexicalIndex:
    """BM25 (Robertson; bm25s' default Lucene variant, k1=1.5, b=0.75) over a list of texts."""

    def __init__(self, bm25: object) -> None:
        self._bm25 = bm25

    @classmethod
    def build(cls, texts: list[str]) -> "LexicalIndex":
        """Index ``texts``; result row numbers refer to their order."""
        import bm25s

        bm25 = bm25s.BM25()
        bm25.index(_tokens(texts), show_progress=False)
        return cls(bm25)

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Read what :meth:`save` wrote."""
        import bm25s

        return cls(bm25s.BM25.load(str(folder)))

    def save(self, folder: Path) -> None:
        """Write arrays and vocabulary (no pickle) into ``folder``."""
        self._bm25.save(str(folder), show_progress=False)  # type: ignore[attr-defined]

    def search(self, query: str, k: int) -> list[tuple[int, float]]:
        """At most ``k`` (row, score) with a score above zero, best first."""
        tokens = _tokens([query])
        if not tokens[0]:
            return []
        count = min(k, int(self._bm25.scores["num_docs"]))  # type: ignore[attr-defined]
        rows, scores = self._bm25.retrieve(  # type: ignore[attr-defined]
            tokens, k=count, show_progress=False
        )
        return [
            (int(row), float(score))
            for row, score in zip(np.ravel(rows), np.ravel(scores), strict=True)
            if score > 0
        ]

    def terms(self, text: str) -> list[str]:
        """The stems that the index would search for, in order, stop words left out."""
        return _tokens([text])[0]

    def known(self, term: str) -> bool:
        """Whether any text holds the term."""
        return term in self._bm25.vocab_dict  # type: ignore[attr-defined]

    def rarity(self, term: str) -> float:
        """BM25's inverse document frequency, ln(1 + (N - n + 0.5) / (n + 0.5))."""
        scores = self._bm25.scores  # type: ignore[attr-defined]
        row = self._bm25.vocab_dict.get(term)  # type: ignore[attr-defined]
        begins = scores["indptr"]
        holding = 0 if row is None else int(begins[row + 1]) - int(begins[row])
        total = int(scores["num_docs"])
        return math.log(1 + (total - holding + 0.5) / (holding + 0.5))


def _tokens(texts: list[str]) -> list[list[str]]:
    import bm25s
    import Stemmer

    return bm25s.tokenize(  # type: ignore[no-any-return]
        texts,
        stopwords="en",
        stemmer=Stemmer.Stemmer("english"),
        return_ids=False,
        show_progress=False,
    )
