"""Files: their hashes, JSON in them, and writing them anew, whole or not at all."""

import hashlib
import json
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file beside ``path`` to write to, which takes its place at the end: who reads, and who
    comes after a kill, has the old file or the new one. After an error the old one stays.

    Raises:
        OSError: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        with temporary.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except OSError as exc:
        if exc.filename == str(temporary):  # a name that nobody knows
            exc.filename, exc.filename2 = str(path), None
        raise
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: Path, lines: Iterable[str]) -> None:
    """Write ``lines``, which end as they are to end, in place of ``path`` (:func:`replacing`).

    Raises:
        OSError: it cannot be written; the old one stays.
    """
    with replacing(path) as stream:
        stream.writelines(line.encode() for line in lines)


def parse_json(text: str | bytes) -> Any:
    """What JSON says.

    Raises:
        ValueError: it is none, or nested deeper than can be read.
    """
    try:
        return json.loads(text)
    except RecursionError as exc:
        raise ValueError("it is nested too deeply") from exc
