"""The widget on a page of another origin with a strict policy, in a real Chromium."""

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, expect

from chatbot.api import create_api
from chatbot.service import ChatService
from chatbot.settings import load_settings
from chatbot.store import CustomerRequest, Store
from tests.browser.driving import artefact, chromium, needs_chromium, open_page
from tests.browser.scripted_server import PacedEngine
from tests.support.scripted import HashedEmbeddings, scripted_model
from tests.support.serving import free_port, wait_for

pytestmark = needs_chromium

Result = TypeVar("Result")

QUESTION = "How long can customers in the US return a product?"
REPLY = "Customers in the US can return a product within 45 days of delivery."
ADDRESS = "https://help.example.com/us?a=1&b=2"
EVIL = "<img src=x onerror=window.hacked=1><script>window.hacked=1</script>"
PHONE = {"width": 390, "height": 844}
# Nothing inline, no string that becomes markup, nobody else's scripts.
POLICY = (
    "default-src 'none'; script-src {0}; connect-src {0}; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
SENTENCES = {
    "en": ("Ask a question", "You", "Sources:"),
    "de-CH": ("Frage stellen", "Sie", "Quellen:"),
    "fr": ("Poser une question", "Vous", "Sources:"),
    "es": ("Hacer una pregunta", "Usted", "Fuentes:"),
    "pt": ("Ask a question", "You", "Sources:"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("widget")
    knowledge = folder / "knowledge"
    knowledge.mkdir()
    head = "---\naudience: public\naddress: {}\n---\n"
    (knowledge / "us.md").write_text(f"{head.format(ADDRESS)}# US returns\n\n{REPLY}\n")
    evil = f"# Markup {EVIL}\n\nThis is about markup. {EVIL}\n"
    (knowledge / "markup <b>.md").write_text(head.format("javascript:window.hacked=1") + evil)
    return folder


@pytest.fixture(scope="module")
def url(folder: Path) -> str:
    """A database that is there before the service and the tests open it."""
    url = f"sqlite:///{folder / 'widget.db'}"
    finished(_requests(url))
    return url


@pytest.fixture(scope="module")
def service(folder: Path, url: str) -> Iterator[str]:
    """The API in a thread: the widget needs neither the page nor the console."""
    settings = load_settings(
        data=folder,
        database=url,
        knowledge=folder / "knowledge",
        index=folder / "index",
        refuse_below=0.3,
        widget_questions_per_minute=1000,
    )
    model = scripted_model(PacedEngine())
    model.max_tokens = 1000
    chat = ChatService(settings, llm=model, embeddings=HashedEmbeddings())
    chat.warm_up()
    port = free_port()
    config = uvicorn.Config(create_api(settings, chat), port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    address = f"http://127.0.0.1:{port}"
    wait_for(f"{address}/readyz")
    yield address
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def shop(service: str, url: str) -> Iterator[str]:
    """A website of its own, whose page has one script tag; its address takes ``lang``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            language = asked.get("lang", ["en"])[0]
            page = (
                f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
                '<meta name="viewport" content="width=device-width, initial-scale=1">'
                "<title>Shop</title><body><main><h1>Shop</h1>"
                f'<script src="{service}/widget/peregrine.js" data-key="{key}" '
                f'data-heading="Shop &lt;img src=x onerror=window.hacked=1&gt;" '
                'data-privacy="javascript:window.hacked=1" async></script></main>'
            )
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY.format(service))
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    origin = f"http://localhost:{server.server_port}"
    key = finished(_add_key(url, origin))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield origin
    server.shutdown()
    server.server_close()
    thread.join()


def finished(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of ``work``, in a thread: Playwright's loop runs in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def _add_key(url: str, origin: str) -> str:
    store = Store(url)
    key = await store.widget_keys.add("shop", [origin])
    await store.close()
    return key.id


async def _requests(url: str) -> list[CustomerRequest]:
    store = Store(url)
    waiting = await store.requests.waiting()
    await store.close()
    return waiting


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, shop: str) -> Iterator[Page]:
    page = visitor(browser, shop)
    yield page
    page.context.close()


def visitor(browser: Browser, address: str, **context: Any) -> Page:
    """A visitor whose page complains of nothing."""
    page = open_page(browser, "about:blank", **context)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.complaints = complaints  # type: ignore[attr-defined]
    page.goto(address)
    return page


def ask(page: Page, question: str) -> Locator:
    """Ask and wait for the answer, the last thing that is said."""
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    expect(page.locator(".said.bot").last).to_be_visible()
    return page.locator(".said").last


def problems(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [v["id"] for v in found if v["impact"] in ("serious", "critical")]


def test_a_visitor_asks_by_keyboard_and_follows_the_source(page: Page) -> None:
    opener = page.get_by_role("button", name="Ask a question")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.type(QUESTION)  # the question has the focus
    page.keyboard.press("Enter")
    answer = page.locator(".said.bot")
    expect(answer).to_contain_text(REPLY)
    expect(page.get_by_role("status")).to_contain_text(REPLY)
    link = answer.get_by_role("link", name="US returns")
    expect(link).to_have_attribute("href", ADDRESS)
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    assert problems(page) == []
    artefact(page, "widget")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_visit_stays_in_its_tab(browser: Browser, shop: str, page: Page) -> None:
    """The scripted model tells the first secret that it reads."""
    page.get_by_role("button", name="Ask a question").click()
    ask(page, f"{QUESTION} I am SECRET-BLUE.")
    page.reload()
    page.get_by_role("button", name="Ask a question").click()
    expect(page.locator(".said.you")).to_contain_text("SECRET-BLUE")
    expect(ask(page, f"{QUESTION} And my secret?")).to_contain_text("is SECRET-BLUE")
    tab = page.context.new_page()
    tab.goto(shop)
    other = visitor(browser, shop)
    for each in (tab, other):
        each.get_by_role("button", name="Ask a question").click()
        expect(ask(each, f"{QUESTION} And the secret?")).to_contain_text(REPLY)
        expect(each.locator(".said.you")).to_have_count(1)
    other.context.close()
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".said")).to_have_count(0)
    page.reload()
    page.get_by_role("button", name="Ask a question").click()
    expect(page.locator(".said")).to_have_count(0)


def test_what_is_said_stays_text_within_the_widget(page: Page) -> None:
    """Of the page's attributes, questions, documents and answers, and of what another script of
    the page put into the storage."""
    around = "document.documentElement.outerHTML.length"
    page.get_by_role("button", name="Ask a question").click()
    before = page.evaluate(around)
    ask(page, f"What is this about markup? {EVIL}")
    expect(page.get_by_role("heading", name="Shop <img")).to_be_visible()
    place = page.evaluate("Object.keys(sessionStorage)[0]")
    kept = json.loads(page.evaluate("(name) => sessionStorage.getItem(name)", place))
    kept["shown"].append(
        {
            "who": "bot",
            "refused": False,
            "parts": [{"text": EVIL, "sure": False}],
            "choices": [EVIL],
            "pages": [{"title": EVIL, "address": " javascript:window.hacked=1"}],
        }
    )
    planted = "([name, value]) => sessionStorage.setItem(name, value)"
    page.evaluate(planted, [place, json.dumps(kept)])
    page.reload()
    page.get_by_role("button", name="Ask a question").click()
    expect(page.locator(".said.bot").last).to_contain_text("<script>window.hacked=1</script>")
    inside = "document.querySelector('peregrine-widget').shadowRoot"
    for tag in ("img", "script", "style", "iframe"):
        assert page.evaluate(f"{inside}.querySelectorAll('{tag}').length") == 0
    links = page.evaluate(f"[...{inside}.querySelectorAll('a')].map((a) => a.protocol)")
    assert set(links) <= {"https:"}
    assert page.evaluate("window.hacked") is None
    assert page.evaluate(around) == before
    assert page.title() == "Shop"
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_refused_question_goes_to_the_team(page: Page, url: str) -> None:
    page.get_by_role("button", name="Ask a question").click()
    refused = ask(page, "What is the capital of Mongolia called?")
    expect(refused).to_contain_text("I would rather not guess")
    refused.get_by_role("button", name="Ask our team").press("Enter")
    expect(page.get_by_label("Name (optional)")).to_be_focused()
    page.get_by_label("E-mail address").fill("zoe@example.org")
    page.get_by_label("Message (optional)").fill(f"Please. {EVIL}")
    assert problems(page) == []
    page.get_by_role("button", name="Send to our team").press("Enter")
    thanks = page.locator(".said.note")
    expect(thanks).to_contain_text("a person will answer by e-mail to zoe@example.org")
    expect(thanks).to_be_focused()
    (kept,) = finished(_requests(url))
    expect(thanks).to_contain_text(kept.reference)
    assert kept.packet["summary"] == f"Please. {EVIL}"
    assert kept.packet["history"][0]["content"] == "What is the capital of Mongolia called?"


def test_a_question_back_is_answered_by_a_button(page: Page, shop: str) -> None:
    def ask_back(route: Route) -> None:
        part = {"text": "Which one?", "sure": True}
        answer = {"type": "answer", "visit": "", "refused": False, "parts": [part], "pages": []}
        headers = {"Access-Control-Allow-Origin": shop, "Content-Type": "text/event-stream"}
        event = json.dumps(answer | {"choices": ["EU returns", QUESTION]})
        route.fulfill(status=200, headers=headers, body=f"data: {event}\n\n")

    page.get_by_role("button", name="Ask a question").click()
    page.route("**/ask", ask_back)
    asked_back = ask(page, "How long?")
    page.unroute("**/ask")
    asked_back.get_by_role("button", name=QUESTION).press("Enter")
    expect(page.locator(".said.bot").last).to_contain_text(REPLY)
    expect(page.get_by_label("Your question")).to_be_focused()


def test_a_question_that_is_not_taken_is_not_lost(page: Page, shop: str) -> None:
    def busy(route: Route) -> None:
        headers = {"Access-Control-Allow-Origin": shop, "Content-Type": "application/json"}
        route.fulfill(status=429, headers=headers, body='{"code": "queue_full"}')

    page.get_by_role("button", name="Ask a question").click()
    page.route("**/ask", busy)
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".said.note")).to_contain_text("Many people are asking right now")
    expect(page.get_by_role("status")).to_contain_text("Many people are asking right now")
    expect(page.get_by_label("Your question")).to_have_value(QUESTION)
    page.unroute("**/ask")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".said.bot")).to_contain_text(REPLY)


def test_an_answer_streams_and_can_be_stopped(page: Page) -> None:
    page.get_by_role("button", name="Ask a question").click()
    page.get_by_label("Your question").fill(f"{QUESTION} slowly")
    page.keyboard.press("Enter")
    expect(page.locator(".said.note")).to_contain_text("word1")
    page.get_by_role("button", name="Stop").click()
    partly = page.locator(".said.bot")
    expect(partly).to_contain_text("word1")
    expect(partly).to_contain_text("Stopped.")
    expect(page.get_by_role("status")).to_have_text("Stopped.")
    page.reload()
    page.get_by_role("button", name="Ask a question").click()
    expect(partly).to_contain_text("word1")
    expect(page.locator(".said.you")).to_contain_text(f"{QUESTION} slowly")


def test_a_question_that_failed_while_the_next_was_typed_can_be_sent_again(
    page: Page, shop: str
) -> None:
    held: list[Route] = []
    page.get_by_role("button", name="Ask a question").click()
    page.route("**/ask", lambda route: held.append(route))
    box = page.get_by_label("Your question")
    box.fill(QUESTION)
    with page.expect_request("**/ask"):
        page.keyboard.press("Enter")
    box.fill("And in the EU?")
    headers = {"Access-Control-Allow-Origin": shop, "Content-Type": "application/json"}
    held[0].fulfill(status=429, headers=headers, body='{"code": "queue_full"}')
    expect(page.locator(".said.note")).to_contain_text("Many people are asking right now")
    expect(box).to_have_value("And in the EU?")
    page.unroute("**/ask")
    page.locator(".said.you").get_by_role("button", name="Send again").click()
    expect(page.locator(".said.bot")).to_contain_text(REPLY)
    expect(page.get_by_role("button", name="Send again")).to_have_count(0)
    expect(box).to_have_value("And in the EU?")


def test_it_fits_a_phone_and_covers_the_page_there(browser: Browser, shop: str) -> None:
    page = visitor(browser, shop, viewport=PHONE, has_touch=True)
    page.get_by_role("button", name="Ask a question").tap()
    ask(page, QUESTION)
    assert page.get_by_role("dialog").bounding_box() == {"x": 0, "y": 0, **PHONE}
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wide)
    for _ in range(12):  # nobody reaches the page behind it
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.localName") in ("peregrine-widget", "body")
    assert problems(page) == []
    artefact(page, "widget-phone")
    page.context.close()


def test_it_speaks_the_pages_language(page: Page, shop: str) -> None:
    for language, (opener, you, sources) in SENTENCES.items():
        page.evaluate("sessionStorage.clear()")
        page.goto(f"{shop}/?lang={language}")
        page.get_by_role("button", name=opener).click()
        page.keyboard.type(QUESTION)
        page.keyboard.press("Enter")
        expect(page.locator(".said.bot")).to_contain_text(sources)
        expect(page.locator(".said.you")).to_have_text(f"{you}: {QUESTION}")


def test_every_language_says_the_same_things(page: Page, service: str) -> None:
    """The same keys with the same fields in each, none of them empty."""
    text = page.context.request.get(f"{service}/widget/peregrine.js").text()
    words = text[text.index("{", text.index("const WORDS")) : text.index("  const CSS")].strip()
    page.context.new_page()  # without the policy of the shop
    blank = page.context.pages[-1]
    read = blank.evaluate(f"() => ({words.rstrip(';')})")
    fields = {
        language: {key: sorted(_fields(said)) for key, said in texts.items()}
        for language, texts in read.items()
    }
    assert set(fields) == {"en", "de", "fr", "es"}
    assert all(each == fields["en"] for each in fields.values())
    assert all(said.strip() for texts in read.values() for said in texts.values())


def _fields(said: str) -> list[str]:
    return [part.split("}")[0] for part in said.split("{")[1:]]
