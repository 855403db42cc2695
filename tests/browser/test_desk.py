"""What support staff do on the page, in a real Chromium, with a scripted model."""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, expect
from playwright.sync_api import Error as PlaywrightError

from chatbot.store import Store
from tests.browser.driving import (
    SCRIPTED,
    artefact,
    ask,
    chromium,
    needs_chromium,
    open_page,
    running,
)
from tests.support import ROOT
from tests.support.serving import free_port

pytestmark = needs_chromium

PASSWORD = "correct horse"
QUESTION = "How long can customers in the US return a product?"
REPLY = "Customers in the US can return a product within 45 days of delivery."
SOCKETS = """window.sockets = [];
window.WebSocket = class extends WebSocket {
    constructor(...given) { super(...given); sockets.push(this); }
};"""
EVIL = "<img src=x onerror=window.hacked=1>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    knowledge = folder / "knowledge"
    knowledge.mkdir()
    (knowledge / ".starters").write_text(f"Returns in the US | {QUESTION}\n")
    (knowledge / "us.md").write_text(f"# US returns\n\n{REPLY}\n")
    (knowledge / "eu.md").write_text(
        "# EU returns\n\nCustomers in the EU can return a product within 30 days of delivery.\n"
    )
    (knowledge / "parts.md").write_text(
        "# Spare parts\n\n| Spare part | Price |\n|---|---|\n| Hinge | 3 EUR |\n| Lid | 5 EUR |\n"
    )
    evil = f"# Markup {EVIL}\n\nThis is about markup. <script>window.hacked=1</script> {EVIL}\n"
    (knowledge / "markup [x](javascript:window.hacked=1) <b>.md").write_text(evil)
    return folder


@pytest.fixture(scope="module")
def database(folder: Path) -> str:
    url = f"sqlite:///{folder / 'desk.db'}"

    async def add(store: Store) -> None:
        for name, role in (
            ("ann", "agent"),
            ("bob", "agent"),
            ("olga", "owner"),
            ("adam", "admin"),
        ):
            await store.users.add(name, PASSWORD, role)

    change(url, add)
    return url


def change(url: str, work: Callable[[Store], Awaitable[object]]) -> None:
    """Change the database of a running server."""

    async def run() -> None:
        store = Store(url)
        await work(store)
        await store.close()

    with ThreadPoolExecutor(1) as thread:  # Playwright has this one's event loop
        thread.submit(asyncio.run, run()).result()


@pytest.fixture(scope="module")
def address(folder: Path, database: str) -> Iterator[str]:
    port = free_port()
    environment = {
        "CHATBOT_DATA": str(folder),
        "CHATBOT_DATABASE": database,
        "CHATBOT_KNOWLEDGE": str(folder / "knowledge"),
        "CHATBOT_INDEX": str(folder / "index"),
        "CHATBOT_ANSWERS_AT_ONCE": "2",
    }
    with running([*SCRIPTED, str(port)], port, environment) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.locator("#email").fill(name)
    page.locator("#password").fill(password)
    page.keyboard.press("Enter")


def signed_in(browser: Browser, address: str, name: str, **context: object) -> Page:
    page = open_page(browser, address, **context)
    sign_in(page, name)
    expect(page.locator("#chat-input")).to_be_visible()
    return page


@pytest.fixture(scope="module")
def ann(browser: Browser, address: str) -> Page:
    return signed_in(browser, address, "ann")


@pytest.fixture(scope="module")
def olga(browser: Browser, address: str) -> Page:
    return signed_in(browser, address, "olga")


