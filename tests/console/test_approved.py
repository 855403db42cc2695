"""Approved answers in the console, and from a wrong answer to the right one for the next asker."""

import re
import time
from html import unescape
from typing import Any

import httpx

from chatbot.api import create_api
from chatbot.service import ChatService
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.approved import Approved, ApprovedText
from tests.console.test_console import EVIL, answer, correction, decision, post
from tests.support.api import client_of
from tests.support.scripted import US, ScriptedEngine

MADE = {
    "question": US,
    "answer": "45 days.",
    "document": "US.md",
    "expires_on": "2999-12-31",
    "audience": "legal, Finance",
}


async def only(store: Store) -> Approved:
    (one,) = await store.approved.all()
    return one


async def test_a_wrong_answer_is_right_for_the_next_asker_within_seconds(
    olga: httpx.AsyncClient,
    store: Store,
    desk: Settings,
    service: ChatService,
    engine: ScriptedEngine,
) -> None:
    engine.reply = "Customers in the US can return a product within 60 days of delivery."
    async with client_of(create_api(desk, service)) as api:
        wrong = (await api.post("/predict", json={"question": US})).json()
        assert "60 days" in wrong["answer"] and wrong["approved"] is None
        item = await correction(store, question=US, passages=wrong["passages"])
        began = time.process_time()  # the machines of a CI are shared
        address, form = await decision(store, item, decision="approve", right_document="us.md")
        accepted = await post(olga, address, **form)
        assert accepted.headers["location"] == "/console/review?said=approved"
        asked = "how long can customers in the US return a product"
        right = (await api.post("/predict", json={"question": asked})).json()
        assert time.process_time() - began < 10
        assert (right["answer"], right["approved"]["by"]) == ("45 days.", "olga")
        assert right["approved"]["source"]["path"] == "us.md"
        ask = {"model": "peregrine", "messages": [{"role": "user", "content": asked}]}
        chat = (await api.post("/v1/chat/completions", json=ask)).json()
        assert chat["choices"][0]["message"]["content"] == "45 days."
        assert chat["peregrine"]["approved"] == right["approved"]
        streamed = (await api.post("/v1/chat/completions", json=ask | {"stream": True})).text
        assert '"45 days."' in streamed and '"approved": {"by": "olga"' in streamed
    (lesson,) = await store.reviews.lessons()
    assert lesson.right_answer == "45 days."
    actions = [entry.action for entry in await store.audit.newest(2)]
    assert actions == ["review.accepted", "approved.added"]


async def test_the_words_of_a_follow_up_are_written_out_before_they_are_approved(
    olga: httpx.AsyncClient, store: Store
) -> None:  # fmt: skip
    said = [{"role": "user", "content": "How long can EU customers return a product?"}]
    item = await correction(store, question="how long can US customers return it", history=said)
    address, form = await decision(store, item, decision="approve")
    refused = await post(olga, address, **form)
    assert refused.status_code == 422
    assert "cannot be understood without" in refused.text
    assert await store.approved.all() == [] and await store.reviews.lessons() == []
    unsure = await post(olga, address, **form, question=US, refuse="yes")
    assert "refusal cannot be" in unsure.text
    assert (await post(olga, address, **form, question=US)).status_code == 303
    assert (await only(store)).question == US


