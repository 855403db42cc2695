"""Putting files into the knowledge folder and taking them out: whole, or not at all."""

import os
import secrets
import threading
import unicodedata
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from chatbot.console.library import is_hidden
from chatbot.errors import ConflictError, DocumentError
from chatbot.files import file_hash
from chatbot.knowledge.documents import IMPORTS, SUFFIXES, list_whole, load_document
from chatbot.settings import Settings

_LONGEST_NAME = 180  # bytes: file systems take 255, and a temporary name is longer
_PIECE = 1 << 20
_writing = threading.Lock()  # of this process: two uploads of one name come one after the other


def folders(settings: Settings) -> list[str]:
    """The folders that files can be put into, each with ``/`` at its end; the first is ``""``.
    Those of imports are none: the next import takes away what it did not bring."""
    return folders_of(known_paths(settings))


def folders_of(paths: Iterable[str]) -> list[str]:
    """The folders of files, as :func:`folders` has them."""
    found = {""}
    for folder in {path.rpartition("/")[0] for path in paths}:
        parts = folder.split("/") if folder else []
        found |= {f"{'/'.join(parts[: depth + 1])}/" for depth in range(len(parts))}
    return sorted(folder for folder in found if not is_imported(folder))


def is_imported(path: str) -> bool:
    """Whether a file or folder is in the care of imports."""
    return path.partition("/")[0] == IMPORTS and "/" in path


def known_paths(settings: Settings) -> set[str]:
    """The files of the folder, those too that are not read; what is hidden is not touched."""
    stamps, unread = list_whole(settings.knowledge)
    named = stamps.keys() | {path for path in unread if not is_hidden(path)}
    return {path for path in named if path and not path.endswith("/")}


def as_kept(settings: Settings, path: str) -> str:
    """``path``, or the file of the folder that has this very name with accents as characters of
    their own, as a Mac writes them: nobody can tell the two from each other."""
    known = known_paths(settings)
    if path in known:
        return path
    name = unicodedata.normalize("NFC", path)
    return next((other for other in known if unicodedata.normalize("NFC", other) == name), path)


def checked_name(given: str) -> str:
    """The name under which a file is kept.

    Raises:
        DocumentError: it is hidden, too long, not printable, or of a kind that is not read.
    """
    name = unicodedata.normalize("NFC", given.replace("\\", "/").rsplit("/", 1)[-1].strip())
    if not name or name.startswith(".") or not name.isprintable():
        raise DocumentError("The file needs a name of printable characters that is not hidden.")
    if len(name.encode("utf-8", "replace")) > _LONGEST_NAME:
        raise DocumentError(f"The file's name is too long; it may have {_LONGEST_NAME} bytes.")
    if Path(name).suffix.lower() not in SUFFIXES:
        raise DocumentError(f"'{name}' was left out: files of this kind are not read.")
    return name


def put(
    settings: Settings,
    path: str,
    content: BinaryIO,
    *,
    replace: bool,
    log: Callable[[], None],
) -> bool:
    """Write a file of the folder; whether anything changed. ``log`` is called just before.

    The new content is read once as the index will read it. Until then, and if it cannot be read,
    the folder is as it was. Blocks.

    Raises:
        DocumentError: it cannot be read, or not be written.
        ConflictError: there is another file of that name, and it is not to be replaced.
    """
    target = settings.knowledge / path
    name = f".upload-{secrets.token_hex(8)}{target.suffix.lower()}"
    beside = target.with_name(name)
    try:
        _copy(content, beside, settings.max_file_bytes)
        relative = beside.relative_to(settings.knowledge).as_posix()
        try:
            load_document(settings.knowledge, relative, settings.max_file_bytes)
        except DocumentError as exc:
            raise DocumentError(f"'{path}' was left out: {exc}.") from exc
        with _writing:
            if target.is_file() and file_hash(target) == file_hash(beside):
                return False
            if os.path.lexists(target) and not replace:
                raise ConflictError(
                    f"There is a document '{path}' already; open it to replace it, or give the "
                    "file another name."
                )
            log()
            os.replace(beside, target)
            return True
    except OSError as exc:
        raise DocumentError(f"'{path}' cannot be written: {exc.strerror}.") from exc
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def remove(settings: Settings, path: str, log: Callable[[], None]) -> bool:
    """Delete a file of the folder; whether it was there. ``log`` is called just before.

    Raises:
        DocumentError: it cannot be deleted.
    """
    with _writing:
        if path not in known_paths(settings):
            return False
        log()
        try:
            (settings.knowledge / path).unlink(missing_ok=True)
        except OSError as exc:
            raise DocumentError(f"'{path}' cannot be deleted: {exc.strerror}.") from exc
    return True


def _copy(content: BinaryIO, target: Path, most: int) -> None:
    written = 0
    with target.open("xb") as stream:
        while piece := content.read(_PIECE):
            written += len(piece)
            if written > most:
                raise DocumentError(f"The file has more than {most // 1_000_000} MB.")
            stream.write(piece)
        stream.flush()
        os.fsync(stream.fileno())
