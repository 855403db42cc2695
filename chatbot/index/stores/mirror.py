"""Keep the vector store elsewhere in step with the generations on disk.

``index/vectors.json`` says for each embedding model which generations the store holds whole. It is
struck out before the store is changed and written anew after, so where a build was killed, or
where the store has another number of vectors than it should, the store is asked for all its ids.
``index/vectors.ids`` names every vector that this index sent, and no others are deleted: another
index may have the same collection.
"""

import json
import logging
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chatbot.audience import Audience
from chatbot.errors import IndexUnavailableError, VectorStoreError
from chatbot.files import parse_json, write_whole
from chatbot.index.generations import generation_names, kept_names, read_vectors
from chatbot.index.manifest import Manifest, read_manifest
from chatbot.index.stores.remote import RemoteStore, collection_name, open_store
from chatbot.knowledge.audiences import audience_of
from chatbot.settings import Settings

log = logging.getLogger(__name__)

_FILE, _SENT = "vectors.json", "vectors.ids"
_SHARED = (
    "%s has %d vectors that this index did not send; they stay. If they are another index's, give "
    "each a vector_collection of its own."
)
_NOBODY = "-"  # no name of an audience; Pinecone keeps no empty list


@dataclass(frozen=True)
class Held:
    """What one collection of the store has: the whole of these generations, and what others put
    there. ``vectors`` counts all of them.

    With ``audiences``, each vector has the names of whom the documents of all of them are for.
    """

    store: str
    generations: list[str]
    vectors: int
    audiences: bool = False


