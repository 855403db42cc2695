"""A file put together from pieces: whatever is cut off or damaged, what remains is right."""

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatbot.llm.pieces import Pieces

CONTENT = {"a": b"first", "b": b"", "c": b"third piece"}
WHOLE = b"".join(CONTENT.values())
SHA256 = hashlib.sha256(WHOLE).hexdigest()


def pieces_of(folder: Path) -> Pieces:
    return Pieces(folder / "file", list(CONTENT))


def complete(pieces: Pieces) -> bool:
    pieces.folder.mkdir(exist_ok=True)
    pieces.drop_damaged()
    for name, content in list(CONTENT.items())[pieces.count :]:
        pieces.add(name, io.BytesIO(content), len(content))
    return pieces.finish(len(WHOLE), SHA256)


def states(part: bytes, noted: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Cut off anywhere, and a byte changed anywhere."""
    yield from ((part[:size], noted) for size in range(len(part)))
    yield from ((part, noted[:size]) for size in range(0, len(noted), 3))
    for place in range(len(part)):
        yield part[:place] + b"\0" + part[place + 1 :], noted
    for place in range(0, len(noted), 7):
        yield part, noted[:place] + b"\xff" + noted[place + 1 :]
        yield part, noted[:place] + b"9" + noted[place + 1 :]
        yield part, noted[:place] + b"\n" + noted[place + 1 :]
    yield part + b"more", noted + b"more\n"
    yield part, noted.replace(b" 5 ", b" " + b"9" * 5000 + b" ")


def test_from_every_damaged_state_the_file_becomes_whole(tmp_path: Path) -> None:
    pieces = pieces_of(tmp_path)
    pieces.folder.mkdir()
    for name, content in CONTENT.items():
        pieces.add(name, io.BytesIO(content), len(content))
    part, noted = tmp_path / "file.part", tmp_path / "file.part.d" / "list"
    for data, lines in list(states(part.read_bytes(), noted.read_bytes())):
        part.write_bytes(data)
        noted.parent.mkdir(exist_ok=True)
        noted.write_bytes(lines)
        assert complete(pieces_of(tmp_path)), (data, lines)
        assert (tmp_path / "file").read_bytes() == WHOLE
        assert os.listdir(tmp_path) == ["file"]


def test_pieces_of_another_list_do_not_count(tmp_path: Path) -> None:
    pieces = pieces_of(tmp_path)
    pieces.folder.mkdir()
    pieces.add("a", io.BytesIO(b"first"), 5)
    assert (pieces_of(tmp_path).count, pieces_of(tmp_path).done_bytes) == (1, 5)
    assert Pieces(tmp_path / "file", ["x", "b", "c"]).count == 0


def test_a_piece_of_another_size_is_no_piece(tmp_path: Path) -> None:
    pieces = pieces_of(tmp_path)
    pieces.folder.mkdir()
    with pytest.raises(EOFError):
        pieces.add("a", io.BytesIO(b"fir"), 5)
    assert pieces_of(tmp_path).count == 0
    assert complete(pieces_of(tmp_path))


def test_a_rest_goes_on_from_any_byte_and_only_after_a_rest(tmp_path: Path) -> None:
    pieces = pieces_of(tmp_path)
    pieces.folder.mkdir()
    pieces.add("a", io.BytesIO(b"first"), 5)
    with (tmp_path / "file.part").open("ab") as half:
        half.write(b"half of a piece")
    with pieces_of(tmp_path).rest(len(WHOLE)) as part:
        assert part.tell() == 5
        part.write(b"thi")
    with pieces_of(tmp_path).rest(len(WHOLE)) as part:
        assert part.tell() == 8
    assert complete(pieces_of(tmp_path))