async def test_one_is_written_edited_confirmed_and_withdrawn(
    olga: httpx.AsyncClient, store: Store, service: ChatService
) -> None:  # fmt: skip
    saved = await post(olga, "/console/approved/save", **MADE)
    assert saved.headers["location"] == "/console/approved?said=approved_saved"
    one = await only(store)
    assert (one.document, one.approved_by, one.expires_on) == ("us.md", "olga", "2999-12-31")
    assert one.audience == "finance,legal"
    twice = await post(olga, "/console/approved/save", **MADE)
    assert twice.status_code == 422 and "already" in twice.text
    edited = MADE | {"id": one.id, "revision": "1", "answer": f"46 days. {EVIL}"}
    edited["seen"] = one.document_hash
    await post(olga, "/console/approved/save", **edited)
    typed = edited | {"answer": "47 days."}
    late = await post(olga, "/console/approved/save", **typed)
    assert late.status_code == 409 and ">47 days.</textarea>" in late.text  # it is not lost
    assert "olga changed this answer meanwhile; it is now: “46 days." in late.text
    assert 'name="revision" value="2"' in late.text  # and takes the place of what was shown
    shown = (await olga.get(f"/console/approved/view?id={one.id}")).text
    assert EVIL not in shown and "46 days." in shown
    (service.settings.knowledge / "us.md").write_text("# US returns\n\nWithin 46 days.\n")
    service.update_index()
    service.refresh()
    assert "document changed" in (await olga.get("/console/approved?state=changed")).text
    assert "whose document changed" in (await olga.get("/console")).text
    seen = service.current_generation().manifest.files["us.md"]
    form = {"id": one.id, "revision": "2"}
    for path, given in (("confirm", form), ("save", MADE | form)):
        moved = await post(olga, f"/console/approved/{path}", **given, seen="0" * 64)
        assert moved.status_code == 409 and "changed once more" in moved.text
    await post(olga, "/console/approved/confirm", **form, seen=seen)
    assert (await only(store)).document_hash == seen
    await post(olga, "/console/approved/withdraw", id=one.id, revision="3")
    assert (await only(store)).withdrawn
    actions = [entry.action.partition(".")[2] for entry in await store.audit.newest(4)]
    assert actions == ["withdrawn", "confirmed", "changed", "added"]


async def test_what_cannot_be_approved_is_said_in_the_form(
    olga: httpx.AsyncClient,
) -> None:
    wrong: list[tuple[dict[str, str], str]] = [
        ({"question": "And in the US?"}, "cannot be understood"),
        ({"answer": " "}, "Write the answer"),
        ({"document": "usa.md"}, "us.md"),
        ({"expires_on": "2020-01-01"}, "has passed"),
        ({"expires_on": "soon"}, "is no day"),
        ({"audience": "public, legal"}, "no audience"),
        ({"answer": "45 days. " * 1000}, "more than 8000"),
    ]
    for given, sentence in wrong:
        refused = await post(olga, "/console/approved/save", **MADE | given)
        assert refused.status_code == 422
        assert sentence in refused.text


async def test_a_table_goes_out_and_comes_back_the_same(
    olga: httpx.AsyncClient, store: Store
) -> None:  # fmt: skip
    evil = '=HYPERLINK("http://x","y")'
    beside = MADE | {"question": "What does '=1' cost in cell B2?", "answer": evil}
    german = MADE | {"question": "Wie lange läuft der Vertrag?", "answer": "'=2"}
    for given in (MADE, beside, german):
        await post(olga, "/console/approved/save", **given)
    table = (await olga.get("/console/approved/approved.csv")).text
    assert "'=HYPERLINK" in table and "''=2" in table and ",=" not in table
    before = await store.approved.all()
    taken = await send(olga, table.encode())
    assert taken.headers["location"] == "/console/approved?said=approved_imported"
    assert await store.approved.all() == before
    semicolons = "Question;Answer\r\nWie lange läuft der Vertrag?;Ein Jahr\r\n"
    await send(olga, semicolons.encode("utf-8-sig"))
    assert {one.answer for one in await store.approved.all()} == {"45 days.", evil, "Ein Jahr"}


async def test_a_table_that_a_spreadsheet_saved_keeps_its_days(
    olga: httpx.AsyncClient, store: Store
) -> None:  # fmt: skip
    async def taken(*days: str) -> list[str | None]:
        rows = [f"What does plan {n} cost?;5 EUR;{day};" for n, day in enumerate(days)]
        table = "\r\n".join(("question;answer;expires_on;", *rows, ";;;", ""))
        if (await send(olga, table.encode("utf-8-sig"))).status_code == 422:
            return []
        kept = sorted(await store.approved.all(), key=lambda one: one.question)
        return [one.expires_on for one in kept]

    new_year, march = "2999-12-31", "2999-03-04"
    for written in (
        ("31.12.2999", "4.3.2999"),
        ("31/12/2999", "04/03/2999"),
        ("12/31/2999", "3/4/2999"),
        ("31-12-2999", "04-03-2999"),
        ("12-31-2999", "03-04-2999"),
        ("2999/12/31", "2999/3/4"),
        (new_year, march),
    ):
        assert await taken(*written) == [new_year, march]
    for unclear in (
        ("04/03/2999", ""),
        ("04-03-2999", ""),
        ("31/12/2999", "12/31/2999"),
        ("31.13.2999", ""),
    ):
        assert await taken(*unclear) == []
    table = b"question;answer;expires_on\r\nWhat does plan 9 cost?;5 EUR;32.01.2999\r\n"
    assert "32.01.2999" in (await send(olga, table)).text  # as it was written


