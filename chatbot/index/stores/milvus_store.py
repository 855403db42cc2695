"""Vectors in Milvus: a server or cluster by its address, or Milvus Lite in a file.

Importing this module imports langchain-milvus, of the extra ``milvus``.
"""

import json
import logging
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.runnables import run_in_executor
from langchain_milvus import Milvus
from pymilvus import DataType

_KEY, _TEXT, _VECTOR, _AUDIENCE = "pk", "text", "vector", "audience"
_KEY_LENGTH = 512  # bytes
_TEXT_LENGTH = 65_535
_BATCH = 1000
# What a search may ask for (Milvus' own limit).
MOST = 16_384


class MilvusVectorStore(Milvus):
    """LangChain's store for Milvus with ids that hold: adding under an id replaces what had it.

    Scores are inner products. Every read sees every write that was acknowledged before it.
    """

    most = MOST

    def __init__(
        self,
        embeddings: Embeddings,
        collection: str,
        uri: str,
        token: str | None = None,
        timeout: float = 60.0,
    ) -> None:
        """Connects; ``timeout`` is in seconds, of each call.

        Raises:
            MilvusException: the server cannot be reached or refuses.
        """
        connection: dict[str, Any] = {"uri": uri, "timeout": timeout}
        if token:
            connection["token"] = token
        # What goes wrong is raised, and told by who catches it.
        for name in ("pymilvus", "langchain_milvus", "grpc._server"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        super().__init__(
            embeddings,
            collection_name=collection,
            connection_args=connection,
            # The server chooses the kind of index for its size.
            index_params={"index_type": "AUTOINDEX", "metric_type": "IP", "params": {}},
            search_params={"metric_type": "IP", "params": {}},
            consistency_level="Strong",
            enable_dynamic_field=True,
            primary_field=_KEY,
            text_field=_TEXT,
            vector_field=_VECTOR,
            timeout=timeout,
        )

    @property
    def ready(self) -> bool:
        """Whether the collection exists."""
        return bool(self.client.has_collection(self.collection_name))

    def prepare(self, width: int) -> None:
        """Make the collection for vectors of ``width`` numbers, unless it is there.

        Raises:
            ValueError: it is there for vectors of another width.
        """
        if not self.ready:
            schema = self.client.create_schema(enable_dynamic_field=True)
            schema.add_field(_KEY, DataType.VARCHAR, is_primary=True, max_length=_KEY_LENGTH)
            schema.add_field(_TEXT, DataType.VARCHAR, max_length=_TEXT_LENGTH)
            schema.add_field(_VECTOR, DataType.FLOAT_VECTOR, dim=width)
            self.client.create_collection(
                self.collection_name, schema=schema, consistency_level=self.consistency_level
            )
        fields = self.client.describe_collection(self.collection_name)["fields"]
        there = next(int(f["params"]["dim"]) for f in fields if f["name"] == _VECTOR)
        if there != width:
            raise ValueError(f"its vectors have {there} numbers and these have {width}")
        self._init()  # also where a killed build made the collection and not its index

    def count(self) -> int:
        """How many vectors there are."""
        rows = self.client.query(self.collection_name, filter="", output_fields=["count(*)"])
        return int(rows[0]["count(*)"])

    def keys(self) -> Iterator[str]:
        """The ids of all vectors."""
        pages = self.client.query_iterator(
            self.collection_name, batch_size=_BATCH, output_fields=[_KEY]
        )
        try:
            while page := pages.next():
                yield from (row[_KEY] for row in page)
        finally:
            pages.close()

    def put(
        self,
        keys: Sequence[str],
        vectors: Sequence[Sequence[float]],
        audiences: Sequence[Sequence[str]],
    ) -> None:
        """Add or replace vectors without a text, with the names of their audiences."""
        notes = [{_AUDIENCE: list(names)} for names in audiences]
        self.add_embeddings([""] * len(keys), [list(v) for v in vectors], notes, ids=list(keys))

    def nearest(self, vector: list[float], k: int, audiences: Sequence[str] | None) -> list[str]:
        """The ids of the ``k`` nearest, best first, of those for one of ``audiences``."""
        if not self.fields and self.ready:  # made by another process since this one connected
            self._init()
        names = json.dumps(audiences, ensure_ascii=False)
        expr = None if audiences is None else f"json_contains_any({_AUDIENCE}, {names})"
        found = self.similarity_search_with_score_by_vector(vector, k=k, expr=expr)
        return [str(document.id) for document, _ in found]

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        timeout: float | None = None,
        batch_size: int = _BATCH,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Add or replace; returns the ids, made up where none were given."""
        texts = list(texts)
        vectors = self.embedding_func.embed_documents(texts)
        return self.add_embeddings(texts, vectors, metadatas, timeout, batch_size, ids=ids)

    def add_embeddings(
        self,
        texts: list[str],
        embeddings: list[list[float]],
        metadatas: list[dict[str, Any]] | None = None,
        timeout: float | None = None,
        batch_size: int = _BATCH,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Add or replace texts whose vectors are known."""
        if not texts:
            return []
        names = [name or str(uuid.uuid4()) for name in ids or [""] * len(texts)]
        notes = metadatas or [{} for _ in texts]
        self.prepare(len(embeddings[0]))
        rows = [
            {**note, _KEY: name, _TEXT: text, _VECTOR: vector}
            for note, name, text, vector in zip(notes, names, texts, embeddings, strict=True)
        ]
        for first in range(0, len(rows), batch_size):
            batch = rows[first : first + batch_size]
            self.client.upsert(self.collection_name, batch, timeout=timeout or self.timeout)
        return names

    def add_documents(self, documents: list[Document], **kwargs: Any) -> list[str]:
        """Add or replace documents, under their own ids where they have some."""
        kwargs.setdefault("ids", [document.id or "" for document in documents])
        return list(super().add_documents(documents, **kwargs))

    async def aadd_documents(self, documents: list[Document], **kwargs: Any) -> list[str]:
        """As :meth:`add_documents`."""
        return await run_in_executor(None, self.add_documents, documents, **kwargs)

    async def aadd_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> list[str]:
        """As :meth:`add_texts`."""
        return await run_in_executor(None, self.add_texts, texts, metadatas, *args, **kwargs)

    def delete(
        self, ids: Sequence[str] | None = None, expr: str | None = None, **kwargs: Any
    ) -> bool:
        """Delete the documents of these ids, as far as they are there; or all that ``expr``
        says."""
        if not self.ready:
            return True
        if ids is None:
            self.client.delete(self.collection_name, filter=expr or f'{_KEY} != ""')
        for first in range(0, len(ids or ()), _BATCH):
            self.client.delete(self.collection_name, ids=list((ids or ())[first : first + _BATCH]))
        return True

    async def adelete(
        self, ids: Sequence[str] | None = None, expr: str | None = None, **kwargs: Any
    ) -> bool:
        """As :meth:`delete`."""
        return await run_in_executor(None, self.delete, ids, expr)

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """The documents of these ids, as far as they are there."""
        if not self.ready:
            return []
        rows = self.client.get(self.collection_name, ids=list(ids), output_fields=["*"])
        return [self._parse_document(dict(row)) for row in rows]

    def _parse_document(self, data: dict[str, Any]) -> Document:
        """With the id where LangChain has it."""
        entity = dict(data)
        entity.pop(_VECTOR, None)
        name = str(entity.pop(_KEY))
        return Document(id=name, page_content=entity.pop(_TEXT), metadata=entity)
