"""A vector store elsewhere, Milvus or Pinecone, for the dense part of the search.

The generation on disk stays the truth. The store has a vector for each different search text
(:attr:`~chatbot.knowledge.chunks.Chunk.content_hash` is its id) and no texts; it is asked for the
nearest ids, which count as far as the generation in use has them, with the cosines of its own
vectors. So several generations can share the store, and what a killed build left there harms none.
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from chatbot.errors import ChatbotError, ConfigurationError, VectorStoreError
from chatbot.index.generations import Generation
from chatbot.index.stores.vectors import Seen
from chatbot.settings import Settings

log = logging.getLogger(__name__)

T = TypeVar("T")

SEARCH = 5.0  # seconds, for connecting and for each search
PATIENT = 60.0  # for connecting where nobody waits for an answer
_WRITE = 120.0  # for each batch
_BATCH = 1000
# After a failure the next questions do not wait for it again.
_PAUSE = 30.0


class Store(Protocol):
    """What a client of a vector store does; each raises exceptions of its own library.

    ``most`` is how many results a search may have.
    """

    most: int

    @property
    def ready(self) -> bool:
        """Whether it can be searched."""

    def prepare(self, width: int) -> None:
        """Make it ready for vectors of ``width`` numbers; ValueError where it is not."""

    def count(self) -> int:
        """How many vectors it has."""

    def keys(self) -> Iterator[str]:
        """The ids of all vectors."""

    def put(
        self,
        keys: Sequence[str],
        vectors: Sequence[Sequence[float]],
        audiences: Sequence[Sequence[str]],
    ) -> None:
        """Add or replace vectors, each with the names of those whom its documents are for."""

    def delete(self, keys: Sequence[str]) -> Any:
        """Delete vectors, as far as they are there."""

    def nearest(self, vector: list[float], k: int, audiences: Sequence[str] | None) -> list[str]:
        """The ids of the ``k`` nearest, best first; of those that are for one of ``audiences``,
        where that is not ``None``."""

    def drop(self) -> None:
        """Delete all of them."""


@dataclass(frozen=True)
class Client:
    """How a store is reached; ``client`` of the module of its name makes it of the settings and
    the name of a collection.

    ``name`` is for people. ``load`` imports the library and returns what connects. ``reason`` is
    what one of the library's exceptions says, in a line.
    """

    name: str
    load: Callable[[], Callable[[], Store]]
    reason: Callable[[Exception], str]


class RemoteStore:
    """A store that is connected with its first use; every call ends within a time.

    Every method raises a :class:`VectorStoreError` that names the store and what is wrong with it,
    or a :class:`ConfigurationError` where its library is not installed.
    """

    def __init__(self, extra: str, client: Client, patience: float) -> None:
        """``extra`` is what of this package is to be installed for it; connecting may take
        ``patience`` seconds."""
        self.name = client.name
        self._extra = extra
        self._client = client
        self._patience = patience
        self._store: Store | None = None
        self._lock = threading.Lock()

    def connect(self) -> None:
        """Connect, and see whether it answers."""
        self._ask(lambda store: store.ready, self._patience)

    def check(self) -> None:
        """Connect, and see whether it can be searched.

        Raises:
            VectorStoreError: it cannot be reached, or has no vectors of this index.
        """
        if not self._ask(lambda store: store.ready, self._patience):
            raise VectorStoreError(
                f"{self.name} has no vectors of this index yet; run 'chatbot index'."
            )

    def prepare(self, width: int) -> None:
        """Make it ready for vectors of ``width`` numbers."""
        self._ask(lambda store: store.prepare(width), self._patience)

    def count(self) -> int:
        """How many vectors it has."""
        return self._ask(lambda store: store.count(), self._patience)

    def keys(self) -> set[str]:
        """The ids of all vectors."""
        return self._ask(lambda store: set(store.keys()), 60 * _WRITE)

    def put(
        self, keys: Sequence[str], vectors: NDArray[Any], audiences: Sequence[Sequence[str]]
    ) -> None:
        """Add or replace vectors, (n, d), each with the names of its audiences."""
        for first in range(0, len(keys), _BATCH):
            at = slice(first, first + _BATCH)
            rows = vectors[at].astype(np.float32).tolist()

            def put(store: Store, at: slice = at, rows: list[list[float]] = rows) -> None:
                store.put(keys[at], rows, audiences[at])

            self._ask(put, _WRITE)

    def delete(self, keys: Sequence[str]) -> None:
        """Delete vectors, as far as they are there."""
        for first in range(0, len(keys), _BATCH):
            names = keys[first : first + _BATCH]
            self._ask(lambda store, n=names: store.delete(n), _WRITE)  # type: ignore[misc]

    def drop(self) -> None:
        """Delete all of them."""
        self._ask(lambda store: store.drop(), _WRITE)

    def nearest(
        self, vector: NDArray[np.float32], k: int, audiences: Sequence[str] | None = None
    ) -> tuple[list[str], bool]:
        """The ids of the ``k`` nearest, best first, and whether there may be more to ask for; with
        ``audiences``, of those alone that are for one of them."""
        numbers = [float(number) for number in vector]

        def search(store: Store) -> tuple[list[str], bool]:
            asked = min(k, store.most)
            found = store.nearest(numbers, asked, audiences)
            return found, len(found) == asked < store.most

        return self._ask(search, SEARCH)

    def _ask(self, action: Callable[[Store], T], seconds: float) -> T:
        with self._lock:
            store = self._store or self._connect()
            self._store = store
        try:
            return _within(seconds, lambda: action(store))
        except Exception as exc:  # each client has its own tree
            self._store = None
            raise self._translate(exc) from exc

    def _connect(self) -> Store:
        try:
            connect = self._client.load()  # which may take longer than connecting
        except ImportError as exc:
            raise ConfigurationError(
                f"vector_store is '{self._extra}', which is not installed; run "
                f"'pip install peregrine-chatbot[{self._extra}]'."
            ) from exc
        try:
            return _within(self._patience, connect)
        except Exception as exc:
            raise self._translate(exc) from exc

    def _translate(self, exc: Exception) -> ChatbotError:
        if isinstance(exc, ChatbotError):
            return exc
        if isinstance(exc, TimeoutError):
            return VectorStoreError(f"{self.name} did not answer in time.")
        return VectorStoreError(f"{self.name} cannot be used: {self._client.reason(exc)}.")


def _within(seconds: float, action: Callable[[], T]) -> T:
    """The result of ``action``, or TimeoutError; the clients have no such limit on every path."""
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(action())
        except BaseException as exc:  # for the caller to handle
            failed.append(exc)

    thread = threading.Thread(target=run, daemon=True, name="vector store")
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not done:
        raise TimeoutError
    return done[0]


class RemoteSearch:
    """Search of one generation by a store elsewhere: :class:`chatbot.index.stores.vectors.Nearest`.

    ``problem`` says why it cannot be searched now; empty where it can.
    """

    def __init__(self, store: RemoteStore, generation: Generation) -> None:
        self._store = store
        self._generation = generation
        self._again_at = 0.0
        self._trying = threading.Lock()
        self.problem = ""

    def open(self) -> None:
        """Connect ahead of the first question; what fails is told in ``problem``."""
        try:
            self._store.check()
            self.problem = ""
        except VectorStoreError as exc:
            self._note_failure(exc)

    def search(
        self, vector: NDArray[np.float32], k: int, seen: Seen | None = None
    ) -> list[tuple[int, float]]:
        """The ``k`` nearest (row, cosine), best first, of those that may be ``seen``.

        The store leaves out what is for others; what it lets through is looked at here once more.

        Raises:
            VectorStoreError: the store fails, or did so a moment ago.
        """
        if seen is not None and not seen.count:
            return []  # and no store is asked for what is for nobody, which one may refuse
        if self.problem:
            # One question tries again after a while, and the others do not wait for it.
            if time.monotonic() < self._again_at or not self._trying.acquire(blocking=False):
                raise VectorStoreError(self.problem)
            try:
                return self._search(vector, k, seen)
            finally:
                self._trying.release()
        return self._search(vector, k, seen)

    def _search(
        self, vector: NDArray[np.float32], k: int, seen: Seen | None
    ) -> list[tuple[int, float]]:
        try:
            rows = self._nearest(vector, k, seen)
            if not rows and seen is None:
                raise VectorStoreError(
                    f"{self._store.name} has no vectors of this index; run 'chatbot index'."
                )
        except VectorStoreError as exc:
            self._note_failure(exc)
            raise
        self.problem = ""
        if not rows:
            return []
        cosines = self._generation.vectors[rows].astype(np.float32) @ vector
        order = np.lexsort((np.asarray(rows), -cosines))[:k]
        return [(rows[at], float(cosines[at])) for at in order]

    def _nearest(self, vector: NDArray[np.float32], k: int, seen: Seen | None) -> list[int]:
        """Rows of the generation: some more than ``k``, as ids of others may be among them."""
        asked = k + max(k // 2, 10)
        names = None if seen is None else sorted(seen.names)
        while True:
            keys, more = self._store.nearest(vector, asked, names)
            rows = [row for key in keys for row in self._rows.get(key, ())]
            if seen is not None:
                rows = [row for row in rows if seen.rows[row]]
            if len(rows) >= k or not more:
                return rows
            asked *= 4

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for row, chunk in enumerate(self._generation.chunks):
            rows.setdefault(chunk.content_hash, []).append(row)
        return rows

    def _note_failure(self, exc: VectorStoreError) -> None:
        if self.problem != str(exc):
            log.warning("Searching by words only: %s", exc)
        self.problem = str(exc)
        self._again_at = time.monotonic() + _PAUSE


def collection_name(settings: Settings, embeddings: str) -> str:
    """Where the vectors of an embedding model are kept: a collection or namespace for each."""
    return re.sub(r"\W", "_", f"{settings.vector_collection}_{embeddings}")


def open_store(
    settings: Settings, embeddings: str, patience: float = PATIENT
) -> RemoteStore | None:
    """The store that the settings name, not yet connected; ``None`` for FAISS, which is here.
    Connecting may take ``patience`` seconds.

    Raises:
        ConfigurationError: a setting that it needs is missing.
    """
    kind = settings.vector_store
    if kind == "faiss":
        return None
    module = import_module(f"chatbot.index.stores.{kind}")
    client: Client = module.client(settings, collection_name(settings, embeddings))
    return RemoteStore(kind, client, patience)
