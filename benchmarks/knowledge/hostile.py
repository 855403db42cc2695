"""Damaged and hostile files, made from real ones by a seed; see :func:`make`."""

import email.message
import io
import os
import random
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

Seeds = dict[str, list[bytes]]
_SUFFIXES = (".pdf", ".docx", ".pptx", ".xlsx", ".eml", ".html", ".json", ".csv", ".md")


def real_files(knowledge: Path) -> Seeds:
    """Valid files of every format by their ending: those of the folder, and what it lacks made
    from its texts by the libraries that write such files."""
    import openpyxl
    from pptx import Presentation

    seeds: Seeds = {suffix: [] for suffix in _SUFFIXES}
    for path in sorted(knowledge.rglob("*.*")):
        if path.suffix in seeds:
            seeds[path.suffix].append(path.read_bytes())
    texts = [data.decode() for data in seeds[".md"]]
    for text in texts[:4]:
        lines = [line for line in text.splitlines() if line]
        deck, book, message = Presentation(), openpyxl.Workbook(), email.message.EmailMessage()
        for first in range(0, len(lines), 5):
            slide = deck.slides.add_slide(deck.slide_layouts[1])
            slide.shapes.title.text = lines[first]
            slide.placeholders[1].text = "\n".join(lines[first + 1 : first + 5])
        for line in lines:
            book.active.append(line.split()[:20])
        message["Subject"], message["From"], message["To"] = lines[0], "a@example.com", "b@c.org"
        message.set_content(text)
        message.add_alternative(f"<h1>{lines[0]}</h1><p>{text}</p>", subtype="html")
        message.add_attachment(b"x" * 999, maintype="image", subtype="png", filename="picture.png")
        for suffix, document in ((".pptx", deck), (".xlsx", book)):
            out = io.BytesIO()
            document.save(out)
            seeds[suffix].append(out.getvalue())
        seeds[".eml"].append(message.as_bytes())
        rows = ",".join(
            f'{{"question":{_quoted(line)},"answer":{_quoted(text)}}}' for line in lines
        )
        seeds[".json"].append(f"[{rows}]".encode())
    return seeds


def _quoted(text: str) -> str:
    import json

    return json.dumps(text)


def _truncated(data: bytes, random_: random.Random) -> bytes:
    return data[: random_.randrange(1, len(data))]


