"""A real Chromium against a real server with the small bundled model."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driving import artefact, ask, chromium, needs_chromium, open_page, status
from tests.support.serving import Replica

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def address(small_service: Replica) -> str:
    return small_service.url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    page = open_page(browser, address)
    yield page
    page.context.close()


def test_question_streams_an_answer_whose_source_opens(page: Page, address: str) -> None:
    hosts: set[str] = set()
    page.on("response", lambda response: hosts.add(response.url.split("/")[2]))
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    page.reload()
    expect(page.get_by_text("this page is open, to this machine only")).to_be_visible()
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


def test_refusal_is_said(page: Page) -> None:
    ask(page, "who won the football world cup in 2018")
    expect(page.get_by_text("does not cover this")).to_be_visible(timeout=60_000)


def test_second_tab_stays_responsive(page: Page, browser: Browser, address: str) -> None:
    ask(page, "Tell me everything about installing the Harbor Pro on the main pipe")
    started = time.monotonic()
    assert status(address) == "ready"
    assert time.monotonic() - started < 5
    other = open_page(browser, address)
    expect(other.locator("#chat-input")).to_be_visible(timeout=20_000)
    other.context.close()
    expect(page.get_by_text("Answered by bundled-small")).to_be_visible(timeout=60_000)
