"""The source of an answer links to the page that was imported, in a real Chromium."""

from pathlib import Path

from playwright.sync_api import expect

from chatbot.importing.web.crawl import Bounds
from chatbot.importing.web.importer import import_site
from tests.browser.driving import SCRIPTED, ask, chromium, needs_chromium, open_page, running
from tests.support.serving import free_port
from tests.support.site_server import page, serving

pytestmark = needs_chromium
US = "Customers in the US can return a product within 45 days of delivery."


def test_a_source_links_to_the_imported_page(tmp_path: Path) -> None:
    knowledge = tmp_path / "knowledge"
    knowledge.mkdir()
    with serving() as site:
        site.pages["/"] = page("Help", "<p>What would you like to know?</p>", ("/us", "/eu"))
        site.pages["/us"] = page("US returns", f"<p>{US}</p>")
        site.pages["/eu"] = page(
            "EU returns", f"<p>{US.replace('US', 'EU').replace('45', '30')}</p>"
        )
        import_site(knowledge, f"{site.address}/", Bounds(), name="help", allow_private=True)
    port = free_port()
    environment = {
        "CHATBOT_DATA": str(tmp_path),
        "CHATBOT_KNOWLEDGE": str(knowledge),
        "CHATBOT_INDEX": str(tmp_path / "index"),
    }
    with running([*SCRIPTED, str(port)], port, environment) as url, chromium() as browser:
        shown = open_page(browser, url)
        ask(shown, "How long can customers in the US return a product?")
        shown.locator("button.source").first.click()
        link = shown.locator("a.source-original")
        expect(link).to_have_attribute("href", f"{site.address}/us")
        expect(link).to_have_attribute("rel", "noopener noreferrer")
        shown.context.close()
