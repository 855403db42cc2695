"""The files of an export: a folder, a single file, or a zip, which is checked before it is read.

Nothing is unpacked to the disk, so no name in a zip decides where anything is written.
"""

import io
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from chatbot.errors import ImportingError

_MAX_FILES = 500_000
_MAX_WHOLE = 8_000_000_000  # bytes, unpacked
MAX_READ = 200_000_000  # bytes of one file that is read as a whole
_MAX_NESTED = 1_000_000_000  # bytes of a zip within a zip
_RATIO = 200  # more than texts can be packed, and a bomb is
_FREE = 10_000_000  # bytes that may be packed as well as they can be


@dataclass(frozen=True)
class ExportFile:
    """A file of an export; ``name`` is its path in it, with "/"."""

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
    if path.is_dir():
        files = sorted(_of_folder(path), key=lambda file: file.name)
    else:
        files = _of_file(ExportFile(path.name, path.stat().st_size, path))
    if not files:
        raise ImportingError(f"The export '{path}' holds no file.")
    if len(files) > _MAX_FILES or sum(file.size for file in files) > _MAX_WHOLE:
        raise ImportingError(
            f"The export '{path}' has more than {_MAX_FILES:,} files or {_MAX_WHOLE / 1e9:.0f} GB; "
            "export in smaller parts."
        )
    return files


def _of_folder(folder: Path) -> Iterator[ExportFile]:
    """Links are left out: one could lead anywhere."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        hidden = any(part.startswith(".") for part in name.split("/"))
        if not hidden and not path.is_symlink() and path.is_file():
            yield from _of_file(ExportFile(name, path.stat().st_size, path))


def _of_file(file: ExportFile, nested: bool = False) -> list[ExportFile]:
    if file.suffix != ".zip":
        return [file]
    stream: IO[bytes] = file.open()
    if nested:
        if file.size > _MAX_NESTED:
            raise ImportingError(f"'{file.name}' is larger than a part of an export; unpack it.")
        with stream:
            stream = io.BytesIO(stream.read(_MAX_NESTED))
    try:
        archive = zipfile.ZipFile(stream)
    except zipfile.BadZipFile as exc:
        raise ImportingError(f"'{file.name}' is no zip file, or a part of it is missing.") from exc
    found: list[ExportFile] = []
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > _MAX_FILES or sum(entry.file_size for entry in entries) > _MAX_WHOLE:
        raise ImportingError(f"'{file.name}' unpacks to more than an export has.")
    for entry in entries:
        _check(entry, file.name)
        inner = ExportFile(entry.filename, entry.file_size, (archive, entry))
        found += [inner] if nested else _of_file(inner, nested=True)
    return sorted(found, key=lambda each: each.name)


def _check(entry: zipfile.ZipInfo, name: str) -> None:
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    if ".." in parts or parts[:1] == ("/",) or any(part.endswith(":") for part in parts[:1]):
        raise ImportingError(
            f"'{name}' names a file outside of itself ('{entry.filename[:100]}'); no export does."
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ImportingError(f"'{name}' holds a link ('{entry.filename[:100]}'); no export does.")
    if entry.flag_bits & 1:
        raise ImportingError(f"'{name}' is protected by a password; save it without one.")
    if entry.file_size > _FREE + _RATIO * entry.compress_size:
        raise ImportingError(
            f"'{name}' unpacks to far more than texts do ('{entry.filename[:100]}'), so it is not "
            "read."
        )