class Mirror:
    """The vectors of the generations of one index, in the store that the settings name.

    With FAISS there is none, and every method does nothing.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._index = settings.index
        self._on = settings.vector_store != "faiss"
        self._stores: dict[str, RemoteStore] = {}
        self._rows: dict[str, dict[str, int]] = {}
        self._for: dict[str, dict[str, Audience]] = {}

    def check(self, embeddings: str) -> None:
        """See that the settings name a store, before work is done for it.

        Raises:
            ConfigurationError: a setting that it needs is missing.
        """
        if self._on:
            self._store(embeddings)

    def add(self) -> None:
        """Send the store what it lacks of the generations on disk; deletes nothing, so readers of
        an earlier one lose nothing.

        Raises:
            VectorStoreError: the store fails; the next call completes it.
        """
        self._each(generation_names(self._index), remove=False)

    def settle(self, keep: int = 2) -> None:
        """Have the store hold the vectors of the generations that are kept, and no others that this
        index sent.

        Raises:
            VectorStoreError: the store fails; the next call completes it.
        """
        self._each(kept_names(self._index, keep), remove=True)

    def _each(self, names: Collection[str], remove: bool) -> None:
        if not self._on:
            return
        try:
            self._mirror(names, remove)
        except VectorStoreError as exc:
            raise VectorStoreError(
                f"The index is built, but its vectors are not all where they are searched: {exc} "
                "Until 'chatbot index' runs again, the rest is found by its words."
            ) from exc

    def _mirror(self, names: Collection[str], remove: bool) -> None:
        """For each embedding model of the generations ``names``, and of those that were there."""
        models: dict[str, list[str]] = {model: [] for model in read_held(self._index)}
        for name in sorted(names):
            if (manifest := self._manifest(name)) is not None:
                models.setdefault(manifest.embeddings, []).append(name)
        for model, generations in models.items():
            if generations:
                self._bring(model, generations, remove)
            elif remove:
                self._leave(model)
                _write(self._index, model, None, forget=True)

    def _bring(self, model: str, names: list[str], remove: bool) -> None:
        store = self._store(model)
        held = self._noted(model)
        complete = held is not None and self._holds(model, held.vectors)
        if held is not None and complete and held.generations == names:
            return
        rows = [self._keys(name) for name in names]
        wanted = self._audiences(names)
        store.prepare(read_vectors(self._index, names[-1])[1].shape[1])
        known = self._audiences(held.generations) if held else {}
        if held is not None and complete:
            # Vectors that were sent before ids were noted.
            _note_sent(self._index, model, sorted(known.keys() - _sent(self._index, model)))
            there: dict[str, Audience | None] = dict(known)
            others = held.vectors - len(known)
        else:
            found = store.keys()
            sent = _sent(self._index, model) | known.keys() | wanted.keys()
            there = {key: known.get(key) for key in found & sent}
            others = len(found - sent)
            if others:
                log.warning(_SHARED, self._place(model), others)
        gone = sorted(there.keys() - wanted.keys()) if remove else []
        if gone or any(there.get(key) != names for key, names in wanted.items()):
            _write(self._index, model, None)
        for name, at in zip(names, rows, strict=True):
            new = [key for key in at if there.get(key) != wanted[key]]
            if new:
                vectors = read_vectors(self._index, name)[1]
                audiences = [sorted(wanted[key]) or [_NOBODY] for key in new]
                _note_sent(self._index, model, new)
                store.put(new, vectors[[at[key] for key in new]], audiences)
                there.update((key, wanted[key]) for key in new)
        store.delete(gone)
        for key in gone:
            del there[key]
        if there.keys() == wanted.keys():
            _write(self._index, model, Held(self._place(model), names, len(there) + others, True))

    def _leave(self, model: str) -> None:
        """Delete what this index sent."""
        store, held = self._store(model), self._noted(model)
        known = self._audiences(held.generations) if held else {}
        try:
            found = store.keys()
        except VectorStoreError:
            store.connect()  # if that works, the collection is gone already
            return
        sent = found & (_sent(self._index, model) | known.keys())
        if sent == found:
            store.drop()
        else:
            store.delete(sorted(sent))

    def _noted(self, model: str) -> Held | None:
        """What was written down of the store, if it can be relied on."""
        held = read_held(self._index).get(model)
        if held is None or not held.audiences or held.store != self._place(model):
            return None
        return held if all(map(self._manifest, held.generations)) else None

    def _manifest(self, name: str) -> Manifest | None:
        """The manifest of a generation; ``None`` where it is gone, damaged or of an earlier format:
        nobody can read it."""
        try:
            return read_manifest(self._index, name)
        except IndexUnavailableError:
            return None

    def _holds(self, model: str, vectors: int) -> bool:
        """Whether the store has so many vectors."""
        store = self._store(model)
        try:
            return store.count() == vectors
        except VectorStoreError:
            store.connect()  # if that works, the collection is gone, and is made again
            return False

    def _audiences(self, names: Sequence[str]) -> dict[str, Audience]:
        """Each id of these generations with all whom the documents with it are for."""
        found: dict[str, Audience] = {}
        for name in names:
            self._keys(name)
            for key, audience in self._for[name].items():
                found[key] = found.get(key, audience) | audience
        return found

    def _keys(self, name: str) -> dict[str, int]:
        """Each id of a generation with a row that has its vector."""
        if name not in self._rows:
            chunks, _ = read_vectors(self._index, name)
            said = read_manifest(self._index, name).audiences
            of = {path: audience_of(path, said) for path in {chunk.path for chunk in chunks}}
            self._rows[name], self._for[name] = {}, {}
            for row, chunk in enumerate(chunks):
                key, audience = chunk.content_hash, of[chunk.path]
                self._rows[name][key] = row
                self._for[name][key] = self._for[name].get(key, audience) | audience
        return self._rows[name]

    def _store(self, model: str) -> RemoteStore:
        if model not in self._stores:
            store = open_store(self._settings, model)
            assert store is not None
            self._stores[model] = store
        return self._stores[model]

    def _place(self, model: str) -> str:
        return f"{self._store(model).name}, {collection_name(self._settings, model)}"


def check_vectors(settings: Settings, embeddings: str) -> str:
    """That the store can be searched and holds what the index needs; says where, for people.

    Raises:
        VectorStoreError: it cannot be reached, or lacks vectors.
        ConfigurationError: a setting that it needs is missing.
    """
    store = open_store(settings, embeddings)
    if store is None:
        return "FAISS, on this machine"
    store.connect()
    name = collection_name(settings, embeddings)
    held = read_held(settings.index).get(embeddings)
    if held is None or held.store != f"{store.name}, {name}":
        raise VectorStoreError(
            f"{store.name} answers and may lack vectors of this index; run 'chatbot index'."
        )
    count = store.count()
    if count < held.vectors:
        raise VectorStoreError(
            f"{store.name} has {count:,} vectors in '{name}' and should have {held.vectors:,}; "
            "run 'chatbot index'."
        )
    return f"{store.name}, {count:,} vectors in '{name}'"


def read_held(index: Path) -> dict[str, Held | None]:
    """What the store is known to hold, by embedding model; ``None`` where that is not known."""
    try:
        raw: dict[str, Any] = parse_json((index / _FILE).read_text(encoding="utf-8"))
        return {model: Held(**held) if held else None for model, held in raw.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _sent(index: Path, model: str) -> set[str]:
    """The ids of all vectors of a model that this index ever sent."""
    try:
        lines = (index / _SENT).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return set()
    rows = (line.split("\t") for line in lines)
    return {row[1] for row in rows if row[0] == model and len(row) == 2}


def _note_sent(index: Path, model: str, keys: Sequence[str]) -> None:
    with open(index / _SENT, "a", encoding="utf-8") as file:
        file.writelines(f"{model}\t{key}\n" for key in keys)


def _write(index: Path, model: str, held: Held | None, forget: bool = False) -> None:
    known = read_held(index)
    known[model] = held
    if forget:
        del known[model]
    rows = {name: asdict(one) if one else None for name, one in known.items()}
    write_whole(index / _FILE, [json.dumps(rows)])
