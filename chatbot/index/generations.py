"""Generations on disk: complete folders that are swapped atomically, without pickle.

``index/<generation>/`` holds ``vectors.npy``, ``chunks.jsonl``, ``texts.jsonl`` (the text of
every document, that offsets point into), ``lexical/``, ``manifest.json`` and, where there are too
many vectors to read them all for a question, ``vectors.faiss``; ``index/CURRENT``
names the generation in use. A generation is written beside the old one under a temporary name,
so a reader sees a whole one or none.
"""

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot.audience import Asker, Audience
from chatbot.collector import no_garbage_collection
from chatbot.errors import IndexUnavailableError
from chatbot.files import file_hash, write_whole
from chatbot.index.disk import read_lines, sync, write_lines
from chatbot.index.lexical import LexicalIndex
from chatbot.index.manifest import REBUILD, Manifest, damage_told, read_manifest, write_manifest
from chatbot.index.stores.vectors import VectorIndex, kind_for
from chatbot.index.views import Views
from chatbot.knowledge.audiences import audience_of
from chatbot.knowledge.chunks import Chunk
from chatbot.text.languages import languages_of

_NAME = re.compile(r"g\d{8,}")


@dataclass(frozen=True)
class Generation:
    """One loaded generation: row ``i`` of ``vectors`` (n, d) belongs to ``chunks[i]``.

    Vectors on disk are float16: half the memory, and cosines move by less than 0.001.
    """

    manifest: Manifest
    chunks: list[Chunk]
    texts: dict[str, str]
    vectors: NDArray[Any]
    lexical: LexicalIndex
    folder: Path | None = None

    @property
    def passage_chars(self) -> int:
        """How long a passage may become by joining neighbouring chunks."""
        return self.manifest.chunk_chars * 36 // 25

    @cached_property
    def rows(self) -> dict[str, tuple[int, int]]:
        """The first row of each document, and the one behind its last: they stand together."""
        found: dict[str, tuple[int, int]] = {}
        for row, chunk in enumerate(self.chunks):
            found[chunk.path] = (found.get(chunk.path, (row, 0))[0], row + 1)
        return found

    @cached_property
    def audiences(self) -> dict[str, Audience]:
        """Whom each document is for."""
        return {path: audience_of(path, self.manifest.audiences) for path in self.texts}

    @cached_property
    def views(self) -> Views:
        """What each asker may see of it."""
        return Views(self.rows, self.audiences, self.lexical, self.texts)

    def may_see(self, asker: Asker, path: str) -> bool:
        """Whether the document is in it, and may be shown to the asker."""
        return path in self.audiences and asker.may_see(self.audiences[path])

    @cached_property
    def languages(self) -> list[str]:
        """Of the documents, the one of most of them first."""
        return languages_of(self.texts.values())

    @cached_property
    def nearest(self) -> VectorIndex:
        """The vector search, made or read with its first use."""
        if self.folder is None or self.manifest.search == "flat":
            return VectorIndex.build(self.vectors)
        return VectorIndex.load(self.folder / "vectors.faiss", self.manifest.search)


def current_name(index: Path) -> str | None:
    """The name in ``CURRENT``, or ``None`` where there is no index."""
    try:
        return (index / "CURRENT").read_text(encoding="utf-8", errors="replace").strip() or None
    except OSError:
        return None


def read_current(index: Path, embeddings: str | None = None, earlier: bool = False) -> Manifest:
    """The manifest of the current generation, whose files are checked but not loaded; ``earlier``
    as of :func:`read_manifest`.

    Raises:
        IndexUnavailableError: there is none, it is damaged, or another model embedded it.
    """
    name = current_name(index)
    if name is None:
        raise IndexUnavailableError(f"There is no index in '{index}' yet; {REBUILD}.")
    return read_checked(index, name, embeddings, earlier)


def read_checked(
    index: Path, name: str, embeddings: str | None = None, earlier: bool = False
) -> Manifest:
    """The manifest of a generation whose files have the checksums in it.

    Raises:
        IndexUnavailableError: as :func:`read_manifest`, or a file is damaged.
    """
    manifest = read_manifest(index, name, embeddings, earlier)
    with damage_told(index):
        for file, checksum in manifest.checksums.items():
            if file_hash(index / name / file) != checksum:
                raise IndexUnavailableError(
                    f"'{file}' of the index in '{index}' is damaged; {REBUILD} anew."
                )
    return manifest


