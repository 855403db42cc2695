"""``chatbot import web``: what of a site is taken, what is fetched again, what is refused."""

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from chatbot.cli import main
from chatbot.errors import ImportingError
from chatbot.importing.report import ImportReport
from chatbot.importing.web import state
from chatbot.importing.web.addresses import normalise, page_file, site_of
from chatbot.importing.web.crawl import Bounds
from chatbot.importing.web.fetch import Fetcher, FetchError
from chatbot.importing.web.guard import ForbiddenAddressError, PinnedTransport, is_public
from chatbot.importing.web.importer import import_site
from chatbot.knowledge.documents import list_files, list_skipped, load_document
from tests.support.site_server import Site, page, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        site.pages = {
            "/": page("Home", "<p>Welcome to the help of Acme.</p>", ("/a", "/b")),
            "/a": page("Returns", "<p>Returns take 30 days.</p>", ("/", "/b", "/deep")),
            "/b": page("Shipping", "<p>Shipping costs 5 EUR.</p>", ("/a",)),
            "/deep": page("Deep", "<p>Deep below.</p>"),
        }
        yield site


def run(site: Site, knowledge: Path, **options: object) -> ImportReport:
    bounds = options.pop("bounds", Bounds())
    start = site.address + str(options.pop("path", "/"))
    return import_site(
        knowledge,
        start,
        bounds,
        name="acme",
        allow_private=True,
        **options,  # type: ignore[arg-type]
    )


def files(knowledge: Path) -> dict[str, str]:
    folder = knowledge / "imports" / "acme"
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.md")}


def test_a_site_is_imported_with_its_addresses(site: Site, knowledge: Path) -> None:
    report = run(site, knowledge)
    assert (report.added, report.changed, report.removed, report.failed) == (4, 0, 0, [])
    assert set(files(knowledge)) == {"index.md", "a.md", "b.md", "deep.md"}
    document = load_document(knowledge, "imports/acme/a.md", 10**6)
    assert document.title == "Returns"
    assert document.address == f"{site.address}/a"
    assert "Returns take 30 days." in document.text
    assert "Menu" not in document.text and "Imprint" not in document.text
    assert 'language: "en"' in files(knowledge)["a.md"]


def test_an_import_leaves_nothing_else_in_the_folder(site: Site, knowledge: Path) -> None:
    run(site, knowledge)
    assert list_skipped(knowledge) == []
    assert {path.rpartition("/")[0] for path in list_files(knowledge)} == {"", "imports/acme"}


def test_the_language_is_what_the_page_or_its_server_says(site: Site, knowledge: Path) -> None:
    text = page("Home", "<p>Bonjour.</p>")
    xml = text.replace('lang="en"', 'xml:lang="fr"').encode()
    none = text.replace(' lang="en"', "").encode()
    kind = {"Content-Type": "text/html; charset=utf-8", "Content-Language": "es-MX"}
    for number, (answer, said) in enumerate(((xml, "fr"), (none, "es-mx"), (text.encode(), "en"))):
        site.pages = {"/": (200, kind, answer)}
        import_site(knowledge, f"{site.address}/", Bounds(), name=f"x{number}", allow_private=True)
        file = knowledge / "imports" / f"x{number}" / "index.md"
        assert f'language: "{said}"' in file.read_text()


