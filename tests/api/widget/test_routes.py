"""Questions of visitors and requests to the team, with a scripted model."""

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from chatbot.api import create_api
from chatbot.errors import StoreError
from chatbot.service import ChatService
from chatbot.settings import Settings
from chatbot.store import Store
from tests.support.api import GatedEngine
from tests.support.scripted import US, HashedEmbeddings, scripted_model
from tests.support.widget import SITE, Site, events_of

PAGE = "https://help.example.com/us?a=1&b=2"
UNKNOWN = "What is the capital of Mongolia called?"


@pytest.fixture
def knowledge(knowledge: Path) -> Path:
    us = knowledge / "secret-project" / "us.md"
    us.parent.mkdir()
    text = (knowledge / "us.md").read_text()
    us.write_text(f"---\naddress: {PAGE}\naudience: public\n---\n{text}")
    (knowledge / "us.md").unlink()
    return knowledge


async def test_an_answer_streams_and_links_to_the_original_page(site: Site) -> None:
    response = await site.send("ask", question=US)
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response.text)
    text = "".join(event["text"] for event in events[:-1])
    assert [event["type"] for event in events[-2:]] == ["text", "answer"]
    assert events[-1]["parts"] == [{"text": text.strip(), "sure": True}]
    assert events[-1]["pages"] == [{"title": "US returns", "address": PAGE}]
    # Neither paths nor passages nor what answers is a visitor's business.
    assert set(events[-1]) == {"type", "visit", "refused", "parts", "pages", "choices"}
    assert "secret-project" not in response.text


async def test_what_no_page_supports_is_told_apart(site: Site, gated: GatedEngine) -> None:
    gated.reply += " Shipping costs 7 EUR \U0001f426."
    answer = await site.ask(US)
    assert [part["sure"] for part in answer["parts"]] == [True, False]
    assert "7 EUR \U0001f426." in answer["parts"][1]["text"]


async def test_a_refusal_has_no_words_for_staff(site: Site) -> None:
    response = await site.send("ask", question=UNKNOWN)
    (answer,) = events_of(response.text)
    assert (answer["refused"], answer["parts"]) == (True, [])
    assert all(page["title"] for page in answer["pages"])


async def test_only_public_documents_are_searched(site: Site, gated: GatedEngine) -> None:
    answer = await site.ask("How long can customers in the EU return a product?")
    titles = [page["title"] for page in answer["pages"]]
    assert "EU returns" not in titles
    assert not any("30 days" in prompt for prompt in gated.prompts)


async def test_a_follow_up_knows_the_visit_and_no_other_one(site: Site, gated: GatedEngine) -> None:
    first = await site.ask(f"{US} My name is Zebediah.")
    other = await site.ask(US, visit=first["visit"][:-1])  # changed: a new visit
    assert "Zebediah" not in gated.prompts[-1]
    await site.ask("And customers in the US, how long exactly?", visit=first["visit"])
    assert "Zebediah" in gated.prompts[-1]
    await site.ask("And what did the other visitor say?", visit=other["visit"])
    assert "Zebediah" not in gated.prompts[-1]


async def test_a_model_that_fails_is_said_with_a_code(site: Site, gated: GatedEngine) -> None:
    gated.broken = True
    failed = events_of((await site.send("ask", question=US)).text)[-1]
    assert (failed["type"], failed["code"]) == ("failed", "unavailable")
    gated.broken = False
    assert (await site.ask(US))["pages"]


async def test_a_request_is_kept_with_the_conversation_and_counted(
    api: Any, site: Site, store: Store
) -> None:
    visit = (await site.ask(UNKNOWN))["visit"]
    given = {"email": "zoe@example.org", "name": "Zoe\nBcc: x", "message": "Order 12, please."}
    response = await site.send("handoff", visit=visit, **given)
    assert response.status_code == 200
    (kept,) = await store.requests.waiting()
    assert response.json() == {"reference": kept.reference}
    assert kept.site == "shop"
    assert kept.packet["customer"] == "Zoe Bcc: x <zoe@example.org>"
    assert (kept.packet["question"], kept.packet["summary"]) == (UNKNOWN, given["message"])
    assert [turn["role"] for turn in kept.packet["history"]] == ["user", "assistant"]
    await api.state.parts.keeper.close()
    (day,) = (await store.statistics.days("2020")).values()
    assert (day.refused, day.handed_off) == (1, 1)
    assert [item.question for item in await store.reviews.waiting()] == [UNKNOWN]


