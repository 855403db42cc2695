"""Hybrid retrieval: FAISS and BM25 candidates, fused by reciprocal rank."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from langchain_community.docstore.in_memory import InMemoryDocstore
from langchain_community.vectorstores import FAISS
from langchain_community.vectorstores.utils import DistanceStrategy
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever

from chatbot.index.generations import Generation

Mode = Literal["dense", "lexical", "hybrid"]

# Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual
# Rank Learning Methods", SIGIR 2009: k = 60.
RRF_K = 60


class HybridRetriever(BaseRetriever):
    """Passages of one generation as LangChain documents, best first.

    Metadata of each: ``id``, ``path``, ``start``, ``end``, ``title``, ``heading``, ``score`` (of
    the mode: cosine, BM25, or the fused sum of 1/(60 + rank)), ``similarity`` (cosine),
    ``dense_rank`` and ``lexical_rank`` (from 1; 0 where it was not among the candidates) and
    ``lexical_score`` (BM25; 0 where it was not found).
    """

    generation: Generation
    embeddings: Embeddings
    store: FAISS
    k: int = 4
    candidates: int = 50
    mode: Mode = "hybrid"

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        vector = np.asarray(self.embeddings.embed_query(query), dtype=np.float32)
        dense = self._dense(vector) if self.mode != "lexical" else []
        lexical = (
            self.generation.lexical.search(query, self.candidates) if self.mode != "dense" else []
        )
        ranked = dense or lexical if self.mode != "hybrid" else fuse(dense, lexical)
        found = _Found(vector, _ranks(dense), _ranks(lexical), dict(lexical))
        return [self._document(row, score, found) for row, score in ranked[: self.k]]

    def _dense(self, vector: np.ndarray) -> list[tuple[int, float]]:
        """(row, cosine): inner products of normalised vectors, as FAISS gives them."""
        found = self.store.similarity_search_with_score_by_vector(
            vector.tolist(), k=min(self.candidates, len(self.generation.chunks))
        )
        return [(int(document.metadata["row"]), float(score)) for document, score in found]

    def _document(self, row: int, score: float, found: "_Found") -> Document:
        chunk = self.generation.chunks[row]
        metadata = chunk.as_dict() | {
            "score": score,
            "similarity": float(self.generation.vectors[row] @ found.vector),
            "dense_rank": found.dense.get(row, 0),
            "lexical_rank": found.lexical.get(row, 0),
            "lexical_score": found.lexical_scores.get(row, 0.0),
        }
        return Document(page_content=metadata.pop("text"), metadata=metadata, id=chunk.id)


@dataclass(frozen=True)
class _Found:
    """What the two searches said, by row."""

    vector: np.ndarray
    dense: dict[int, int]
    lexical: dict[int, int]
    lexical_scores: dict[int, float]


def _ranks(ranking: list[tuple[int, float]]) -> dict[int, int]:
    return {row: rank for rank, (row, _) in enumerate(ranking, start=1)}


def fuse(*rankings: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Reciprocal rank fusion of (row, score) lists; ties keep the order of the first list."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, (row, _) in enumerate(ranking, start=1):
            scores[row] = scores.get(row, 0.0) + 1.0 / (RRF_K + rank)
    return sorted(scores.items(), key=lambda item: -item[1])


def build_retriever(
    generation: Generation,
    embeddings: Embeddings,
    k: int,
    candidates: int,
    mode: Mode = "hybrid",
) -> HybridRetriever:
    """A retriever over ``generation``; FAISS holds the vectors in memory."""
    import faiss

    flat = faiss.IndexFlatIP(generation.vectors.shape[1])
    flat.add(generation.vectors)
    rows = {
        str(row): Document(page_content="", metadata={"row": row})
        for row in range(len(generation.chunks))
    }
    store = FAISS(
        embedding_function=embeddings,
        index=flat,
        docstore=InMemoryDocstore(rows),  # type: ignore[arg-type]
        index_to_docstore_id={row: str(row) for row in range(len(rows))},
        distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT,
    )
    return HybridRetriever(
        generation=generation,
        embeddings=embeddings,
        store=store,
        k=k,
        candidates=candidates,
        mode=mode,
    )