def test_the_second_run_fetches_only_what_changed(site: Site, knowledge: Path) -> None:
    run(site, knowledge)
    before = (knowledge / "imports/acme/b.md").stat()
    site.sent.clear()
    site.pages["/a"] = page("Returns", "<p>Returns take 60 days.</p>", ("/", "/b"))
    del site.pages["/deep"]
    report = run(site, knowledge)
    assert site.sent == ["/a"]
    assert (report.added, report.changed, report.removed, report.unchanged) == (0, 1, 1, 2)
    assert "60 days" in files(knowledge)["a.md"] and "deep.md" not in files(knowledge)
    after = (knowledge / "imports/acme/b.md").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_pages_are_asked_for_whole_once_when_they_are_read_otherwise(
    site: Site, knowledge: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(site, knowledge)
    monkeypatch.setattr(state, "_READER", state._READER + 1)
    for expected in (4, 0):
        site.sent.clear()
        report = run(site, knowledge)
        assert (len(site.sent), report.unchanged) == (expected, 4)


def test_without_tags_unchanged_pages_are_seen_by_their_text(site: Site, knowledge: Path) -> None:
    site.tags = False
    run(site, knowledge)
    report = run(site, knowledge)
    assert (report.added, report.changed, report.removed, report.unchanged) == (0, 0, 0, 4)


def test_a_page_that_fails_keeps_its_last_copy(site: Site, knowledge: Path) -> None:
    run(site, knowledge)
    site.pages["/b"] = (500, {}, b"")
    report = run(site, knowledge)
    assert report.removed == 0 and "5 EUR" in files(knowledge)["b.md"]
    assert report.failed == [
        {
            "path": f"{site.address}/b",
            "reason": "its server answers with HTTP 500; its last copy is kept",
        }
    ]


def test_where_a_page_fails_what_it_leads_to_stays(site: Site, knowledge: Path) -> None:
    run(site, knowledge)
    site.pages["/"] = (503, {"Retry-After": "0"}, b"")
    site.pages["/b"] = page("Shipping", "<p>Shipping costs 6 EUR.</p>", ("/a",))
    report = run(site, knowledge)
    assert (report.changed, report.removed, report.unchanged) == (1, 0, 3)
    assert "6 EUR" in files(knowledge)["b.md"]
    site.pages["/sitemap.xml"] = (503, {"Retry-After": "0"}, b"")
    with pytest.raises(ImportingError, match=r"sitemap.xml' answers with HTTP 503"):
        run(site, knowledge)
    assert len(files(knowledge)) == 4


@pytest.mark.parametrize("mapped", [True, False])
def test_a_page_that_fails_does_not_keep_those_that_are_gone(
    site: Site, knowledge: Path, mapped: bool
) -> None:
    def name_pages(*names: str) -> None:
        if mapped:
            urls = "".join(f"<url><loc>{site.address}/{name}</loc></url>" for name in names)
            site.pages["/sitemap.xml"] = (200, {}, f"<urlset>{urls}</urlset>".encode())

    name_pages("a", "b", "deep")
    run(site, knowledge)
    assert len(files(knowledge)) == 4
    name_pages("a", "b")
    site.pages["/b"] = (403, {}, b"")
    site.pages["/a"] = page("Returns", "<p>Returns take 30 days.</p>", ("/", "/b"))
    del site.pages["/deep"]
    assert (run(site, knowledge).removed, set(files(knowledge))) == (
        1, {"index.md", "a.md", "b.md"}
    )  # fmt: skip


def test_what_a_new_page_that_fails_may_lead_to_stays(site: Site, knowledge: Path) -> None:
    run(site, knowledge)
    site.pages["/a"] = page("Returns", "<p>Returns take 30 days.</p>", ("/", "/b", "/new"))
    site.pages["/new"] = (503, {"Retry-After": "0"}, b"")
    assert run(site, knowledge).removed == 0 and "deep.md" in files(knowledge)


def test_the_sitemap_names_the_pages(site: Site, knowledge: Path) -> None:
    urls = "".join(f"<url><loc>{site.address}/{name}</loc></url>" for name in ("a", "b", "only"))
    packed = gzip.compress(
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()
    )
    index = f"<sitemapindex><sitemap><loc>{site.address}/s.xml.gz</loc></sitemap></sitemapindex>"
    site.pages["/robots.txt"] = (200, {}, f"Sitemap: {site.address}/index.xml".encode())
    site.pages["/index.xml"] = (200, {"Content-Type": "text/xml"}, index.encode())
    site.pages["/s.xml.gz"] = (200, {"Content-Type": "application/gzip"}, packed)
    site.pages["/only"] = page("Only", "<p>Nothing links here.</p>")
    run(site, knowledge)
    assert set(files(knowledge)) == {"index.md", "a.md", "b.md", "only.md"}


@pytest.mark.parametrize("named", ["/wp-sitemap.xml", "{site}/wp-sitemap.xml"])
def test_a_sitemap_is_found_by_its_path_and_by_the_scheme_of_before(
    named: str, site: Site, knowledge: Path
) -> None:
    before = site.address.replace("http:", "https:")
    robots = f"User-agent: *\nSitemap: {named.format(site=before)}\n"
    site.pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, robots.encode())
    site.pages["/wp-sitemap.xml"] = f"<urlset><url><loc>{before}/deep</loc></url></urlset>"
    run(site, knowledge)
    assert set(files(knowledge)) == {"index.md", "deep.md"}


def test_robots_txt_is_obeyed(site: Site, knowledge: Path) -> None:
    run(site, knowledge)
    rules = b"User-agent: *\nDisallow: /a\nAllow: /deep\n\nUser-agent: Other\nDisallow: /\n"
    site.pages["/robots.txt"] = (200, {}, rules)
    site.asked.clear()
    report = run(site, knowledge)
    assert site.asked["/a"] == 0
    assert "a.md" not in files(knowledge)
    assert {"path": f"{site.address}/a", "reason": "robots.txt forbids it"} in report.failed


