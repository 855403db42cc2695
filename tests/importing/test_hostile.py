"""Exports and sites that are damaged or hostile: each ends in a sentence, nothing is half imported,
and what was imported before stays as it was."""

import io
import json
import os
import random
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import ImportingError
from chatbot.importing.documents import ImportedDocument, day_of, file_path
from chatbot.importing.exports import import_export
from chatbot.importing.report import ImportReport
from chatbot.importing.sources import EXPORTS, ExportOptions
from chatbot.importing.web.crawl import Bounds
from chatbot.importing.web.importer import import_site
from chatbot.importing.web.main_text import read_page
from chatbot.knowledge.documents import load_document
from chatbot.knowledge.formats.html import blocks_of
from chatbot.knowledge.formats.quotes import own_words
from chatbot.knowledge.front_matter import front_matter
from tests.support.site_server import Site, page, serving

ANSWER = "Hold the button of the hub for ten seconds until its light turns blue."
ARTICLE = {
    "id": 1, "title": "Refunds", "name": "Refunds", "body": "<p>Refunds take 14 days.</p>",
    "description": "<p>Refunds take 14 days.</p>", "locale": "en", "status": 2, "folder_id": 1,
    "state": "published", "type": "article", "updated_at": "2026-03-04T10:00:00Z",
    "html_url": "https://acme.example/1", "url": "https://acme.example/1", "draft": False,
    "default_locale": "en", "translated_content": {"de": {"title": "x", "body": "<p>x</p>"}},
}  # fmt: skip
TICKET = {
    "id": 7, "subject": "Hub", "description": "My hub is stuck.", "requester_id": 3,
    "requester": {"id": 3, "name": "Jane Roe"}, "responder_id": 4, "type": "conversation",
    "comments": [{"id": 1, "author_id": 4, "plain_body": ANSWER, "public": True,
                  "created_at": "2026", "via": {"channel": "web"}, "author": {"id": 4}}],
    "conversations": [{"id": 1, "incoming": False, "private": False, "body": ANSWER,
                       "created_at": "2026", "user_id": 4, "source": 1}],
    "source": {"body": "My hub is stuck.", "author": {"type": "user", "name": "Jane"}},
    "conversation_parts": {"conversation_parts": [
        {"part_type": "comment", "body": ANSWER, "author": {"type": "admin", "name": "S"}}]},
}  # fmt: skip
LISTS = {"zendesk": "tickets", "freshdesk": "tickets", "intercom": "conversations"}
ODD: list[Any] = [
    None, True, -1, 0.5, float("nan"), float("inf"), 10**18, "", " ", "\ud800", "\0\n---\n", [], {},
    [[[]]], {"id": {"id": []}}, ["x", 1, None], "x" * 100_000, "9999-99-99", "2026-02-30T00:00",
    "../../etc/passwd", "con.md/", "<b>" * 3000, "🙂" * 500,
]  # fmt: skip


@pytest.fixture
def run(knowledge: Path, tmp_path: Path) -> Callable[[str, Path], ImportReport]:
    def run(source: str, path: Path) -> ImportReport:
        options = ExportOptions(staff=("acme.example",))
        return import_export(source, path, knowledge, tmp_path / "candidates", options)

    return run


def snapshot(*folders: Path) -> dict[str, bytes]:
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files if path.name != ".lock"}


def swapped(record: Any, chance: random.Random) -> Any:
    """The record with one value, somewhere in it, that nobody expects there."""
    if isinstance(record, dict) and record and chance.random() < 0.9:
        name = chance.choice(sorted(record))
        return record | {name: swapped(record[name], chance)}
    if isinstance(record, list) and record and chance.random() < 0.7:
        return [swapped(record[0], chance), *record[1:]]
    return chance.choice(ODD)


