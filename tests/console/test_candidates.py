"""Candidates from conversations on the console: what waits, what may be a name, what is decided."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from chatbot.desk.corrections import regression_cases, training_rows
from chatbot.importing.candidates import Candidate, Rows
from chatbot.settings import Settings
from chatbot.store import Store

ASKED, ANSWER = "How do I reset the hub?", "Hold the blue key for 5 seconds, then wait."


@pytest.fixture
def waiting(desk: Settings) -> Path:
    rows = Rows(desk.data / "candidates" / "zendesk.jsonl")
    odd = Candidate("Who is <b>there</b>?", "Ask at the desk on floor 2, please.", [], ["ticket 2"])
    odd.possible_names = ["Wilma Falk"]
    rows.write([Candidate(ASKED, ANSWER, [], ["ticket 1"], ["Reset it how?"]), odd])
    rows.commit()
    with rows.path.open("a") as stream:
        stream.write('{"id": 1}\nnot JSON\n')
    return rows.path


def forms(text: str) -> list[dict[str, str]]:
    """The hidden values of each form on the page of candidates."""
    found = []
    for form in re.findall(
        r'<form method="post" action="/console/candidates".*?</form>', text, re.S
    ):
        found.append(dict(re.findall(r'name="(token|item)" value="([^"]*)"', form)))
    return found


async def test_what_waits_is_shown_with_what_may_be_a_name(
    waiting: Path, olga: httpx.AsyncClient
) -> None:
    text = (await olga.get("/console/candidates")).text
    assert ASKED in text and ANSWER in text and "Reset it how?" in text and "ticket 1" in text
    assert text.count("Possibly names of people:") == 1 and "Wilma Falk" in text
    assert "<b>there</b>" not in text and len(forms(text)) == 2
    overview = (await olga.get("/console")).text
    assert re.search(r"<b>2</b>\s+candidates from conversations", overview)


async def test_a_file_that_cannot_be_read_is_named_and_the_others_are_shown(
    waiting: Path, olga: httpx.AsyncClient
) -> None:
    (waiting.parent / "mail.jsonl").write_bytes("{}".encode("utf-16"))
    text = (await olga.get("/console/candidates")).text
    assert "mail.jsonl" in text and len(forms(text)) == 2
    overview = (await olga.get("/console")).text
    assert "mail.jsonl" in overview
    assert re.search(r"<b>2</b>\s+candidates from conversations", overview)


async def test_an_accepted_one_is_an_approved_answer_and_waits_no_more(
    waiting: Path, olga: httpx.AsyncClient, store: Store
) -> None:
    first, second = forms((await olga.get("/console/candidates")).text)
    said: dict[str, Any] = {"question": ASKED, "answer": ANSWER + " Done.", "decision": "approve"}
    sent = await olga.post("/console/candidates", data=first | said)
    assert sent.status_code == 303
    (approved,) = await store.approved.all()
    assert (approved.answer, approved.audience) == (said["answer"], "internal")
    assert (
        await olga.post("/console/candidates", data=second | {"decision": "reject"})
    ).is_redirect
    text = (await olga.get("/console/candidates")).text
    assert not forms(text) and "Nothing waits." in text
    again = await olga.post("/console/candidates", data=first | said | {"answer": "Typed."})
    assert again.status_code == 409 and "Typed." in again.text
    lessons = await store.reviews.lessons()
    assert training_rows(lessons) == []  # nothing was on screen with it
    (case,) = regression_cases(lessons)
    assert (case.question, case.answers, case.passages) == (ASKED, [said["answer"]], None)
    await store.reviews.reopen(first["item"], "olga")
    assert len(forms((await olga.get("/console/candidates")).text)) == 1
    assert (await store.approved.all())[0].withdrawn


async def test_a_decision_leads_back_to_its_page_and_long_texts_are_shown_whole(
    waiting: Path, olga: httpx.AsyncClient
) -> None:
    rows = Rows(waiting)
    long = "Hold the key.\n\n" + "Then wait for the light. " * 20
    rows.write([Candidate(f"{ASKED} {n}", f"{long} {n}", [], [f"ticket {n}"]) for n in range(45)])
    rows.commit()
    text = (await olga.get("/console/candidates?page=2")).text
    assert re.search(r'name="answer" rows="8"', text) and "45 wait" in text
    action = re.search(r'action="(/console/candidates[^"]*)" class="decide"', text)
    (first, *_) = [dict(re.findall(r'name="(token|item)" value="([^"]*)"', text)[:2])]
    assert action
    sent = await olga.post(action[1], data=first | {"decision": "reject"})
    assert sent.headers["location"] == "/console/candidates?page=2&said=rejected"
    assert "44 wait" in (await olga.get("/console/candidates")).text


async def test_what_cannot_be_approved_says_why_and_keeps_what_was_typed(
    waiting: Path, olga: httpx.AsyncClient, store: Store
) -> None:
    first = forms((await olga.get("/console/candidates")).text)[0]
    said = {"question": ASKED, "answer": "Kept.", "document": "none.md", "decision": "approve"}
    sent = await olga.post("/console/candidates", data=first | said)
    assert sent.status_code == 422 and "Kept." in sent.text and 'role="alert"' in sent.text
    assert await store.approved.all() == []
