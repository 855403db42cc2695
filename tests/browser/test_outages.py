"""The page while the service or its database goes away: what was acknowledged is there
afterwards, and what failed was said."""

import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driving import (
    SCRIPTED,
    artefact,
    ask,
    chromium,
    needs_chromium,
    open_page,
    running,
)
from tests.support.postgres import find_binaries, running_server
from tests.support.serving import free_port

pytestmark = needs_chromium

LIMIT = 2000  # blocks of 512 bytes, as the shell counts them
QUESTION = "How long can customers in the US return a product?"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def environment(folder: Path, **more: str) -> dict[str, str]:
    knowledge = folder / "knowledge"
    knowledge.mkdir(exist_ok=True)
    (knowledge / "us.md").write_text(
        "# US returns\n\nCustomers in the US can return a product within 45 days of delivery.\n"
    )
    paths = {"DATA": folder, "KNOWLEDGE": knowledge, "INDEX": folder / "index"}
    return {f"CHATBOT_{name}": str(path) for name, path in paths.items()} | more


def answered(page: Page, count: int) -> None:
    expect(page.get_by_text("Answered by scripted")).to_have_count(count)


def test_postgresql_goes_and_comes_back_and_the_service_is_killed_in_mid_answer(
    browser: Browser, tmp_path: Path
) -> None:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed")
    with ExitStack() as stack:
        postgres = stack.enter_context(running_server(binaries))
        port = free_port()
        settings = environment(tmp_path, CHATBOT_DATABASE=postgres.url)
        processes: list[subprocess.Popen[bytes]] = []
        first = stack.enter_context(ExitStack())
        server = running([*SCRIPTED, str(port)], port, settings, processes)
        page = open_page(browser, first.enter_context(server))
        expect(page.locator("#command-button")).to_be_visible()  # the page is connected
        ask(page, QUESTION)
        answered(page, 1)
        expect(page).to_have_url(re.compile("/thread/"))

        postgres.stop()
        ask(page, f"{QUESTION} And without a database?")
        expect(page.locator("body")).to_contain_text("was not saved, because the database failed")
        artefact(page, "database-stopped")
        postgres.start()
        ask(page, f"{QUESTION} And with one again?")
        answered(page, 3)
        page.reload()
        answered(page, 2)
        asked = page.locator("[data-step-type=user_message]")
        expect(asked).to_have_text([QUESTION, f"{QUESTION} And with one again?"])

        ask(page, f"{QUESTION} Tell me slowly.")
        expect(page.get_by_text("word3 ")).to_be_visible()
        processes[0].kill()  # as a power cut does
        first.close()
        stack.enter_context(running([*SCRIPTED, str(port)], port, settings))
        page.reload()
        expect(page.get_by_text("was not answered; please ask it again")).to_be_visible()
        expect(asked).to_have_count(3)
        expect(asked.last).to_contain_text("Tell me slowly.")
        artefact(page, "restarted")
        ask(page, QUESTION)
        answered(page, 3)
        page.context.close()


def test_a_full_disk_is_said_on_the_page(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    # No file grows beyond the limit, as on a disk that is full.
    limited = ["sh", "-c", f"ulimit -f {LIMIT}; exec {' '.join(SCRIPTED)} {port}"]
    with running(limited, port, environment(tmp_path)) as url:
        page = open_page(browser, url)
        expect(page.locator("#command-button")).to_be_visible()  # the page is connected
        ask(page, QUESTION)
        answered(page, 1)
        with sqlite3.connect(tmp_path / "peregrine.db") as connection:
            kept = connection.execute("SELECT count(*) FROM steps").fetchone()[0]
        with filled(tmp_path / "peregrine.db"):
            ask(page, f"{QUESTION} And on a full disk?")
            failed = "was not saved, because the database failed"
            expect(page.locator("body")).to_contain_text(failed)
            artefact(page, "disk-full")
        page.reload()
        answered(page, 1)
        page.context.close()
    with sqlite3.connect(tmp_path / "peregrine.db") as connection:
        assert connection.execute("SELECT count(*) FROM steps").fetchone()[0] >= kept


@contextmanager
def filled(database: Path) -> Iterator[None]:
    """A log of the database that is as large as a file may become in the service. A reader
    keeps SQLite from beginning it anew."""
    log = database.with_name(f"{database.name}-wal")
    with closing(sqlite3.connect(database)) as reader, closing(sqlite3.connect(database)) as writer:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM steps").fetchone()
        writer.execute("PRAGMA wal_autocheckpoint=0")
        writer.execute("CREATE TABLE ballast (b BLOB)")
        while log.stat().st_size < LIMIT * 512:
            writer.execute("INSERT INTO ballast VALUES (zeroblob(50000))")
            writer.commit()
        yield
