"""Is a file the one whose SHA-256 is known? Hashing a gigabyte takes seconds, so it is done once.

A note beside the file, ``<file>.checked``, keeps the size and time that the file had when it was
found right; as long as it has them, it is not read again.
"""

import json
from contextlib import suppress
from pathlib import Path

from chatbot.files import file_hash, parse_json


def has_hash(file: Path, sha256: str) -> bool:
    """Whether the content of ``file`` has this SHA-256.

    Raises:
        OSError: the file cannot be read.
    """
    if _read_note(file) == _state(file, sha256):
        return True
    right = file_hash(file) == sha256
    if right:
        remember(file, sha256)
    return right


def remember(file: Path, sha256: str) -> None:
    """Note that ``file``, as it is now, has this SHA-256."""
    with suppress(OSError):  # a folder that cannot be written: it is hashed at each start
        # Not beside first: half a note says nothing, and a kill leaves nothing else behind.
        _note(file).write_text(json.dumps(_state(file, sha256)) + "\n", encoding="utf-8")


def _note(file: Path) -> Path:
    return file.with_name(f"{file.name}.checked")


def _read_note(file: Path) -> object:
    try:
        return parse_json(_note(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _state(file: Path, sha256: str) -> dict[str, object]:
    stat = file.stat()
    return {"sha256": sha256, "bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns}
