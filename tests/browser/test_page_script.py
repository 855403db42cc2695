"""What public/page.js does to Chainlit's elements, on a page that has only those."""

import json

from playwright.sync_api import Route, expect

from tests.browser.driving import chromium, needs_chromium, open_page
from tests.support import ROOT

pytestmark = needs_chromium

WORDS = {"chat": {"input": {"actions": {"send": "Send", "stop": "Stop"}}}}
ANSWER = "See https\u200b://help.test/a and www\u200b.help.test, a\u200bb."
PAGE = f"""<meta charset="utf-8"><p id="answer">{ANSWER}</p>
<button class="source">[1]</button><button id="chat-submit"><i></i></button>
<div id="side-view-title"><button onclick="this.parentElement.remove()">Back</button></div>
<script src="/page.js"></script>"""


def serve(route: Route) -> None:
    body = json.dumps({"translation": WORDS}) if "translations" in route.request.url else "{}"
    if route.request.url.endswith("/page.js"):
        body = (ROOT / "public" / "page.js").read_text(encoding="utf-8")
    if route.request.url.endswith("test/"):
        route.fulfill(body=PAGE, content_type="text/html")
    else:
        route.fulfill(body=body)


def test_a_button_is_named_by_what_it_is_now_and_escape_closes_the_source() -> None:
    with chromium() as browser:
        page = open_page(browser, "about:blank")
        page.route("**/*", serve)
        page.goto("http://page.test/")
        button = page.locator("button:has(i)")
        for name, now in (
            ("Send", "chat-submit"),
            ("Stop", "stop-button"),
            ("Send", "chat-submit"),
        ):
            button.evaluate("(b, id) => { b.id = id; b.innerHTML = '<i></i>'; }", now)
            expect(button).to_have_attribute("aria-label", name, timeout=5_000)
        page.locator("button.source").click()
        page.locator("body").press("Escape")
        expect(page.locator("#side-view-title")).to_have_count(0, timeout=5_000)
        expect(page.locator("button.source")).to_be_focused(timeout=5_000)


def test_an_address_of_an_answer_is_copied_as_it_is() -> None:
    with chromium() as browser:
        page = open_page(browser, "about:blank")
        page.route("**/*", serve)
        page.goto("http://page.test/")
        copied = page.evaluate("""() => {
            getSelection().selectAllChildren(document.getElementById("answer"));
            const clipboardData = new DataTransfer();
            const copy = { clipboardData, bubbles: true, cancelable: true };
            document.getElementById("answer").dispatchEvent(new ClipboardEvent("copy", copy));
            return clipboardData.getData("text/plain");
        }""")
        assert copied == "See https://help.test/a and www.help.test, a\u200bb."