async def test_after_a_change_the_list_is_as_it_was(olga: httpx.AsyncClient, store: Store) -> None:
    await post(olga, "/console/approved/save", **MADE)
    one = await only(store)
    found = unescape((await olga.get("/console/approved?find=+us++RETURN&state=served")).text)
    (opened,) = re.findall(r'href="(/console/approved/view[^"]+)"', found)
    shown = unescape((await olga.get(opened)).text)
    assert 'href="/console/approved?find=+us++RETURN&state=served"' in shown
    listed = opened.partition("&list=")[2]
    for action, revision in (("save", "1"), ("withdraw", "2"), ("confirm", "3")):
        form = MADE | {"id": one.id, "revision": revision, "seen": one.document_hash}
        address = f"/console/approved/{action}?list={listed}"
        if revision == "1":
            assert f'action="{address}"' in shown
        sent = await post(olga, address, **form)
        assert sent.headers["location"].startswith(
            "/console/approved?find=+us++RETURN&state=served&said=approved_"
        )


async def test_a_table_comes_back_while_a_document_is_gone(
    olga: httpx.AsyncClient, store: Store, service: ChatService
) -> None:  # fmt: skip
    await post(olga, "/console/approved/save", **MADE)
    before = await store.approved.all()
    (service.settings.knowledge / "us.md").unlink()
    service.update_index()
    service.refresh()
    table = (await olga.get("/console/approved/approved.csv")).text
    assert ",us.md," in table and ",gone," in table
    assert (await send(olga, table.encode())).status_code == 303
    assert await store.approved.all() == before
    other = table.replace(US, "How long can customers in the US return a lamp?")
    refused = await send(olga, other.encode())
    assert refused.status_code == 422 and "us.md" in refused.text


async def test_a_table_with_a_wrong_row_changes_nothing(
    olga: httpx.AsyncClient, store: Store
) -> None:  # fmt: skip
    row = "question,answer,document\nWhat does Pro cost?,9 EUR,\n"
    for content, sentence in (
        (row + "What does Basic cost?,5 EUR,nowhere.pdf\n", "Row 3"),
        (row + "what does pro cost,8 EUR,\n", "twice"),
        ("a,b\n1,2\n", "must name the columns"),
        ("", "must name the columns"),
        (row + 'What does Basic cost?,"5 EUR\nWhat does Max cost?,7 EUR,\n', "quotation mark"),
        (row + "What does Basic cost?,5 EUR,us.md, or 4\n", "Row 3: It has more cells"),
        ("question,answer,answer\nWhat does Pro cost?,9 EUR,8 EUR\n", "“answer” is there twice"),
    ):
        refused = await send(olga, content.encode())
        assert refused.status_code == 422
        assert sentence in refused.text
    assert (await send(olga, b"\xff\xfe\x00")).status_code == 422
    assert await store.approved.all() == []


