"""A real Chromium against a real server with the real bundled model."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "CHATBOT_INDEX": str(tmp_path_factory.mktemp("index")),
        "CHATBOT_LLM": "bundled",
        "CHATBOT_EMBEDDINGS": "bundled",
    }
    command = [sys.executable, "-m", "chatbot", "serve", "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 120
        while _status(url) != "ready":
            assert time.monotonic() < deadline, f"the server is not ready: {_status(url)}"
            time.sleep(0.5)
        yield url
    finally:
        server.terminate()
        server.wait(20)


def _status(url: str) -> str:
    try:
        return str(httpx.get(f"{url}/healthz", timeout=5).json()["service"])
    except httpx.HTTPError:
        return "no answer"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(address)
    yield page
    page.close()


def ask(page: Page, question: str) -> None:
    page.locator("#chat-input").click()
    page.keyboard.type(question)
    expect(page.locator("#chat-submit")).to_be_enabled(timeout=20_000)  # the page is connected
    page.keyboard.press("Enter")


def test_question_streams_an_answer_whose_source_opens(page: Page, address: str) -> None:
    hosts: set[str] = set()
    page.on("response", lambda response: hosts.add(response.url.split("/")[2]))
    page.reload()
    ask(page, "How long can customers in the US return a product?")
    expect(page.get_by_text("Answered by bundled")).to_be_visible(timeout=60_000)
    source = page.locator("a.element-link").first
    expect(source).to_contain_text("returns-us.md", ignore_case=True)
    source.click()
    expect(page.locator("blockquote").first).to_be_visible()
    if folder := os.environ.get("ARTEFACTS"):
        page.screenshot(path=Path(folder) / "answer.png")
    assert hosts == {address.removeprefix("http://")}


def test_refusal_is_said(page: Page) -> None:
    ask(page, "who won the football world cup in 2018")
    expect(page.get_by_text("does not cover this")).to_be_visible(timeout=60_000)


def test_second_tab_stays_responsive(page: Page, browser: Browser, address: str) -> None:
    ask(page, "Tell me everything about installing the Harbor Pro on the main pipe")
    started = time.monotonic()
    assert _status(address) == "ready"
    assert time.monotonic() - started < 5
    other = browser.new_page()
    other.goto(address)
    expect(other.locator("#chat-input")).to_be_visible(timeout=20_000)
    other.close()
    expect(page.get_by_text("Answered by bundled")).to_be_visible(timeout=60_000)