def _flipped(data: bytes, random_: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(random_.choice((1, 5, 40, 400))):
        out[random_.randrange(len(out))] ^= 1 << random_.randrange(8)
    return bytes(out)


def _shuffled(data: bytes, random_: random.Random) -> bytes:
    """A piece of the file stands where another was."""
    size = random_.randrange(1, max(2, len(data) // 4))
    start, to = random_.randrange(len(data)), random_.randrange(len(data))
    return data[:to] + data[start : start + size] + data[to + size :]


def _packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def _with_part(data: bytes, name: str, part: bytes) -> bytes:
    """An Office file with one part changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    return _packed(parts | {name: part})


def _lying(data: bytes) -> bytes:
    """A zip whose directory says that its parts unpack to ten bytes."""
    out = bytearray(data)
    at = out.find(b"PK\x01\x02")
    while at >= 0:
        out[at + 24 : at + 28] = (10).to_bytes(4, "little")
        at = out.find(b"PK\x01\x02", at + 4)
    return bytes(out)


def _pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
        + table
        + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    )


def _page(content: bytes, extra: bytes = b"") -> bytes:
    return _pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        b"<<%s/Length %d>>stream\n" % (extra, len(content)) + content + b"\nendstream",
    )


def _deflated(megabytes: int) -> bytes:
    pump = zlib.compressobj(9)
    return b"".join(pump.compress(b"(a) Tj " * 150_000) for _ in range(megabytes)) + pump.flush()


def _nested_mail(depth: int) -> bytes:
    out = b"Subject: deep\nFrom: a@b.c\n"
    for level in range(depth):
        out += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
    return out + b"\ntext\n"


def _bombs(seeds: Seeds) -> list[tuple[str, bytes]]:
    """Small files that unpack, nest or repeat without end."""
    docx, xlsx, pptx = seeds[".docx"][0], seeds[".xlsx"][0], seeds[".pptx"][0]
    start = b'<?xml version="1.0"?>'
    word = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    laughs = b"<!DOCTYPE x [<!ENTITY l0 'ha'>" + b"".join(
        b"<!ENTITY l%d '%s'>" % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12)
    )
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"%s<sheetData>%s</sheetData></worksheet>"
    )
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    inner = _packed({"a.docx": docx})
    for _ in range(40):
        inner = _packed({"a.docx": inner})
    body = "word/document.xml"
    first = "xl/worksheets/sheet1.xml"
    return [
        (".docx", _packed({f"word/{n}.xml": b" " * 60_000_000 for n in range(6)})),
        (".docx", _with_part(docx, body, start + word + b"<w:body>" + b"<w:p/>" * 8_000_000)),
        (".docx", _with_part(docx, body, word + b"<w:body><w:p><w:r><w:t>" + b"a" * 200_000_000)),
        (".docx", _with_part(docx, body, start + word + b"<w:tbl>" * 200_000)),
        (".docx", _with_part(docx, body, start + word + b"<w:p>" * 250 + b"</w:p>" * 250)),
        (".docx", _with_part(docx, body, start + laughs + b"]>" + word + b"&l11;</w:document>")),
        (
            ".docx",
            _with_part(
                docx,
                body,
                start
                + b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
                + word
                + b"<w:body><w:p><w:r><w:t>&f;</w:t></w:r></w:p></w:body></w:document>",
            ),
        ),
        (".docx", _lying(_with_part(docx, body, b" " * 90_000_000))),
        (".docx", inner),
        (".docx", _packed({f"{n}.xml": b"" for n in range(30_000)})),
        (".xlsx", _packed({"xl/workbook.xml": b" " * 250_000_000})),
        (
            ".xlsx",
            _with_part(xlsx, first, sheet % (b"", b"<row>" + b"<c><v>1</v></c>" * 9_000_000)),
        ),
        (".xlsx", _with_part(xlsx, first, sheet % (b'<dimension ref="A1:XFD1048576"/>', far))),
        (".xlsx", _lying(xlsx)),
        (".pptx", _with_part(pptx, "ppt/slides/slide1.xml", b"<a>" * 3_000_000)),
        (".pptx", _lying(pptx)),
        (".json", b"[" * 9_000_000),
        (".json", b'{"a":' * 900_000 + b"1" + b"}" * 900_000),
        (".json", b"[" + b"[]," * 6_000_000 + b"1]"),
        (".json", b"[" + b"9" * 2_000_000 + b"]"),
        (".html", b"<div>" * 3_000_000),
        (".html", b"<b><i><u>" * 300_000 + b"text"),
        (".html", b"<table>" * 100_000 + b"<td>" * 100_000),
        (".html", b"<p " + b"a=1 " * 4_000_000 + b">x"),
        (".html", b"<!--" * 4_000_000),
        (".html", b"&#x41;" * 3_000_000),
        (".eml", _nested_mail(20_000)),
        (".eml", _nested_mail(500)),
        (".eml", b"Subject: " + b"s" * 15_000_000 + b"\n\nbody"),
        (".eml", b"Subject: a\n" + b"X-H: b\n" * 1_000_000 + b"\nbody"),
        (".eml", b"From: " + b"<a@b>," * 2_000_000 + b"\nSubject: many\n\nbody"),
        (".pdf", _page(_deflated(400), b"/Filter/FlateDecode")),
        (".pdf", _page(b"BT " + b"(a) Tj " * 2_000_000 + b"ET")),
        (".pdf", _page(b"[" * 2_000_000)),
        (".pdf", _page(b"q " * 1_000_000)),
        (
            ".pdf",
            _pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>"),
        ),
        (".pdf", b"%PDF-1.7\n" + b"1 0 obj\n<<" * 1_000_000),
        (".pdf", b"%PDF-1.7\n" + b"<<" * 2_000_000),
        (".md", b"---\na: &a [x,x,x,x,x,x,x,x,x]\n" + _aliases() + b"title: *i\n---\nLaughs.\n"),
        (".md", b"---\ntitle: " + b"[" * 15_000 + b"\n---\nDeep.\n"),
        (".md", b"---\n" + b"a: " * 6_000 + b"\n---\nDeep.\n"),
        (".md", b"# " + b"heading " * 2_000_000),
        (".md", b"# a" + b" " * 2_000_000 + b"x\n\nAfter a heading of blanks.\n"),
        (".md", b"# Heading\n" * 300_000),
        (".md", b"\n" * 9_000_000 + b"The end."),
        (".md", b"a\n" * 5_000_000),
        (".md", b"```\n" * 1_000_000),
        (".md", b"> " * 4_000_000),
        (".md", b"." * 9_000_000),
        (".md", b"![](" * 2_000_000),
        (".csv", b'"' * 9_000_000),
        (".csv", b"," * 9_000_000),
        (".txt", "\U0001f600".encode() * 2_000_000),
        (".txt", ("e" + "\u0301" * 4_000_000).encode()),
        (".txt", bytes(random.Random(1).choices(b"abcdefghijklmnop", k=5_000_000))),
    ]


def _aliases() -> bytes:
    return b"".join(
        b"%c: &%c [%s]\n" % (98 + n, 98 + n, b",".join([b"*%c" % (97 + n)] * 9)) for n in range(8)
    )


def _encodings(seeds: Seeds, random_: random.Random) -> tuple[str, bytes]:
    """A text in an encoding that it does not say, or in several."""
    text = random_.choice(seeds[".md"]).decode() + "\nStraße, naïve, Größe, 日本語, Привет\n"
    names = ("utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "shift-jis", "koi8-r", "utf-7")
    first, second = (text.encode(random_.choice(names), "replace") for _ in range(2))
    kind = random_.randrange(4)
    if kind == 0:
        data = first
    elif kind == 1:
        data = first + second
    elif kind == 2:
        data = _flipped(text.encode(), random_)
    else:
        data = random_.randbytes(random_.randrange(1, 5000))
    return random_.choice((".md", ".txt", ".csv", ".html", ".json", ".eml")), data


def _locked(seeds: Seeds, random_: random.Random) -> tuple[str, bytes]:
    """A file behind a password."""
    if random_.random() < 0.5:
        suffix = random_.choice((".docx", ".xlsx", ".pptx"))
        return suffix, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random_.randbytes(4000)
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(random_.choice(seeds[".pdf"]))).pages:
        writer.add_page(page)
    writer.encrypt(user_password="secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return ".pdf", out.getvalue()


def _empty(seeds: Seeds, random_: random.Random) -> tuple[str, bytes]:
    """Nothing, or nothing to read."""
    data = random_.choice((b"", b"\0" * random_.randrange(1, 9999), b" \n\t" * 99, b"\xef\xbb\xbf"))
    return random_.choice((*_SUFFIXES, ".txt")), data


def _foreign(seeds: Seeds, random_: random.Random) -> tuple[str, bytes]:
    """A file of one format under the ending of another."""
    has, says = random_.sample(_SUFFIXES, 2)
    return says, random_.choice(seeds[has])


_NAMES = (
    "new\nline", "tab\there", "quote\"'", "back\\slash", "per%20cent", "-rf", "$(id)", "a;b|c&d",
    "emoji \U0001f600", "\u202eright to left", "nul\u0000"[:-1], "\x01\x1b[31mred", "e\u0301",
    "x..y", "dots...", " blanks ", "#hash?query", "<b>html</b>", "{x}", "*?[a]", "CON", "n" * 240,
)  # fmt: skip


def make(folder: Path, knowledge: Path, count: int, seed: int, size: int) -> dict[str, list[str]]:
    """Put ``count`` files into ``folder``; ``size`` is how long the longest line is, in bytes.

    Returns their paths by kind, as ``os.fsdecode`` gives them.
    """
    random_ = random.Random(seed)
    seeds = real_files(knowledge)
    made: dict[str, list[str]] = {}

    def put(kind: str, name: str, data: bytes) -> Path:
        path = folder / kind / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        made.setdefault(kind, []).append(os.fspath(path.relative_to(folder)))
        return path

    for number, (suffix, data) in enumerate(_bombs(seeds)):
        put("bombs", f"{number}{suffix}", data)
    for number, suffix in enumerate((".txt", ".md", ".json", ".html")):
        put("long lines", f"{number}{suffix}", (b"word and " * (size // 9 + 1))[:size])
        put("long lines", f"{number}-within{suffix}", b"word and " * 1_000_000)
    _links(folder, made)
    for number, name in enumerate(_NAMES):
        put("names", f"{name}{_SUFFIXES[number % 9]}", random_.choice(seeds[_SUFFIXES[number % 9]]))
    for number in range(4):
        put("names", os.fsdecode(b"\xff\xfe%d.md" % number), seeds[".md"][0])
    kinds: tuple[tuple[str, Callable[[Seeds, random.Random], tuple[str, bytes]]], ...] = (
        ("encodings", _encodings),
        ("passwords", _locked),
        ("empty", _empty),
        ("foreign", _foreign),
    )
    for kind, maker in kinds:
        for number in range(count // 20):
            suffix, data = maker(seeds, random_)
            put(kind, f"{number}{suffix}", data)
    number = 0
    while sum(map(len, made.values())) < count:
        suffix = _SUFFIXES[number % 8]
        damage = (_truncated, _flipped, _shuffled)[number // 8 % 3]
        data = damage(random_.choice(seeds[suffix]), random_)
        put(damage.__name__.strip("_"), f"{number}{suffix}", data)
        number += 1
    return made


def _links(folder: Path, made: dict[str, list[str]]) -> None:
    """Links that lead out, in a circle, to nothing or to devices; pipes; a folder too deep."""
    place = folder / "links"
    place.mkdir(parents=True)
    outside = folder.parent / "outside.md"
    outside.write_text("A secret that is not part of the knowledge.")
    targets = {
        "out.md": outside,
        "nothing.md": folder / "nothing.md",
        "circle.md": place / "circle.md",
        "device.md": Path("/dev/zero"),
        "random.txt": Path("/dev/urandom"),
        "system.md": Path("/proc/kmsg"),
        "passwords.txt": Path("/etc/passwd"),
        "memory.csv": Path("/proc/self/mem"),
    }
    for name, target in targets.items():
        (place / name).symlink_to(target)
    os.mkfifo(place / "pipe.pdf")
    os.mkfifo(place / "pipe.md")
    made["links"] = [f"links/{name}" for name in (*targets, "pipe.pdf", "pipe.md")]
    # Linked folders are not followed and not listed.
    (place / "up").symlink_to(folder)
    (place / "root").symlink_to("/")
    here = os.open(place, os.O_RDONLY)
    for _ in range(30):  # longer than a path may be
        os.mkdir("d" * 200, dir_fd=here)
        deeper = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
