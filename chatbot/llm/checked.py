"""Is a file the one whose SHA-256 is known? Hashing a gigabyte takes seconds, so it is done once.

A note beside the file, ``<file>.checked``, keeps the size and time that the file had when it was
found right; as long as it has them, it is not read again.
"""

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path


def has_hash(file: Path, sha256: str) -> bool:
    """Whether the content of ``file`` has this SHA-256.

    Raises:
        OSError: the file cannot be read.
    """
    if _read_note(file) == _state(file, sha256):
        return True
    with file.open("rb") as stream:
        right = hashlib.file_digest(stream, "sha256").hexdigest() == sha256
    if right:
        remember(file, sha256)
    return right


def remember(file: Path, sha256: str) -> None:
    """Note that ``file``, as it is now, has this SHA-256."""
    note = _note(file)
    temporary = note.with_name(f"{note.name}.{os.getpid()}")
    with suppress(OSError):  # a folder that cannot be written: it is hashed at each start
        temporary.write_text(json.dumps(_state(file, sha256)) + "\n", encoding="utf-8")
        os.replace(temporary, note)


def _note(file: Path) -> Path:
    return file.with_name(f"{file.name}.checked")


def _read_note(file: Path) -> object:
    try:
        return json.loads(_note(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _state(file: Path, sha256: str) -> dict[str, object]:
    stat = file.stat()
    return {"sha256": sha256, "bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns}
