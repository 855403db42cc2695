"""Files: their hashes, and writing them anew, whole or not at all."""

import hashlib
import os
import uuid
from collections.abc import Iterable
from pathlib import Path


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_whole(path: Path, lines: Iterable[str]) -> None:
    """Write ``lines``, which end as they are to end, into a file beside ``path`` that then takes
    its place: who reads, and who comes after a kill, has the old file or the new one.

    Raises:
        OSError: it cannot be written; the old one stays.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        with temporary.open("w", encoding="utf-8") as stream:
            stream.writelines(lines)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
