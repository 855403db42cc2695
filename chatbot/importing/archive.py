"""The files of an export: a folder, a single file, or a zip, which is checked before it is read.

Nothing is unpacked to the disk, so no name in a zip decides where anything is written.
"""

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from chatbot.errors import ImportingError
from chatbot.importing.documents import printable

_MAX_FILES = 500_000
_MAX_WHOLE = 8_000_000_000  # bytes, unpacked
MAX_READ = 200_000_000  # bytes of one file that is read as a whole
_MAX_NESTED = 1_000_000_000  # bytes of all zips within a zip, which are held in memory
_MAX_CONTENTS = 40_000_000  # bytes of a zip's own list of its files, which is read whole
_END = 66_000  # bytes in which a zip's end lies, with its comment
_RATIO = 200  # more than texts can be packed, and a bomb is
_FREE = 10_000_000  # bytes that may be packed as well as they can be


@dataclass(frozen=True)
class ExportFile:
    """A file of an export; ``name`` is its path in it, with "/", and can be shown."""

    name: str
    size: int
    _place: "Path | tuple[zipfile.ZipFile, zipfile.ZipInfo]"

    @property
    def suffix(self) -> str:
        """The ending, in small letters, such as ".json"."""
        return PurePosixPath(self.name).suffix.lower()

    def open(self) -> IO[bytes]:
        """The bytes as a stream."""
        if isinstance(self._place, Path):
            return self._place.open("rb")
        archive, entry = self._place
        return archive.open(entry)

    def read(self) -> bytes:
        """All bytes.

        Raises:
            ImportingError: there are too many to read at once.
        """
        if self.size > MAX_READ:
            raise ImportingError(
                f"'{self.name}' has {self.size / 1e6:.0f} MB, and {MAX_READ / 1e6:.0f} MB are read "
                "of one file; export in smaller parts."
            )
        with self.open() as stream:
            return stream.read(MAX_READ)


def export_files(path: Path) -> list[ExportFile]:
    """The files at ``path``, in the order of their names; those of zips in it too.

    Raises:
        ImportingError: there is nothing, or a zip is damaged, locked, a bomb, or names files
            outside of itself.
    """
    if not path.exists():
        raise ImportingError(f"There is no export at '{path}'.")
    if not path.is_dir() and not path.is_file():  # a pipe would be waited for
        raise ImportingError(f"'{path}' is neither a file nor a folder; save the export as one.")
    if path.is_dir():
        files = sorted(_of_folder(path), key=lambda file: file.name)
    else:
        files = _of_file(ExportFile(printable(path.name), path.stat().st_size, path))
    if not files:
        raise ImportingError(f"The export '{path}' holds no file.")
    if len(files) > _MAX_FILES or sum(file.size for file in files) > _MAX_WHOLE:
        raise ImportingError(
            f"The export '{path}' has more than {_MAX_FILES:,} files or {_MAX_WHOLE / 1e9:.0f} GB; "
            "export in smaller parts."
        )
    return files


def _of_folder(folder: Path) -> Iterator[ExportFile]:
    """Links are left out: one could lead anywhere; and so is what is hidden, but for the folders of
    a maildir (".Sent")."""
    for place, folders, names in os.walk(folder):
        here = Path(place)
        folders[:] = [f for f in folders if not f.startswith(".") or (here / f / "cur").is_dir()]
        for path in (here / name for name in names if not name.startswith(".")):
            if not path.is_symlink() and path.is_file():
                name = path.relative_to(folder).as_posix()
                yield from _of_file(ExportFile(printable(name), path.stat().st_size, path))


def _of_file(file: ExportFile) -> list[ExportFile]:
    """The file itself; of a zip, the files in it and in the zips in it."""
    if file.suffix != ".zip":
        return [file]
    found: list[ExportFile] = []
    room = _MAX_NESTED
    for inner in _members(file, file.open()):
        if inner.suffix != ".zip":
            found.append(inner)
            continue
        room -= inner.size
        if room < 0:
            raise ImportingError(f"'{file.name}' holds larger zips than an export does; unpack it.")
        with _clear_errors(inner.name), inner.open() as stream:
            data = stream.read(inner.size)
        found += _members(inner, io.BytesIO(data))
        if len(found) > _MAX_FILES:
            raise ImportingError(f"'{file.name}' unpacks to more than an export has.")
    return sorted(found, key=lambda each: each.name)


def _members(file: ExportFile, stream: IO[bytes]) -> list[ExportFile]:
    """The files of a zip."""
    with _clear_errors(file.name):
        if _contents_size(stream) > _MAX_CONTENTS:
            raise ImportingError(f"'{file.name}' lists more files than an export has.")
        archive = zipfile.ZipFile(stream)
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > _MAX_FILES or sum(entry.file_size for entry in entries) > _MAX_WHOLE:
        raise ImportingError(f"'{file.name}' unpacks to more than an export has.")
    for entry in entries:
        _check(entry, file.name)
    return [ExportFile(printable(e.filename), e.file_size, (archive, e)) for e in entries]


def _contents_size(stream: IO[bytes]) -> int:
    """The bytes of a zip's list of files, as its end says; 0 where that is not found."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - _END))
    end = stream.read(_END)
    stream.seek(0)
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) < at + 16:
        return 0
    large = end.rfind(b"PK\x06\x06", 0, at)  # the record of zips that are larger, with 64 bits
    if large >= 0 and len(end) >= large + 48:
        return int(struct.unpack_from("<Q", end, large + 40)[0])
    return int(struct.unpack_from("<L", end, at + 12)[0])


@contextmanager
def _clear_errors(name: str) -> Iterator[None]:
    """What zipfile raises on damage, as a sentence."""
    try:
        yield
    except (
        zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError,
        NotImplementedError, RuntimeError, OverflowError,
    ) as exc:  # fmt: skip
        raise ImportingError(f"'{name}' is no zip file, or a part of it is missing.") from exc


def _check(entry: zipfile.ZipInfo, name: str) -> None:
    inner = printable(entry.filename)[:100]
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    if ".." in parts or parts[:1] == ("/",) or any(part.endswith(":") for part in parts[:1]):
        raise ImportingError(
            f"'{name}' names a file outside of itself ('{inner}'); no export does."
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ImportingError(f"'{name}' holds a link ('{inner}'); no export does.")
    if entry.flag_bits & 1:
        raise ImportingError(f"'{name}' is protected by a password; save it without one.")
    if entry.file_size > _FREE + _RATIO * entry.compress_size:
        raise ImportingError(
            f"'{name}' unpacks to far more than texts do ('{inner}'), so it is not read."
        )
