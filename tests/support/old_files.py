"""Writes small files of the formats of before 2007: OLE containers with what Outlook, Word, Excel
and PowerPoint put into them, byte by byte as their published specifications say."""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

_SECTOR, _SMALL, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def compound(streams: Mapping[str, bytes]) -> bytes:
    """An OLE container (MS-CFB, version 3) of these streams; "a/b" is the stream b of storage a."""
    tree: dict[str, Any] = {}
    for path, data in streams.items():
        *folders, name = path.split("/")
        place = tree
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = data
    entries: list[dict[str, Any]] = [{"name": "Root Entry", "kind": 5, "child": _NONE}]
    entries[0]["child"] = _siblings(tree, entries)
    small, chain = b"", []  # the streams below the cutoff, and the chains of their sectors
    body, fat = b"", []
    for entry in entries:
        data = entry.get("data")
        if data is None:
            continue
        entry["size"] = len(data)
        if len(data) < _CUTOFF:
            entry["start"] = len(chain) if data else _END
            chain += _linked(len(chain), -(-len(data) // _SMALL))
            small += _padded(data, _SMALL)
        else:
            entry["start"] = len(fat)
            fat += _linked(len(fat), -(-len(data) // _SECTOR))
            body += _padded(data, _SECTOR)

    def add(data: bytes) -> int:
        nonlocal body
        if not data:
            return _END
        start = len(fat)
        fat.extend(_linked(start, -(-len(data) // _SECTOR)))
        body += _padded(data, _SECTOR)
        return start

    entries[0] |= {"start": add(small), "size": len(small)}
    chain_start = add(b"".join(struct.pack("<I", at) for at in chain))
    directory = add(b"".join(map(_entry, entries)))
    tables = 1
    while len(fat) + tables > tables * _SECTOR // 4:
        tables += 1
    first = len(fat)
    fat += [_FAT] * tables
    fat += [_FREE] * (tables * _SECTOR // 4 - len(fat))
    body += b"".join(struct.pack("<I", at) for at in fat)
    places = [first + number for number in range(tables)]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, directory, 0,
                          _CUTOFF, chain_start, -(-4 * len(chain) // _SECTOR), _END, 0)  # fmt: skip
    header += b"".join(struct.pack("<I", at) for at in [*places, *[_FREE] * (109 - tables)])
    return header + body


def _linked(start: int, count: int) -> list[int]:
    return [*range(start + 1, start + count), _END] if count else []


def _padded(data: bytes, size: int) -> bytes:
    return data + bytes(-len(data) % size)


def _siblings(tree: Mapping[str, Any], entries: list[dict[str, Any]]) -> int:
    """Add the entries of a storage as a balanced tree; returns the number of its root."""
    numbers = {}
    for name in sorted(tree, key=lambda name: (len(name), name.upper())):
        inner = tree[name]
        entry = {"name": name, "kind": 2 if isinstance(inner, bytes) else 1, "child": _NONE}
        numbers[name] = len(entries)
        entries.append(entry)
        if isinstance(inner, bytes):
            entry["data"] = inner
        else:
            entry["child"] = _siblings(inner, entries)

    def root(names: Sequence[str]) -> int:
        if not names:
            return _NONE
        middle = len(names) // 2
        entry = entries[numbers[names[middle]]]
        entry["left"], entry["right"] = root(names[:middle]), root(names[middle + 1 :])
        return numbers[names[middle]]

    return root(list(numbers))


def _entry(entry: Mapping[str, Any]) -> bytes:
    name = (entry["name"] + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII36xIQ", name, len(name), entry["kind"], 1, entry.get("left", _NONE),
        entry.get("right", _NONE), entry["child"], entry.get("start", 0), entry.get("size", 0),
    )  # fmt: skip


def message(
    texts: Mapping[int, str],
    page: str = "",
    to: Sequence[str] = (),
    attached: Mapping[str, bytes] | None = None,
    within: Mapping[int, str] | None = None,
) -> bytes:
    """An Outlook message (MS-OXMSG): texts by the number of their property, a body in HTML,
    recipients by their address, attachments by their name, and the texts of a message that hangs
    on it."""
    attached = attached or {}
    count = len(attached) + bool(within)
    values: dict[tuple[int, int], str | bytes | int] = {(n, 0x1F): t for n, t in texts.items()}
    if page:
        values[0x1013, 0x102] = page.encode()
    head = struct.pack("<8xIIII8x", len(to), count, len(to), count)
    streams = _properties("", values, head)
    for number, address in enumerate(to):
        folder = f"__recip_version1.0_#{number:08X}/"
        streams |= _properties(folder, {(0x3001, 0x1F): address, (0x39FE, 0x1F): address}, bytes(8))
    for number, (name, data) in enumerate(attached.items()):
        folder = f"__attach_version1.0_#{number:08X}/"
        parts = {(0x3707, 0x1F): name, (0x3701, 0x102): data, (0x3705, 0x03): 1}
        streams |= _properties(folder, parts, bytes(8))
    if within:
        folder = f"__attach_version1.0_#{len(attached):08X}/"
        inner = {(number, 0x1F): text for number, text in within.items()}
        streams |= _properties(folder, {(0x3705, 0x03): 5}, bytes(8))
        streams |= _properties(f"{folder}__substg1.0_3701000D/", inner, bytes(24))
    return compound(streams)


def _properties(
    folder: str, values: Mapping[tuple[int, int], str | bytes | int], header: bytes
) -> dict[str, bytes]:
    streams: dict[str, bytes] = {}
    for (number, kind), value in values.items():
        if isinstance(value, int):
            size, extra = value, 0
        else:
            data = value.encode("utf-16-le") if isinstance(value, str) else value
            streams[f"{folder}__substg1.0_{number:04X}{kind:04X}"] = data
            size, extra = len(data) + 2 * isinstance(value, str), 0
        header += struct.pack("<HHIII", kind, number, 6, size, extra)
    return streams | {f"{folder}__properties_version1.0": header}


def letter(text: str) -> bytes:
    """A Word document (MS-DOC) of one piece of text; "\\r" ends a paragraph."""
    start = 1536
    pieces = struct.pack("<BIII", 2, 16, 0, len(text)) + struct.pack("<HIH", 0, start, 0)
    head = struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0x0409, 0, 0x1200) + bytes(20)
    head += struct.pack("<H", 14) + bytes(28)
    head += struct.pack("<H", 22) + struct.pack("<III", 0, 0, 0)
    head += struct.pack("<I", len(text)) + bytes(88 - 16)
    places = bytearray(93 * 8)
    struct.pack_into("<II", places, 33 * 8, 0, len(pieces))  # the table of pieces
    head += struct.pack("<H", 93) + bytes(places)
    body = head.ljust(start, b"\0") + text.encode("utf-16-le")
    return compound(
        {"WordDocument": body.ljust(_CUTOFF, b"\0"), "1Table": pieces.ljust(_CUTOFF, b"\0")}
    )


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Any]]],
    formats: Sequence[str] = (),
    hidden: Sequence[str] = (),
    hidden_rows: Sequence[int] = (),
    merged: Sequence[tuple[int, int, int, int]] = (),
    bold_rows: Sequence[int] = (),
) -> bytes:
    """A workbook (MS-XLS). A cell is a text, a number, or (number, which of ``formats``);
    ``merged`` are (first row, last row, first column, last column) of every sheet, and the texts
    of ``bold_rows`` are bold."""
    bound = [_record(0x85, struct.pack("<IBBBB", 0, name in hidden, 0, len(name), 0), name.encode())
             for name in sheets]  # fmt: skip
    fonts = b"".join(
        _record(
            0x31, struct.pack("<HHHHHBBBxBB", 200, 0, 0x7FFF, weight, 0, 0, 0, 0, 5, 0), b"Arial"
        )
        for weight in (400, 400, 400, 700)
    )
    codes = b"".join(
        _record(0x41E, struct.pack("<HHB", 164 + n, len(code), 1), code.encode("utf-16-le"))
        for n, code in enumerate(formats)
    )
    styles = b"".join(
        _record(0xE0, struct.pack("<HHHBBBBIIH", font, n, 1, 0x20, 0, 0, 0, 0, 0, 0))
        for font, n in ((0, 0), *((0, 164 + at) for at in range(len(formats))), (3, 0))
    )
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0xDBB, 1996, 0, 6))
    start += _record(0x42, struct.pack("<H", 1200)) + fonts + codes + styles
    end = _record(0x0A)
    bold = dict.fromkeys(bold_rows, len(formats) + 1)
    bodies = [_sheet(rows, hidden_rows, merged, bold) for rows in sheets.values()]
    at = len(start) + sum(map(len, bound)) + len(end)
    for record, body in zip(bound, bodies, strict=True):
        start += record[:4] + struct.pack("<I", at) + record[8:]
        at += len(body)
    book = start + end + b"".join(bodies)
    return compound({"Workbook": book.ljust(_CUTOFF, b"\0")})


def _sheet(
    rows: Sequence[Sequence[Any]],
    hidden: Sequence[int],
    merged: Sequence[tuple[int, int, int, int]],
    styles: Mapping[int, int],
) -> bytes:
    body = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0xDBB, 1996, 0, 6))
    wide = max(map(len, rows))
    body += _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, wide, 0))
    for number in range(len(rows)):
        flags = 0x120 if number in hidden else 0x100
        body += _record(0x208, struct.pack("<HHHHHHHH", number, 0, wide, 0xFF, 0, 0, flags, 15))
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str) and cell:
                head = struct.pack("<HHHHB", number, column, styles.get(number, 0), len(cell), 1)
                body += _record(0x204, head, cell.encode("utf-16-le"))
            elif cell:
                value, style = cell if isinstance(cell, tuple) else (cell, -1)
                body += _record(0x203, struct.pack("<HHHd", number, column, style + 1, value))
    if merged:
        ranges = b"".join(struct.pack("<HHHH", *place) for place in merged)
        body += _record(0xE5, struct.pack("<H", len(merged)), ranges)
    return body + _record(0x0A)


