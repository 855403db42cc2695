"""The widget on pages that are in its way: their styles, scripts, directions and sizes, in a real
Chromium. The service is played by the browser, so each page costs a moment."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from chatbot.api.widget import routes
from tests.browser.driving import PATIENCE, artefact, chromium, needs_chromium

pytestmark = needs_chromium

SHOP, SERVICE = "https://shop.example", "https://support.example"
REPLY = "Returns take 45 days. **Not bold**, [no link](javascript:window.hacked=1) <b>no markup</b>"
LINK = "https://help.example.com/us"
TAG = f'<script src="{SERVICE}/widget/peregrine.js" data-key="wk_1"></script>'
STYLES = """<style>
body * { all: unset !important; color: red !important; font-size: 40px !important;
  opacity: .1 !important; transform: scale(.5) !important; filter: blur(9px) !important;
  float: left !important; position: relative !important; z-index: 0 !important;
  letter-spacing: 2em !important; text-transform: uppercase !important;
  visibility: hidden !important; pointer-events: none !important; direction: rtl !important;
  white-space: nowrap !important; contain: strict !important }
</style>"""
SHORTCUTS = """<script>
window.heard = [];
document.addEventListener("keydown", (event) => {
  if (/^(input|textarea)$/i.test(event.target.tagName)) return;
  heard.push(event.key);
  if (event.key === "s") event.preventDefault();
});
</script>"""
POLLUTION = """<script>
Object.prototype.extra = () => 1;
Object.prototype.attributes = { onclick: "window.hacked = 1" };
Array.prototype.last = function () { return this[this.length - 1] };
String.prototype.blank = () => true;
NodeList.prototype.each = () => 1;
Element.prototype.show = () => 1;
</script>"""
CLOBBERED = """<img name="currentScript" data-key="wk_evil" src="https://evil.example/x/y.js">
<form name="body" id="evil"><input name="append"></form><img name="documentElement">
<img name="querySelector"><img name="lang">"""
PAGES = {
    "styles": STYLES,
    "shortcuts": SHORTCUTS,
    "pollution": POLLUTION,
    "clobbered": CLOBBERED,
    "right-to-left": '<script>document.documentElement.dir = "rtl"</script>',
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def answer(route: Route) -> None:
    """What the service answers, as one event."""
    parts = [{"text": REPLY, "sure": True}, {"text": " Always.", "sure": False}]
    pages = [{"title": "US <i>returns</i> \u202e", "address": LINK}]
    said = {"type": "answer", "visit": "v", "refused": False, "parts": parts, "pages": pages}
    headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*",
               "Content-Type": "text/event-stream"}  # fmt: skip
    route.fulfill(headers=headers, body=f"data: {json.dumps(said | {'choices': []})}\n\n")


def shop(browser: Browser, head: str = "", tags: str = TAG, **context: Any) -> Page:
    """A page of the shop with the widget."""
    page = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **context}).new_page()
    page.set_default_timeout(PATIENCE)
    html = f'<!doctype html><html lang="en"><title>Shop</title><body>{head}<p>Shop</p>{tags}'
    page.route(f"{SHOP}/", lambda route: route.fulfill(content_type="text/html", body=html))
    script = {"path": routes._FILE, "content_type": "text/javascript; charset=utf-8"}
    page.route(f"{SERVICE}/widget/peregrine.js", lambda route: route.fulfill(**script))
    page.route(f"{SERVICE}/widget/wk_1/ask", answer)
    page.goto(f"{SHOP}/")
    return page


def asks(page: Page, question: str = "How is this?") -> Locator:
    """Ask as people do, and see the answer where it can be read."""
    opener = page.get_by_role("button", name="Ask a question")
    opener.click()
    page.keyboard.type(question)
    expect(page.get_by_label("Your question")).to_have_value(question)
    page.keyboard.press("Enter")
    said = page.locator(".said.bot").last
    expect(said).to_contain_text("<b>no markup</b> Always.")
    expect(said.get_by_role("link")).to_have_attribute("href", LINK)
    expect(said).to_be_in_viewport()
    return said


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_in_its_way(browser: Browser, name: str) -> None:
    page = shop(browser, PAGES[name])
    said = asks(page)
    drawn = said.locator("p").first.evaluate(
        """(element) => { const style = getComputedStyle(element);
        return [style.fontSize, style.color, style.direction, style.textTransform,
                style.letterSpacing, style.pointerEvents, style.visibility] }"""
    )
    assert drawn == ["16px", "rgb(28, 36, 48)", "ltr", "none", "normal", "auto", "visible"]
    ltr = "(element) => getComputedStyle(element).direction"
    assert page.locator("peregrine-widget header").evaluate(ltr) == "ltr"
    artefact(page, f"widget-page-{name}")
    box = page.get_by_role("dialog").bounding_box()
    assert box is not None and (box["x"], box["width"], box["height"]) == (860, 400, 620)
    host = page.locator("peregrine-widget")
    drawn = host.evaluate(
        """(element) => { const style = getComputedStyle(element);
        return [style.opacity, style.filter, style.transform, style.position] }"""
    )
    assert drawn == ["1", "none", "none", "static"]
    assert page.evaluate("window.hacked") is None
    assert not page.evaluate("window.heard || []")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.context.close()


def test_a_page_that_takes_it_out_and_puts_it_back(browser: Browser) -> None:
    """Out of the document and back, and as sites do that exchange their body and run its scripts
    again; a second tag adds no second one."""
    page = shop(browser, tags=TAG + TAG.replace("wk_1", "wk_2"))
    asks(page)
    expect(page.locator("peregrine-widget")).to_have_count(1)
    page.evaluate(
        "w = document.querySelector('peregrine-widget'); w.remove(); document.body.prepend(w)"
    )
    expect(page.locator(".said.bot")).to_be_visible()
    again = """() => { document.body.replaceChildren();
    const script = document.createElement("script");
    script.src = "%s/widget/peregrine.js"; script.dataset.key = "wk_1";
    document.body.append(script) }"""
    page.evaluate(again % SERVICE)
    page.get_by_role("button", name="Ask a question").click()
    expect(page.locator(".said.bot")).to_be_visible()  # the visit went on
    page.context.close()


@pytest.mark.parametrize(("width", "height"), [(320, 256), (240, 600), (640, 512)])
def test_it_is_usable_on_a_small_screen(browser: Browser, width: int, height: int) -> None:
    """320 by 256 is 1280 by 1024 at 400%."""
    page = shop(browser, viewport={"width": width, "height": height})
    said = asks(page)
    artefact(page, f"widget-{width}x{height}")
    wide = "(e) => e.scrollWidth > e.clientWidth"
    assert not page.get_by_role("dialog").evaluate(wide)
    assert not page.evaluate(f"({wide})(document.documentElement)")
    for reached in (
        said.get_by_role("link"),
        page.get_by_role("button", name="New conversation"),
        page.get_by_label("Your question"),
        page.get_by_role("button", name="Close"),
    ):
        reached.scroll_into_view_if_needed()
        expect(reached).to_be_in_viewport(ratio=0.9)
    page.get_by_role("button", name="Close").click()
    page.context.close()


def test_forced_colours_and_reduced_motion(browser: Browser) -> None:
    page = shop(browser, forced_colors="active", reduced_motion="reduce", color_scheme="dark")
    asks(page)
    artefact(page, "widget-forced-colours")
    edge = "(e) => getComputedStyle(e).borderTopStyle"
    assert page.get_by_role("button", name="Send").evaluate(edge) == "solid"
    moving = "document.getAnimations({ subtree: true }).length"
    assert page.evaluate(moving) == 0
    page.context.close()
