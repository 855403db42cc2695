"""Exports that are damaged or hostile, over each importer: one sentence or a whole import.

    python -m benchmarks.importing.attack [--count 200] [--seed 1]

Small sound exports are imported first, then variants of them: cut off, with changed bytes, values
of other types, deep nesting, huge numbers, text that is none, zips that name other folders, hold
links, are packed to nothing or lie about their sizes, XML with entities. After each, either all of
an import is there, or what was there before, to the byte; an error is one sentence. Prints one line
of JSON.
"""

import argparse
import hashlib
import io
import json
import random
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.importing.trade_files import write_intercom, write_mailbox, write_zendesk
from benchmarks.importing.trades import Maker
from chatbot.errors import ImportingError
from chatbot.importing.exports import import_export
from chatbot.importing.sources import ExportOptions

_SLOW = 30.0  # seconds
_PAGE = "<html><head><title>{n}</title></head><body><p>Fuse {n} is here.</p></body></html>"
_XML = """<?xml version="1.0"?>{head}<hibernate-generic><object class="Page">
<id name="id">1</id><property name="title">Fuse</property>
<property name="contentStatus">current</property></object><object class="BodyContent">
<id name="id">2</id><property name="body"><![CDATA[<p>In the cellar.</p>]]>{body}</property>
<property name="content" class="Page"><id name="id">1</id></property></object>
</hibernate-generic>"""
_ODD: list[Any] = [
    None, True, -1, 1e308, 10**400, "", "\ud800", "\0", "a" * 200_000, [], {}, [[[]]], "../../x",
    {"id": {"id": 1}}, "<b>", "=1+1", 2**63, "9999-99-99T99:99:99Z",
]  # fmt: skip
_ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d SYSTEM "file:///etc/hostname">]>'
)


def sound(folder: Path) -> dict[str, tuple[str, bytes]]:
    """A sound export of each source: the name of its file, and what is in it."""
    tickets = Maker("energy", 3).tickets(400)[:40]
    made: dict[str, tuple[str, bytes]] = {}
    for source, write, end in (
        ("zendesk", write_zendesk, "json"),
        ("intercom", write_intercom, "json"),
        ("mailbox", write_mailbox, "mbox"),
    ):
        path = folder / f"{source}.{end}"
        write(tickets, path)
        made[source] = (path.name, path.read_bytes())
    articles = [
        {"id": n, "folder_id": 1, "title": f"Fuse {n}", "status": 2,
         "description": f"<p>Cellar {n}, left.</p>"}
        for n in range(20)
    ]  # fmt: skip
    made["freshdesk"] = ("articles.json", json.dumps(articles).encode())
    pages = {f"space/{n}.html": _PAGE.format(n=n).encode() for n in range(5)}
    made["notion"] = ("notion.zip", _zip({k.replace("html", "md"): b"# F\n\nIn." for k in pages}))
    made["confluence"] = (
        "space.zip",
        _zip({"entities.xml": _XML.format(head="", body="").encode()}),
    )
    return made


def _zip(files: dict[str, bytes], links: tuple[str, ...] = ()) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o120777 if name in links else 0o100644) << 16
            pack.writestr(info, data)
    return stream.getvalue()


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _changed(data: bytes, chance: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(chance.choice([1, 5, 50])):
        found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found)


