"""The owner's console with a scripted model: who gets in, what forms do, and what is inert."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import chainlit as cl
import httpx
import pytest
from chainlit.auth import create_jwt
from fastapi.routing import iter_route_contexts

from chatbot.console import create_console
from chatbot.console.application import console_routes
from chatbot.console.words import TEXTS
from chatbot.service import ChatService
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.approved import ApprovedText
from chatbot.store.database import now
from tests.console.conftest import PEOPLE, signed_in
from tests.support.database import PASSWORD

EVIL = '<script>window.hacked=1</script><img src=x onerror="hacked=1">'
KEY = "0" * 64
QUESTION = "How long in the US?"
CONTEXTS = list(iter_route_contexts(console_routes(None).routes))  # type: ignore[arg-type]
ROUTES = [
    (str(context.path).replace("{key}", KEY).replace("{name}", "console.css"), method)
    for context in CONTEXTS
    for method in sorted((context.methods or set()) - {"HEAD"})
]
POSTS = [path for path, method in ROUTES if method == "POST"]


async def token(client: httpx.AsyncClient) -> str:
    found = re.search(r'name="token" value="(\w+)"', (await client.get("/console/documents")).text)
    assert found
    return found[1]


async def post(client: httpx.AsyncClient, address: str, /, **data: Any) -> httpx.Response:
    files = data.pop("files", None)
    return await client.post(address, data={"token": await token(client)} | data, files=files)


def record(question: str = QUESTION, **more: Any) -> dict[str, Any]:
    shown = {"path": "us.md", "start": 0, "end": 8, "text": "45 days.", "score": 1.0}
    made = {
        "question": question,
        "history": [],
        "passages": [shown],
        "answer": "60 days.",
        "citations": [{"path": "us.md", "start": 0, "end": 8, "quote": "45 days."}],
        "abstained": False,
        "confidence": 0.7,
        "model": "scripted",
        "first_token": 0.25,
    }
    return made | more


async def answer(store: Store, by: str = "ann", **more: Any) -> tuple[str, str]:
    """An answer as the page keeps it; (thread, step)."""
    user = await store.users.get(by)
    assert user is not None
    thread, step = str(uuid.uuid4()), str(uuid.uuid4())
    made = {"id": step, "threadId": thread, "type": "assistant_message", "createdAt": now()}
    kept = record(**more)
    await store.threads.save_step(
        made | {"output": kept["answer"], "metadata": {"answer": kept}}, user.id
    )
    return thread, step


async def correction(store: Store, by: str = "ann", **more: Any) -> str:
    """A corrected answer; the judgement's id."""
    said = {"wrong": "number", "right_answer": "45 days.", "right_document": "us.md"}
    said |= {key: more.pop(key) for key in list(more) if key in said}
    thread, step = await answer(store, by, **more)
    judgement = await store.feedback.rate(step, 0, None)
    await store.feedback.correct(step, thread, **said)
    return judgement


async def waiting(store: Store) -> list[tuple[str, str]]:
    return [(item.kind, item.question) for item in await store.reviews.waiting()]


async def decision(store: Store, item: str, **more: str) -> tuple[str, dict[str, str]]:
    """The address and the form that decide on an item."""
    (found,) = [i for i in await store.reviews.waiting() if i.id == item]
    form = {"item": item, "seen": found.seen, "decision": "accept", "right_answer": "45 days."}
    return f"/console/review/{found.key}", form | more


async def settled(client: httpx.AsyncClient, address: str) -> str:
    """The items that a page says one decision settles."""
    found = re.search(r'name="settled" value="([^"]+)"', (await client.get(address)).text)
    assert found
    return found[1]


# Who gets in


def test_every_page_of_the_console_is_tried_below() -> None:
    assert {"/console", "/console/users/add", "/console/audit/audit.csv"} < {p for p, _ in ROUTES}
    assert len(POSTS) >= 13
    assert all(context.methods for context in CONTEXTS)  # nothing is mounted beside the routes


