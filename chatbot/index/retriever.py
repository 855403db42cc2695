"""Hybrid retrieval: cosine and BM25 of every candidate, on one scale, passages and documents."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray
from pydantic import SkipValidation

from chatbot.errors import VectorStoreError
from chatbot.index.codes import named_first
from chatbot.index.fusion import fuse, promote, scale
from chatbot.index.generations import Generation
from chatbot.index.gone import Gone
from chatbot.index.joined import Choice, alike, join_rows
from chatbot.index.lexical import LexicalIndex, best
from chatbot.index.pointed import pointed_at
from chatbot.index.rerank import Reranker
from chatbot.index.stores.vectors import Nearest
from chatbot.index.titled import titled_first
from chatbot.index.views import View
from chatbot.knowledge.audiences import audience_of
from chatbot.knowledge.chunks import search_text
from chatbot.passage import Passage

Mode = Literal["dense", "lexical", "hybrid"]

# Chunks of a document that its mean cosine is taken of, at most.
_SAMPLE = 64
# A query of at most so many terms says little about which document it is for: the centre of its
# candidates counts so many times as much as itself when documents are compared as wholes.
_SHORT = 8
_CENTRE = 2.0


class HybridRetriever(BaseRetriever):
    """The passages of one generation, best first, as a LangChain retriever of :class:`Passage`.

    Metadata of each: ``id``, ``path``, ``start``, ``end``, ``title`` (behind its folders),
    ``heading``, ``page``, ``columns`` (the names over the rows of a table that it begins with),
    ``score`` (of the mode: cosine, BM25, or the fused score from about 0 to 1), ``similarity``
    (cosine), ``dense_rank`` and ``lexical_rank`` (from 1; 0 where it was not among the candidates)
    and ``lexical_score`` (BM25; 0 where it was not found), ``also`` (other documents in which
    nearly the same stands), ``address`` (of the original, if it is known), ``audience`` (names of
    those whom the document is for). The text is that of the
    chunk and of its neighbours as far as they fit.

    ``within`` keeps to documents whose path begins with it. With a ``view`` it searches what that
    shows, and finds what it would if there were nothing else: candidates, neighbours, twins and
    the statistics of words are of those documents alone.

    Where ``folder`` is given and there, documents whose files are gone from it are left out: the
    index may not have followed yet.

    A ``reranker`` reads the first ``rerank_passages`` and puts them in the order of its scores;
    ``rerank`` is a passage's score by it, and ``place`` where it stood before (from 1).

    Where a vector store elsewhere fails, the candidates are those of the words alone; their
    cosines are of the vectors here.
    """

    generation: Generation
    embeddings: Embeddings
    nearest: SkipValidation[Nearest]
    reranker: SkipValidation[Reranker] | None = None
    rerank_passages: int = 20
    k: int = 4
    candidates: int = 50
    mode: Mode = "hybrid"
    within: str = ""
    view: SkipValidation[View] | None = None
    folder: Path | None = None

    @property
    def _lexical(self) -> LexicalIndex:
        return self.generation.lexical if self.view is None else self.view.lexical

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, asked: str = ""
    ) -> list[Document]:
        return list(self.search(query, asked))

    def search(self, query: str, asked: str = "") -> list[Passage]:
        """The passages for a query, best first. Where the query is a conversation, ``asked`` is
        the question at its end."""
        if not self.generation.chunks:  # the folder is empty, or no document of it can be read
            return []
        vector = np.asarray(self.embeddings.embed_query(query), dtype=np.float32)
        allowed = self._allowed()
        dense: list[tuple[int, float]] = []
        if self.mode != "lexical":
            try:
                dense = self._dense(vector, allowed)
            except VectorStoreError:  # what is wrong was logged where it was noticed
                likely = best(self._words(query, [], allowed), self.candidates)
                dense = self._by_cosine([row for row, _ in likely], vector)
        last = asked if query != asked and query.endswith(asked) else ""
        scores = None
        if self.mode != "dense":
            scores = self._words(query, [row for row, _ in dense], allowed)
        lexical = best(scores, self.candidates) if scores is not None else []
        ranked = dense or lexical
        if self.mode == "hybrid" and scores is not None:
            ranked = promote(self._fuse(query, last, dense, lexical, vector, scores), lexical)
        if self.mode != "dense":
            chunks = self.generation.chunks
            ranked = named_first(ranked, last or query, lambda row: chunks[row].search_text)
            ranked = titled_first(ranked, last or query, lambda row: chunks[row].over)
        ranked = self._pointed_first(ranked, last or query, vector, allowed)
        found = _Found(vector, _ranks(dense), _ranks(lexical), scores)
        if self.reranker is None:
            return [self._document(p, found) for p in self._passages(ranked, self.k)]
        passages = self._passages(ranked, max(self.k, self.rerank_passages))
        documents = [self._document(passage, found) for passage in passages]
        return self._rerank(query, documents, self.reranker)[: self.k]

    def _pointed_first(
        self,
        ranked: list[tuple[int, float]],
        question: str,
        vector: NDArray[np.float32],
        allowed: NDArray[np.bool_] | None,
    ) -> list[tuple[int, float]]:
        """The nearest chunks of documents that the question names come first, with their scores
        in order."""
        spans = self.generation.rows
        seen = allowed if allowed is not None or self.view is None else self.view.rows
        # What may not be seen is not looked at, so that its being there takes no time.
        paths = (path for path, (first, _) in spans.items() if seen is None or seen[first])
        named = pointed_at(question, paths, self.generation.manifest.addresses)
        rows = [row for path in named for row in range(*spans[path])]
        if not rows:
            return ranked
        nearest = self._by_cosine(np.asarray(rows, dtype=np.int64), vector)
        first = [row for row, _ in nearest][: self.k]
        rows = first + [row for row, _ in ranked if row not in first]
        scores = [score for _, score in ranked] or [1.0]
        return [(row, scores[min(at, len(scores) - 1)]) for at, row in enumerate(rows)]

    def _rerank(self, query: str, documents: list[Passage], reranker: Reranker) -> list[Passage]:
        """The first ones by the reranker's scores, the others behind them as they are."""
        for place, document in enumerate(documents, start=1):
            document.metadata["place"] = place
        read, rest = documents[: self.rerank_passages], documents[self.rerank_passages :]
        texts = [
            search_text(
                d.metadata["title"],
                d.metadata["heading"],
                d.metadata.get("columns", ""),
                text=d.page_content,
            )
            for d in read
        ]
        for document, score in zip(read, reranker.scores(query, texts), strict=True):
            document.metadata["rerank"] = score
        return sorted(read, key=lambda document: -document.metadata["rerank"]) + rest

    def _words(
        self, query: str, also: list[int], allowed: NDArray[np.bool_] | None
    ) -> NDArray[np.float32]:
        scores = self._lexical.scores(query, also, allowed)
        return scores if allowed is None else np.where(allowed, scores, 0)

    def _allowed(self) -> NDArray[np.bool_] | None:
        """The rows below ``within``, as far as they may be seen; ``None`` without it."""
        if not self.within:
            return None
        below = np.asarray([c.path.startswith(self.within) for c in self.generation.chunks])
        return below if self.view is None else below & self.view.rows

    def _passages(self, ranked: list[tuple[int, float]], k: int) -> list[Choice]:
        """The first ``k``: a chunk comes with its neighbours, and one that came with another, or
        says nearly the same, is not shown again."""
        chunks = self.generation.chunks
        chosen: list[Choice] = []
        shown: set[int] = set()
        gone = Gone(self.folder, self.generation.manifest.folders)
        for row, score in ranked:
            if gone.has(chunks[row].path):
                continue
            words = frozenset(chunks[row].text.lower().split())
            twin = next((passage for passage in chosen if alike(words, passage.words)), None)
            if twin is not None and row not in shown:
                path = chunks[row].path
                if path != chunks[twin.row].path and path not in twin.also:
                    twin.also.append(path)
            if row in shown or twin is not None or len(chosen) == k:
                continue
            rows = join_rows(chunks, row, self.generation.passage_chars, shown)
            shown.update(rows)
            chosen.append(Choice(row, score, rows, words, []))
        return chosen

    def _dense(
        self, vector: NDArray[np.float32], allowed: NDArray[np.bool_] | None
    ) -> list[tuple[int, float]]:
        """(row, cosine): inner products of normalised vectors."""
        if allowed is not None:
            return self._by_cosine(np.flatnonzero(allowed), vector)
        view = self.view
        found: list[tuple[int, float]] = self.nearest.search(vector, self.candidates, view)
        if view is not None and len(found) < min(self.candidates, view.count):
            return self._by_cosine(np.flatnonzero(view.rows), vector)
        return found

    def _by_cosine(self, rows: Any, vector: NDArray[np.float32]) -> list[tuple[int, float]]:
        cosines = self._cosines(rows, vector)
        order = np.argsort(-cosines, kind="stable")[: self.candidates]
        return [(int(rows[at]), float(cosines[at])) for at in order]

    def _cosines(self, rows: Any, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        chosen = np.asarray(self.generation.vectors[rows], dtype=np.float32)
        return np.asarray(chosen @ vector, dtype=np.float32)

    def _fuse(
        self,
        query: str,
        last: str,
        dense: list[tuple[int, float]],
        lexical: list[tuple[int, float]],
        vector: NDArray[np.float32],
        scores: NDArray[np.float32],
    ) -> list[tuple[int, float]]:
        """Candidates of both by their fused score; ``last`` is the question behind a conversation,
        or empty."""
        rows = np.asarray(sorted({row for row, _ in [*dense, *lexical]}), dtype=np.int64)
        if not len(rows):
            return []
        cosine = scale(self._cosines(rows, vector), [score for _, score in dense])
        words = scale(scores[rows], [score for _, score in lexical])
        paths, document = np.unique(
            [self.generation.chunks[row].path for row in rows], return_inverse=True
        )
        meant = vector
        if len(set(self._lexical.terms(query))) <= _SHORT:
            meant = self._expand(vector, rows)
        topics = self._topics(paths.tolist(), meant)
        fused = fuse(cosine, words, document, topics, self._asked(last, rows))
        order = np.argsort(-fused, kind="stable")
        return [(int(rows[at]), float(fused[at])) for at in order]

    def _asked(self, last: str, rows: NDArray[np.int64]) -> NDArray[np.float32] | None:
        """The scaled BM25 of ``rows`` for the last question alone; ``None`` where it has no words
        of theirs, or there is none."""
        scores = self._lexical.scores_of(rows, last)
        found = best(scores, self.candidates)
        return scale(scores, [score for _, score in found]) if found else None

    def _expand(self, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """``vector`` moved towards the centre of ``rows``, of length 1 (pseudo-relevance feedback
        on vectors: Li, Mourad, Zhuang, Koopman and Zuccon, TOIS 2023)."""
        near = np.asarray(self.generation.vectors[rows], dtype=np.float32)
        moved = vector + _CENTRE * near.mean(axis=0)
        return np.asarray(moved / np.linalg.norm(moved), dtype=np.float32)

    def _topics(self, paths: list[str], vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """The mean cosine of the chunks of each document."""
        spans = [self.generation.rows[path] for path in paths]
        rows = [np.arange(first, end, -(-(end - first) // _SAMPLE)) for first, end in spans]
        many = np.asarray([len(chosen) for chosen in rows])
        cosines = self._cosines(np.concatenate(rows), vector)
        means = np.add.reduceat(cosines, np.cumsum(many) - many) / many
        return np.asarray(means, dtype=np.float32)

    def _document(self, passage: Choice, found: "_Found") -> Passage:
        row, manifest = passage.row, self.generation.manifest
        chunk = self.generation.chunks[row]
        first = self.generation.chunks[passage.rows[0]]
        start = first.start
        end = self.generation.chunks[passage.rows[-1]].end
        metadata = chunk.as_dict() | {
            "start": start,
            "end": end,
            "text": self.generation.texts[chunk.path][start:end],
            "title": " > ".join(filter(None, (chunk.folders, chunk.title))),
            "columns": first.columns,
            "also": passage.also,
            "address": manifest.addresses.get(chunk.path, ""),
            "audience": sorted(audience_of(chunk.path, manifest.audiences)),
            "score": passage.score,
            "similarity": float(self._cosines([row], found.vector)[0]),
            "dense_rank": found.dense.get(row, 0),
            "lexical_rank": found.lexical.get(row, 0),
            "lexical_score": float(found.words[row]) if found.words is not None else 0.0,
        }
        return Passage(page_content=metadata.pop("text"), metadata=metadata, id=chunk.id)


@dataclass(frozen=True)
class _Found:
    """What the two searches said, by row."""

    vector: NDArray[np.float32]
    dense: dict[int, int]
    lexical: dict[int, int]
    words: NDArray[np.float32] | None


def _ranks(ranking: list[tuple[int, float]]) -> dict[int, int]:
    return {row: rank for rank, (row, _) in enumerate(ranking, start=1)}


def build_retriever(
    generation: Generation,
    embeddings: Embeddings,
    k: int,
    candidates: int,
    mode: Mode = "hybrid",
    within: str = "",
    nearest: Nearest | None = None,
    reranker: Reranker | None = None,
    rerank_passages: int = 20,
    view: View | None = None,
) -> HybridRetriever:
    """A retriever over ``generation``, or over what the ``view`` of it shows; without ``nearest``,
    FAISS holds the vectors in memory."""
    return HybridRetriever(
        generation=generation,
        embeddings=embeddings,
        nearest=nearest or generation.nearest,
        k=k,
        candidates=candidates,
        mode=mode,
        within=within,
        reranker=reranker,
        rerank_passages=rerank_passages,
        view=view,
    )
