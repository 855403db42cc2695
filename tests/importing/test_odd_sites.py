"""``chatbot import web`` from sites that behave oddly; ``benchmarks/importing/odd.py`` has more."""

import gzip
import socketserver
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from chatbot.errors import DocumentError, ImportingError
from chatbot.importing.report import ImportReport
from chatbot.importing.web import main_text, rules
from chatbot.importing.web.connection import SlowError
from chatbot.importing.web.crawl import Bounds
from chatbot.importing.web.fetch import Fetcher, FetchError, _seconds
from chatbot.importing.web.guard import PinnedTransport
from chatbot.importing.web.importer import import_site
from chatbot.importing.web.main_text import read_page
from chatbot.importing.web.robots import robots_words
from chatbot.importing.web.rules import Rules
from chatbot.knowledge.formats.html import read_html
from chatbot.knowledge.formats.text import decode
from tests.support.site_server import Site, page, serving

HTML = {"Content-Type": "text/html"}


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        site.pages["/"] = page("Home", "<p>Fuse seven is in the cellar.</p>", ("/a",))
        yield site


def run(site: Site, knowledge: Path, bounds: Bounds | None = None) -> ImportReport:
    return import_site(knowledge, site.address, bounds or Bounds(), name="acme", allow_private=True)


def texts(knowledge: Path) -> dict[str, str]:
    folder = knowledge / "imports" / "acme"
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.md")}