def test_a_site_that_does_not_say_what_is_allowed_is_left_alone(
    site: Site, knowledge: Path
) -> None:
    site.pages["/robots.txt"] = (500, {}, b"")
    with pytest.raises(ImportingError, match=r"robots.txt' answers with HTTP 500"):
        run(site, knowledge)
    assert not site.asked["/"] and not (knowledge / "imports/acme").exists()


def test_pages_that_ask_not_to_be_indexed_are_named(site: Site, knowledge: Path) -> None:
    head = '<meta name="robots" content="noindex, follow">'
    site.pages["/b"] = page("Shipping", "<p>Internal.</p>", ("/deep",), head)
    report = run(site, knowledge)
    assert "b.md" not in files(knowledge)
    assert report.failed[0]["reason"] == "it asks robots not to index it"


def test_a_bound_of_pages_removes_nothing(site: Site, knowledge: Path) -> None:
    run(site, knowledge)
    report = run(site, knowledge, bounds=Bounds(pages=2))
    assert "in part: it has more than 2 pages" in report.failed[0]["reason"]
    assert report.removed == 0 and len(files(knowledge)) == 4


@pytest.mark.parametrize(
    ("bounds", "said"), [(Bounds(size=10), "more than 0 MB"), (Bounds(seconds=1e-9), "0 minutes")]
)
def test_bounds_of_bytes_and_time_end_a_crawl(
    site: Site, knowledge: Path, bounds: Bounds, said: str
) -> None:
    if bounds.seconds < 1:
        run(site, knowledge)
    report = run(site, knowledge, bounds=bounds)
    assert said in report.failed[0]["reason"]
    assert report.added < 4 and report.removed == 0


def test_the_depth_is_counted_in_links(site: Site, knowledge: Path) -> None:
    run(site, knowledge, bounds=Bounds(depth=1))
    assert set(files(knowledge)) == {"index.md", "a.md", "b.md"}


def test_only_pages_below_the_start_are_taken(site: Site, knowledge: Path) -> None:
    site.pages["/help/"] = page("Help", "<p>Start.</p>", ("/a", "topic", "http://127.0.0.2/x"))
    site.pages["/help/topic"] = page("Topic", "<p>About it.</p>")
    run(site, knowledge, path="/help/")
    assert set(files(knowledge)) == {"help/index.md", "help/topic.md"}


def test_redirects_are_followed_within_the_site_only(site: Site, knowledge: Path) -> None:
    site.pages["/b"] = (302, {"Location": "/deep"}, b"")
    site.pages["/a"] = (302, {"Location": "http://169.254.169.254/latest"}, b"")
    site.pages["/"] = page("Home", "<p>Welcome.</p>", ("/a", "/b"))
    report = run(site, knowledge)
    found = files(knowledge)
    assert len(found) == 2 and any(f'address: "{site.address}/deep"' in t for t in found.values())
    assert "169.254.169.254" in report.failed[0]["reason"]


def test_one_text_at_two_addresses_is_one_document(site: Site, knowledge: Path) -> None:
    site.pages["/"] = page("Home", "<p>Welcome.</p>", ("/a", "/a?print=1", "/a?utm_source=x"))
    site.pages["/a?print=1"] = site.pages["/a"]
    run(site, knowledge)
    assert sum("30 days" in text for text in files(knowledge).values()) == 1
    assert f'address: "{site.address}/a"' in files(knowledge)["a.md"]
    report = run(site, knowledge)
    assert (report.added, report.changed, report.removed) == (0, 0, 0)


