"""Vectors in Pinecone, in one namespace of an index that was made there: the extra ``pinecone``."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from chatbot.errors import ConfigurationError, reason_of
from chatbot.index.stores.remote import Client, Store
from chatbot.settings import Settings

# Pinecone's limits: bytes of a request, results of a query; no more than 1,000 vectors or ids at
# once, which is what :class:`RemoteStore` sends.
_REQUEST = 1_500_000
_AUDIENCE = "audience"
_NUMBER = 22  # bytes of a number as JSON, at most
MOST = 10_000


def client(settings: Settings, namespace: str) -> Client:
    """The client of one namespace.

    Raises:
        ConfigurationError: the index or the key is missing.
    """
    index, key = settings.pinecone_index, settings.pinecone_api_key
    if not index or not key:
        raise ConfigurationError(
            "vector_store is 'pinecone': set CHATBOT_PINECONE_INDEX to the name or the host of an "
            "index, and CHATBOT_PINECONE_API_KEY."
        )

    def load() -> Callable[[], Store]:
        import langchain_pinecone  # noqa: F401  where it is missing, this says so

        return lambda: PineconeVectors(namespace, index, key.get_secret_value())

    return Client(f"Pinecone's index {index}", load, _reason)


def _reason(exc: Exception) -> str:
    """What the exception says; the server's own answer is apart from it, as JSON."""
    from pinecone.exceptions import PineconeApiException

    if isinstance(exc, PineconeApiException) and exc.body:
        return reason_of(Exception(_message(exc.body)))
    return reason_of(exc)


def _message(body: Any) -> Any:
    try:
        answer = json.loads(body)
        return answer.get("message") or answer["error"]["message"]
    except (ValueError, TypeError, KeyError, AttributeError):
        return body


class PineconeVectors:
    """Ids and vectors through langchain-pinecone; texts stay on this machine."""

    most = MOST

    def __init__(self, namespace: str, index: str, key: str) -> None:
        """``index`` is an index's name, which Pinecone is asked for, or its host.

        Raises:
            PineconeException: the name is unknown or the key is refused.
        """
        from langchain_pinecone import PineconeVectorStore
        from pinecone import Pinecone

        from chatbot.index.stores.faiss_store import NoText

        client = Pinecone(api_key=key, source_tag="langchain")
        host = index if any(sign in index for sign in ".:/") else ""
        self._index = client.Index(host=host) if host else client.Index(name=index)
        self._namespace = namespace
        # Without a text Pinecone's store would pass a vector by.
        self._store = PineconeVectorStore(
            index=self._index, embedding=NoText(), namespace=namespace
        )

    @property
    def ready(self) -> bool:
        """Whether it answers; a namespace comes with its first vector."""
        self._index.describe_index_stats()
        return True

    def prepare(self, width: int) -> None:
        """Check that the index is for vectors of ``width`` numbers.

        Raises:
            ValueError: it is for others.
        """
        there = self._index.describe_index_stats().get("dimension")
        if there and int(there) != width:
            raise ValueError(f"its vectors have {int(there)} numbers and these have {width}")

    def count(self) -> int:
        """How many vectors there are; it lags behind by some seconds."""
        stats = self._index.describe_index_stats()
        mine = stats.get("namespaces", {}).get(self._namespace)
        return int(mine["vector_count"]) if mine else 0

    def keys(self) -> Iterator[str]:
        """The ids of all vectors."""
        for page in self._index.list(namespace=self._namespace):
            yield from page

    def put(
        self,
        keys: Sequence[str],
        vectors: Sequence[Sequence[float]],
        audiences: Sequence[Sequence[str]],
    ) -> None:
        """Add or replace vectors, with the names of their audiences."""
        if not keys:
            return
        batch = max(1, min(1000, _REQUEST // (len(vectors[0]) * _NUMBER + 400)))
        for first in range(0, len(keys), batch):
            at = slice(first, first + batch)
            rows = zip(keys[at], vectors[at], audiences[at], strict=True)
            self._index.upsert(
                vectors=[
                    {
                        "id": key,
                        "values": list(vector),
                        "metadata": {"text": "", _AUDIENCE: list(names)},
                    }
                    for key, vector, names in rows
                ],
                namespace=self._namespace,
            )

    def nearest(self, vector: list[float], k: int, audiences: Sequence[str] | None) -> list[str]:
        """The ids of the ``k`` nearest, best first, of those for one of ``audiences``."""
        wanted = None if audiences is None else {_AUDIENCE: {"$in": list(audiences)}}
        found = self._store.similarity_search_by_vector_with_score(vector, k=k, filter=wanted)
        return [str(document.id) for document, _ in found]

    def delete(self, keys: Sequence[str]) -> None:
        """Delete vectors, as far as they are there; at most 1,000."""
        self._store.delete(ids=list(keys))

    def drop(self) -> None:
        """Delete all vectors of the namespace."""
        if self.count():
            self._store.delete(delete_all=True)
