"""The owner's console in a real Chromium, with a scripted model."""

import json
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driving import artefact, ask, needs_chromium, open_page
from tests.browser.test_desk import (  # noqa: F401
    EVIL,
    QUESTION,
    address,
    answered,
    browser,
    database,
    folder,
    serious_problems,
    sign_in,
    signed_in,
)

pytestmark = needs_chromium

PAGES = [
    "",
    "/documents",
    "/contradictions",
    "/review",
    "/review/decided",
    "/approved",
    "/approved/new",
    "/gaps",
    "/requests",
    "/tests",
    "/training",
    "/audit",
    "/documents/view?path=us.md",
    "/keys",
    "/contradictions?show=copy",
    "/contradictions?show=dismissed",
    "/review?kind=up",
]
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def owner(browser: Browser, address: str) -> Page:  # noqa: F811
    return signed_in(browser, address, "olga")


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible_and_fit_a_phone_light_and_dark(
    owner: Page, address: str, path: str  # noqa: F811
) -> None:  # fmt: skip
    for scheme, size in (("light", {"width": 1280, "height": 800}), ("dark", PHONE)):
        owner.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        owner.set_viewport_size(size)  # type: ignore[arg-type]
        owner.goto(f"{address}/console{path}")
        assert serious_problems(owner, "html") == []
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not owner.evaluate(wide)
        artefact(owner, f"console{re.sub(r'[^a-z]+', '-', path)}-{scheme}")


def test_the_page_of_users_is_accessible(browser: Browser, address: str) -> None:  # noqa: F811
    adam = signed_in(browser, address, "adam")
    adam.goto(f"{address}/console/users")
    assert serious_problems(adam, "html") == []
    artefact(adam, "console-users")
    adam.context.close()


def test_an_owner_goes_from_a_correction_to_its_review(
    owner: Page, address: str  # noqa: F811
) -> None:  # fmt: skip
    owner.goto(address)
    ask(owner, "What does express shipping cost?")
    answered(owner)
    owner.locator(".negative-feedback-off").last.click()
    form = owner.locator("form.correction")
    form.get_by_label("What was wrong").fill("It should name the currency.")
    form.get_by_role("button", name="Save").click()
    owner.get_by_role("link", name="Go to the review").click()
    expect(owner.get_by_role("link", name="What does express shipping cost?")).to_be_visible()


def test_a_wrong_answer_is_right_for_the_next_asker_in_seconds(
    browser: Browser, owner: Page, address: str  # noqa: F811
) -> None:  # fmt: skip
    question = "How long can customers in the EU return a product?"
    right = "Customers in the EU can return a product within 30 days of delivery."
    ann, bob = (signed_in(browser, address, name) for name in ("ann", "bob"))
    ask(ann, question)
    answered(ann)
    expect(ann.locator(".ai-message").first).to_contain_text("45 days")  # of the US
    ann.locator(".negative-feedback-off").last.click()
    form = ann.locator("form.correction")
    form.get_by_label("Right answer").fill(right)
    form.get_by_label("Right document").fill("eu.md")
    form.get_by_role("button", name="Save").click()
    expect(ann.get_by_text("Saved. Thank you.")).to_be_visible()
    expect(ann.get_by_role("link", name="Go to the review")).to_have_count(0)  # an agent may not
    owner.goto(f"{address}/console/review")
    owner.get_by_role("link", name=question).click()
    assert serious_problems(owner, "html") == []
    began = time.monotonic()
    owner.get_by_role("button", name="Accept as approved answer").click()
    ask(bob, question.lower().replace("eu", "EU"))
    expect(bob.locator(".ai-message").first).to_contain_text("within 30 days")
    seconds = time.monotonic() - began
    expect(bob.get_by_text(re.compile("Approved by olga"))).to_be_visible()
    assert seconds < 10
    artefact(bob, "console-approved-answer")
    for page in ("/approved", "/review/decided"):
        owner.goto(f"{address}/console{page}")
        assert serious_problems(owner, "html") == []
    owner.goto(f"{address}/console/approved")
    owner.get_by_role("link", name=question).click()
    assert serious_problems(owner, "html") == []
    for page in (ann, bob):
        page.context.close()


def test_the_conversation_says_how_fresh_its_knowledge_is(owner: Page, address: str) -> None:  # noqa: F811
    owner.goto(address)
    line = owner.locator("#state-line")
    expect(line).to_contain_text(re.compile(r"It knows \d+ documents as of \w+ \d+, \d{4}"))
    expect(line).to_contain_text("scripted answers.")
    assert serious_problems(owner, "#state-line") == []
    line.get_by_role("link", name="Console").click()
    expect(owner).to_have_url(f"{address}/console")


def test_an_agent_is_told_and_a_stranger_signs_in(browser: Browser, address: str) -> None:  # noqa: F811
    page = open_page(browser, f"{address}/console")
    expect(page).to_have_url(f"{address}/login")
    sign_in(page, "ann")
    expect(page.locator("#chat-input")).to_be_visible()
    page.goto(f"{address}/console")
    expect(page.locator("body")).to_contain_text("for knowledge owners and admins")
    page.context.close()


def test_a_document_is_uploaded_by_keyboard_and_indexed(
    owner: Page, address: str, folder: Path, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    name = f"new {EVIL.replace('/', '')}.md"
    file = tmp_path / name
    file.write_text(f"# {EVIL}\n\nWe ship to Norway. {EVIL}\n")
    owner.goto(f"{address}/console/documents")
    owner.get_by_label("File", exact=True).set_input_files(file)
    owner.get_by_role("button", name="Upload").press("Enter")
    expect(owner.get_by_role("status")).to_contain_text("Uploaded")
    assert (folder / "knowledge" / name).is_file()
    owner.goto(f"{address}/console/documents")
    expect(owner.get_by_text("The index is being built.")).to_have_count(0)
    row = owner.get_by_role("row").filter(has_text="new <img")
    expect(row).to_contain_text("indexed")
    row.get_by_role("link").click()
    expect(owner.locator("pre.text")).to_contain_text("We ship to Norway.")
    assert owner.evaluate("window.hacked") is None


def test_cases_are_uploaded_and_run(owner: Page, address: str, tmp_path: Path) -> None:  # noqa: F811
    file = tmp_path / "returns.jsonl"
    cases = [
        {"id": str(n), "question": QUESTION, "answers": [a]} for n, a in enumerate(("45", "9"))
    ]
    file.write_text("\n".join(map(json.dumps, cases)))
    owner.goto(f"{address}/console/tests")
    owner.get_by_label("File", exact=True).set_input_files(file)
    owner.get_by_role("button", name="Upload").click()
    expect(owner.get_by_role("status")).to_contain_text("is kept")
    owner.locator("select[name=cases]").select_option("returns.jsonl")
    owner.get_by_role("button", name="Run").click()
    row = owner.get_by_role("row").filter(has_text="returns.jsonl")
    expect(row).to_contain_text("done")  # the page follows the job by itself
    expect(row).to_contain_text("1/2")
    row.get_by_role("link").click()
    expect(owner.get_by_role("heading", name="Wrong in this run (1)")).to_be_visible()
    assert serious_problems(owner, "html") == []
    artefact(owner, "console-run")