@pytest.mark.parametrize("source", LISTS)
def test_wrong_types_in_every_field(source: str, run: Any, knowledge: Path, tmp_path: Path) -> None:
    chance = random.Random(source)
    articles = [swapped(ARTICLE | {"id": number}, chance) for number in range(150)]
    tickets = [swapped(TICKET | {"id": number}, chance) for number in range(150)]
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"articles": [*articles, ARTICLE], LISTS[source]: tickets}))
    report = run(source, path)
    assert report.added > 50
    assert report.failed == json.loads(json.dumps(report.failed, ensure_ascii=False).encode())
    for file in (knowledge / "imports").rglob("*.md"):
        document = load_document(knowledge, file.relative_to(knowledge).as_posix(), 10**7)
        assert len(document.title) <= 300
    assert json.loads(Path(report.candidates_file).read_text().splitlines()[0])


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def inner_zip(data: bytes = b"[]") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.json", data)
    return stream.getvalue()


def patched(path: Path, find: bytes, offset: int, layout: str, value: int) -> Path:
    """A zip with one number of its own changed."""
    data = bytearray(zipped(path, {"a.json": b'{"articles": []}'}).read_bytes())
    struct.pack_into(layout, data, data.rindex(find) + offset, value)
    path.write_bytes(data)
    return path


END, ENTRY = b"PK\x05\x06", b"PK\x01\x02"
ZIPS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "list": (lambda p: patched(p, END, 12, "<L", 50_000_000), "lists more files than"),
    "place": (lambda p: patched(p, END, 16, "<L", 0x7FFFFFFF), "is no zip file|damaged"),
    "method": (lambda p: patched(p, ENTRY, 10, "<H", 77), "cannot be read|holds nothing"),
    "version": (lambda p: patched(p, ENTRY, 6, "<H", 999), "is no zip file"),
    "size": (lambda p: patched(p, ENTRY, 24, "<L", 0xFFFFFFF0), "unpacks to far more"),
    "small": (lambda p: patched(p, ENTRY, 24, "<L", 3), "damaged|not valid JSON"),
    "offset": (lambda p: patched(p, ENTRY, 42, "<L", 0x7FFFFFF0), "damaged"),
    "inner": (lambda p: zipped(p, {"b.zip": b"PK\x03\x04"}), "'b.zip' is no zip file"),
    "lines": (
        lambda p: zipped(p, {"../a\nb\x1b[2J.json": b"[]"}),
        r"itself \('../a b \[2J.json'\)",
    ),
}


@pytest.mark.parametrize("name", ZIPS)
def test_zips_that_are_not_what_they_say(
    name: str, run: Any, knowledge: Path, tmp_path: Path
) -> None:
    first = tmp_path / "first.json"
    first.write_text(json.dumps({"articles": [ARTICLE], "tickets": [TICKET]}))
    run("zendesk", first)
    before = snapshot(knowledge, tmp_path / "candidates")
    make, said = ZIPS[name]
    make(tmp_path / "x.zip")
    with pytest.raises(ImportingError, match=said) as caught:
        run("zendesk", tmp_path / "x.zip")
    assert str(caught.value).endswith(".") and str(caught.value).isprintable()
    assert snapshot(knowledge, tmp_path / "candidates") == before