def test_private_addresses_are_refused(
    site: Site, knowledge: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", "web", site.address, "--knowledge", str(knowledge)]) == 1
    assert "no public address; add --allow-private" in capsys.readouterr().err
    assert not site.asked
    command = ["import", "web", site.address, "--knowledge", str(knowledge), "--allow-private"]
    assert main([*command, "--json", "--name", "acme"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["added"], report["candidates"], report["failed"]) == (4, 0, [])


def test_a_number_as_host_has_a_name_for_its_folder(knowledge: Path) -> None:
    with pytest.raises(ImportingError, match="is no public address"):
        import_site(knowledge, "http://[::1]/", Bounds())


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",
     "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1"],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_public_addresses() -> None:
    assert is_public("93.184.216.34") and is_public("2606:4700:4700::1111")


def test_a_name_that_changes_its_address_is_checked_at_every_request(site: Site) -> None:
    """A name that is public at first and then private (DNS rebinding) reaches nothing."""
    answers = [["93.184.216.34"], ["127.0.0.1"]]
    asked: list[httpx.Request] = []

    class Inner(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return httpx.Response(200, content=b"ok")

    transport = PinnedTransport(False, lambda host, port: answers.pop(0))
    transport._inner["rebind.example"] = Inner()
    with httpx.Client(transport=transport) as client:
        assert client.get("https://rebind.example/").text == "ok"
        with pytest.raises(ForbiddenAddressError, match=r"'rebind.example' is at 127.0.0.1"):
            client.get("https://rebind.example/")
    assert [str(request.url) for request in asked] == ["https://93.184.216.34/"]
    assert asked[0].headers["Host"] == "rebind.example"
    assert asked[0].extensions["sni_hostname"] == "rebind.example"


def test_one_private_address_among_public_ones_is_refused() -> None:
    transport = PinnedTransport(False, lambda host, port: ["93.184.216.34", "10.0.0.1"])
    with httpx.Client(transport=transport) as client, pytest.raises(ForbiddenAddressError):
        client.get("http://mixed.example/")


def test_an_answer_that_unpacks_to_too_much_is_refused(site: Site) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    site.pages["/bomb"] = (200, {"Content-Encoding": "gzip"}, bomb)
    site.pages["/br"] = (200, {"Content-Encoding": "br"}, b"x")
    fetcher = Fetcher(PinnedTransport(True))
    with pytest.raises(FetchError, match="more than 10 MB"):
        fetcher.get(f"{site.address}/bomb")
    with pytest.raises(FetchError, match="packed as 'br'"):
        fetcher.get(f"{site.address}/br")
    fetcher.close()


def test_a_kill_loses_and_doubles_nothing(site: Site, knowledge: Path) -> None:
    """Ended at random moments, again and again, until it is through."""
    names = [f"/p{n}" for n in range(60)]
    site.pages["/"] = page("Home", "<p>Welcome.</p>", tuple(names))
    for name in names:
        site.pages[name] = page(f"Page {name[1:]}", f"<p>Text of {name[1:]}.</p>", ("/",))
    command = [sys.executable, "-m", "chatbot", "import", "web", site.address, "--name", "acme",
               "--allow-private", "--connections", "1", "--knowledge", str(knowledge)]  # fmt: skip
    chance = random.Random(5)
    kills = 0
    while True:
        before = sum(site.asked.values())
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        wanted = chance.randint(3, 25)
        while process.poll() is None and sum(site.asked.values()) - before < wanted:
            time.sleep(0.001)
        if process.poll() is not None:
            break
        if kills < 5:
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
        elif process.wait() == 0:
            break
        process.wait()
    assert kills >= 3
    found = files(knowledge)
    assert set(found) == {"index.md", *(f"{name[1:]}.md" for name in names)}
    assert all(f"Text of {name[1:]}." in found[f"{name[1:]}.md"] for name in names)
    assert not list((knowledge / "imports").glob(".acme*"))
    assert sum(site.asked[name] for name in names) <= len(names) + kills * 4


def test_pages_without_text_import_nothing(site: Site, knowledge: Path) -> None:
    site.pages = {"/": "<html><body><div id=app></div></body></html>"}
    with pytest.raises(ImportingError, match="it holds no text"):
        run(site, knowledge)
    assert not list((knowledge / "imports").glob("*acme*"))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("HTTP://Example.COM:80/a/../b#x", "http://example.com/b"),
        ("https://example.com?utm_source=a&id=2", "https://example.com/?id=2"),
        ("https://user:secret@example.com/ä", "https://example.com/%C3%A4"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("javascript:alert(1)", ""),
        ("http://[", ""),
    ],
)
def test_an_address_has_one_spelling(given: str, wanted: str) -> None:
    assert normalise(given) == wanted


def test_no_address_leads_out_of_the_folder() -> None:
    for address in (
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/x",
        "/.git/config",
        "/a%00b",
        "/" + "é" * 500,
    ):
        path = page_file(f"https://example.com{address}")
        assert not path.startswith("/") and len(path.encode()) < 400
        assert all(part and not part.startswith(".") for part in path.split("/")), path


@pytest.mark.parametrize("address", ["ftp://example.com", "example.com", ""])
def test_what_is_no_address_of_a_page_is_said(address: str) -> None:
    with pytest.raises(ImportingError, match="is not an address of a page"):
        site_of(address)