def new_chat(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#command-button")).to_be_visible()  # the page is connected


def command(page: Page, name: str, text: str = "") -> None:
    page.locator("#command-button").click()
    page.get_by_role("option", name=re.compile(f"^{name}")).click()
    ask(page, text)
    expect(page.locator("#stop-button")).to_have_count(0)  # it is done


def upload(page: Page, file: Path) -> None:
    with page.expect_response("**/project/file?*") as response:
        page.locator("#upload-button-input").set_input_files(file)
    assert response.value.ok
    expect(page.get_by_text(file.name)).to_be_visible()


def answered(page: Page, count: int = 1) -> None:
    expect(page.get_by_text(re.compile("(Answered|Looked for) by scripted"))).to_have_count(count)


def test_what_is_typed_while_a_conversation_gets_its_address_stays(ann: Page, address: str) -> None:
    """Chainlit builds the page anew then, once it has the list of conversations."""
    new_chat(ann, address)
    held: list[Route] = []
    ann.route("**/project/threads", lambda route: held.append(route))
    ask(ann, "Can customers in the US return a product?")
    answered(ann)
    ann.locator("#chat-input").press_sequentially("And what does it ")
    for route in held:
        route.continue_()
    ann.unroute("**/project/threads")
    expect(ann).to_have_url(re.compile("/thread/"))
    expect(ann.locator("#chat-input")).to_have_value("And what does it ")
    ann.locator("#chat-input").press_sequentially("cost?")
    ann.keyboard.press("Enter")
    answered(ann, 2)
    expect(ann.locator("[data-step-type=user_message]").last).to_have_text("And what does it cost?")
    expect(ann.locator("#chat-input")).to_have_value("")


def test_wrong_password_stays_outside(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    sign_in(page, "ann", "wrong horse")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is not right.")
    expect(page.get_by_label("Name")).to_be_visible()
    expect(page.locator("#chat-input")).to_have_count(0)
    page.context.close()


def test_a_removed_person_is_told_and_signed_out(
    browser: Browser, address: str, database: str
) -> None:
    change(database, lambda store: store.users.add("rem", PASSWORD))
    page = signed_in(browser, address, "rem")
    expect(page.locator("#command-button")).to_be_visible()
    change(database, lambda store: store.users.remove("rem"))
    with suppress(PlaywrightError):  # the page may be on its way to the sign-in already
        page.locator("#chat-input").fill(QUESTION, timeout=5_000)
        page.keyboard.press("Enter")
    told = "Your user was removed; sign in with another one."
    expect(page.get_by_text(told).first).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("database")
    with suppress(PlaywrightError):  # the page may be on its way there by itself
        page.reload()
    expect(page).to_have_url(re.compile("/login"))
    expect(page.get_by_role("alert")).to_have_text(told)
    page.context.close()


def test_stop_ends_an_answer_while_a_second_person_is_answered(
    ann: Page, olga: Page, address: str
) -> None:
    new_chat(ann, address)
    new_chat(olga, address)
    ask(ann, f"{QUESTION} Tell me slowly.")
    expect(ann.get_by_text("word3 ")).to_be_visible()
    ask(olga, QUESTION)
    answered(olga)
    expect(olga.locator("body")).not_to_contain_text("word3")  # no cross-talk
    ann.locator("#stop-button").dispatch_event("click")
    expect(ann.get_by_text("Stopped.", exact=True)).to_be_visible()
    said = ann.locator(".ai-message").first.inner_text()
    assert "word3" in said
    assert "word239" not in said
    thumbs = ann.locator(".negative-feedback-off")
    expect(thumbs).to_have_count(0)  # there is no whole answer to judge
    ask(ann, QUESTION)
    answered(ann)
    expect(thumbs).to_have_count(1)
    artefact(ann, "stopped")
    told_and_stopped_before_the_first_word(ann)


def told_and_stopped_before_the_first_word(page: Page) -> None:
    """In a conversation in which an answer was stopped already."""
    ask(page, f"{QUESTION} Read patiently.")
    reading = re.compile(r"Reading \d passages, from: .*US returns")
    line, aloud = waiting(page, reading), page.get_by_role("status").filter(has_text=reading)
    expect(line).to_be_visible()
    expect(aloud).to_have_count(1)  # beside the log, which is not read out meanwhile
    expect(page.get_by_role("log")).to_have_attribute("aria-busy", "true")
    artefact(page, "waiting")
    page.locator("#stop-button").dispatch_event("click")
    told = page.get_by_text("Stopped.", exact=True)
    expect(told).to_have_count(2)
    for gone in (line, page.locator(".loading-cursor"), aloud):
        expect(gone).to_have_count(0)
    page.reload()
    expect(told).to_have_count(2)
    expect(page.get_by_text("please ask it again")).to_have_count(0)
    page.locator("button:has(.lucide-refresh-cw)").last.click()
    expect(line).to_be_visible()
    expect(told).to_have_count(1)
    page.locator("#stop-button").dispatch_event("click")
    expect(told).to_have_count(2)


def waiting(page: Page, said: str | re.Pattern[str]) -> Locator:
    """The line in the place of an answer that is waited for; it is read out beside the log, too."""
    return page.locator(".ai-message", has_text=said)


def test_a_third_person_waits_and_sees_the_position(ann: Page, olga: Page, address: str) -> None:
    third = ann.context.new_page()
    for page in (ann, olga, third):
        new_chat(page, address)
    for page in (ann, olga):
        ask(page, f"{QUESTION} Tell me slowly.")
        expect(page.get_by_text("word3 ")).to_be_visible()
    ask(third, QUESTION)
    expect(waiting(third, "You are number 1 in the queue.")).to_be_visible()
    artefact(third, "queue")
    for page in (ann, olga):
        page.locator("#stop-button").dispatch_event("click")
    answered(third)
    expect(third.get_by_text("in the queue")).to_have_count(0)
    third.close()


def test_a_reader_is_told_of_a_second_reading(ann: Page, address: str) -> None:
    new_chat(ann, address)
    notice = waiting(ann, "they are being read once more")
    ask(ann, f"{QUESTION} Read it twice.")
    expect(notice).to_be_visible()
    answered(ann)
    expect(notice).to_have_count(0)
    expect(ann.locator(".answer-note")).to_contain_text(["second reading", "Answered by"])


def test_what_a_question_back_offers_looks_like_a_button(ann: Page, address: str) -> None:
    new_chat(ann, address)
    ask(ann, f"{QUESTION} Tell me which.")
    choice = ann.get_by_role("button", name="EU", exact=True)
    expect(choice).to_have_css("border-top-style", "solid")
    choice.click()
    expect(ann.locator("[data-step-type=user_message]").last).to_have_text("EU")
    answered(ann, 2)


def test_a_page_loaded_again_in_mid_answer_gets_the_whole_answer(ann: Page, address: str) -> None:
    new_chat(ann, address)
    ask(ann, f"{QUESTION} Tell me calmly.")
    expect(ann.get_by_text("word3 ")).to_be_visible()
    expect(ann).to_have_url(re.compile("/thread/"))
    ann.reload()
    answered(ann)
    expect(ann.locator(".ai-message").first).to_contain_text("word11")
    ask(ann, QUESTION)  # and it is part of the conversation
    answered(ann, 2)

    new_chat(ann, address)  # and so before the conversation has its address
    ann.route("**/project/threads", lambda route: None)
    ask(ann, f"{QUESTION} Tell me calmly.")
    ann.wait_for_function("sessionStorage.getItem('asked')")
    assert ann.url.rstrip("/") == address
    ann.unroute("**/project/threads")
    ann.reload()
    expect(ann).to_have_url(re.compile("/thread/"))
    expect(ann.locator("[data-step-type=user_message]")).to_contain_text("Tell me calmly.")
    answered(ann)
    expect(ann.locator(".ai-message").first).to_contain_text("word11")
    ann.evaluate("sessionStorage.setItem('asked', location.pathname.split('/').at(-1))")
    new_chat(ann, address)  # who goes to the first page anew wants another one
    assert ann.evaluate("sessionStorage.getItem('asked')") is None


def test_stop_stays_while_an_answer_is_written_whatever_the_connection_does(
    ann: Page, address: str
) -> None:
    new_chat(ann, address)
    page = ann.context.new_page()
    page.add_init_script(SOCKETS)
    new_chat(page, address)
    ask(page, f"{QUESTION} Tell me slowly.")
    expect(page.get_by_text("word3 ")).to_be_visible()
    before = page.evaluate("sockets.length")
    page.evaluate("sockets.at(-1).close()")
    page.wait_for_function("before => sockets.length > before", arg=before)
    still_answering(page)
    page.reload()
    still_answering(page)
    page.locator("#stop-button").dispatch_event("click")
    expect(page.get_by_text("Stopped.", exact=True)).to_be_visible()
    expect(page.locator("#stop-button")).to_have_count(0)
    expect(page.locator(".negative-feedback-off")).to_have_count(0)
    ask(page, QUESTION)
    answered(page)
    expect(page.locator(".negative-feedback-off")).to_have_count(1)
    page.close()


def test_an_answer_that_ends_while_the_connection_is_broken_is_there_afterwards(
    ann: Page, address: str
) -> None:
    page = ann.context.new_page()
    page.add_init_script(SOCKETS)
    new_chat(page, address)
    ask(page, f"{QUESTION} Tell me calmly.")
    expect(page.get_by_text("word3")).to_be_visible()
    expect(page).to_have_url(re.compile("/thread/"))
    page.context.set_offline(True)
    page.evaluate("sockets.at(-1).close()")
    page.wait_for_timeout(5_000)  # the answer takes three
    expect(page.get_by_text("word11")).to_have_count(0)
    page.context.set_offline(False)
    expect(page.get_by_text("word11")).to_have_count(1)
    answered(page)
    for once in ("button:has(.lucide-refresh-cw)", ".negative-feedback-off"):
        expect(page.locator(once)).to_have_count(1)
    sources = page.locator("button.source").all_inner_texts()
    assert sources and len(set(sources)) == len(sources)
    page.close()


def still_answering(page: Page) -> None:
    """Stop is there and stays for two seconds, and nothing can be judged then. A page that connects
    anew is told at first that nothing is under way; a busy machine lets that be seen."""
    lasted, until = 0, time.monotonic() + 15
    while lasted < 20:
        assert time.monotonic() < until, "Stop does not stay"
        page.wait_for_timeout(100)
        stays = page.locator("#stop-button").count() == 1
        judged = page.locator(".negative-feedback-off").count()
        lasted = lasted + 1 if stays and not judged else 0


def test_a_starter_is_a_first_question_and_the_keyboard_opens_its_source(
    browser: Browser, address: str
) -> None:
    page = signed_in(browser, address, "ann", color_scheme="light")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.locator("html")).to_have_class(re.compile("light"))
    artefact(page, "starters")
    page.get_by_role("button", name="Returns in the US").click()
    answered(page)
    expect(page.locator(".ai-message").first).to_contain_text(f"{REPLY} [1]")
    page.locator(".lucide-copy").first.click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text !== '')")
    assert page.evaluate("navigator.clipboard.readText()") == f"{REPLY} [1]"
    page.locator("button.source").focus()
    page.keyboard.press("Enter")
    expect(page.locator("mark.quote")).to_have_text(REPLY)
    expect(page.locator("article.source-view")).to_be_focused()
    for part in (".sources", ".answer-note", ".source-view"):
        assert serious_problems(page, part) == []
    expect(page.locator("#new-chat-button")).to_have_attribute("aria-label", "New Chat")
    for picture in ("copy", "refresh-cw"):
        button = page.locator(f"button:has(svg.lucide-{picture})").first
        expect(button).to_have_attribute("aria-label", re.compile("."))
    assert unnamed_buttons(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("article.source-view")).to_have_count(0)
    expect(page.locator("button.source")).to_be_focused()
    log = page.get_by_role("log")
    expect(log).to_contain_text("within 45 days")
    expect(log).to_have_attribute("aria-busy", "false")
    artefact(page, "light")
    page.context.close()