async def test_the_review_says_what_answer_it_would_replace(
    olga: httpx.AsyncClient, store: Store
) -> None:  # fmt: skip
    await post(olga, "/console/approved/save", **MADE | {"answer": "60 days."})
    _, step = await answer(store, question=US, answer="45 days.")
    await store.feedback.rate(step, 0, None)
    (item,) = await store.reviews.waiting()
    form: dict[str, Any] = {"item": item.id, "seen": item.seen, "right_answer": "45 days."}
    form["decision"] = "approve"
    address = f"/console/review/{item.key}"
    told = await post(olga, address, **form)
    assert told.status_code == 409 and "by olga: “60 days.”" in told.text
    assert (await only(store)).answer == "60 days."
    (mark,) = re.findall(r'name="replaces" value="([^"]+)"', told.text)
    await store.approved.change((await only(store)).id, ApprovedText(US, "9 days."), "adam", 1)
    again = await post(olga, address, **form, replaces=mark)
    assert again.status_code == 409 and "by adam: “9 days.”" in again.text
    (mark,) = re.findall(r'name="replaces" value="([^"]+)"', again.text)
    await post(olga, address, **form, replaces=mark)
    assert (await only(store)).answer == "45 days."


async def test_praise_waits_apart_and_teaches_when_it_is_accepted(
    olga: httpx.AsyncClient, store: Store
) -> None:  # fmt: skip
    _, step = await answer(store, question=US, answer="45 days.")
    item = await store.feedback.rate(step, 1, None)
    assert US not in (await olga.get("/console/review")).text
    assert US in (await olga.get("/console/review?kind=up")).text
    (praised,) = await store.reviews.praised()
    page = (await olga.get(f"/console/review/{praised.key}")).text
    assert ">45 days.</textarea>" in page
    form: dict[str, Any] = {"item": item, "seen": praised.seen, "right_answer": "45 days."}
    await post(olga, f"/console/review/{praised.key}", **form, decision="approve")
    (lesson,) = await store.reviews.lessons()
    assert (lesson.value, lesson.right_answer) == (1, "45 days.")
    assert (await only(store)).answer == "45 days."
    assert await store.reviews.praised() == []


async def test_praise_of_a_question_back_proposes_no_refusal(
    olga: httpx.AsyncClient, store: Store
) -> None:  # fmt: skip
    _, step = await answer(store, answer="Where?", abstained=True, choices=["US", "EU"])
    await store.feedback.rate(step, 1, None)
    (praised,) = await store.reviews.praised()
    page = (await olga.get(f"/console/review/{praised.key}")).text
    assert 'name="refuse" value="yes">' in page and ">Where?</textarea>" in page


async def test_a_decision_that_is_taken_back_takes_its_approved_answer_along(
    olga: httpx.AsyncClient, store: Store
) -> None:  # fmt: skip
    _, step = await answer(store, question=US, answer="60 days.")
    await store.feedback.rate(step, 0, None)
    (item,) = await store.reviews.waiting()
    form: dict[str, Any] = {"item": item.id, "seen": item.seen, "right_answer": "45 days."}
    address = f"/console/review/{item.key}"
    await post(olga, address, **form, decision="approve")
    await post(olga, "/console/review/reopen", item=item.id)
    assert (await only(store)).withdrawn
    # One that somebody confirmed since rests on that person.
    await post(olga, address, **form, decision="approve")
    kept = await only(store)
    await store.approved.change(kept.id, kept.text, "adam", kept.revision)
    await post(olga, "/console/review/reopen", item=item.id)
    assert not (await only(store)).withdrawn


async def test_another_decision_on_a_changed_correction_takes_the_approved_answer_back(
    olga: httpx.AsyncClient, store: Store
) -> None:  # fmt: skip
    thread, step = await answer(store, question=US, answer="60 days.")
    await store.feedback.rate(step, 0, None)
    (item,) = await store.reviews.waiting()
    form: dict[str, Any] = {"item": item.id, "right_answer": "45 days."}
    address = f"/console/review/{item.key}"
    await post(olga, address, **form, seen=item.seen, decision="approve")
    said = {"wrong": "", "right_answer": "9 days.", "right_document": ""}
    await store.feedback.correct(step, thread, **said)
    (item,) = await store.reviews.waiting()
    assert not (await only(store)).withdrawn
    await post(olga, address, **form, seen=item.seen, decision="reject")
    assert (await only(store)).withdrawn


async def send(client: httpx.AsyncClient, content: bytes) -> httpx.Response:
    file = {"file": ("approved.csv", content, "text/csv")}
    return await post(client, "/console/approved/import", files=file)
