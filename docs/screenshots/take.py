"""Takes the pictures of README.md anew: the sample knowledge base, the bundled model, a browser.

Run ``python docs/screenshots/take.py``; the pictures are written beside this file.
"""

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tests" / "browser")]

from driving import ask, chromium, free_port, open_page, running  # noqa: E402

QUESTION = "How long can customers in the US return a product?"


def settled(page: Page) -> None:
    """Wait until messages that pass are gone and nothing moves."""
    expect(page.locator("[data-sonner-toast]")).to_have_count(0)
    page.wait_for_timeout(800)


def main() -> None:
    """A question with its open source, the form after a thumbs down, a phone in German."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {"CHATBOT_DATA": folder, "CHATBOT_INDEX": f"{folder}/index"}
        command = [sys.executable, "-m", "chatbot", "serve", "--port", str(port)]
        with running(command, port, environment) as url, chromium() as browser:
            page = open_page(browser, url, viewport={"width": 1100, "height": 700})
            ask(page, QUESTION)
            page.locator("button.source").first.click()
            expect(page.locator("mark.quote").first).to_be_visible()
            settled(page)
            page.screenshot(path=HERE / "answer.png")

            page.get_by_role("complementary").get_by_role("button").first.click()
            page.locator(".negative-feedback-off").last.click()
            page.locator("#submit-feedback").click()
            form = page.locator("form.correction")
            form.get_by_label("Right document").scroll_into_view_if_needed()
            settled(page)
            page.screenshot(path=HERE / "correction.png")
            page.context.close()

            phone = {"width": 390, "height": 700}
            page = open_page(browser, url, viewport=phone, locale="de-DE", color_scheme="dark")
            ask(page, QUESTION)
            expect(page.get_by_text(re.compile("^Beantwortet von"))).to_be_visible()
            settled(page)
            page.screenshot(path=HERE / "phone.png")


if __name__ == "__main__":
    main()