def exported(database: str) -> dict[str, list[dict[str, Any]]]:
    done = subprocess.run(
        [sys.executable, "-m", "chatbot", "feedback", "export", "--json"],
        env=os.environ | {"CHATBOT_DATABASE": database},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    return found


def accept_correction(owner: Page, address: str) -> None:
    owner.goto(f"{address}/console/review")
    owner.get_by_role("link", name=QUESTION).click()
    artefact(owner, "console-question")
    owner.get_by_role("button", name="Accept", exact=True).click()
    expect(owner.get_by_role("status")).to_contain_text("Accepted")


def free_of_the_arrow(page: Page, button: Locator) -> None:
    """The arrow to the end of the conversation does not lie over the button, wherever that is."""
    button.scroll_into_view_if_needed()
    log = page.locator("[role=log]")
    for _ in range(12):
        log.evaluate("log => log.scrollBy(0, -8)")
        page.wait_for_timeout(50)
        arrow, own = page.locator("button:has(svg.lucide-arrow-down)"), button.bounding_box()
        place = arrow.bounding_box() if arrow.count() and arrow.is_visible() else None
        assert own is not None
        assert place is None or not overlap(place, own), (place, own)


def overlap(one: Any, other: Any) -> bool:
    return all(
        one[start] < other[start] + other[length] and other[start] < one[start] + one[length]
        for start, length in (("x", "width"), ("y", "height"))
    )


def test_thread_resumes_with_source_thumbs_and_correction(
    ann: Page, olga: Page, address: str, database: str
) -> None:
    new_chat(ann, address)
    ask(ann, QUESTION)
    answered(ann)
    ann.locator(".negative-feedback-off").last.click()
    form = ann.locator("form.correction")
    expect(ann.locator("blockquote").last).to_have_text(QUESTION)  # which answer it is about
    expect(form.get_by_label("Right document")).to_have_value("us.md")  # the answer cites it
    expect(ann.locator("#submit-feedback")).to_have_count(0)  # nothing else asks for it
    expect(form.get_by_role("button", name="Save")).to_be_disabled()  # nothing was said yet
    form.get_by_role("button", name="Save").focus()
    ann.keyboard.press("Enter")
    expect(form.get_by_role("alert")).to_have_text("Fill in one of these first.")
    form.get_by_label("What was wrong").fill("the number")
    form.get_by_label("Right answer").fill("Within 45 days.")
    form.get_by_label("Right document").fill("usa.md")
    ann.route("**/project/action", lambda route: route.abort())
    ann.keyboard.press("Enter")
    expect(form.get_by_role("alert")).to_contain_text("This was not saved.")
    ann.unroute("**/project/action")
    command(ann, "Export")  # Chainlit begins every element anew with it
    expect(form.get_by_label("Right answer")).to_have_value("Within 45 days.")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("Nearest: us.md")
    form.get_by_label("Right document").fill("us.md")
    free_of_the_arrow(ann, form.get_by_role("button", name="Save"))
    artefact(ann, "correction")
    assert serious_problems(ann, "form.correction") == []
    form.get_by_label("Right document").press("Enter")
    expect(ann.get_by_text("Saved. Thank you.")).to_be_focused()  # the keyboard goes on there
    assert exported(database) == {"rows": [], "cases": []}
    accept_correction(olga, address)
    kept = exported(database)
    assert [(row["answer"], row["answerable"]) for row in kept["rows"]] == [
        ("Within 45 days.", True)
    ]
    assert REPLY in kept["rows"][0]["passages"][0]["text"]
    assert kept["cases"][0]["passages"] == kept["rows"][0]["passages"]

    expect(ann).to_have_url(re.compile("/thread/"))
    ann.reload()
    answered(ann)
    expect(ann.locator(".negative-feedback-on")).to_have_count(1)
    expect(ann.get_by_text("Saved. Thank you.")).to_be_visible()
    ann.get_by_role("button", name="Change").click()  # who wrote it can open it again
    expect(form.get_by_label("Right answer")).to_have_value("Within 45 days.")
    # Chainlit closes a source that was opened while the form was being kept.
    with ann.expect_response(re.compile("/project/element")):
        form.get_by_role("button", name="Save").click()
    expect(ann.get_by_text("Saved. Thank you.")).to_be_visible()
    ann.locator("button.source").first.click()
    expect(ann.locator("mark.quote")).to_have_text(REPLY)
    artefact(ann, "resumed")
    assert serious_problems(ann, ".source-view") == []

    # Another person neither sees nor opens it.
    olga.goto(ann.url)
    expect(olga.get_by_text("Couldn't resume chat")).to_be_visible()
    expect(olga.locator("body")).not_to_contain_text("Within 45 days.")


def test_thread_is_found_renamed_and_deleted(ann: Page, address: str) -> None:
    new_chat(ann, address)
    ask(ann, "How long can customers in the EU return a product?")
    answered(ann)
    ann.locator("#search-chats-button").click()
    ann.keyboard.type("in the eu RETURN")
    found = ann.get_by_role("dialog").get_by_text("How long can customers in the EU")
    expect(found.first).to_be_visible()
    expect(ann.get_by_role("dialog").get_by_text("in the US")).to_have_count(0)
    artefact(ann, "search")
    ann.keyboard.press("Escape")
    thread = ann.url.rsplit("/", 1)[1]
    shown = ann.locator(f"#thread-{thread}")
    shown.hover()
    shown.locator("#thread-options").click()
    ann.locator("#rename-thread").click()
    ann.get_by_role("dialog").get_by_role("textbox").fill("EU case")
    ann.get_by_role("dialog").get_by_role("button", name="Confirm").click()
    expect(shown).to_contain_text("EU case")
    ann.reload()
    expect(shown).to_contain_text("EU case")
    command(ann, "Export")
    with ann.expect_download() as download:
        ann.get_by_text("conversation.md").click()
    assert "in the EU" in Path(download.value.path()).read_text()
    shown.hover()
    shown.locator("#thread-options").click()
    ann.locator("#delete-thread").click()
    ann.get_by_role("alertdialog").get_by_role("button", name="Confirm").click()
    expect(shown).to_have_count(0)
    assert ann.request.get(f"{address}/project/thread/{thread}").status == 404


def test_edited_question_takes_the_place_of_the_old_one(ann: Page, address: str) -> None:
    new_chat(ann, address)
    ask(ann, "How long can customers in the EU return a product?")
    answered(ann)
    ann.get_by_text("How long can customers in the EU").last.hover()
    ann.locator(".edit-message").first.click()
    ann.locator("#edit-chat-input").fill(QUESTION)
    ann.get_by_role("button", name="Confirm").click()
    expect(ann.locator("[data-step-type=user_message]")).to_have_count(1)
    expect(ann.locator("[data-step-type=user_message]")).to_contain_text("in the US")
    answered(ann)


def test_answer_is_regenerated_in_its_place(ann: Page, address: str) -> None:
    new_chat(ann, address)
    ask(ann, QUESTION)
    answered(ann)
    first = ann.locator("[data-step-type=assistant_message] [id^=step-]")
    before = first.get_attribute("id")
    ann.locator("button:has(.lucide-refresh-cw)").click()
    expect(ann.locator(f"#{before}")).to_have_count(0)
    answered(ann)
    ask(ann, f"{QUESTION} Tell me calmly.")
    expect(ann.locator("button:has(.lucide-refresh-cw)")).to_have_count(2)
    expect(ann.get_by_role("button", name="Send message")).to_have_id("chat-submit")
    ann.locator("button:has(.lucide-refresh-cw)").last.click()
    expect(ann.locator("#stop-button")).to_be_visible(timeout=2_000)
    expect(ann.get_by_text("word11")).to_have_count(0, timeout=2_000)
    expect(ann.get_by_role("button", name="Stop Task")).to_have_id("stop-button")
    expect(ann.get_by_text("word11")).to_have_count(1)


def test_commands_draft_summarise_search_and_hand_off(ann: Page, address: str) -> None:
    new_chat(ann, address)
    ask(ann, QUESTION)
    answered(ann)
    thumbs = ann.locator(".negative-feedback-off")
    expect(thumbs).to_have_count(1)
    command(ann, "Draft reply", "Your label is attached.")
    expect(ann.get_by_text("Draft in English, friendly")).to_be_visible()
    letter = ann.locator(".ai-message").last
    for part in ("Hello,", REPLY, "Your label is attached.", "Kind regards"):
        expect(letter).to_contain_text(part)
    expect(thumbs).to_have_count(1)  # a draft is not an answer
    ann.locator("#chat-settings-open-modal").click()
    for label, choice in (("Tone of drafts", "formal"), ("Language of drafts", "Deutsch")):
        ann.get_by_role("dialog").get_by_label(label).click()
        ann.get_by_role("option", name=choice).click()
    artefact(ann, "settings")
    ann.get_by_role("dialog").get_by_role("button", name="Confirm").click()
    command(ann, "Draft reply")
    expect(ann.get_by_text("Draft in Deutsch, formal")).to_be_visible()
    # The scripted model writes English whatever it is asked, and that is said.
    for part in ("did not translate", "Sehr geehrte", "Mit freundlichen Grüßen"):
        expect(ann.locator(".ai-message").last).to_contain_text(part)
    expect(ann.get_by_role("button", name="Copy the text")).to_have_count(2)
    ann.get_by_role("button", name="Copy the text").last.click()
    expect(ann.get_by_role("status").filter(has_text="Copied.")).to_be_visible()
    # Pages over plain HTTP have no clipboard; the keyboard goes on where it was.
    ann.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject() }")
    ann.get_by_role("button", name="Copy the text").first.press("Enter")
    expect(ann.locator(".copy + [role=status]").first).to_have_text("Copied.")
    expect(ann.get_by_role("button", name="Copy the text").first).to_be_focused()
    command(ann, "Summarise")
    expect(ann.get_by_text("Stopped.")).to_have_count(0)
    expect(ann.get_by_text("answered from us.md: Customers in the US").first).to_be_visible()
    command(ann, "Search only", "return a product in the EU")
    expect(ann.get_by_text("[1] eu.md").first).to_be_visible()
    found = ann.locator(".ai-message").last
    expect(found.locator(".font-bold", has_text="EU returns · eu.md · 20")).to_be_visible()
    expect(found.locator(".font-bold", has_text=re.compile("^EU$"))).not_to_have_count(0)
    command(ann, "Hand off", "lena@example.org Please call back today.")
    expect(ann.get_by_text("one of these files to lena@example.org")).to_be_visible()
    for name in ("handoff.md", "handoff.eml"):
        with ann.expect_download() as download:
            ann.get_by_text(name).click()
        packet = Path(download.value.path()).read_text()
        assert "45 days" in packet
        assert QUESTION in packet
        assert "lena@example.org" in packet
        assert "Please call back today." in packet
    artefact(ann, "handoff")
    expect(thumbs).to_have_count(1)
    ann.reload()
    answered(ann)
    expect(thumbs).to_have_count(1)
    assert QUESTION in kept(ann, "handoff.md")


