"""Files of a generation: lines of JSON, flushed to the disk."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson


def sync(path: Path) -> None:
    """Flush a file or folder to the disk, so that a crash cannot leave a name without content."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of a file, one a line."""
    with path.open("rb") as stream:
        return [orjson.loads(line) for line in stream]


def write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write a file of JSON objects, one a line."""
    with path.open("wb") as stream:
        stream.writelines(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
