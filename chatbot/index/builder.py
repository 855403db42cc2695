"""Build or update the index: read what changed, embed what is new, write a generation."""

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from chatbot.errors import IndexUnavailableError, KnowledgeError
from chatbot.index.changes import FolderChanges, compare
from chatbot.knowledge.audiences import Said
from chatbot.knowledge.documents import Stamp, list_skipped
from chatbot.settings import Settings

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from chatbot.index.generations import Generation
    from chatbot.index.manifest import Manifest
    from chatbot.index.stores.mirror import Mirror


@dataclass(frozen=True)
class BuildReport:
    """What a build did: counts of documents, of chunks embedded and of chunks reused.

    ``failed`` are documents, and parts of documents, that were not read; ``skipped`` the kinds of
    files that never are, with their count, the reason and the path of one; ``unclear`` what says
    whom documents are for and cannot be read, so that they are for nobody.
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
    unclear: list[dict[str, str]]
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

    ``load`` is called once, and only where there is something to embed; ``progress`` gets (done,
    total) in chunks. Where nothing changed, no generation is written and no file is read: size and
    times tell. ``wait`` is how many seconds another build may still take. What is ``kept`` of the
    last build is not read again from the disk.

    Raises:
        KnowledgeError: the folder is missing or may not be mounted, or nothing of it can be read:
            for the first time, or for now.
        IndexUnavailableError: another build is running, or the index folder cannot be written.
        VectorStoreError: the vector store elsewhere fails; the next call completes it.
    """
    started = time.perf_counter()
    with _lock(settings.index, wait):
        return _update(settings, embeddings_name, load, progress, started, kept or Kept())


def roll_back(settings: Settings) -> str:
    """Make the generation before the current one current again; returns its name.

    Raises:
        IndexUnavailableError: there is none, it is damaged, or another build is running.
    """
    from chatbot.index.generations import previous_names, read_checked, set_current

    with _lock(settings.index, 0):
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

    with _lock(settings.index, 0):
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
def _lock(index: Path, wait: float) -> Iterator[None]:
    lock = FileLock(index / ".lock", timeout=wait)
    try:
        index.mkdir(parents=True, exist_ok=True)
        if not os.access(index, os.W_OK | os.X_OK):  # said before an hour of work, not after it
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        lock.acquire()
    except Timeout as exc:
        raise IndexUnavailableError(
            f"Another 'chatbot index' is building in '{index}'; wait until it is done."
        ) from exc
    except OSError as exc:
        raise IndexUnavailableError(
            f"The index folder '{index}' cannot be written ({exc.strerror}); name another one with "
            "--index or CHATBOT_INDEX."
        ) from exc
    try:
        if (index / "CURRENT").is_dir():
            raise IndexUnavailableError(
                f"'{index / 'CURRENT'}' is a folder, and the index needs a file of that name; "
                "delete it, or name another folder with --index or CHATBOT_INDEX."
            )
        yield
    finally:
        lock.release()