def kept(page: Page, name: str) -> str:
    """What a file of a reopened conversation holds; nobody else gets it."""
    link = page.get_by_role("link", name=name)
    with page.expect_download() as download:
        link.click()
    address = link.evaluate("link => link.href")
    assert page.context.browser
    stranger = page.context.browser.new_context()
    assert stranger.request.get(address).status == 401
    stranger.close()
    return Path(download.value.path()).read_text()


def test_upload_counts_in_its_thread_only(ann: Page, address: str, folder: Path) -> None:
    note = folder / "warranty note.txt"
    note.write_text("The kraken discount code for this customer is ZEBRA-77.\n")
    new_chat(ann, address)
    upload(ann, note)
    ask(ann, "What is the kraken discount code for this customer?")
    expect(ann.get_by_text("counts in this conversation only")).to_be_visible()
    answered(ann)
    command(ann, "Search only", "kraken discount code")
    expect(ann.get_by_text("upload/warranty note.txt").first).to_be_visible()
    ann.reload()  # and still after a resume
    expect(ann.get_by_text("counts in this conversation only")).to_be_visible()
    assert "ZEBRA-77" in kept(ann, note.name)
    command(ann, "Search only", "kraken discount code")
    expect(ann.get_by_text("ZEBRA-77").nth(1)).to_be_visible()
    new_chat(ann, address)
    command(ann, "Search only", "kraken discount code")
    expect(ann.get_by_text("[1] ").first).to_be_visible()
    expect(ann.locator("body")).not_to_contain_text("ZEBRA-77")


