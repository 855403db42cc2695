"""A file that is put together from pieces, and goes on after the last whole one when it is killed.

``<file>.part`` holds the pieces so far. ``<file>.part.d/list`` has a line for each, ``<name>
<bytes> <sha256>``, which is written after the piece; a last line ``rest`` says that what comes
after the whole pieces was read from one stream, and may be gone on with from any byte. The folder
is also the place for whatever else is needed while the file is made.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import IO, BinaryIO

from chatbot.files import write_whole

_REST = "rest"
_STEP = 1 << 20


@dataclass(frozen=True)
class Piece:
    """A whole piece: what it came from, its bytes, and the SHA-256 of them."""

    name: str
    size: int
    sha256: str


class Pieces:
    """The pieces of ``file``, which come from ``names``, in this order."""

    def __init__(self, file: Path, names: Sequence[str]) -> None:
        """Reads what there is; writes nothing."""
        self._file = file
        self._part = file.with_name(f"{file.name}.part")
        self.folder = file.with_name(f"{file.name}.part.d")
        self._list = self.folder / "list"
        lines = _lines(self._list)
        self._whole = list(_listed_pieces(lines, names, self.size))
        self._rest = lines[len(self._whole) :] == [_REST]

    @property
    def count(self) -> int:
        """How many whole pieces there are."""
        return len(self._whole)

    @property
    def done_bytes(self) -> int:
        """How many bytes the whole pieces have."""
        return sum(piece.size for piece in self._whole)

    @property
    def size(self) -> int:
        """Bytes of ``.part``, whatever they are."""
        try:
            return self._part.stat().st_size
        except OSError:  # there is none, or the folder will say so when it is written
            return 0

    def drop_damaged(self) -> None:
        """Read the whole pieces; the first that is not what was noted goes, with all after it."""
        if not self._whole:
            return
        with self._part.open("rb") as stream:
            for index, piece in enumerate(self._whole):
                if _hash(stream, piece.size) != piece.sha256:
                    self._note(self._whole[:index])
                    return

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        """Append a piece of ``size`` bytes; what lies after the last whole one is cut off.

        Raises:
            OSError: it cannot be written.
            EOFError: ``content`` has another size.
        """
        self._note(self._whole)
        digest, done = hashlib.sha256(), 0
        with self._open(self.done_bytes) as part:
            while block := content.read(_STEP):
                done += part.write(block)
                digest.update(block)
        if done != size:
            raise EOFError(f"{done} bytes instead of {size}")
        self._note([*self._whole, Piece(name, size, digest.hexdigest())])

    @contextmanager
    def rest(self, most: int) -> Iterator[BinaryIO]:
        """``.part``, to append all that is missing from one stream; what an earlier one has left,
        up to ``most`` bytes of the whole file, is kept."""
        keep = min(self.size, most) if self._rest else self.done_bytes
        self._note(self._whole, rest=True)
        with self._open(keep) as part:
            yield part

    def finish(self, size: int, sha256: str) -> bool:
        """Put the file of ``size`` bytes into its place if it is the right one, else remove all of
        it; says which.

        Raises:
            OSError: it cannot be moved.
        """
        with self._open(min(self.size, size)) as part:
            part.seek(0)
            right = _hash(part, size) == sha256
            os.fsync(part.fileno())
        if right:
            os.replace(self._part, self._file)
        self.remove()
        return right

    def remove(self) -> None:
        """Remove everything but the file itself."""
        self._part.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _open(self, keep: int) -> Iterator[BinaryIO]:
        """``.part`` for writing after its first ``keep`` bytes."""
        with os.fdopen(os.open(self._part, os.O_RDWR | os.O_CREAT, 0o666), "rb+") as part:
            part.truncate(keep)
            part.seek(keep)
            yield part

    def _note(self, whole: Iterable[Piece], rest: bool = False) -> None:
        self._whole, self._rest = list(whole), rest
        lines = [" ".join(map(str, astuple(piece))) for piece in self._whole] + [_REST] * rest
        self.folder.mkdir(exist_ok=True)
        write_whole(self._list, (f"{line}\n" for line in lines))


def _hash(stream: BinaryIO, size: int) -> str:
    digest = hashlib.sha256()
    while size and (block := stream.read(min(size, _STEP))):
        digest.update(block)
        size -= len(block)
    return digest.hexdigest()


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return []


def _listed_pieces(lines: Iterable[str], names: Sequence[str], size: int) -> Iterator[Piece]:
    """The pieces in ``lines`` that come from ``names`` and lie in ``size`` bytes."""
    for line, expected in zip(lines, names, strict=False):
        name, _, others = line.partition(" ")
        length, _, sha256 = others.partition(" ")
        if name != expected or not re.fullmatch("[0-9]{1,15}", length) or int(length) > size:
            return
        size -= int(length)
        yield Piece(name, int(length), sha256)
