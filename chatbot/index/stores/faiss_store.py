"""LangChain's FAISS vector store over an index of ours: the one place of langchain-community.

That package gets no updates any more, and its own saving pickles. So an index is read from and
written to FAISS's own format here, and the documents of a generation are its rows.
"""

import uuid
from collections.abc import Iterable
from typing import Any

from langchain_community.docstore.base import Docstore
from langchain_community.docstore.in_memory import InMemoryDocstore
from langchain_community.vectorstores import FAISS
from langchain_community.vectorstores.utils import DistanceStrategy
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.runnables import run_in_executor


class NoText(Embeddings):
    """For stores that are given vectors: the retriever embeds the query itself, as it needs the
    vector for more than the search."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Refuses."""
        raise NotImplementedError("this store is searched and filled by vectors")

    def embed_query(self, text: str) -> list[float]:
        """Refuses."""
        raise NotImplementedError("this store is searched and filled by vectors")


class _Rows(Docstore):
    """A document for each row, with nothing but its number."""

    def search(self, search: str) -> Document:
        return Document("", metadata={"row": int(search)})


class _Names(dict[int, str]):
    """Row numbers as ids, without a table of them."""

    def __missing__(self, row: int) -> str:
        return str(row)


class FaissVectorStore(FAISS):
    """LangChain's store with ids that hold: adding under an id replaces what had it, and deleting
    what is not there is no error. Scores are inner products.

    :meth:`over` makes one of an index whose documents are the rows of a generation, to be
    searched; :meth:`empty` one to be filled.
    """

    @classmethod
    def over(cls, index: Any) -> "FaissVectorStore":
        """A store to search an index of normalised vectors; its documents are row numbers."""
        return cls._of(NoText(), index, _Rows(), _Names())

    @classmethod
    def empty(cls, embeddings: Embeddings, width: int) -> "FaissVectorStore":
        """A store without documents; vectors have ``width`` numbers."""
        import faiss

        return cls._of(embeddings, faiss.IndexFlatIP(width), InMemoryDocstore(), {})

    @classmethod
    def _of(
        cls, embeddings: Embeddings, index: Any, docs: Docstore, names: dict[int, str]
    ) -> "FaissVectorStore":
        strategy = DistanceStrategy.MAX_INNER_PRODUCT
        return cls(embeddings, index, docs, names, distance_strategy=strategy)

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Add or replace; returns the ids, made up where none were given."""
        texts = list(texts)
        vectors = self._embed_documents(texts)
        pairs = zip(texts, vectors, strict=True)
        return self.add_embeddings(pairs, metadatas, ids, **kwargs)

    def add_embeddings(
        self,
        text_embeddings: Iterable[tuple[str, list[float]]],
        metadatas: list[dict[str, Any]] | None = None,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Add or replace texts whose vectors are known; of one id twice, the last counts."""
        pairs = list(text_embeddings)
        if not pairs:
            return []
        names = [name or str(uuid.uuid4()) for name in ids or [""] * len(pairs)]
        notes = metadatas or [{} for _ in pairs]
        last = {name: at for at, name in enumerate(names)}
        self.delete(list(last))
        super().add_embeddings(
            [pairs[at] for at in last.values()],
            [notes[at] for at in last.values()],
            list(last),
            **kwargs,
        )
        return names

    async def aadd_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """As :meth:`add_texts`."""
        return await run_in_executor(None, self.add_texts, texts, metadatas, ids, **kwargs)

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool:
        """Delete the documents of these ids, as far as they are there; ``None`` means all."""
        there = set(self.index_to_docstore_id.values())
        gone = (
            list(there) if ids is None else [name for name in dict.fromkeys(ids) if name in there]
        )
        if gone:
            super().delete(list(gone), **kwargs)
        return True
