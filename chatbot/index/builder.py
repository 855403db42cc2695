"""Build or update the index: read what changed, embed what is new, write a generation."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from chatbot.errors import DocumentError, IndexUnavailableError, KnowledgeError
from chatbot.index.generations import (
    Generation,
    current_name,
    load_current,
    remove_old,
    write_generation,
)
from chatbot.knowledge.chunks import Chunk, split_document
from chatbot.knowledge.documents import file_hash, list_files, load_document
from chatbot.settings import Settings

_BATCH = 256


@dataclass(frozen=True)
class BuildReport:
    """What a build did: counts of documents, of chunks embedded and of chunks reused."""

    generation: str
    documents: int
    chunks: int
    added: int
    changed: int
    removed: int
    reused: int
    failed: list[dict[str, str]]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """The report with the keys of the command contract."""
        return asdict(self)


def update_index(
    settings: Settings,
    embeddings_name: str,
    load: Callable[[], Embeddings],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> BuildReport:
    """Bring the index up to date with the knowledge folder.

    ``load`` is called only where there is something to embed; ``progress`` gets (done, total)
    in chunks. Where nothing changed, no generation is written.

    Raises:
        KnowledgeError: the folder is missing or holds nothing readable.
        IndexUnavailableError: another build is running.
    """
    settings.index.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(settings.index / ".lock", timeout=0):
            return _update(settings, embeddings_name, load, progress)
    except Timeout as exc:
        raise IndexUnavailableError(
            f"Another 'chatbot index' is building in '{settings.index}'; wait until it is done."
        ) from exc


def _update(
    settings: Settings,
    embeddings_name: str,
    load: Callable[[], Embeddings],
    progress: Callable[[int, int], None],
) -> BuildReport:
    started = time.perf_counter()
    paths = list_files(settings.knowledge)
    hashes = {path: _hash(settings.knowledge / path) for path in paths}
    old = _usable_generation(settings, embeddings_name)
    before = old.manifest.files if old else {}
    changed = [path for path in paths if before.get(path, hashes[path]) != hashes[path]]
    added = [path for path in paths if path not in before]
    removed = [path for path in before if path not in hashes]

    def report(name: str, chunks: int, reused: int, failed: dict[str, str]) -> BuildReport:
        return BuildReport(
            generation=name,
            documents=len(paths) - len(failed),
            chunks=chunks,
            added=len(added),
            changed=len(changed),
            removed=len(removed),
            reused=reused,
            failed=[{"path": path, "reason": reason} for path, reason in failed.items()],
            seconds=round(time.perf_counter() - started, 3),
        )

    if old and not (changed or added or removed):
        kept = len(old.chunks)
        return report(old.manifest.generation, kept, kept, old.manifest.failed)

    chunks, texts, failed = _collect(settings, paths, hashes, old)
    if not chunks:
        raise KnowledgeError(
            f"No document in '{settings.knowledge}' can be read; the first one, "
            f"'{next(iter(failed))}', was left out: {next(iter(failed.values()))}."
        )
    vectors, reused = _vectors(chunks, old, load, progress)
    name = _new_name(settings.index)
    write_generation(
        settings.index,
        name,
        chunks,
        texts,
        vectors,
        embeddings=embeddings_name,
        chunk_chars=settings.chunk_chars,
        files=hashes,
        failed=failed,
    )
    remove_old(settings.index)
    return report(name, len(chunks), reused, failed)


def _hash(path: Path) -> str:
    try:
        return file_hash(path)
    except OSError as exc:
        return f"unreadable: {exc.strerror}"


def _usable_generation(settings: Settings, embeddings_name: str) -> Generation | None:
    """The current generation if this build can start from it."""
    try:
        old = load_current(settings.index, embeddings_name)
    except IndexUnavailableError:
        return None
    return old if old.manifest.chunk_chars == settings.chunk_chars else None


def _collect(
    settings: Settings, paths: list[str], hashes: dict[str, str], old: Generation | None
) -> tuple[list[Chunk], dict[str, str], dict[str, str]]:
    """Chunks and texts of every readable document, and the reasons of the others.

    A file whose hash did not change keeps its chunks without being read again.
    """
    kept: dict[str, list[Chunk]] = {}
    if old:
        for chunk in old.chunks:
            kept.setdefault(chunk.path, []).append(chunk)
    chunks: list[Chunk] = []
    texts: dict[str, str] = {}
    failed: dict[str, str] = {}
    for path in paths:
        if old and path in kept and old.manifest.files.get(path) == hashes[path]:
            chunks += kept[path]
            texts[path] = old.texts[path]
            continue
        try:
            document = load_document(
                settings.knowledge, path, max_bytes=settings.max_file_mb * 1_000_000
            )
        except DocumentError as exc:
            failed[path] = str(exc)
            continue
        chunks += split_document(document, settings.chunk_chars)
        texts[path] = document.text
    return chunks, texts, failed


def _vectors(
    chunks: list[Chunk],
    old: Generation | None,
    load: Callable[[], Embeddings],
    progress: Callable[[int, int], None],
) -> tuple[NDArray[np.float32], int]:
    """Vectors (n, d) in the order of ``chunks``, and how many came from the old generation."""
    known: dict[str, NDArray[np.float32]] = {}
    if old:
        pairs = zip(old.chunks, old.vectors, strict=True)
        known = {chunk.content_hash: vector for chunk, vector in pairs}
    keys = [chunk.content_hash for chunk in chunks]
    reused = sum(key in known for key in keys)
    missing = {k: c.search_text for k, c in zip(keys, chunks, strict=True) if k not in known}
    if missing:
        embeddings = load()
        # Alike lengths in a batch: less padding, so more chunks a second.
        todo = sorted(missing.items(), key=lambda item: len(item[1]))
        for first in range(0, len(todo), _BATCH):
            batch = todo[first : first + _BATCH]
            vectors = embeddings.embed_documents([text for _, text in batch])
            for (key, _), vector in zip(batch, vectors, strict=True):
                known[key] = np.asarray(vector, dtype=np.float32)
            progress(min(first + _BATCH, len(todo)), len(todo))
    return np.stack([known[key] for key in keys]), reused


def _new_name(index: Path) -> str:
    """A name that sorts after every earlier one; the clock may stand still or go back."""
    last = current_name(index) or "g0"
    try:
        number = int(last.removeprefix("g")) + 1
    except ValueError:
        number = 1
    while (index / f"g{number:08d}").exists():
        number += 1
    return f"g{number:08d}"
