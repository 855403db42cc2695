"""The service as it is served, with the small bundled models and the sample company's documents:
the page in a real Chromium, OpenAI's client, the log. In one file, since it takes long to start."""

import json
import re
import time
from collections.abc import Callable, Iterator

import openai
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driving import artefact, ask, chromium, needs_chromium, open_page, status
from tests.support.scripted import US
from tests.support.serving import Replica, running, wait_for

pytestmark = pytest.mark.model


def in_a_browser(test: Callable[..., None]) -> Callable[..., None]:
    for mark in needs_chromium:
        test = mark(test)
    return test


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replica]:
    given = {
        "CHATBOT_INDEX": tmp_path_factory.mktemp("index"),
        "CHATBOT_DATA": tmp_path_factory.mktemp("data"),
        "CHATBOT_LLM": "bundled-small",
        "CHATBOT_EMBEDDINGS": "bundled",
    }
    with running(["-m", "chatbot", "serve"], given) as replica:
        wait_for(f"{replica.url}/readyz", replica.process)
        yield replica


@pytest.fixture
def address(service: Replica) -> str:
    return service.url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    page = open_page(browser, address)
    yield page
    page.context.close()


@in_a_browser
def test_question_streams_an_answer_whose_source_opens(browser: Browser, address: str) -> None:
    # Chromium may refuse to reload a page that it has just loaded ("Not attached to an active
    # page"), so who wants to hear everything listens before anything is loaded.
    page = open_page(browser, "about:blank")
    hosts: set[str] = set()
    page.on("response", lambda response: hosts.add(response.url.split("/")[2]))
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    page.goto(address)
    notice = page.locator("#state-line").get_by_text("this page is open, to this machine only")
    expect(notice).to_be_visible()
    expect(page.get_by_text("this page is open")).to_have_count(1)  # and no toast over Help
    ask(page, "How long can customers in the US return a product?")
    expect(page.get_by_text("Answered by bundled-small")).to_be_visible(timeout=60_000)
    source = page.locator("button.source").first
    expect(source).to_contain_text("returns-us.md", ignore_case=True)
    source.click()
    expect(page.locator("mark.quote").first).to_be_visible()
    artefact(page, "answer")
    page.wait_for_function(
        """() => {
            const [line, box] = ["state-line", "message-composer"].map(
                (id) => document.getElementById(id).getBoundingClientRect());
            return line.x === box.x && line.width === box.width && line.y >= box.bottom;
        }"""
    )  # in the place of Chainlit's own line, once the source has slid in
    expect(page.locator(".watermark")).to_be_hidden()
    assert hosts == {address.removeprefix("http://")}
    assert [text for text in said if "Content Security Policy" in text] == []
    page.context.close()


@in_a_browser
@pytest.mark.parametrize(
    ("path", "shown"), [("docs", ".opblock-summary-path"), ("redoc", ".api-content h2")]
)
def test_the_pages_about_the_api_show_it(
    browser: Browser, address: str, path: str, shown: str
) -> None:
    page = open_page(browser, f"{address}/healthz")
    hosts: set[str] = set()
    failed: list[str] = []
    page.on("response", lambda response: hosts.add(response.url.split("/")[2]))
    page.on("console", lambda line: failed.append(line.text) if line.type == "error" else None)
    page.goto(f"{address}/{path}")
    expect(page.locator(shown).first).to_be_visible()
    expect(page.locator("body")).to_contain_text("/predict")
    artefact(page, path)
    assert hosts == {address.removeprefix("http://")}
    # ReDoc asks for its maker's logo, which the page is not allowed to load.
    assert [text for text in failed if "logo-mini.svg" not in text] == []
    page.context.close()


@in_a_browser
def test_refusal_is_said(page: Page) -> None:
    ask(page, "who won the football world cup in 2018")
    expect(page.get_by_text("found no sure answer")).to_be_visible(timeout=60_000)


@in_a_browser
def test_second_tab_stays_responsive(page: Page, browser: Browser, address: str) -> None:
    ask(page, "Tell me everything about installing the Harbor Pro on the main pipe")
    started = time.monotonic()
    assert status(address) == "ready"
    assert time.monotonic() - started < 5
    other = open_page(browser, address)
    expect(other.locator("#chat-input")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Answered by bundled-small")).to_be_visible(timeout=60_000)
    # The tab is left to the browser's end: closing it may never end while Chromium is busy.


def test_the_openai_client_and_the_small_bundled_model(service: Replica) -> None:
    client = openai.OpenAI(base_url=f"{service.url}/v1", api_key="none")
    stream = client.chat.completions.create(
        model="peregrine", messages=[{"role": "user", "content": US}], stream=True, max_tokens=20
    )
    chunks = list(stream)
    assert len(chunks) >= 3
    assert "bundled-small" in (chunks[-1].model_extra or {})["peregrine"]["model"]
    vector = client.embeddings.create(model="peregrine-embeddings", input="returns").data[0]
    assert len(vector.embedding) == 384


def test_a_log_is_one_json_object_a_line_from_the_beginning(service: Replica) -> None:
    until = time.monotonic() + 10  # it is ready a moment before it says so
    while '"Ready: ' not in service.log and time.monotonic() < until:
        time.sleep(0.05)
    whole, _, _ = service.log.rpartition("\n")
    said = [json.loads(line)["message"] for line in whole.splitlines()]
    assert f"The page and the API are at {service.url}" in said
    assert any(re.fullmatch(r"Building the index: (\d+) of \1 passages", line) for line in said)
    ready = re.compile(r"Ready: bundled-small \(.*\) answers from [1-9]\d* documents")
    assert any(ready.fullmatch(line) for line in said)
