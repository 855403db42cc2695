"""The folder of an import below ``imports/`` of the knowledge folder: filled aside, then exchanged.

``imports/.<name>.new`` is filled while ``imports/<name>`` is answered from; the two change places
in one step, where the system can do that. Files that did not change are the same files.
"""

import ctypes
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from chatbot.errors import ImportingError
from chatbot.importing.documents import ImportedDocument
from chatbot.importing.report import ImportReport
from chatbot.knowledge.audiences import is_audience_file
from chatbot.knowledge.documents import IMPORTS

STATE = ".import.jsonl"  # what an importer remembers of the last time
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,79}")
_AT_FDCWD, _EXCHANGE = -100, 2


class ImportFolder:
    """One import's folder, held by one process at a time."""

    def __init__(self, knowledge: Path, name: str) -> None:
        """Only names; see :func:`import_folder`."""
        base = knowledge / IMPORTS
        self.current = base / name
        self.staged = base / f".{name}.new"
        self._old = base / f".{name}.old"

    def begin(self, resume: bool = False) -> None:
        """Make the folder to fill; with ``resume``, what an earlier try left in it stays."""
        if not resume:
            shutil.rmtree(self.staged, ignore_errors=True)
        self.staged.mkdir(parents=True, exist_ok=True)

    def write(self, document: ImportedDocument) -> None:
        """Put a document into the folder that is being filled."""
        path = self.staged / document.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # it may be the very file that is answered from
        path.write_text(document.as_file(), encoding="utf-8")

    def keep(self, path: str) -> bool:
        """Take a document over as it is; whether it was there."""
        return _link(self.current / path, self.staged / path)

    def commit(self, report: ImportReport) -> None:
        """Take what was filled into use, and count what changed by it."""
        before, after = _documents(self.current), _documents(self.staged)
        for path in after:
            if path not in before:
                report.added += 1
            elif _same(self.current / path, self.staged / path):
                report.unchanged += 1
                (self.staged / path).unlink()
                _link(self.current / path, self.staged / path)
            else:
                report.changed += 1
        report.removed = len(before - after)
        for said in self.current.rglob(".*"):
            if is_audience_file(said.name):  # somebody's, and whom the import is for
                _link(said, self.staged / said.relative_to(self.current))
        self._exchange()
        shutil.rmtree(self.staged, ignore_errors=True)
        shutil.rmtree(self._old, ignore_errors=True)

    def discard(self) -> None:
        """Forget what was filled."""
        shutil.rmtree(self.staged, ignore_errors=True)

    def recover(self) -> None:
        """Finish what a kill in the middle of :meth:`commit` left."""
        if self._old.exists() and not self.current.exists():
            os.replace(self._old, self.current)
        shutil.rmtree(self._old, ignore_errors=True)

    def _exchange(self) -> None:
        if not self.current.exists():
            os.replace(self.staged, self.current)
        elif not _swap_folders(self.staged, self.current):
            os.replace(self.current, self._old)
            os.replace(self.staged, self.current)


@contextmanager
def import_folder(knowledge: Path, name: str) -> Iterator[ImportFolder]:
    """The folder of the import ``name``, for this process alone.

    Raises:
        ImportingError: the name cannot be one of a folder, there is no knowledge folder, or
            another import is running.
    """
    if not _NAME.fullmatch(name):
        raise ImportingError(
            f"'{name}' cannot name an import: use up to 80 letters, digits, '.', '-' and '_'."
        )
    if not knowledge.is_dir():
        raise ImportingError(
            f"The knowledge folder '{knowledge}' does not exist; create it or name another one "
            "with --knowledge or CHATBOT_KNOWLEDGE."
        )
    base = knowledge / IMPORTS
    base.mkdir(exist_ok=True)
    try:
        with FileLock(base / ".lock", timeout=0):
            folder = ImportFolder(knowledge, name)
            folder.recover()
            yield folder
    except Timeout as exc:
        raise ImportingError(
            f"Another 'chatbot import' is at work in '{base}'; wait until it is done."
        ) from exc


def _documents(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def _same(one: Path, other: Path) -> bool:
    return one.samefile(other) or one.read_bytes() == other.read_bytes()


def _link(source: Path, target: Path) -> bool:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except FileNotFoundError:
        return False
    except OSError:  # a disk without links
        shutil.copy2(source, target)
    return True


def _swap_folders(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; whether the system did it."""
    with suppress(OSError, AttributeError):
        rename = ctypes.CDLL(None, use_errno=True).renameat2
        pair = (os.fsencode(one), _AT_FDCWD, os.fsencode(other))
        return bool(rename(_AT_FDCWD, pair[0], pair[1], pair[2], _EXCHANGE) == 0)
    return False