def test_a_table_is_shown_as_one_and_the_original_is_there_for_who_may_see_it(
    ann: Page, address: str
) -> None:
    new_chat(ann, address)
    command(ann, "Search only", "price of the hinge, a spare part")
    ann.locator("button.source", has_text="parts.md").click()
    view = ann.locator(".source-view")
    expect(view.get_by_role("columnheader", name="Price")).to_be_visible()
    expect(view.get_by_role("row").filter(has_text="Hinge")).to_contain_text("3 EUR")
    assert serious_problems(ann, ".source-view") == []
    link = view.get_by_role("link", name="Open the original")
    with ann.expect_download() as download:
        link.click()
    assert "| Hinge | 3 EUR |" in Path(download.value.path()).read_text()
    artefact(ann, "table")


def test_a_program_is_not_taken_in(ann: Page, address: str, folder: Path) -> None:
    program = folder / "page.html"
    program.write_text("<script>window.hacked=1</script>")
    new_chat(ann, address)
    ann.locator("#upload-button-input").set_input_files(program)
    expect(ann.get_by_text(re.compile("not allowed|File type|Failed"))).to_be_visible()


def test_markup_stays_text_wherever_it_comes_from(ann: Page, address: str, folder: Path) -> None:
    name = folder / f"{EVIL.replace('/', '')}.txt"
    name.write_text(f"This note about markup says {EVIL} and <script>window.hacked=1</script>.\n")
    new_chat(ann, address)
    upload(ann, name)
    ask(ann, f"What about markup? {EVIL} [x](javascript:window.hacked=1)")
    answered(ann)
    command(ann, "Search only", "about markup")
    links = ann.locator("button.source")
    expect(links.first).to_be_visible()
    for number in range(links.count()):
        links.nth(number).click()
        expect(ann.locator(".source-view")).to_be_visible()
    ann.reload()
    answered(ann)
    links.last.click()
    artefact(ann, "markup")
    assert ann.evaluate("window.hacked") is None
    assert ann.locator("#root img[src='x'], #root a[href^='javascript']").count() == 0
    assert ann.locator("#root img[src^='https://example.org']").count() == 0