@contextmanager
def trickling(head: bytes, piece: bytes) -> Iterator[str]:
    """A server that sends a piece after the other."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.wfile.write(head)
                while True:
                    self.wfile.write(piece)
                    time.sleep(0.02)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", b"x"),
    ],
)
def test_a_whole_answer_has_its_time(head: bytes, piece: bytes) -> None:
    """Not only each of its pieces."""
    with trickling(head, piece) as address:
        transport = PinnedTransport(True, seconds=0.2)
        with httpx.Client(transport=transport) as client, pytest.raises(SlowError):
            client.get(address)
        fetcher = Fetcher(transport)
        with pytest.raises(FetchError, match="did not come within 0 s"):
            fetcher.get(address)
        fetcher.close()


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (gzip.compress(b"one", mtime=0) + gzip.compress(b"two", mtime=0), b"onetwo"),
        (gzip.compress(b"one", mtime=0) + bytes(40), b"one"),
        (gzip.compress(b"one" * 999, mtime=0)[:-12], "was cut off"),
        (b"one", "packed and damaged"),
        (b"", b""),
    ],
)
def test_what_is_packed_comes_whole(site: Site, body: bytes, wanted: bytes | str) -> None:
    site.pages["/a"] = (200, {"Content-Encoding": "gzip"}, body)
    fetcher = Fetcher(PinnedTransport(True))
    if isinstance(wanted, bytes):
        assert fetcher.get(f"{site.address}/a").body == wanted
    else:
        with pytest.raises(FetchError, match=wanted):
            fetcher.get(f"{site.address}/a")
    fetcher.close()


def test_the_bound_of_bytes_is_of_what_was_packed(site: Site, knowledge: Path) -> None:
    links = tuple(f"/{n}" for n in range(30))
    site.pages["/"] = page("Home", "<p>Welcome.</p>", links)
    for link in links:
        body = gzip.compress(page("Bomb", f"<p>{link} {'fuse ' * 60_000}</p>").encode())
        site.pages[link] = (200, HTML | {"Content-Encoding": "gzip"}, body)
    report = run(site, knowledge, Bounds(size=1_000_000))
    assert "more than 1 MB" in report.failed[0]["reason"]
    assert report.added < 15


def test_tags_that_cannot_be_said_again_are_not_kept(site: Site, knowledge: Path) -> None:
    tags = {"ETag": '"é"', "Last-Modified": "gestern, ä", "Set-Cookie": "seen=1"}
    site.pages["/"] = (200, HTML | tags, page("Home", "<p>Welcome.</p>").encode())
    run(site, knowledge)
    assert run(site, knowledge).unchanged == 1


def test_a_page_does_not_depend_on_pages_before_it(site: Site) -> None:
    site.pages["/a"] = (200, {"Set-Cookie": "seen=1"}, b"")
    fetcher = Fetcher(PinnedTransport(True))
    fetcher.get(f"{site.address}/a")
    assert not fetcher._client.cookies
    fetcher.close()


def test_ten_thousand_robots_of_one_group_cost_as_much_as_one() -> None:
    agents = "".join(f"User-agent: bot{n}\n" for n in range(2_000))
    text = f"{agents}User-agent: peregrine*\n" + "Disallow: /x\n" * 2_000
    tracemalloc.start()
    read = Rules(text)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
    assert not read.allow("http://a.example/x") and read.allow("http://a.example/y")


def test_a_long_robots_txt_is_read_as_far_as_it_has_to_be(site: Site, knowledge: Path) -> None:
    rule = b"\xef\xbb\xbfUser-agent: *\nDisallow: /a\n"
    site.pages["/robots.txt"] = (200, {}, rule + b"# long\n" * 100_000)
    site.pages["/a"] = page("A", "<p>Nobody's.</p>")
    run(site, knowledge)
    assert not site.asked["/a"] and set(texts(knowledge)) == {"index.md"}


@pytest.mark.parametrize("packed", [False, True])
def test_a_sitemap_that_is_cut_off_removes_nothing(
    site: Site, knowledge: Path, packed: bool
) -> None:
    names = "".join(f"<url><loc>{site.address}/{n}</loc></url>" for n in range(300))
    body = f"<urlset>{names}</urlset>".encode()
    site.pages["/sitemap.xml"] = (200, {}, (gzip.compress(body) if packed else body)[:-70])
    with pytest.raises(ImportingError, match="is cut off or damaged; try again later"):
        run(site, knowledge)


def test_more_sitemaps_than_are_read_are_said(
    site: Site, knowledge: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "_MAX_SITEMAPS", 3)
    maps = "".join(f"<sitemap><loc>{site.address}/{n}.xml</loc></sitemap>" for n in range(9))
    site.pages["/sitemap.xml"] = (200, {}, f"<sitemapindex>{maps}</sitemapindex>".encode())
    report = run(site, knowledge)
    assert report.failed[0]["reason"] == "in part: it has more than 3 sitemaps"
    assert [site.asked[f"/{n}.xml"] for n in range(3)] == [1, 1, 0]


def test_a_page_has_only_so_many_links(
    site: Site, knowledge: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main_text, "_MOST_LINKS", 5)
    site.pages["/"] = page("Home", "<p>Welcome.</p>", tuple(f"/{n}" for n in range(50)))
    run(site, knowledge)
    assert sum(site.asked[f"/{n}"] for n in range(50)) == 4  # and the home page


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("googlebot: NoIndex, nofollow", {"noindex", "nofollow"}),
        ("max-image-preview:none, unavailable_after: 1 Jan 2030 10:00:00 GMT", set()),
        (" none ", {"none"}),
    ],
)
def test_what_is_asked_of_robots(said: str, wanted: set[str]) -> None:
    assert robots_words(said) == wanted


def test_headers_for_robots_are_obeyed(site: Site, knowledge: Path) -> None:
    body = page("A", "<p>Not for robots.</p>", ("/b",)).encode()
    site.pages["/a"] = (200, HTML | {"X-Robots-Tag": "none"}, body)
    report = run(site, knowledge)
    assert report.failed[0]["reason"] == "it asks robots not to index it"
    assert not site.asked["/b"]


def test_pages_that_only_lead_elsewhere_are_none(site: Site, knowledge: Path) -> None:
    def moving(to: str, seconds: int) -> str:
        head = f'<meta http-equiv="Refresh" content="{seconds}; URL=\'{to}\'">'
        return page("Moved", "<p>Moved.</p>", head=head)

    site.pages["/"] = page("Home", "<p>Welcome.</p>", ("/a", "/away", "/news", "/old"))
    site.pages |= {"/a": moving("/b", 0), "/b": moving("/a", 0), "/news": moving("/x", 600)}
    site.pages |= {"/old": moving("/new", 1), "/away": moving("http://10.0.0.1/", 0)}
    site.pages["/new"] = page("New", "<p>Here.</p>")
    report = run(site, knowledge)
    assert set(texts(knowledge)) == {"index.md", "news.md", "new.md"}
    assert [failed["reason"] for failed in report.failed] == [
        "it leads to http://10.0.0.1/, which is not part of the site"
    ]


def test_login_pages_are_none(site: Site, knowledge: Path) -> None:
    form = '<form><input type="Password"></form>'
    site.pages["/"] = page("Home", f"{form}<p>{'Welcome to all. ' * 60}</p>", ("/a",))
    site.pages["/a"] = page("Sign in", f"<p>Please sign in.</p>{form}")
    report = run(site, knowledge)
    assert set(texts(knowledge)) == {"index.md"}
    assert report.failed[0]["reason"] == "it asks for a password"


def test_frames_lead_to_their_pages(site: Site, knowledge: Path) -> None:
    frames = "<frameset><frame src=/a><noframes>Get a browser.</noframes></frameset>"
    site.pages = {"/": f"<html>{frames}</html>", "/a": page("A", "<p>Framed.</p>")}
    run(site, knowledge)
    assert set(texts(knowledge)) == {"a.md"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [("text/html", b"%PDF-1.7 fuse"), ("text/html", b"\x89PNG\0\0fuse"), ("text/plain", b"PK\0\0")],
)
def test_files_that_say_they_are_pages_are_left_out(
    site: Site, knowledge: Path, kind: str, body: bytes
) -> None:
    site.pages["/a"] = (200, {"Content-Type": kind}, body)
    report = run(site, knowledge)
    assert report.failed[0]["reason"].endswith("but it is a file of another kind")


@pytest.mark.parametrize(
    "said", ["hex", "rot13", "idna", "punycode", "undefined", "zlib", "x" * 99]
)
def test_what_python_calls_an_encoding_is_none_of_text(said: str) -> None:
    assert decode("Größe und Straße, schön.".encode("latin-1"), said) == "Größe und Straße, schön."


def test_pages_in_wide_letters_are_read() -> None:
    text = read_page("<p>Größe</p>".encode("utf-16-le"), "http://a.example/", "utf-16le")
    assert text.markdown == "Größe\n"


def test_a_cell_that_spans_a_table_is_not_said_without_end() -> None:
    cell = f"<tr><td rowspan=1000 colspan=500>{'fuse ' * 2000}<td>x</tr>"
    table = f"<table>{cell}{'<tr><td>y</tr>' * 999}</table>"
    with pytest.raises(DocumentError, match="table of it has more than 50,000,000 characters"):
        read_html(table.encode())


@pytest.mark.parametrize(
    "said", ["nan", "½", "Mon, 01 Jan 0001 00:00:00 +9999999999999999", "Mon, 99 Foo 99 99:99"]
)
def test_odd_times_to_wait_are_those_of_the_try(said: str) -> None:
    assert _seconds(said, 2) == 2.0


def test_a_list_of_links_within_a_list_of_the_text_stays() -> None:
    inner = "".join(f'<li><a href="/{n}">Rule {n}</a></li>' for n in range(5))
    menu = f"<div><ul><li><ul>{inner.replace('Rule', 'Menu')}</ul></li></ul></div>"
    text = f"<p>Work with rules.</p><ul><li><a href='/r'>Rules</a><ul>{inner}</ul></li></ul>"
    page = f"<html><body>{menu}<div><h1>All</h1>{text}</div></body></html>"
    markdown = read_page(page.encode(), "https://example.com/x").markdown
    assert "Rule 4" in markdown and "Menu" not in markdown