@pytest.mark.parametrize(
    "body",
    [
        {"email": "nobody"},
        {"email": "a@b.de\nBcc: c@d.de"},
        {"email": "a b@c.de"},
        {"email": "a@b.de"},  # about nothing
        {"email": "a@b.de", "message": "x" * 4001},
        {"email": "a@b.de", "message": "x", "site": "other"},
    ],
)
async def test_a_request_that_cannot_be_answered_is_refused(
    site: Site, store: Store, body: dict[str, str]
) -> None:
    assert (await site.send("handoff", **body)).status_code == 422
    assert await store.requests.waiting() == []


async def test_what_is_wrong_with_an_address_is_said_in_words(site: Site) -> None:
    told = (await site.send("handoff", email="nobody", message="Help.")).json()["detail"]
    assert told == "'email' is not usable: it is no e-mail address such as ann@example.com."


async def test_a_request_that_is_not_kept_is_not_confirmed(
    api: Any, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> Any:
        raise StoreError("The database failed.")

    monkeypatch.setattr(api.state.parts.store.requests, "add", fail)
    response = await site.send("handoff", email="a@b.de", message="Help.")
    assert response.status_code == 503
    assert response.headers["access-control-allow-origin"] == SITE


async def test_requests_of_one_visitor_are_few(site: Site) -> None:
    sent = [await site.send("handoff", email="a@b.de", message="Help.") for _ in range(4)]
    assert [response.status_code for response in sent] == [200, 200, 200, 429]


async def test_fifty_visitors_at_once(settings: Settings, tmp_path: Path) -> None:
    """As many as may be in line are answered; the others are told at once, and nobody gets what
    is not said to that visitor."""
    busy = settings.model_copy(
        update={"data": tmp_path / "data", "answers_at_once": 2, "widget_at_once": 24}
    )
    engine = GatedEngine("Customers in the US can return a product within 45 days of delivery.")
    service = ChatService(busy, llm=scripted_model(engine), embeddings=HashedEmbeddings())
    service.warm_up()
    api = create_api(busy, service)
    store = Store(busy.database_url)
    key = (await store.widget_keys.add("shop", [SITE])).id
    engine.gate.clear()

    async def visitor(number: int) -> httpx.Response:
        transport = httpx.ASGITransport(api, client=(f"203.0.113.{number}", 1234))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            body = {"question": f"{US} I am visitor{number}x."}
            headers = {"Origin": SITE}
            return await client.post(f"/widget/{key}/ask", json=body, headers=headers)

    visitors = [asyncio.create_task(visitor(number)) for number in range(50)]
    ending = asyncio.as_completed(visitors)
    for _ in range(26):  # those who are turned away need not wait for an answer
        assert (await next(ending)).status_code == 429
    engine.gate.set()
    found = await asyncio.gather(*visitors)
    assert [r.status_code for r in found].count(200) == 24
    assert [r.status_code for r in found].count(429) == 26
    for number, response in enumerate(found):
        if response.status_code == 429:
            assert response.json()["code"] == "queue_full"
            assert int(response.headers["Retry-After"]) >= 1
            continue
        answer = events_of(response.text)[-1]
        assert answer["type"] == "answer"
        visit = api.state.parts.seal.open(answer["visit"], key)
        asked = "".join(turn["content"] for turn in visit.history)
        assert re.findall(r"visitor\d+x", asked) == [f"visitor{number}x"]
    assert api.state.parts.visitors.serving == 0
    assert len(service.line) == service.line.serving == 0
    await api.state.parts.keeper.close()
    await api.state.parts.store.close()
    await store.close()