def test_gaps_are_for_knowledge_owners(olga: Page, ann: Page, address: str) -> None:
    new_chat(olga, address)
    ask(olga, "Quantum chromodynamics lattice gauge simulation?")
    answered(olga)
    command(olga, "Draft reply", "We write again on Monday.")
    for part in ("Hello,", "are looking into it", "We write again on Monday.", "Kind regards"):
        expect(olga.locator(".ai-message").last).to_contain_text(part)
    command(olga, "Gaps")
    expect(olga.get_by_text("Quantum chromodynamics").nth(1)).to_be_visible()
    new_chat(ann, address)
    ann.locator("#command-button").click()
    expect(ann.get_by_role("option", name=re.compile("^Hand off"))).to_be_visible()
    expect(ann.get_by_role("option", name=re.compile("^Gaps"))).to_have_count(0)
    for option in ann.get_by_role("option").all():
        expect(option).to_be_in_viewport(ratio=0.9)
    ann.keyboard.press("Escape")


@pytest.mark.parametrize(
    ("language", "words"),
    [("de-DE", "Beantwortet von"), ("fr-FR", "Réponse de"), ("es-ES", "Respuesta de")],
)
def test_page_speaks_the_browsers_language_on_a_phone(
    browser: Browser, address: str, language: str, words: str
) -> None:
    phone = {"width": 390, "height": 780}
    page = signed_in(browser, address, "ann", locale=language, viewport=phone, color_scheme="light")
    ask(page, QUESTION)
    expect(page.get_by_text(words)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    said = page.locator("#state-line span")
    said.evaluate("said => (said.textContent = 'a long name of a model '.repeat(6))")
    page.wait_for_function(
        """() => {
            const [line, box] = ["state-line", "message-composer"].map(
                (id) => document.getElementById(id).getBoundingClientRect());
            return line.height > 40 && line.y >= box.bottom;
        }"""
    )
    page.locator("#command-button").click()
    for option in page.get_by_role("option").all()[:3]:
        expect(option).to_be_in_viewport(ratio=0.9)
    page.keyboard.press("Escape")
    page.locator("button.source").first.click()
    expect(page.locator("mark.quote")).to_be_in_viewport(ratio=1)
    artefact(page, f"phone-{language}")
    page.context.close()


def unnamed_buttons(page: Page) -> list[str]:
    """The buttons of a page that only show a picture, by axe-core."""
    chosen = {"runOnly": {"type": "rule", "values": ["button-name"]}}
    found = Axe().run(page, options=chosen).response["violations"]
    return [node["html"] for violation in found for node in violation["nodes"]]


def serious_problems(page: Page, selector: str) -> list[str]:
    """What axe-core finds serious or critical inside ``selector``, once the page has its styles:
    a link of a dark page without them is pale blue on white."""
    page.wait_for_load_state()
    found = Axe().run(page, context=selector).response["violations"]
    return [v["id"] for v in found if v["impact"] in ("serious", "critical")]


def test_back_leads_to_the_first_page_and_enter_at_once_behind_new_chat_is_no_lost_question(
    browser: Browser, address: str
) -> None:
    page = signed_in(browser, address, "ann")
    expect(page.locator("#command-button")).to_be_visible()  # the page is connected
    ask(page, QUESTION)
    answered(page)
    expect(page).to_have_url(re.compile("/thread/"))
    page.go_back()
    expect(page).to_have_url(f"{address}/")
    expect(page.locator("#command-button")).to_be_visible()
    asked = page.locator("[data-step-type=user_message]")
    expect(asked).to_have_count(0)
    ask(page, QUESTION)
    answered(page)
    page.locator("#new-chat-button").click()
    expect(asked).to_have_count(0)
    page.locator("#chat-input").click()
    page.keyboard.insert_text(f"{QUESTION} Again.")
    page.keyboard.press("Enter")
    expect(asked).to_have_text([f"{QUESTION} Again."])
    answered(page)
    page.context.close()
