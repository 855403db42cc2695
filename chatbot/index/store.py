"""LangChain's FAISS vector store over an index of ours: the one place of langchain-community.

That package gets no updates any more, and its own saving pickles. So it only searches here: the
index is read from and written to FAISS's own format, and documents are rows of the generation.
"""

from typing import Any

from langchain_community.docstore.base import Docstore
from langchain_community.vectorstores import FAISS
from langchain_community.vectorstores.utils import DistanceStrategy
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings


class _Rows(Docstore):
    """A document for each row, with nothing but its number."""

    def search(self, search: str) -> Document:
        return Document("", metadata={"row": int(search)})


class _Names(dict[int, str]):
    """Row numbers as ids, without a table of them."""

    def __missing__(self, row: int) -> str:
        return str(row)


class _NoText(Embeddings):
    """The retriever embeds the query itself: it needs the vector for more than the search."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        raise NotImplementedError

    def embed_query(self, text: str) -> list[float]:
        raise NotImplementedError


def vector_store(index: Any) -> FAISS:
    """A store over a FAISS index of normalised vectors; scores are inner products."""
    return FAISS(
        embedding_function=_NoText(),
        index=index,
        docstore=_Rows(),
        index_to_docstore_id=_Names(),
        distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT,
    )
