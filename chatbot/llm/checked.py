"""The SHA-256 of large files. Hashing a gigabyte takes seconds, so it is done once.

A note beside the file, ``<file>.checked``, keeps the hash with the size and time that the file had
then; as long as it has them, it is not read again.
"""

import json
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from chatbot.files import file_hash, parse_json


def has_hash(file: Path, sha256: str) -> bool:
    """Whether the content of ``file`` has this SHA-256.

    Raises:
        OSError: the file cannot be read.
    """
    return content_hash(file) == sha256


def content_hash(file: Path) -> str:
    """The SHA-256 of the content of ``file``, in hexadecimal.

    Raises:
        OSError: the file cannot be read.
    """
    noted, stat = _read_note(file), file.stat()
    if isinstance(noted, dict) and noted == _state(stat, noted.get("sha256")):
        return str(noted["sha256"])
    found = _hash(file, stat.st_size, stat.st_mtime_ns)
    _write_note(file, stat, found)  # another file may have taken its place meanwhile
    return found


def remember(file: Path, sha256: str) -> None:
    """Note that ``file``, as it is now, has this SHA-256."""
    with suppress(OSError):
        _write_note(file, file.stat(), sha256)


def _write_note(file: Path, stat: os.stat_result, sha256: str) -> None:
    with suppress(OSError):  # a folder that cannot be written: it is hashed once a process
        # Not beside first: half a note says nothing, and a kill leaves nothing else behind.
        _note(file).write_text(json.dumps(_state(stat, sha256)) + "\n", encoding="utf-8")


@lru_cache(maxsize=16)
def _hash(file: Path, size: int, mtime_ns: int) -> str:
    """The hash of ``file`` while it has this size and time."""
    return file_hash(file)


def _note(file: Path) -> Path:
    return file.with_name(f"{file.name}.checked")


def _read_note(file: Path) -> object:
    try:
        return parse_json(_note(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _state(stat: os.stat_result, sha256: object) -> dict[str, object]:
    return {"sha256": sha256, "bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns}