@pytest.mark.parametrize(("path", "method"), [*ROUTES, ("/console/nowhere", "GET")])
async def test_agents_and_strangers_get_no_data_from_any_address(
    console: Any, store: Store, path: str, method: str
) -> None:
    await correction(store)
    async with signed_in(console, "ann", store) as ann:
        refused = await ann.request(method, path)
    assert refused.status_code == 403
    for secret in (QUESTION, "us.md", "olga", "token", "<form"):
        assert secret not in refused.text
    async with signed_in(console) as stranger:
        sent_away = await stranger.request(method, path)
    assert sent_away.status_code == (303 if method == "GET" else 401)
    assert sent_away.headers.get("location", "/login") == "/login"
    assert QUESTION not in sent_away.text


@pytest.mark.parametrize("path", [p for p, m in ROUTES if m == "GET"])
async def test_owners_see_all_but_the_users(console: Any, store: Store, path: str) -> None:
    shown = await store.approved.add(ApprovedText("How long is it?", "A week."), "olga")
    for name in ("olga", "adam"):
        async with signed_in(console, name, store) as client:
            answered = await client.get(path, params={"path": "us.md", "id": shown})
        users = path.startswith("/console/users")
        assert answered.status_code == (403 if users and name == "olga" else 200)


@pytest.mark.parametrize("path", POSTS)
async def test_a_form_without_its_token_changes_nothing(
    console: Any, store: Store, adam: httpx.AsyncClient, path: str, knowledge: Path
) -> None:
    judgement = await correction(store)
    (item,) = await store.reviews.waiting()
    form = {"name": "eve", "password": PASSWORD, "role": "admin", "sure": "yes", "path": "us.md"}
    form |= {"item": judgement, "seen": item.seen, "decision": "accept", "mark": "done"}
    async with signed_in(console, "olga", store) as other:
        foreign = await token(other)
    address = path.replace(KEY, item.key)
    before = await store.audit.newest(100)
    for given in ({}, {"token": ""}, {"token": foreign}, {"token": "\u00e9"}):
        assert (await adam.post(address, data=form | given)).status_code == 403
    right = form | {"token": await token(adam)}
    for headers in ({"Origin": "https://evil.example.org"}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await adam.post(address, data=right, headers=headers)).status_code == 403
    assert await store.audit.newest(100) == before
    assert len(await store.reviews.waiting()) == 1
    assert (knowledge / "us.md").is_file()


async def test_a_removed_or_demoted_person_is_out_at_once(
    console: Any, store: Store, olga: httpx.AsyncClient
) -> None:
    assert (await olga.get("/console")).status_code == 200
    await store.users.change("olga", role="agent", by="adam")
    assert (await olga.get("/console")).status_code == 403
    await store.users.remove("olga")
    assert (await olga.get("/console")).status_code == 303


async def test_another_password_ends_every_session_with_the_old_one(
    console: Any, store: Store, adam: httpx.AsyncClient, olga: httpx.AsyncClient
) -> None:
    form = {"name": "olga", "password": f"{PASSWORD} again"}
    assert (await post(adam, "/console/users/password", **form)).status_code == 303
    assert (await olga.get("/console")).status_code == 303
    async with signed_in(console, "olga", store) as new:
        assert (await new.get("/console")).status_code == 200


async def test_a_forged_session_is_nobodys(console: Any) -> None:
    async with signed_in(console) as client:
        client.cookies.set("access_token", create_jwt(cl.User(identifier="adam"))[:-4] + "AAAA")
        assert (await client.get("/console")).status_code == 303


async def test_an_open_console_follows_the_page(
    desk: Settings, service: ChatService, store: Store
) -> None:
    console = create_console(desk, service, store)
    async with signed_in(console) as local:
        assert (await local.get("/console/users")).status_code == 200
        assert (await post(local, "/console/documents/index")).status_code == 303
        assert (await local.post("/console/documents/index")).status_code == 403
        away = await local.get("/console", headers={"Host": "evil.example.org"})
        assert away.status_code == 421


