"""What a generation holds: chunks and texts of documents, vectors and word counts of chunks.

What did not change since an earlier generation is taken over from it.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from chatbot.errors import DocumentError
from chatbot.index.changes import FolderChanges
from chatbot.index.embeddings import window_of
from chatbot.index.generations import Generation
from chatbot.index.lexical import LexicalIndex
from chatbot.index.manifest import IN_PART, Manifest
from chatbot.knowledge.audiences import Said
from chatbot.knowledge.chunks import Chunk, Key, keys_of, split_document
from chatbot.knowledge.documents import load_document
from chatbot.settings import Settings

_BATCH = 256
# Seconds until a document is read again whose reading failed for what may pass.
_FIRST_WAIT, _LONGER, _LONGEST_WAIT = 60.0, 4, 24 * 3600.0


@dataclass
class Contents:
    """Chunks, texts and addresses of documents, and whom they are for; reasons of those not read,
    and of parts not read; ``turns`` and ``again`` as in
    :class:`chatbot.index.manifest.Manifest`."""

    chunks: list[Chunk] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    said: Said = field(default_factory=Said)
    turns: dict[str, str] = field(default_factory=dict)
    again: dict[str, tuple[int, int]] = field(default_factory=dict)


def collect_contents(
    settings: Settings,
    changes: FolderChanges,
    old: Generation | None,
    load: Callable[[], Embeddings],
) -> Contents:
    """Chunks and texts of every readable document, and the reasons of the others.

    A file whose hash did not change keeps its chunks, or its reason, without being read again; one
    of an index that an earlier version made is read again.
    """
    earlier: dict[str, list[Chunk]] = {}
    for chunk in old.chunks if old else ():
        earlier.setdefault(chunk.path, []).append(chunk)
    again = {*changes.added, *changes.changed}
    if old and not old.manifest.up_to_date:
        again = set(changes.stamps)
    contents = Contents(said=deepcopy(changes.folders))
    for path in changes.stamps:
        if old and path in earlier and path not in again:
            contents.chunks += earlier[path]
            contents.texts[path] = old.texts[path]
            _take_over(path, old.manifest, contents)
            continue
        if old and path in old.manifest.failed and path not in again:
            contents.failed[path] = old.manifest.failed[path]
            _take_over(path, old.manifest, contents)
            continue
        try:
            document = load_document(settings.knowledge, path, settings.max_file_bytes)
        except DocumentError as exc:
            contents.failed[path] = str(exc)
            if exc.turns:
                contents.turns[path] = exc.turns
            if exc.may_pass:
                tries = old.manifest.again.get(path, (0, 0))[0] + 1 if old else 1
                contents.again[path] = (tries, changes.listed + _wait(tries))
            continue
        contents.chunks += split_document(document, settings.chunk_chars, window_of(load()))
        contents.texts[path] = document.text
        if document.address:
            contents.addresses[path] = document.address
        if document.audience is not None:
            contents.said.add(path, document.audience)
        if document.turns:
            contents.turns[path] = document.turns
        if document.notes:
            contents.notes[path] = f"{IN_PART}{'; '.join(document.notes)}"
    return contents


def _wait(tries: int) -> int:
    """How many ns after so many tries that failed a document is to be read again, at the soonest:
    each of a hostile one takes some seconds."""
    return int(min(_FIRST_WAIT * _LONGER ** (tries - 1), _LONGEST_WAIT) * 1e9)


def _take_over(path: str, old: Manifest, contents: Contents) -> None:
    """What is known of a document beside its chunks and text."""
    kept: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (old.notes, contents.notes),
        (old.addresses, contents.addresses),
        (old.audiences, contents.said.names),
        (old.unclear, contents.said.unclear),
        (old.turns, contents.turns),
        (old.again, contents.again),
    ]
    for before, now in kept:
        if path in before:
            now[path] = before[path]


def index_chunks(
    chunks: list[Chunk],
    old: Generation | None,
    load: Callable[[], Embeddings],
    progress: Callable[[int, int], None],
) -> tuple[NDArray[np.float16], LexicalIndex, int]:
    """Vectors (n, d) in the order of ``chunks``, the lexical index, and how many came from the
    old generation. Words are counted while the model embeds."""
    rows = {key: row for row, key in enumerate(keys_of(old.chunks))} if old else {}
    keys = keys_of(chunks)
    same = [rows.get(key, -1) for key in keys]
    # The counts of what the old index holds are taken over, whatever the text, unless another
    # version counted.
    counted = old.lexical if old and old.manifest.up_to_date else None
    kept = [row >= 0 and counted is not None for row in same]
    texts = ["" if ok else c.search_text for c, ok in zip(chunks, kept, strict=True)]
    missing = {
        key: text for key, text, row in zip(keys, texts, same, strict=True) if text and row < 0
    }
    with ThreadPoolExecutor(1) as thread:
        counting = thread.submit(LexicalIndex.build, texts, counted, same)
        new = _embed(missing, load, progress) if missing else None
        lexical = counting.result()
    width = new[1].shape[1] if new else old.vectors.shape[1]  # type: ignore[union-attr]
    vectors = np.empty((len(chunks), width), dtype=np.float16)
    reused = np.asarray(same, dtype=np.int64)
    if old:
        vectors[reused >= 0] = old.vectors[reused[reused >= 0]]
    if new:
        places, embedded = new
        at = np.flatnonzero(reused < 0)
        vectors[at] = embedded[[places[keys[row]] for row in at]]
    return vectors, lexical, int((reused >= 0).sum())


def _embed(
    texts: dict[Key, str], load: Callable[[], Embeddings], progress: Callable[[int, int], None]
) -> tuple[dict[Key, int], NDArray[Any]]:
    """Where the vector of each key stands, and the vectors (n, d) in float16."""
    embeddings = load()
    # Alike lengths in a batch: less padding, so more chunks a second.
    todo = sorted(texts.items(), key=lambda item: len(item[1]))
    parts = []
    for first in range(0, len(todo), _BATCH):
        batch = todo[first : first + _BATCH]
        vectors = embeddings.embed_documents([text for _, text in batch])
        parts.append(np.asarray(vectors, dtype=np.float16))
        progress(min(first + _BATCH, len(todo)), len(todo))
    return {key: place for place, (key, _) in enumerate(todo)}, np.concatenate(parts)