def _update(
    settings: Settings,
    embeddings_name: str,
    load: "Callable[[], Embeddings]",
    progress: Callable[[int, int], None],
    started: float,
    kept: Kept,
) -> BuildReport:
    from chatbot.index.stores.mirror import Mirror

    mirror = Mirror(settings)
    old = _usable(settings, embeddings_name, kept)
    changes = compare(settings.knowledge, old, settings.max_file_bytes)

    def report(of: "Manifest", reused: int) -> BuildReport:
        return BuildReport(
            generation=of.generation,
            documents=len(changes.stamps) - len(of.failed),
            chunks=of.chunks,
            added=len(changes.added),
            changed=len(changes.changed),
            removed=len(changes.removed),
            reused=reused,
            failed=_reasons({**of.failed, **of.notes}),
            skipped=[
                asdict(kind) | {"example": _printable(kind.example)}
                for kind in list_skipped(settings.knowledge)
            ],
            unclear=_reasons(of.unclear),
            seconds=round(time.perf_counter() - started, 3),
        )

    if old and not changes.of_documents and _same_audiences(old, changes.folders):
        _tidy(settings.index, mirror)  # where a build was killed after its generation was in use
        if changes.settled or changes.holding != old.folders:
            _confirm(settings.index, old, changes, kept)
        return report(old, old.chunks)
    from chatbot.index.contents import collect_contents, index_chunks
    from chatbot.index.generations import load_generation, write_generation

    mirror.check(embeddings_name)
    before = kept.generation
    if before is None and old:
        before = load_generation(settings.index, old)
    load = cache(load)
    contents = collect_contents(settings, changes, before, load)
    chunks, failed = contents.chunks, contents.failed
    # An index that is there follows to nothing, unless its folder only cannot be read for now.
    if not chunks and (before is None or contents.again):
        raise KnowledgeError(
            f"No document in '{settings.knowledge}' can be read; the first one, "
            f"'{_printable(next(iter(failed)))}', was left out: {next(iter(failed.values()))}."
        )
    vectors, lexical, reused = index_chunks(chunks, before, load, progress)
    name = _new_name(settings.index)
    kept.generation = write_generation(
        settings.index,
        name,
        chunks,
        contents.texts,
        vectors,
        lexical,
        before_use=mirror.add,
        embeddings=embeddings_name,
        chunk_chars=settings.chunk_chars,
        files=changes.hashes,
        failed=failed,
        notes=contents.notes,
        addresses=contents.addresses,
        audiences=contents.said.names,
        unclear=contents.said.unclear,
        turns=contents.turns,
        again=contents.again,
        folders=changes.holding,
        stamps=_as_written(changes.stamps),
        listed=changes.listed,
    )
    _tidy(settings.index, mirror)
    return report(kept.generation.manifest, reused)


def _confirm(index: Path, old: "Manifest", changes: FolderChanges, kept: Kept) -> None:
    """Files had been written just before they were listed, and were read again: their times now
    tell that they are the same, so that the next pass need not read them."""
    from chatbot.index.manifest import confirm

    manifest = confirm(
        index, old, stamps=_as_written(changes.stamps), listed=changes.listed,
        folders=changes.holding,
    )  # fmt: skip
    if kept.generation:
        kept.generation = replace(kept.generation, manifest=manifest)


def _as_written(stamps: dict[str, Stamp]) -> dict[str, tuple[int, int, int]]:
    return {path: (stamp.size, stamp.modified, stamp.changed) for path, stamp in stamps.items()}


def _same_audiences(old: "Manifest", folders: Said) -> bool:
    """Whether the folders say what they said; what documents say changes with them."""
    names = {path: said for path, said in old.audiences.items() if path not in old.files}
    unclear = {path: why for path, why in old.unclear.items() if path not in old.files}
    return old.up_to_date and (names, unclear) == (folders.names, folders.unclear)


def _reasons(of: dict[str, str]) -> list[dict[str, str]]:
    return [{"path": _printable(path), "reason": reason} for path, reason in sorted(of.items())]


def _usable(settings: Settings, embeddings_name: str, kept: Kept) -> "Manifest | None":
    """The current generation if this build can start from it."""
    from chatbot.index.generations import current_name, read_current

    if kept.generation and kept.generation.manifest.generation == current_name(settings.index):
        old = kept.generation.manifest
    else:
        kept.generation = None  # another build, or a rollback, came between
        try:
            old = read_current(settings.index, embeddings_name, earlier=True)
        except IndexUnavailableError:
            return None
    if old.chunk_chars == settings.chunk_chars:
        return old
    kept.generation = None
    return None


def _printable(path: str) -> str:
    """The path in characters that can be written out; names on a disk may hold any bytes."""
    return path.encode("utf-8", "backslashreplace").decode()


def _new_name(index: Path) -> str:
    """A name that sorts after every earlier one; the clock may stand still or go back."""
    from chatbot.index.generations import generation_names

    last = max(generation_names(index), default="g0")
    return f"g{int(last.removeprefix('g')) + 1:08d}"