async def test_a_proxys_header_counts_from_the_proxy_only(
    desk: Settings, service: ChatService, store: Store
) -> None:
    await store.users.add("olga", None, "owner")
    by_proxy = {"auth_header": "X-User", "auth_proxies": ("127.0.0.1",)}
    for proxies, status in ((("127.0.0.1",), 200), (("10.0.0.1",), 401)):
        settings = desk.model_copy(update=by_proxy | {"auth_proxies": proxies})
        async with signed_in(create_console(settings, service, store)) as client:
            found = await client.get("/console", headers={"X-User": "olga"})
        assert found.status_code == status


async def test_pages_run_nothing_but_our_own_script(olga: httpx.AsyncClient) -> None:
    found = await olga.get("/console")
    policy = found.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy and "http" not in policy
    assert found.headers["cache-control"] == "no-store"
    assert not re.search(r"<(script|style)[^>]*>[^<]|\son\w+=|style=", found.text)


@pytest.mark.parametrize("language", TEXTS.by_language)
async def test_pages_speak_the_readers_language(olga: httpx.AsyncClient, language: str) -> None:
    asked = {"Accept-Language": f"xx, {language}-CH;q=0.9, en;q=0.5"}
    for path in ("", "/documents", "/review", "/gaps", "/requests", "/audit"):
        found = (await olga.get(f"/console{path}", headers=asked)).text
        assert f'<html lang="{language}">' in found
        assert TEXTS.by_language[language]["to_chat"].replace("'", "&#39;") in found


