"""``chatbot import web``: pages that a site has at several addresses, and parts of a site."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chatbot.errors import ImportingError
from chatbot.importing.web.crawl import Bounds
from chatbot.importing.web.importer import import_site
from tests.support.site_server import Site, page, serving

TEXT = "<p>Returns take 30 days from the day on which the parcel came to your door.</p>"
MORE = TEXT + "<p>Send them with the label that lies in the parcel, and keep the receipt.</p>"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def addresses(site: Site, knowledge: Path) -> set[str]:
    """Of the documents, without the site's own."""
    import_site(knowledge, f"{site.address}/", Bounds(), name="acme", allow_private=True)
    texts = [path.read_text() for path in (knowledge / "imports" / "acme").rglob("*.md")]
    found = {text.partition('address: "')[2].partition('"')[0] for text in texts}
    return {address.removeprefix(site.address) for address in found}


def test_a_print_view_is_the_page_that_it_names(site: Site, knowledge: Path) -> None:
    head = '<link rel="canonical" href="../a">'
    site.pages = {
        "/": page("Home", "<p>Welcome.</p>", ("/a", "/print/a", "/a/by/date")),
        "/a": page("Returns", MORE),
        "/print/a": page("Returns", MORE + "<p>Printed on Monday.</p>", head=head),
        "/a/by/date": page("Returns", MORE, head='<link rel="canonical" href="/a">'),
    }
    for _ in range(2):
        assert addresses(site, knowledge) == {"/", "/a"}


def test_pages_that_say_something_else_stay_whatever_they_name(site: Site, knowledge: Path) -> None:
    head = '<link rel="canonical" href="/">'
    site.pages = {
        "/": page("Home", "<p>Welcome to the help of Acme, which answers all questions.</p>"),
        "/a": page("Returns", TEXT, head=head),
        "/b": page("Returns", MORE, head='<link rel="canonical" href="/a">'),
        "/gone": page("Gone", "<p>It names a page that is none.</p>", head=head + "x"),
    }
    site.pages["/"] = page("Home", "<p>Welcome to Acme.</p>", ("/a", "/b", "/gone"))
    assert addresses(site, knowledge) == {"/", "/a", "/b", "/gone"}


def test_pages_that_name_each_other_leave_one(site: Site, knowledge: Path) -> None:
    site.pages = {
        "/": page("Home", "<p>Welcome.</p>", ("/a", "/b")),
        "/a": page("Returns", MORE, head='<link rel="canonical" href="/b">'),
        "/b": page("Returns", MORE + "<p>Printed.</p>", head='<link rel="canonical" href="/a">'),
    }
    assert addresses(site, knowledge) == {"/", "/b"}


def test_another_part_of_a_site_does_not_take_the_place_of_the_first(
    site: Site, knowledge: Path
) -> None:
    site.pages = {"/help/": page("Help", TEXT), "/docs/": page("Docs", MORE)}

    def run(path: str, name: str = "") -> list[str]:
        import_site(knowledge, site.address + path, Bounds(), name=name, allow_private=True)
        found = (knowledge / "imports").rglob("*.md")
        return sorted(file.relative_to(knowledge / "imports").as_posix() for file in found)

    assert run("/help/") == ["127.0.0.1/help/index.md"]
    with pytest.raises(ImportingError, match=r"/help/, which this import would remove.*--name"):
        run("/docs/")
    assert run("/docs/", "docs") == ["127.0.0.1/help/index.md", "docs/docs/index.md"]
    assert run("/help/") == ["127.0.0.1/help/index.md", "docs/docs/index.md"]