def load_current(index: Path, embeddings: str | None = None) -> Generation:
    """Load the current generation after checking it; ``embeddings`` is the model in use.

    Raises:
        IndexUnavailableError: there is none, it is damaged, or another model embedded it.
    """
    while True:
        name = current_name(index)
        try:
            return load_generation(index, read_current(index, embeddings))
        except IndexUnavailableError:
            # A build may have replaced and removed it while it was being read.
            if current_name(index) == name:
                raise


def load_generation(index: Path, manifest: Manifest) -> Generation:
    """Load what :func:`read_current` has checked.

    Raises:
        IndexUnavailableError: a file is gone or not what it should be.
    """
    folder = index / manifest.generation
    with damage_told(index):
        with no_garbage_collection():
            chunks, vectors = read_vectors(index, manifest.generation)
            texts = {row["path"]: row["text"] for row in read_lines(folder / "texts.jsonl")}
        lexical = LexicalIndex.load(folder / "lexical")
    return Generation(manifest, chunks, texts, vectors, lexical, folder)


def write_generation(
    index: Path,
    name: str,
    chunks: list[Chunk],
    texts: dict[str, str],
    vectors: NDArray[Any],
    lexical: LexicalIndex,
    before_use: Callable[[], None] = lambda: None,
    **described: Any,
) -> Generation:
    """Write a whole generation and make it current; ``described`` completes the manifest.

    ``before_use`` is called when it is on disk and not yet read; where it raises, the generation
    is made current all the same.
    """
    folder = index / f".building-{name}"
    shutil.rmtree(folder, ignore_errors=True)  # a build that was killed left it
    folder.mkdir(parents=True)
    np.save(folder / "vectors.npy", vectors.astype(np.float16), allow_pickle=False)
    kind = kind_for(len(vectors))
    if kind != "flat":
        VectorIndex.build(vectors).save(folder / "vectors.faiss")
    write_lines(folder / "chunks.jsonl", (chunk.as_dict() for chunk in chunks))
    write_lines(
        folder / "texts.jsonl", ({"path": path, "text": text} for path, text in texts.items())
    )
    lexical.save(folder / "lexical")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = Manifest(
        generation=name,
        chunks=len(chunks),
        checksums={file.relative_to(folder).as_posix(): file_hash(file) for file in files},
        search=kind,
        **described,
    )
    write_manifest(folder, manifest)
    for path in [*folder.rglob("*"), folder]:
        sync(path)
    os.replace(folder, index / name)
    try:
        before_use()
    finally:
        set_current(index, name)
    return Generation(manifest, chunks, texts, vectors, lexical, index / name)


def read_vectors(index: Path, name: str) -> tuple[list[Chunk], NDArray[Any]]:
    """Chunks and vectors (n, d) of one generation, without the rest of it.

    Raises:
        IndexUnavailableError: a file is gone or not what it should be.
    """
    folder = index / name
    with damage_told(index):
        vectors = np.load(folder / "vectors.npy", mmap_mode="r", allow_pickle=False)
        return [Chunk(**row) for row in read_lines(folder / "chunks.jsonl")], vectors


def previous_names(index: Path) -> list[str]:
    """Complete generations older than the current one, newest first."""
    current = current_name(index)
    if current is None:
        return []
    return sorted((name for name in generation_names(index) if name < current), reverse=True)


def generation_names(index: Path) -> list[str]:
    """The names of all complete generations, in no order."""
    return [path.name for path in index.iterdir() if _NAME.fullmatch(path.name)]


def kept_names(index: Path, keep: int = 2) -> list[str]:
    """The generations that :func:`remove_old` leaves, in order."""
    stale = {path.name for path in _stale(index, keep)}
    return sorted(name for name in generation_names(index) if name not in stale)


def _stale(index: Path, keep: int) -> list[Path]:
    current = current_name(index)
    folders = [path for path in index.iterdir() if path.is_dir()]
    done = sorted((path for path in folders if _NAME.fullmatch(path.name)), reverse=True)
    return [path for path in done if path.name != current][max(keep - 1, 0) :]


def remove_old(index: Path, keep: int = 2) -> int:
    """Remove all but the newest ``keep`` generations, and what a killed build left behind;
    returns how many generations.

    Only for who holds the lock of the index.
    """
    stale = _stale(index, keep)
    for path in stale:
        # Under another name first: killed here, it must not look like a generation.
        hidden = path.with_name(f".building-{path.name}-old")
        shutil.rmtree(hidden, ignore_errors=True)
        os.replace(path, hidden)
    for path in index.glob(".building-*"):
        shutil.rmtree(path, ignore_errors=True)
    return len(stale)


def set_current(index: Path, name: str) -> None:
    """Make ``name`` the generation that is read, atomically."""
    write_whole(index / "CURRENT", [f"{name}\n"])
    sync(index)