async def test_a_large_body_is_refused(olga: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"item=" + b"x" * 16_384 + b"&"

    form = {"content-type": "application/x-www-form-urlencoded"}
    assert (await olga.post("/console/gaps", content=b"x" * 300_000)).status_code == 413
    streamed = await olga.post("/console/gaps", content=pieces(), headers=form)
    assert streamed.status_code == 413


# Review


async def test_only_accepted_corrections_teach(olga: httpx.AsyncClient, store: Store) -> None:
    first, second = await correction(store), await correction(store, question="And to Norway?")
    assert await store.reviews.lessons() == []
    address, form = await decision(store, first, right_answer="45 days, from delivery.")
    assert (await post(olga, address, **form)).headers["location"].startswith("/console/review")
    address, form = await decision(store, second, decision="reject")
    await post(olga, address, **form)
    (lesson,) = await store.reviews.lessons()
    assert (lesson.id, lesson.right_answer) == (first, "45 days, from delivery.")
    assert lesson.answer["passages"][0]["path"] == "us.md"
    assert await waiting(store) == []
    actions = [entry.action for entry in await store.audit.newest(2)]
    assert actions == ["review.rejected", "review.accepted"]


async def test_a_form_that_comes_twice_is_one_decision(
    olga: httpx.AsyncClient, adam: httpx.AsyncClient, store: Store
) -> None:
    item = await correction(store)
    address, form = await decision(store, item)
    once = await asyncio.gather(*(post(olga, address, **form) for _ in range(3)))
    assert [found.status_code for found in once] == [303] * 3
    assert len(await store.reviews.lessons()) == 1
    assert [e.action for e in await store.audit.newest(9)].count("review.accepted") == 1
    other = await post(adam, address, **form | {"right_answer": f"46 days. {EVIL}"})
    assert other.status_code == 409
    assert "46 days." in other.text and "olga" in other.text  # what was typed is not lost
    assert (await store.reviews.lessons())[0].right_answer == "45 days."


async def test_a_document_that_does_not_exist_is_refused_with_the_nearest(
    olga: httpx.AsyncClient, store: Store
) -> None:
    item = await correction(store)
    address, form = await decision(store, item, right_document="usa.md", right_answer="My words.")
    refused = await post(olga, address, **form)
    assert refused.status_code == 422
    assert "us.md" in refused.text and "My words." in refused.text
    assert await store.reviews.lessons() == []
    await post(olga, address, **form | {"right_document": "US.md"})
    assert [lesson.right_document for lesson in await store.reviews.lessons()] == ["us.md"]


async def test_an_accepted_answer_needs_words_or_a_refusal(
    olga: httpx.AsyncClient, store: Store
) -> None:
    address, form = await decision(store, await correction(store), right_answer=" ")
    assert (await post(olga, address, **form)).status_code == 422
    assert (await post(olga, address, **form | {"refuse": "yes"})).status_code == 303
    (lesson,) = await store.reviews.lessons()
    assert (lesson.wrong, lesson.right_answer) == ("should_refuse", "")


async def test_one_decision_settles_the_same_question_and_is_taken_back_with_it(
    olga: httpx.AsyncClient, store: Store
) -> None:
    first = await correction(store)
    await correction(store, question="how long in the us")
    await answer(store, question="How long, in the US?", abstained=True)
    await answer(store, question=QUESTION, history=[{"role": "user", "content": "E-3?"}],
                 abstained=True)  # fmt: skip
    listed = (await olga.get("/console/review")).text
    assert listed.count("<h2>") == 2
    address, form = await decision(store, first, settle_all="yes")
    await post(olga, address, **form, settled=await settled(olga, address))
    assert await waiting(store) == [("refused", QUESTION)]  # that one follows another question
    assert len(await store.reviews.lessons()) == 1
    await post(olga, "/console/review/reopen", item=first)
    await post(olga, "/console/review/reopen", item=first)
    assert len(await store.reviews.waiting()) == 4
    assert await store.reviews.lessons() == []


async def test_a_rejection_settles_no_correction_that_says_otherwise(
    olga: httpx.AsyncClient, store: Store
) -> None:  # fmt: skip
    wrong = await correction(store, right_answer="90 days.")
    right = await correction(store, by="olga", right_answer="45 days.")
    await correction(store, right_answer="90 days.")
    await answer(store, abstained=True)
    address, form = await decision(store, wrong, decision="reject", settle_all="yes")
    sent = await post(olga, address, **form, settled=await settled(olga, address))
    assert sent.headers["location"] == f"{address}?said=rejected"
    assert [item.id for item in await store.reviews.waiting()] == [right]


async def test_a_second_answer_to_a_question_is_shown_with_the_one_that_is_taught(
    olga: httpx.AsyncClient, store: Store
) -> None:  # fmt: skip
    first = await correction(store, right_answer="45 days.", question="How long, in the US?")
    address, form = await decision(store, first)
    assert "Accepted already" not in (await olga.get(address)).text
    await post(olga, address, **form)
    await correction(store, right_answer="60 days.")
    follow_up = [{"role": "user", "content": "And lamps?"}]
    await correction(store, history=follow_up)
    other = next(i for i in await store.reviews.waiting() if i.key not in address)
    shown = (await olga.get(address)).text
    assert "Accepted already" in shown and "45 days.</blockquote>" in shown
    (found,) = re.findall(r'href="(/console/review/decided[^"]+)"', unescape(shown))
    assert first in (await olga.get(found)).text
    assert "Accepted already" not in (await olga.get(f"/console/review/{other.key}")).text
    await post(olga, "/console/review/reopen", item=first)
    assert "Accepted already" not in (await olga.get(address)).text


async def test_an_old_decision_is_found_behind_hundreds_of_newer_ones(
    olga: httpx.AsyncClient, store: Store
) -> None:  # fmt: skip
    item = await correction(store, question="Wie lange ist die Rückgabefrist?")
    address, form = await decision(store, item)
    await post(olga, address, **form)
    for number in range(55):
        await answer(store, question=f"Unknown {number}?", abstained=True)
    await store.reviews.decide_all(await store.reviews.waiting(), "ignored", "olga")
    decided = "/console/review/decided"
    assert item not in (await olga.get(decided)).text
    assert "ignored (55)" in (await olga.get(decided)).text
    for query in ("page=2", "status=accepted", "find=r%C3%BCckgabe++"):
        assert item in (await olga.get(f"{decided}?{query}")).text
    assert "Nothing was found" in (await olga.get(f"{decided}?find=other")).text
    taken = await post(olga, "/console/review/reopen?list=status%3Dignored%26page%3D2", item=item)
    assert taken.headers["location"] == f"{decided}?status=ignored&page=2&said=reopened"
    assert await store.reviews.lessons() == []


async def test_the_list_of_the_review_is_as_it_was_after_each_decision(
    olga: httpx.AsyncClient, store: Store
) -> None:  # fmt: skip
    two = [await correction(store, right_answer=text) for text in ("45 days.", "46 days.")]
    query = "kind=correction&order=frequent"
    page = unescape((await olga.get(f"/console/review?{query}&said=accepted")).text)
    (opened,) = re.findall(r'href="(/console/review/[0-9a-f]{64}\?list=[^"]+)"', page)
    shown = unescape((await olga.get(opened)).text)
    assert f'href="/console/review?{query}"' in shown and f'action="{opened}"' in shown
    form = [(await decision(store, item))[1] for item in two]
    wrong = await post(olga, opened, **form[0] | {"right_answer": ""})
    assert f'action="{opened}"' in unescape(wrong.text)
    first = await post(olga, opened, **form[0])
    assert first.headers["location"] == f"{opened}&said=accepted"  # another one waits there
    second = await post(olga, opened, **form[1])
    assert second.headers["location"] == f"/console/review?{query}&said=accepted"
    assert f'href="/console/review?{query}"' in unescape((await olga.get(opened)).text)
    again = await post(olga, opened, **form[1])
    assert again.headers["location"] == second.headers["location"]
    strange = opened.split("?")[0] + "?list=https%3A%2F%2Fexample.org%2F%3Fa%3D1"
    leads = re.findall(r'href="([^"]+)"', unescape((await olga.get(strange)).text))
    assert all(address.startswith(("/", "#")) for address in leads)


async def test_what_came_or_was_changed_since_the_page_was_made_waits(
    olga: httpx.AsyncClient, store: Store
) -> None:
    said = {"wrong": "", "right_answer": "45 days.", "right_document": ""}
    thread, step = await answer(store)
    changed = await store.feedback.rate(step, 0, None)
    first, _ = await correction(store), await correction(store)
    address, form = await decision(store, first, settle_all="yes")
    shown = await settled(olga, address)
    assert len(shown.split()) == 3
    await store.feedback.correct(step, thread, **said)
    late = await correction(store)
    sent = await post(olga, address, **form, settled=shown)
    assert sent.headers["location"].partition("?")[0].endswith(address)  # there is more to decide
    assert {item.id for item in await store.reviews.waiting()} == {changed, late}


async def test_an_answer_waits_once_however_it_was_judged(store: Store, console: Any) -> None:
    _, step = await answer(store, abstained=True)
    assert await waiting(store) == [("refused", QUESTION)]
    await store.feedback.rate(step, 0, "no")
    assert await waiting(store) == [("down", QUESTION)]
    await store.feedback.rate(step, 1, None)
    assert await waiting(store) == []  # praised: a refusal that was right
    assert [item.kind for item in await store.reviews.praised()] == ["up"]
    assert await store.reviews.lessons() == []


async def test_an_owners_word_counts_more_than_praise(
    olga: httpx.AsyncClient, store: Store
) -> None:
    _, step = await answer(store)
    item = await store.feedback.rate(step, 0, None)
    address, form = await decision(store, item)
    await post(olga, address, **form)
    await store.feedback.rate(step, 1, None)
    (lesson,) = await store.reviews.lessons()
    assert (lesson.value, lesson.right_answer) == (0, "45 days.")


@pytest.mark.parametrize("path", ["documents", "review", "audit", "documents/view"])
@pytest.mark.parametrize("number", ["0", "-1", "9" * 5000, "x", "\u0663", "2"])
async def test_any_number_in_an_address_is_a_page(
    olga: httpx.AsyncClient, path: str, number: str
) -> None:
    asked = dict.fromkeys(("page", "part", "before"), number) | {"path": "us.md"}
    assert (await olga.get(f"/console/{path}", params=asked)).status_code == 200


async def test_a_correction_that_is_changed_waits_again(
    olga: httpx.AsyncClient, store: Store
) -> None:
    thread, step = await answer(store)
    item = await store.feedback.rate(step, 0, None)
    said = {"wrong": "", "right_document": ""}
    await store.feedback.correct(step, thread, right_answer="45 days.", **said)
    address, form = await decision(store, item)
    await store.feedback.correct(step, thread, right_answer="50 days.", **said)
    stale = await post(olga, address, **form)
    assert stale.status_code == 409
    address, form = await decision(store, item, right_answer="50 days.")
    await post(olga, address, **form)
    await store.feedback.correct(step, thread, right_answer="55 days.", **said)
    assert await waiting(store) == [("correction", QUESTION)]


async def test_what_was_accepted_outlives_its_conversation(
    olga: httpx.AsyncClient, store: Store
) -> None:
    kept, lost = await correction(store), await correction(store, question="Other?")
    address, form = await decision(store, kept)
    await post(olga, address, **form)
    address, form = await decision(store, lost)
    await store.users.remove("ann")
    assert [lesson.id for lesson in await store.reviews.lessons()] == [kept]
    gone = await post(olga, address, **form)
    assert gone.status_code == 409
    assert "45 days." in gone.text


async def test_what_people_and_documents_say_is_inert(
    adam: httpx.AsyncClient, store: Store, knowledge: Path, service: ChatService
) -> None:
    name = "<img src=x onerror=hacked>.md"
    (knowledge / name).write_text(f"# {EVIL}\n\nText {EVIL}\n")
    service.update_index()
    service.refresh()
    await store.users.add(EVIL[:60], None)
    said = {"wrong": EVIL, "right_answer": EVIL, "right_document": EVIL, "answer": EVIL}
    passages = [{"path": name, "text": EVIL, "start": 0, "end": 1, "score": 1}]
    turns = [{"role": "user", "content": EVIL}]
    await correction(store, EVIL[:60], question=EVIL, passages=passages, history=turns, **said)
    await answer(store, question=EVIL, abstained=True, passages=passages)
    (first, second) = await store.reviews.waiting()
    paths = ["", "/documents", "/review", f"/review/{first.key}", f"/review/{second.key}",
             "/gaps", "/users", "/audit", "/review/decided"]  # fmt: skip
    pages = [await adam.get(f"/console{path}") for path in paths]
    pages += [await adam.get("/console/documents", params={"find": EVIL, "state": EVIL})]
    pages += [await adam.get("/console/documents/view", params={"path": name})]
    address, form = await decision(store, first.id, right_answer=EVIL, right_document=EVIL)
    pages += [await post(adam, address, **form)]
    for found in pages:
        assert found.status_code in (200, 422)
        assert "<img" not in found.text
        assert found.text.count("<script") == 1
    assert sum("&lt;script&gt;" in found.text for found in pages) >= 6


# Gaps


async def test_gaps_have_dates_and_askers_and_are_marked_once(
    olga: httpx.AsyncClient, store: Store
) -> None:
    await answer(store, question="Do you ship to Norway?", abstained=True)
    assert "1 question (1 refused, " in (await olga.get("/console/gaps")).text
    await answer(store, "adam", question="Can you ship to Norway please?", abstained=True)
    await correction(store)
    page = (await olga.get("/console/gaps")).text
    assert "adam, ann" in page and 'view?path=us.md">us.md</a>' in page
    assert page.count("<article") == 1
    (items,) = re.findall(r'name="items" value="([^"]+)"', page)
    for _ in range(2):
        assert (await post(olga, "/console/gaps", mark="done", items=items)).status_code == 303
    assert "<article" not in (await olga.get("/console/gaps")).text
    assert await waiting(store) == [("correction", QUESTION)]
    assert [e.action for e in await store.audit.newest(9)].count("review.done") == 2
    assert (await post(olga, "/console/gaps", mark="x", items=items)).status_code == 422


async def test_a_gap_leads_to_no_document_that_was_deleted(
    olga: httpx.AsyncClient, store: Store
) -> None:  # fmt: skip
    passages = [{"path": "deleted.md", "start": 0, "end": 5, "text": "Long.", "score": 1.0}]
    await answer(store, question="Do you ship to Norway?", abstained=True, passages=passages)
    page = (await olga.get("/console/gaps")).text
    assert "deleted.md" in page and "view?path=deleted.md" not in page


async def test_a_gap_of_more_questions_than_a_form_has_fields_is_marked_in_parts(
    olga: httpx.AsyncClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.console.gaps._AT_ONCE", 2)
    for _ in range(3):
        await answer(store, question="Do you ship to Norway?", abstained=True)
    for left in (1, 0):
        page = (await olga.get("/console/gaps")).text
        (items,) = re.findall(r'name="items" value="([^"]+)"', page)
        await post(olga, "/console/gaps", mark="done", items=items)
        assert len(await waiting(store)) == left


# Overview


async def test_the_overview_counts_what_the_page_keeps(
    olga: httpx.AsyncClient, store: Store
) -> None:
    _, step = await answer(store)
    await answer(store, abstained=True, first_token=None)
    await answer(store, abstained=True, first_token=None, choices=["A", "B", "C"])
    await store.feedback.rate(step, 1, None)
    user = await store.users.get("ann")
    handed = {"id": str(uuid.uuid4()), "threadId": str(uuid.uuid4()), "type": "assistant_message",
              "output": "Packet", "metadata": {"handoff": True}, "createdAt": now()}  # fmt: skip
    for _ in range(2):  # Chainlit saves a step again and again
        await store.threads.save_step(handed, user.id if user else None)
    (day,) = (await store.statistics.days("2000-01-01")).values()
    assert (day.questions, day.answered, day.refused, day.handed_off) == (3, 1, 1, 1)
    assert day.asked_back == 1
    assert len(await store.reviews.waiting()) == 1  # asked back is no gap
    assert (day.up, day.down, day.first_token) == (1, 0, 0.25)
    assert await store.statistics.citations(["us.md", "eu.md"]) == {"us.md": 3}
    page = (await olga.get("/console")).text
    counts = ("3", "1", "1", "1", "1", "1", "0", "0.25")
    # Today, and in 30 days.
    assert page.count("".join(f"<td>{count}</td>" for count in counts)) == 2
    assert page.count("<svg") == 4
    assert '<rect class="refused"' in page and '<rect class="asked_back"' in page
    await store.threads.delete_step(step)
    assert await store.statistics.citations(["us.md", "eu.md"]) == {"us.md": 2}


# Users and the log


async def test_admins_keep_the_users(adam: httpx.AsyncClient, store: Store, console: Any) -> None:
    new = {"name": "eve", "password": PASSWORD, "role": "agent"}
    assert (await post(adam, "/console/users/add", **new)).status_code == 303
    again = await post(
        adam, "/console/users/add", **new | {"role": "admin", "password": "other!!!"}
    )
    assert again.status_code == 422
    assert await store.users.check("eve", PASSWORD)
    await post(adam, "/console/users/role", name="eve", role="owner")
    assert (await store.users.check("eve", PASSWORD)).role == "owner"  # type: ignore[union-attr]
    await post(adam, "/console/users/password", name="eve", password="another horse")
    assert await store.users.check("eve", "another horse")
    assert (await post(adam, "/console/users/remove", name="eve")).status_code == 422
    assert (await post(adam, "/console/users/remove", name="eve", sure="yes")).status_code == 303
    assert await store.users.get("eve") is None
    said = [(e.who, e.action, e.target) for e in await store.audit.newest(4)]
    assert said == [
        ("adam", "user.removed", "eve"),
        ("adam", "user.password", "eve"),
        ("adam", "user.role", "eve"),
        ("adam", "user.added", "eve"),
    ]
    assert not any("horse" in e.detail for e in await store.audit.newest(99))


async def test_of_two_who_add_a_name_at_once_one_does(
    adam: httpx.AsyncClient, store: Store
) -> None:  # fmt: skip
    given = [{"name": "eve", "role": "agent", "password": f"{n} horses!"} for n in "34"]
    answers = await asyncio.gather(*(post(adam, "/console/users/add", **one) for one in given))
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    first = answers[1].status_code == 303
    assert await store.users.check("eve", str(given[first]["password"]))


async def test_a_long_text_is_refused_and_never_cut(
    adam: httpx.AsyncClient, store: Store
) -> None:  # fmt: skip
    item = await correction(store)
    path, form = await decision(store, item, right_answer="45 days. " * 1000)
    for address, given in (
        (path, form),
        ("/console/users/groups", {"name": "ann", "groups": "legal," * 300}),
        ("/console/users/password", {"name": "ann", "password": "x" * 2000}),
    ):
        refused = await post(adam, address, **given)
        assert refused.status_code == 422
        assert "characters; shorten it" in refused.text
    assert ("correction", QUESTION) in await waiting(store)
    assert await store.users.check("ann", PASSWORD)


async def test_a_disk_that_refuses_and_a_database_that_is_gone_are_said(
    adam: httpx.AsyncClient, desk: Settings
) -> None:
    (desk.data / "cases").write_text("a file where a folder is to be")
    refused = await post(adam, "/console/tests/upload", files={"file": ("a.jsonl", b"{}")})
    assert refused.status_code == 503
    assert "cases: File exists." in refused.text
    desk.database_file.rename(desk.data / "elsewhere.db")
    for page in ("/console/audit/audit.csv", "/console/users", "/console"):
        assert (await adam.get(page)).status_code == 503


async def test_the_last_admin_stays(adam: httpx.AsyncClient, store: Store) -> None:
    for path, form in (("role", {"role": "agent"}), ("remove", {"sure": "yes"})):
        refused = await post(adam, f"/console/users/{path}", name="adam", **form)
        assert refused.status_code == 422
    bad = {"name": "x", "password": "short", "role": "agent"}
    assert (await post(adam, "/console/users/add", **bad)).status_code == 422
    assert (await post(adam, "/console/users/role", name="x", role="admin")).status_code == 422


async def test_the_log_is_exported_whole_and_without_formulas(
    olga: httpx.AsyncClient, store: Store
) -> None:
    for number in range(120):
        await store.audit.add("olga", "test", f"=cmd|{number}", 'a "quoted", text')
    page = (await olga.get("/console/audit")).text
    assert 'rel="next"' in page
    assert page.count("<code>test</code>") == 100
    found = await olga.get("/console/audit/audit.csv")
    assert found.headers["content-disposition"].startswith("attachment")
    lines = found.text.splitlines()
    assert lines[0] == "\ufeffid,at,who,action,target,detail"  # Excel reads UTF-8 by the mark
    assert len(lines) == 1 + 120 + len(PEOPLE)
    assert lines[-1].endswith(',olga,test,\'=cmd|119,"a ""quoted"", text"')


# Requests


async def test_a_visitors_request_waits_until_somebody_has_answered(
    olga: httpx.AsyncClient, store: Store
) -> None:
    said = [{"role": "user", "content": EVIL}]
    packet = {"question": f"A lamp? {EVIL}", "summary": EVIL, "history": said}
    kept = await store.requests.add("shop", packet | {"customer": "zoe@example.org"})
    shown = (await olga.get("/console/requests")).text
    assert EVIL not in shown
    assert all(text in shown for text in (kept.reference, "zoe@example.org", "A lamp?"))
    for _ in range(2):
        assert (await post(olga, "/console/requests", request=kept.id)).status_code == 303
    assert await store.requests.waiting() == []
    done = [each for each in await store.audit.newest(9) if each.action == "request.done"]
    assert [(each.who, each.target) for each in done] == [("olga", kept.reference)]