def test_zips_in_a_zip_are_not_held_in_memory_without_end(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.importing.archive._MAX_NESTED", 1_000)
    path = zipped(tmp_path / "x.zip", {f"{n}.zip": inner_zip(b" " * 300) for n in range(4)})
    with pytest.raises(ImportingError, match="larger zips than an export does"):
        run("zendesk", path)


def test_a_pipe_is_not_waited_for(run: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "export.json")
    with pytest.raises(ImportingError, match="neither a file nor a folder"):
        run("zendesk", tmp_path / "export.json")


def test_a_file_of_nothing_but_brackets_is_not_built_in_memory(run: Any, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(b"[" + b"{}," * 10_000_001 + b"{}]")
    with pytest.raises(ImportingError, match="more values than are read"):
        run("zendesk", tmp_path / "x.json")


@pytest.mark.parametrize("source", EXPORTS)
@pytest.mark.parametrize("data", [b"", b"\0" * 5000, b"\xff\xfe<x", b"PK", b"<" * 5000])
def test_noise_is_no_export(data: bytes, source: str, run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    for name in ("a.json", "a.html", "entities.xml", "a.md", "a.csv", "a.mbox", "a\nb.md"):
        (folder / name).write_bytes(data)
    try:
        report = run(source, folder)
    except ImportingError as exc:
        said = [str(exc)]
    else:
        said = [f"{row['path']}{row['reason']}." for row in report.failed]
    assert all(each.isprintable() and each.endswith(".") for each in said)


def test_confluence_xml_in_unusual_forms(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "entities.xml"
    declared = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    page = '<object class="Page"><id name="id">1</id></object>'
    for text in (
        f"<?xml version='1.0'?><!-- a --><?b c?>{page}",
        f"<?xml version='1.0' encoding='utf-16'?>{declared}<x>&b;{page}</x>",
        f"<?xml version='1.0'?><!--{' ' * 200_000}-->{declared}<x>&b;{page}</x>",
        "<x>" + "<object>" * 5_000,
        "<x><object class='Page'><property name='title'><![CDATA[Cut\noff",
        "<x><object class='BodyContent'><property><id/></property></object></x>",
    ):
        encoding = "utf-16" if "utf-16" in text else "utf-8"
        path.write_bytes(text.encode(encoding))
        with pytest.raises(ImportingError) as caught:
            run("confluence", path)
        assert str(caught.value).isprintable() and "aaaa" not in str(caught.value)


def test_notion_names_and_tables(run: Any, knowledge: Path, tmp_path: Path) -> None:
    deep = "/".join(f"folder {n} {'x' * 90}" for n in range(60))
    table = b"a" + b"," * 9_000 + b"\n" + b"1\n" * 9_000
    members = {
        "a.md": b"# A\n\ntext\n", "a.md/b.md": b"# B\n\ntext\n", "A.MD": b"# A\n\nother\n",
        f"{deep}/c.md": b"# C\n\ntext\n", "t.csv": table, "n.md": b"a\0b",
        "d.md": b"# D" + b" " * 200_000 + b"x\n\n" + b"[a](" * 20_000 + b"[" * 100_000 + b"\n",
    }  # fmt: skip
    report = run("notion", zipped(tmp_path / "x.zip", members))
    assert report.added == 4
    reasons = {row["path"]: row["reason"] for row in report.failed}
    assert "cells" in reasons["t.csv"] and "binary file" in reasons["n.md"]
    assert "same name" in reasons["a.md"]
    assert (knowledge / "imports/notion/a-md/b.md").is_file()


@pytest.mark.parametrize(
    ("said", "added"),
    [("Status: Draft", 1), ("Status: Entwurf", 1), ("Statut: Brouillon", 1),
     ("\u00c9tat: Archiv\u00e9", 1), ("Estado: Borrador", 1), ("Status: Vero\u0308ffentlicht", 2)],
)  # fmt: skip
def test_notion_pages_that_readers_do_not_see_yet(
    said: str, added: int, run: Any, tmp_path: Path
) -> None:
    page = f"# One\n\nOwner: Ann\n{said}\n\nText.\n".encode()
    members = {"one.md": page, "two.md": b"# Two\n\nText.\n"}
    assert run("notion", zipped(tmp_path / "x.zip", members)).added == added


def test_a_path_has_letters_with_their_accents() -> None:
    assert file_path("Pru\u0308fung") == file_path("Pr\u00fcfung") == "Pr\u00fcfung.md"


def test_values_that_no_front_matter_should_hold() -> None:
    text = ImportedDocument("a.md", "x" * 10**6, "\ud800", "https://x/" + "y" * 10**5, "", "e\nn")
    assert text.as_file() == f'---\ntitle: "{"x" * 300}"\n---\n\n?\n'
    assert [day_of(value) for value in ("2024-02-30", "9999-99-99", "2024-2-3", 10**30, None)] == [
        "", "", "", "", ""]  # fmt: skip
    assert day_of(" 2026-03-04T10:00:00Z") == "2026-03-04" and day_of(1767225600) == "2026-01-01"
    assert len(file_path(*["x" * 200] * 500)) < 1500
    alike = {file_path(f"{'how to return ' * 9}-{number}") for number in (41, 42)}
    assert len(alike) == 2 and all(len(path) < 90 for path in alike)
    assert file_path(*"abcdefghijklmn") != file_path(*"abXdefghijklmn")


@pytest.mark.parametrize(
    ("address", "kept"),
    [("https://a.example/what's new?", "https://a.example/what%27s%20new?"),
     ("http://a.example/\u00fc", "http://a.example/\u00fc"), ("javascript:alert(1)", ""),
     ("file:///etc/passwd", ""), ("5", ""), ("https:///x", "")],
)  # fmt: skip
def test_addresses_in_front_matter_are_those_of_the_web(address: str, kept: str) -> None:
    matter = front_matter(ImportedDocument("a.md", "A", "text", address).as_file())
    assert matter.address == kept and matter.values.get("address", "") == kept


@pytest.mark.parametrize(
    "read",
    [
        lambda n: own_words("Regards,\n" * n),
        lambda n: own_words("> a\nb\n" * n),
        lambda n: blocks_of("<![CDATA[" * n),
        lambda n: blocks_of("<ac:" + "a" * 4 * n),
        lambda n: read_page(b"<p></p>" * n, "https://x/"),
    ],
)
def test_reading_takes_time_that_grows_with_the_text(read: Callable[[int], Any]) -> None:
    """And not with its square: twenty times as much takes less than a hundred times as long."""

    def seconds(count: int) -> float:
        began = time.process_time()
        read(count)
        return time.process_time() - began

    read(10)
    assert seconds(20_000) < max(1.0, 100 * seconds(1_000))


# --- Sites ---


@pytest.fixture
def site(knowledge: Path) -> Any:
    with serving() as site:
        site.pages["/"] = page("Start", "<p>Where everything begins.</p>", ("/a",))
        site.pages["/a"] = page("Returns", "<p>Returns take 30 days.</p>")
        yield site


def crawl(site: Site, knowledge: Path) -> ImportReport:
    bounds = Bounds(seconds=20, connections=2)
    return import_site(knowledge, f"{site.address}/", bounds, name="acme", allow_private=True)


@pytest.mark.parametrize(
    "where", ["http://[", "http://a:99999999/", "//\x7f/", "", "x:y", "http://"]
)
def test_redirects_that_lead_nowhere(where: str, site: Site, knowledge: Path) -> None:
    site.pages["/a"] = (302, {"Location": where}, b"")
    report = crawl(site, knowledge)
    assert report.added == 1
    assert [row["path"] for row in report.failed] == [f"{site.address}/a"]


def test_a_sitemap_with_addresses_that_are_none(site: Site, knowledge: Path) -> None:
    places = ("http://[", "http://a:b/", "javascript:x", "\u2028", f"{site.address}/a", "&#0;")
    urls = "".join(f"<url><loc>{place}</loc></url>" for place in places)
    site.pages["/sitemap.xml"] = (200, {}, f"<urlset>{urls}</urlset>".encode())
    assert crawl(site, knowledge).added == 2


@pytest.mark.parametrize("delay", ["1e9", "inf", "nan", "86400"])
def test_a_delay_that_no_crawl_could_wait(delay: str, site: Site, knowledge: Path) -> None:
    crawl(site, knowledge)
    before = snapshot(knowledge / "imports/acme")
    site.pages["/robots.txt"] = (200, {}, f"User-agent: *\nCrawl-delay: {delay}\n".encode())
    try:
        crawl(site, knowledge)  # what is no number is no delay
    except ImportingError as exc:
        assert "between two pages" in str(exc)
    assert snapshot(knowledge / "imports/acme").keys() == before.keys()


def test_pages_cannot_take_each_others_place(site: Site, knowledge: Path) -> None:
    links = ("/x.md", "/x.md/y", "/X", "/x", "/%2e%2e/%2fetc", "/a%00b", "/" + "d/" * 19)
    site.pages["/"] = page("Start", "<p>Where everything begins.</p>", links)
    for path in ("/x.md", "/x.md/y", "/X", "/x", "/%2Fetc", "/a%00b", "/" + "d/" * 19):
        site.pages[path] = page(path, f"<p>This is {path}.</p>")
    report = crawl(site, knowledge)
    assert report.added == len(links) + 1, report.failed
    root = (knowledge / "imports/acme").resolve()
    assert all(root in path.resolve().parents for path in root.rglob("*"))
