"""What Outlook sends in one piece ("winmail.dat", TNEF): the files that hang on a message, and its
text where it is plain.

The piece is a row of attributes, each with its length: a file's data and short name, and among
the properties of MAPI its long name.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from chatbot.knowledge.formats.text import decode

_SIGNATURE = b"\x78\x9f\x3e\x22"
_HEAD, _BEFORE, _SUM = 6, 9, 2  # bytes of the beginning; before and behind an attribute
_BODY, _BEGINS, _TITLE, _DATA, _PROPERTIES = 0x800C, 0x9002, 0x8010, 0x800F, 0x9005
_LONG_NAME = 0x3707
_NAMED = 0x8000  # properties from here on have a name in front of their value
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING, _UNICODE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0xD
_MOST = 10_000  # attributes, properties


class Packed(NamedTuple):
    """The plain text of a message, and the files on it with their names."""

    text: str
    files: tuple[tuple[str, bytes], ...]


@dataclass
class _File:
    name: str = ""
    data: bytes = b""


def unpacked(data: bytes) -> Packed:
    """What is in such a piece; nothing of one that is damaged from where it is."""
    text = ""
    files: list[_File] = []
    for kind, value in _attributes(data):
        if kind == _BODY:
            text = decode(value.rstrip(b"\0"))
        elif kind == _BEGINS:
            files.append(_File())
        elif not files:
            continue
        elif kind == _TITLE:
            files[-1].name = files[-1].name or decode(value.rstrip(b"\0"))
        elif kind == _DATA:
            files[-1].data = value
        elif kind == _PROPERTIES and (name := _long_name(value)):
            files[-1].name = name
    return Packed(text, tuple((file.name, file.data) for file in files if file.data))


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = _HEAD
    for _ in range(_MOST if data.startswith(_SIGNATURE) else 0):
        if at + _BEFORE > len(data):
            return
        kind, length = struct.unpack_from("<II", data, at + 1)
        at += _BEFORE
        yield kind & 0xFFFF, data[at : at + length]
        at += length + _SUM


def _long_name(data: bytes) -> str:
    try:
        return next((text for name, text in _properties(data) if name == _LONG_NAME), "")
    except struct.error:
        return ""


def _properties(data: bytes) -> Iterator[tuple[int, str]]:
    """The properties that are texts, up to the first one of an unknown kind."""
    at = 4
    for _ in range(min(struct.unpack_from("<I", data)[0], _MOST)):
        kind, name = struct.unpack_from("<HH", data, at)
        at += 4
        if name >= _NAMED:
            by_text, length = struct.unpack_from("<II", data, at + 16)
            at += 24 + (_padded(length) if by_text else 0)
        if kind in _FIXED:
            at += _FIXED[kind]
            continue
        if kind not in (_STRING, _UNICODE, _BINARY, _OBJECT):
            return
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
        for _ in range(min(count, _MOST)):
            (length,) = struct.unpack_from("<I", data, at)
            value = data[at + 4 : at + 4 + length]
            at += 4 + _padded(length)
            if kind == _UNICODE:
                yield name, value.decode("utf-16-le", "replace").rstrip("\0")
            elif kind == _STRING:
                yield name, decode(value.rstrip(b"\0"))


def _padded(length: int) -> int:
    return -(-length // 4) * 4
