"""Generations on disk: complete folders that are swapped atomically, without pickle.

``index/<generation>/`` holds ``vectors.faiss``, ``chunks.jsonl``, ``texts.jsonl`` (the text of
every document, that offsets point into), ``lexical/`` and ``manifest.json``; ``index/CURRENT``
names the generation in use. A generation is written beside the old one under a temporary name,
so a reader sees a whole one or none.
"""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot.errors import IndexUnavailableError
from chatbot.index.lexical import LexicalIndex
from chatbot.knowledge.chunks import Chunk
from chatbot.knowledge.documents import file_hash

FORMAT = 1
_CHECKED = ("vectors.faiss", "chunks.jsonl", "texts.jsonl")
_REBUILD = "run 'chatbot index' to build it"


@dataclass(frozen=True)
class Manifest:
    """What a generation was built from; ``files`` maps path to SHA-256, ``failed`` to reason."""

    generation: str
    embeddings: str
    chunk_chars: int
    files: dict[str, str]
    failed: dict[str, str]
    chunks: int
    checksums: dict[str, str]
    format: int = FORMAT


@dataclass(frozen=True)
class Generation:
    """One loaded generation: row ``i`` of ``vectors`` (n, d) float32 belongs to ``chunks[i]``."""

    manifest: Manifest
    chunks: list[Chunk]
    texts: dict[str, str]
    vectors: NDArray[np.float32]
    lexical: LexicalIndex


def current_name(index: Path) -> str | None:
    """The name in ``CURRENT``, or ``None`` where there is no index."""
    try:
        return (index / "CURRENT").read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def read_manifest(index: Path, name: str) -> Manifest:
    """The manifest of one generation.

    Raises:
        IndexUnavailableError: it is missing, damaged, or of another format.
    """
    try:
        values = json.loads((index / name / "manifest.json").read_text(encoding="utf-8"))
        manifest = Manifest(**values)
    except (OSError, ValueError, TypeError) as exc:
        raise IndexUnavailableError(
            f"The index in '{index}' is incomplete or damaged; {_REBUILD}."
        ) from exc
    if manifest.format != FORMAT:
        raise IndexUnavailableError(
            f"The index in '{index}' has format {manifest.format}, this version reads {FORMAT}; "
            f"{_REBUILD} anew."
        )
    return manifest


def load_current(index: Path, embeddings: str | None = None) -> Generation:
    """Load the current generation after checking it; ``embeddings`` is the model in use.

    Raises:
        IndexUnavailableError: there is none, it is damaged, or another model embedded it.
    """
    name = current_name(index)
    if name is None:
        raise IndexUnavailableError(f"There is no index in '{index}' yet; {_REBUILD}.")
    manifest = read_manifest(index, name)
    if embeddings is not None and manifest.embeddings != embeddings:
        raise IndexUnavailableError(
            f"The index in '{index}' was built with the embeddings '{manifest.embeddings}' and "
            f"'{embeddings}' is in use; run 'chatbot index' to build it anew."
        )
    folder = index / name
    try:
        for file, checksum in manifest.checksums.items():
            if file_hash(folder / file) != checksum:
                raise IndexUnavailableError(
                    f"'{file}' of the index in '{index}' is damaged; {_REBUILD} anew."
                )
        import faiss

        stored = faiss.read_index(str(folder / "vectors.faiss"))
        vectors = stored.reconstruct_n(0, stored.ntotal).reshape(stored.ntotal, stored.d)
        chunks = [Chunk(**row) for row in _read_lines(folder / "chunks.jsonl")]
        texts = {row["path"]: row["text"] for row in _read_lines(folder / "texts.jsonl")}
        lexical = LexicalIndex.load(folder / "lexical")
    except (OSError, RuntimeError, ValueError, TypeError, KeyError) as exc:
        raise IndexUnavailableError(
            f"The index in '{index}' is incomplete or damaged; {_REBUILD}."
        ) from exc
    return Generation(manifest, chunks, texts, vectors, lexical)


def write_generation(
    index: Path,
    name: str,
    chunks: list[Chunk],
    texts: dict[str, str],
    vectors: NDArray[np.float32],
    **described: Any,
) -> None:
    """Write a whole generation and make it current; ``described`` completes the manifest."""
    import faiss

    folder = index / f".building-{name}"
    folder.mkdir(parents=True)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    faiss.write_index(flat, str(folder / "vectors.faiss"))
    _write_lines(folder / "chunks.jsonl", [chunk.as_dict() for chunk in chunks])
    rows = [{"path": path, "text": text} for path, text in texts.items()]
    _write_lines(folder / "texts.jsonl", rows)
    LexicalIndex.build([chunk.search_text for chunk in chunks]).save(folder / "lexical")
    checked = [*_CHECKED, *(f"lexical/{f.name}" for f in sorted((folder / "lexical").iterdir()))]
    manifest = Manifest(
        generation=name,
        chunks=len(chunks),
        checksums={file: file_hash(folder / file) for file in checked},
        **described,
    )
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    for path in folder.rglob("*"):
        _sync(path)
    os.replace(folder, index / name)
    _set_current(index, name)


def remove_old(index: Path, keep: int = 2) -> None:
    """Remove all but the newest ``keep`` generations, and what a killed build left behind."""
    current = current_name(index)
    folders = [path for path in index.iterdir() if path.is_dir()]
    done = sorted((path for path in folders if not path.name.startswith(".")), reverse=True)
    stale = [path for path in done if path.name != current][max(keep - 1, 0) :]
    for path in [*stale, *(path for path in folders if path.name.startswith(".building-"))]:
        shutil.rmtree(path, ignore_errors=True)


def _set_current(index: Path, name: str) -> None:
    temporary = index / ".CURRENT.new"
    temporary.write_text(name + "\n", encoding="utf-8")
    _sync(temporary)
    os.replace(temporary, index / "CURRENT")
    _sync(index)


def _sync(path: Path) -> None:
    """Flush a file or folder to the disk, so that a crash cannot leave a name without content."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def _write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
