"""Build or update the index: read what changed, embed what is new, write a generation."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from chatbot.errors import DocumentError, IndexUnavailableError, KnowledgeError
from chatbot.index.changes import Found, compare
from chatbot.knowledge.documents import (
    list_skipped,
    load_document,
)
from chatbot.settings import Settings

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from chatbot.index.generations import Generation, Manifest
    from chatbot.index.stores.mirror import Mirror
    from chatbot.knowledge.chunks import Chunk, Key

# How the reason of a document begins that was read but for some of it.
IN_PART = "in part: "
_BATCH = 256


@dataclass(frozen=True)
class BuildReport:
    """What a build did: counts of documents, of chunks embedded and of chunks reused.

    ``failed`` are documents, and parts of documents, that were not read; ``skipped`` the kinds of
    files that never are, with their count, the reason and the path of one.
    """

    generation: str
    documents: int
    chunks: int
    added: int
    changed: int
    removed: int
    reused: int
    failed: list[dict[str, str]]
    skipped: list[dict[str, Any]]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """The report with the keys of the command contract."""
        return asdict(self)


@dataclass
class Kept:
    """The generation of the last build, for a process that builds again and again."""

    generation: "Generation | None" = None


def update_index(
    settings: Settings,
    embeddings_name: str,
    load: "Callable[[], Embeddings]",
    progress: Callable[[int, int], None] = lambda done, total: None,
    wait: float = 0,
    kept: Kept | None = None,
) -> BuildReport:
    """Bring the index up to date with the knowledge folder.

    ``load`` is called only where there is something to embed; ``progress`` gets (done, total)
    in chunks. Where nothing changed, no generation is written and no file is read: size and
    times tell. ``wait`` is how many seconds another build may still take. What is ``kept`` of the
    last build is not read again from the disk.

    Raises:
        KnowledgeError: the folder is missing or holds nothing readable.
        IndexUnavailableError: another build is running.
        VectorStoreError: the vector store elsewhere fails; the next call completes it.
    """
    started = time.perf_counter()
    with _locked(settings.index, wait):
        return _update(settings, embeddings_name, load, progress, started, kept or Kept())


def roll_back(settings: Settings) -> str:
    """Make the generation before the current one current again; returns its name.

    Raises:
        IndexUnavailableError: there is none, it is damaged, or another build is running.
    """
    from chatbot.index.generations import previous_names, read_checked, set_current

    with _locked(settings.index, 0):
        names = previous_names(settings.index)
        if not names:
            raise IndexUnavailableError(
                f"The index in '{settings.index}' has no earlier generation to go back to."
            )
        read_checked(settings.index, names[0])
        set_current(settings.index, names[0])
        return names[0]


def forget_old(settings: Settings) -> int:
    """Delete every generation but the current one, with the texts of removed documents in them;
    returns how many.

    Raises:
        IndexUnavailableError: another build is running.
    """
    from chatbot.index.stores.mirror import Mirror

    with _locked(settings.index, 0):
        return _tidy(settings.index, Mirror(settings), keep=1)


def _tidy(index: Path, mirror: "Mirror", keep: int = 2) -> int:
    """Remove what no generation needs that is kept, from the vector store first."""
    from chatbot.index.generations import remove_old

    try:
        mirror.settle(keep)
    finally:
        removed = remove_old(index, keep)
    return removed


@contextmanager
def _locked(index: Path, wait: float) -> Iterator[None]:
    index.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(index / ".lock", timeout=wait):
            yield
    except Timeout as exc:
        raise IndexUnavailableError(
            f"Another 'chatbot index' is building in '{index}'; wait until it is done."
        ) from exc


def _update(
    settings: Settings,
    embeddings_name: str,
    load: "Callable[[], Embeddings]",
    progress: Callable[[int, int], None],
    started: float,
    kept: Kept,
) -> BuildReport:
    from chatbot.index.generations import load_generation, write_generation
    from chatbot.index.stores.mirror import Mirror

    mirror = Mirror(settings)
    old = _usable(settings, embeddings_name, kept)
    found = compare(settings.knowledge, old, settings.max_file_bytes)

    def report(
        name: str, chunks: int, reused: int, failed: dict[str, str], notes: dict[str, str]
    ) -> BuildReport:
        return BuildReport(
            generation=name,
            documents=len(found.stamps) - len(failed),
            chunks=chunks,
            added=len(found.added),
            changed=len(found.changed),
            removed=len(found.removed),
            reused=reused,
            failed=[
                {"path": _shown(p), "reason": reason}
                for p, reason in sorted([*failed.items(), *notes.items()])
            ],
            skipped=[
                asdict(kind) | {"example": _shown(kind.example)}
                for kind in list_skipped(settings.knowledge)
            ],
            seconds=round(time.perf_counter() - started, 3),
        )

    if old and not (found.changed or found.added or found.removed):
        _tidy(settings.index, mirror)  # where a build was killed after its generation was in use
        return report(old.generation, old.chunks, old.chunks, old.failed, old.notes)

    mirror.check(embeddings_name)
    before = kept.generation
    if before is None and old:
        before = load_generation(settings.index, old)
    embeddings = _Once(load)
    read = _collect(settings, found, before, embeddings)
    chunks, failed = read.chunks, read.failed
    if not chunks:
        raise KnowledgeError(
            f"No document in '{settings.knowledge}' can be read; the first one, "
            f"'{_shown(next(iter(failed)))}', was left out: {next(iter(failed.values()))}."
        )
    vectors, lexical, reused = _indexed(chunks, before, embeddings, progress)
    name = _new_name(settings.index)
    kept.generation = write_generation(
        settings.index,
        name,
        chunks,
        read.texts,
        vectors,
        lexical,
        before_use=mirror.add,
        embeddings=embeddings_name,
        chunk_chars=settings.chunk_chars,
        files=found.hashes,
        failed=failed,
        notes=read.notes,
        addresses=read.addresses,
        stamps={path: (s.size, s.modified, s.changed) for path, s in found.stamps.items()},
        listed=found.listed,
    )
    _tidy(settings.index, mirror)
    return report(name, len(chunks), reused, failed, read.notes)


def _usable(settings: Settings, embeddings_name: str, kept: Kept) -> "Manifest | None":
    """The current generation if this build can start from it."""
    from chatbot.index.generations import current_name, read_current

    if kept.generation and kept.generation.manifest.generation == current_name(settings.index):
        return kept.generation.manifest
    kept.generation = None  # another build, or a rollback, came between
    try:
        old = read_current(settings.index, embeddings_name)
    except IndexUnavailableError:
        return None
    return old if old.chunk_chars == settings.chunk_chars else None


def _shown(path: str) -> str:
    """The path in characters that can be written out; names on a disk may hold any bytes."""
    return path.encode("utf-8", "backslashreplace").decode()


class _Once:
    """Loads the embedding model when it is first asked for, and keeps it."""

    def __init__(self, load: "Callable[[], Embeddings]") -> None:
        self._load = load
        self._loaded: Embeddings | None = None

    def __call__(self) -> "Embeddings":
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded


@dataclass
class _Read:
    """Chunks, texts and addresses of documents; reasons of those, or parts, that were not read."""

    chunks: "list[Chunk]" = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)


def _collect(
    settings: Settings, found: Found, old: "Generation | None", load: "Callable[[], Embeddings]"
) -> _Read:
    """Chunks and texts of every readable document, and the reasons of the others.

    A file whose hash did not change keeps its chunks, or its reason, without being read again.
    """
    from chatbot.index.embeddings import window_of
    from chatbot.knowledge.chunks import split_document

    kept: dict[str, list[Chunk]] = {}
    if old:
        for chunk in old.chunks:
            kept.setdefault(chunk.path, []).append(chunk)
    again = {*found.added, *found.changed}
    read = _Read()
    for path in found.stamps:
        if old and path in kept and path not in again:
            read.chunks += kept[path]
            read.texts[path] = old.texts[path]
            if path in old.manifest.notes:
                read.notes[path] = old.manifest.notes[path]
            if path in old.manifest.addresses:
                read.addresses[path] = old.manifest.addresses[path]
            continue
        if old and path in old.manifest.failed and path not in again:
            read.failed[path] = old.manifest.failed[path]
            continue
        try:
            document = load_document(settings.knowledge, path, settings.max_file_bytes)
        except DocumentError as exc:
            read.failed[path] = str(exc)
            continue
        read.chunks += split_document(document, settings.chunk_chars, window_of(load()))
        read.texts[path] = document.text
        if document.address:
            read.addresses[path] = document.address
        if document.notes:
            read.notes[path] = f"{IN_PART}{'; '.join(document.notes)}"
    return read


def _indexed(
    chunks: "list[Chunk]",
    old: "Generation | None",
    load: "Callable[[], Embeddings]",
    progress: Callable[[int, int], None],
) -> tuple[Any, Any, int]:
    """Vectors (n, d) in the order of ``chunks``, the lexical index, and how many came from the
    old generation. Words are counted while the model embeds."""
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    from chatbot.index.lexical import LexicalIndex
    from chatbot.knowledge.chunks import keys_of

    rows = {key: row for row, key in enumerate(keys_of(old.chunks))} if old else {}
    keys = keys_of(chunks)
    same = [rows.get(key, -1) for key in keys]
    # The counts of what the old index holds are taken over, whatever the text.
    texts = ["" if row >= 0 else c.search_text for c, row in zip(chunks, same, strict=True)]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if text}
    with ThreadPoolExecutor(1) as thread:
        counting = thread.submit(LexicalIndex.build, texts, old.lexical if old else None, same)
        new = _embedded(missing, load, progress) if missing else None
        lexical = counting.result()
    width = new[1].shape[1] if new else old.vectors.shape[1]  # type: ignore[union-attr]
    vectors = np.empty((len(chunks), width), dtype=np.float16)
    taken = np.asarray(same, dtype=np.int64)
    if old:
        vectors[taken >= 0] = old.vectors[taken[taken >= 0]]
    if new:
        places, embedded = new
        at = np.flatnonzero(taken < 0)
        vectors[at] = embedded[[places[keys[row]] for row in at]]
    return vectors, lexical, int((taken >= 0).sum())


def _embedded(
    texts: "dict[Key, str]",
    load: "Callable[[], Embeddings]",
    progress: Callable[[int, int], None],
) -> "tuple[dict[Key, int], Any]":
    """Where the vector of each key stands, and the vectors (n, d) in float16."""
    import numpy as np

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


def _new_name(index: Path) -> str:
    """A name that sorts after every earlier one; the clock may stand still or go back."""
    from chatbot.index.generations import generation_names

    last = max(generation_names(index), default="g0")
    return f"g{int(last.removeprefix('g')) + 1:08d}"