def _joined(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[chance.randrange(len(data)) :]


def _deep(data: bytes, chance: random.Random) -> bytes:
    kind = chance.choice([(b"[", b"]"), (b'{"a":', b"}"), (b"<p>", b"</p>")])
    return kind[0] * 100_000 + data[:50] + kind[1] * 100_000


def _odd_values(data: bytes, chance: random.Random) -> bytes:
    """JSON with values of other types; of other files, text that is none."""
    try:
        root = json.loads(data)
    except ValueError:
        return data.replace(b"e", chance.choice([b"\xff\xfe", b"\0", b"\r", b"\x1b[2J"]))
    for _ in range(chance.choice([1, 3, 30])):
        place = root
        while True:
            keys = list(place) if isinstance(place, dict) else range(len(place))
            key = chance.choice(list(keys)) if keys else None
            if key is None:
                break
            if not isinstance(place[key], dict | list) or not place[key] or chance.random() < 0.1:
                place[key] = chance.choice(_ODD)
                break
            place = place[key]
    return json.dumps(root).encode("utf-8", "surrogatepass")


def _hostile_zip(data: bytes, chance: random.Random) -> bytes:
    page = _PAGE.format(n=1).encode()
    lies = bytearray(_zip({"a.html": page * 50, "b.json": data}))
    at = lies.find(b"PK\x01\x02") + chance.choice([16, 20, 24, 42])
    lies[at : at + 4] = chance.randbytes(4)
    made: list[Callable[[], bytes]] = [
        lambda: _zip({"../../evil.html": page, "a.html": page}),
        lambda: _zip({"/etc/evil.html": page}),
        lambda: _zip({"C:\\evil.html": page, "..\\x.md": page}),
        lambda: _zip({"a.html": b"/etc/hostname", "b.html": page}, links=("a.html",)),
        lambda: _zip({"entities.xml": b"\0" * 300_000_000}),
        lambda: _zip({f"{n}.json": b" " * 2_000_000 for n in range(30)}),
        lambda: _zip({"a.zip": _zip({"b.zip": _zip({"c.json": data})})}),
        lambda: _zip({"entities.xml": _XML.format(head=_ENTITIES, body="&c;&d;").encode()}),
        lambda: bytes(lies),
        lambda: _cut(_zip({"a.html": page, "b.json": data}), chance),
        lambda: _zip({"x" * 5000 + ".html": page, "a\0b.html": page, "con.html": page}),
        lambda: _zip({f"{n}/" * 3 + "a.md": b"x" for n in range(3000)}),
    ]
    return chance.choice(made)()


_DAMAGES = (_cut, _changed, _joined, _deep, _odd_values, _odd_values, _hostile_zip, _hostile_zip)


def _state(root: Path) -> dict[str, str]:
    """Every file below with what is in it."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for part in ("knowledge", "rows")
        for path in (root / part).rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    figures: Counter[str] = Counter()
    bad: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "knowledge").mkdir()
        exports = sound(root)
        given = ExportOptions(staff=("service.example",))

        def take(source: str, path: Path) -> None:
            import_export(source, path, root / "knowledge", root / "rows", given)

        for source, (name, data) in exports.items():
            (root / name).write_bytes(data)
            take(source, root / name)
        for number in range(options.count):
            source, (name, data) = chance.choice(list(exports.items()))
            damage = chance.choice(_DAMAGES)
            if damage is _hostile_zip:
                name = "hostile.zip"
            path = root / f"attack-{number}" / name
            path.parent.mkdir()
            path.write_bytes(damage(data, chance))
            before, began = _state(root), time.perf_counter()
            said = ""
            try:
                take(source, path)
                figures["imported"] += 1
            except ImportingError as exc:
                said = str(exc)
                figures["refused"] += 1
            except Exception as exc:
                said = f"{type(exc).__name__}: {exc}"
                bad.append(f"{number} {source} {damage.__name__}: {said[:200]}")
            if said and _state(root) != before:
                bad.append(f"{number} {source} {damage.__name__}: half imported")
            if said and ("\n" in said or len(said) > 600 or not said.endswith(".")):
                bad.append(f"{number} {source} {damage.__name__}: no sentence: {said[:200]!r}")
            if any((root / "knowledge" / "imports").glob(".*.new")):
                bad.append(f"{number} {source} {damage.__name__}: left over")
            figures["slowest"] = max(figures["slowest"], round(time.perf_counter() - began))
            if (seconds := time.perf_counter() - began) > _SLOW:
                bad.append(f"{number} {source} {damage.__name__}: {seconds:.0f} s")
    print(json.dumps({"attacks": options.count} | figures | {"bad": bad}, indent=1))


if __name__ == "__main__":
    main()
