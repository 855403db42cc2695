"""Ten people chat on one page for some minutes: errors, cross-talk and the memory of the server.

Each person has a browser context of their own and, in each conversation, uploads a note with a
secret of its own, asks for it three times and starts a new conversation. The model is scripted:
it repeats the first secret in its prompt, so that a wrong conversation's secret would show. At
the end of a conversation the page is loaded again: what was answered has to be there.

    python -m benchmarks.desk.ten_people --minutes 5 [--log FILE]

The report is JSON. ``late`` are answers whose text came after the line below them, ``wrong`` those
whose text never came, or was another one; ``tracebacks`` are counted in what the service wrote.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser.driving import CHROMIUM, FLAGS, PATIENCE, SCRIPTED, running
from tests.support.serving import free_port

QUESTION = "What is the secret code of this customer?"
ANSWERS = 3
NOTICED, LATEST = 0.5, 20.0  # seconds


@dataclass
class Report:
    """What was seen; ``seconds`` are from sending a question to its whole answer."""

    conversations: int = 0
    seconds: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory_mb: list[tuple[float, float]] = field(default_factory=list)


async def person(browser: Browser, url: str, report: Report, end: float) -> None:
    """One person until ``end``; a failure is noted, and the next conversation begun."""
    page = await (await browser.new_context()).new_page()
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: report.errors.append(str(error)))
    while time.monotonic() < end:
        try:
            await converse(page, url, report)
            report.conversations += 1
        except Exception as exc:
            report.errors.append(f"{type(exc).__name__}: {str(exc)[:300]}")
    await page.context.close()


async def converse(page: Page, url: str, report: Report) -> None:
    """A conversation with an upload; every secret on the page must be its own."""
    secret = f"SECRET-{uuid.uuid4().hex[:8]}"
    await page.goto(url)
    await expect(page.locator("#command-button")).to_be_visible()
    note = f"The secret code of this customer is {secret}.\n".encode()
    async with page.expect_response("**/project/file?*"):
        await page.locator("#upload-button-input").set_input_files(
            {"name": "note.txt", "mimeType": "text/plain", "buffer": note}
        )
    for count in range(1, ANSWERS + 1):
        await page.locator("#chat-input").click()
        await page.keyboard.type(QUESTION)
        await expect(page.locator("#chat-submit")).to_be_enabled()
        started = time.monotonic()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Answered by scripted")).to_have_count(count)
        report.seconds.append(time.monotonic() - started)
        await check(page, secret, count, report)
    await expect(page).to_have_url(re.compile("/thread/"))
    await page.reload()
    await expect(page.get_by_text("Answered by scripted")).to_have_count(ANSWERS)
    await check(page, secret, ANSWERS, report)


async def check(page: Page, secret: str, count: int, report: Report) -> None:
    """Every answer on the page says the secret, and no other one is there.

    An answer's text and the line below it reach the page in two messages, and it draws each when
    it can; a text that comes later than its line is late, and not wrong.
    """
    began = time.monotonic()
    texts: list[str] = []
    while time.monotonic() - began < LATEST:
        texts = await page.locator(".ai-message .message-content").all_inner_texts()
        seen = re.findall(r"SECRET-\w+", " ".join(texts))
        if seen == [secret] * count:
            if (waited := time.monotonic() - began) > NOTICED:
                report.late.append(round(waited, 2))
            return
        if set(seen) - {secret}:
            break
        await asyncio.sleep(0.1)
    asked = await page.locator('[data-step-type="user_message"]').all_inner_texts()
    report.wrong.append(f"expected {count} times {secret}, saw {texts} to {asked}")


async def watch(port: int, report: Report, began: float, end: float) -> None:
    """The resident memory of the server, every two seconds."""
    server = next(
        process
        for process in psutil.process_iter(["cmdline"])
        if (process.info["cmdline"] or [])[-2:] == [SCRIPTED[-1], str(port)]
    )
    while time.monotonic() < end:
        resident = server.memory_info().rss / 1e6
        report.memory_mb.append((round(time.monotonic() - began), round(resident, 1)))
        await asyncio.sleep(2)


async def chat(url: str, port: int, people: int, minutes: float) -> Report:
    """All of them together."""
    report = Report()
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        began = time.monotonic()
        end = began + minutes * 60
        everybody = [person(browser, url, report, end) for _ in range(people)]
        await asyncio.gather(watch(port, report, began, end), *everybody)
        await browser.close()
    return report


def summary(report: Report) -> dict[str, Any]:
    """The report with the memory by fifths of the time."""
    seconds = sorted(report.seconds)
    memory = [mb for _, mb in report.memory_mb]
    fifth = max(1, len(memory) // 5)
    fifths = [memory[i * fifth : (i + 1) * fifth] for i in range(5)]
    return {
        "conversations": report.conversations,
        "answers": len(seconds),
        "late": report.late,
        "wrong": report.wrong,
        "errors": report.errors,
        "seconds": {
            "median": round(seconds[len(seconds) // 2], 2) if seconds else None,
            "slowest": round(seconds[-1], 2) if seconds else None,
        },
        "memory_mb": [round(sum(part) / len(part), 1) for part in fifths if part],
    }


def main() -> int:
    """Serve, chat, report; 1 where something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--log", type=Path, help="what the service wrote; default: not kept")
    options = parser.parse_args()
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "knowledge").mkdir()
        (folder / "knowledge" / "us.md").write_text("# US\n\nReturns take 45 days.\n")
        environment = {
            "CHATBOT_DATA": str(folder),
            "CHATBOT_KNOWLEDGE": str(folder / "knowledge"),
            "CHATBOT_INDEX": str(folder / "index"),
        }
        log = options.log or folder / "log"
        with (
            log.open("wb") as stream,
            running([*SCRIPTED, str(port)], port, environment, output=stream) as url,
        ):
            report = asyncio.run(chat(url, port, options.people, options.minutes))
        found = summary(report) | {"tracebacks": log.read_text().count("Traceback (most recent")}
    print(json.dumps(found))
    return 1 if report.wrong or report.errors or found["tracebacks"] else 0


if __name__ == "__main__":
    sys.exit(main())