def _record(kind: int, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack("<HH", kind, len(data)) + data


def deck(slides: Sequence[tuple[str, str]]) -> bytes:
    """A presentation (MS-PPT) of slides with a title and a text."""
    listed = b""
    for number, (title, text) in enumerate(slides):
        listed += _atom(0x3F3, struct.pack("<IIIII", number + 2, 0, 2, 256 + number, 0))
        for kind, words in ((0, title), (1, text)):
            listed += _atom(0xF9F, struct.pack("<I", kind))
            listed += _atom(0xFA0, words.encode("utf-16-le"))
    document = _atom(0x3E8, _atom(0x3E9, bytes(40), 1) + _atom(0xFF0, listed, 0xF), 0xF)
    parts = [document, *(_atom(0x3EE, _atom(0x3EF, bytes(24), 2), 0xF) for _ in slides)]
    places, at = [], 0
    for part in parts:
        places.append(at)
        at += len(part)
    persisted = struct.pack("<I", 1 | len(parts) << 20)
    persisted += b"".join(struct.pack("<I", place) for place in places)
    stream = b"".join(parts) + _atom(0x1772, persisted)
    edit = struct.pack("<IHBBIIIIHH", 256, 0, 0, 3, 0, at, 1, len(parts) + 1, 1, 0)
    user = struct.pack("<IIIHHBBxx", 20, 0xE391C05F, len(stream), 0, 0x3F4, 3, 0)
    stream += _atom(0xFF5, edit)
    return compound(
        {
            "Current User": _atom(0xFF6, user),
            "PowerPoint Document": stream.ljust(_CUTOFF, b"\0"),
        }
    )


def _atom(kind: int, data: bytes, version: int = 0) -> bytes:
    return struct.pack("<HHI", version, kind, len(data)) + data
