"""What takes long to make, and whose process may be killed: a folder is there whole or not at all.

It is made inside a folder of its own, which takes its place at the end; what killed processes have
left is removed by the next one. Of several processes one works and the others wait, since each
takes gigabytes.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from chatbot.errors import ModelUnavailableError, disk_sentence
from chatbot.files import parse_json

LOCK = ".lock"

_HALF = ".half-"
# The names of a folder's files and their sizes in bytes; the last file that is written.
_SIZES = "sizes.json"


@contextmanager
def half_made(parent: Path) -> Iterator[Path]:
    """A new folder in ``parent`` to make something in, which is removed afterwards. Blocks until
    no other process makes anything there.

    Raises:
        OSError: ``parent`` cannot be written.
    """
    parent.mkdir(parents=True, exist_ok=True)
    with FileLock(parent / LOCK):
        for left in parent.glob(f"{_HALF}*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=_HALF, dir=parent) as folder:
            yield Path(folder)


@contextmanager
def disk_told() -> Iterator[None]:
    """Around what makes something of a model: what the disk refuses is a sentence.

    Raises:
        ModelUnavailableError: a file or folder cannot be read or written.
    """
    try:
        yield
    except OSError as exc:
        raise ModelUnavailableError(disk_sentence(exc)) from exc


def put_in_place(made: Path, out: Path) -> None:
    """Rename a folder of files to ``out``, which is replaced if it is there, once everything in it
    is on the disk.

    Raises:
        OSError: it cannot be written.
    """
    files = list(made.iterdir())
    note = made / _SIZES
    note.write_text(json.dumps({file.name: file.stat().st_size for file in files}))
    for file in (*files, note):
        with file.open("rb+") as stream:
            os.fsync(stream.fileno())
    if out.exists():
        shutil.rmtree(out)
    made.rename(out)


def is_whole(folder: Path) -> bool:
    """Whether ``folder`` is there with all its files; their content is not read. One without a
    note of their sizes is a person's own, or of an earlier version, and counts."""
    try:
        sizes = parse_json((folder / _SIZES).read_text(encoding="utf-8"))
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except FileNotFoundError as exc:
        return Path(exc.filename) == folder / _SIZES and folder.is_dir()
    except (OSError, ValueError, AttributeError):
        return False
