"""Servers and browsers for the tests of the page, and what people do in them."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support import ROOT

CHROMIUM = shutil.which("chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 90_000  # milliseconds: the machines of a CI are slow and shared
SCRIPTED = [sys.executable, "-m", "tests.browser.scripted_server"]


def status(url: str) -> str:
    try:
        return str(httpx.get(f"{url}/healthz", timeout=5).json()["service"])
    except (httpx.HTTPError, ValueError, KeyError):
        return "no answer"


@contextmanager
def running(
    command: list[str],
    port: int,
    environment: Mapping[str, str],
    started: list[subprocess.Popen[bytes]] | None = None,
    output: IO[bytes] | None = None,
) -> Iterator[str]:
    """A server whose page is there and whose model is ready; its address. The process is added
    to ``started``; what it writes goes to ``output``, or where ours goes."""
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    env = os.environ | {"PYTHONPATH": paths} | environment
    server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
    if started is not None:
        started.append(server)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 120
        while status(url) != "ready":
            assert server.poll() is None, "the server has ended"
            assert time.monotonic() < deadline, f"the server is not ready: {status(url)}"
            time.sleep(0.2)
        yield url
    finally:
        server.terminate()
        server.wait(20)


needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@contextmanager
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def open_page(browser: Browser, url: str, **context: object) -> Page:
    viewport = {"width": 1280, "height": 800}
    page = browser.new_context(**{"viewport": viewport, **context}).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE)
    page.goto(url)
    return page


def ask(page: Page, question: str) -> None:
    box = page.locator("#chat-input")
    box.click()
    page.keyboard.insert_text(question)  # at once: the page is drawn anew with each key
    expect(page.locator("#chat-submit")).to_be_enabled()  # the page is connected
    page.keyboard.press("Enter")
    for _ in range(20 if question else 0):  # a command may need no words
        # Chainlit takes no Enter while it connects anew after the sign-in; a person presses again.
        with suppress(AssertionError):
            expect(box).not_to_have_value(question, timeout=1_000)
            return
        page.keyboard.press("Enter")


def artefact(page: Page, name: str) -> None:
    """Keep a picture of the page in ``artefacts/``, or the folder that ``ARTEFACTS`` names."""
    folder = Path(os.environ.get("ARTEFACTS") or ROOT / "artefacts")
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")
