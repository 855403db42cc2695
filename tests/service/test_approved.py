"""Approved answers: served word for word to the right questions, and to no others."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chatbot.answering.events import Answered, Token
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING, VISITOR, Asker, staff
from chatbot.errors import StoreError
from chatbot.memory import Turn
from chatbot.service import ChatService
from chatbot.service.approved import can_be_approved, name_test
from chatbot.store import Store
from chatbot.store.approved import ApprovedText
from tests.support.answers import ask
from tests.support.database import put_database
from tests.support.scripted import US, ScriptedEngine

WORDS = "45 days from delivery, *unopened* or not: that is *our* rule."


@pytest.fixture
async def store(service: ChatService, tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(put_database(f"sqlite:///{tmp_path / 'desk.db'}"))
    service.serve_approved(store.approved)
    yield store
    await store.close()


def about_us(service: ChatService, **more: str) -> ApprovedText:
    files = service.current_generation().manifest.files
    return replace(ApprovedText(US, WORDS, "us.md", files["us.md"]), **more)


async def test_it_is_given_word_for_word_at_once_and_no_model_is_asked(
    service: ChatService, store: Store, engine: ScriptedEngine
) -> None:
    assert (await ask(service, US)).approved is None
    read = len(engine.prompts)
    await store.approved.add(about_us(service), "olga")
    asked = Question("how long can customers in the US return a product", asker=EVERYTHING)
    events = [event async for event in service.answer(asked)]
    assert [event.text for event in events if isinstance(event, Token)] == [WORDS]
    assert isinstance(events[-1], Answered)
    found = events[-1].answer.as_dict()
    assert (found["answer"], found["abstained"], found["confidence"]) == (WORDS, False, 1.0)
    assert found["approved"]["by"] == "olga"
    assert found["approved"]["at"].startswith(datetime.now(UTC).date().isoformat())
    assert found["approved"]["source"] == {"path": "us.md", "address": ""}
    assert (await ask(service, "How long can customers in the US return products?")).answer == WORDS
    assert len(engine.prompts) == read


@pytest.mark.parametrize(
    "question",
    [
        "How long can customers in the EU return a product?",
        "How long can customers return a product?",
        "How long can customers in the US not return a product?",
        "How long can customers in the US return 2 products?",
        "Where can customers in the US return a product?",
    ],
)
async def test_a_near_question_is_the_models(
    service: ChatService, store: Store, question: str
) -> None:
    await store.approved.add(about_us(service), "olga")
    assert (await ask(service, question)).approved is None


async def test_it_is_given_in_the_form_that_is_wanted_but_not_in_another_language(
    service: ChatService, store: Store, engine: ScriptedEngine
) -> None:
    await store.approved.add(about_us(service), "olga")
    answered: list[Turn] = [
        {"role": "user", "content": US},
        {"role": "assistant", "content": WORDS},
    ]
    for turn, text in (
        ("are you sure?", WORDS),
        ("in English please", WORDS),
        ("as bullet points", f"- {WORDS}"),
        ("as an e-mail to the customer", f"Hello,\n\n{WORDS}\n\nKind regards"),
    ):
        answer = await ask(service, turn, answered)
        assert answer.approved is not None and answer.answer == text
        kept = answer.record(Question(turn, answered, asker=EVERYTHING))
        assert (kept["question"], kept["history"]) == (US, [])
    engine.reply = "Wie lange können Kunden in den USA ein Produkt zurückgeben?"
    assert (await ask(service, "in German please", answered)).approved is None


async def test_a_follow_up_never_matches_by_its_own_words(
    service: ChatService, store: Store
) -> None:
    await store.approved.add(about_us(service, question="And the return period?"), "olga")
    await store.approved.add(about_us(service), "olga")
    said = [{"role": "user", "content": "Tell me of the EU rules on products."},
            {"role": "assistant", "content": "Customers can return them."}]  # fmt: skip
    assert (await ask(service, "And the return period?", said)).approved is None  # type: ignore[arg-type]
    assert (await ask(service, US, said)).approved is None  # type: ignore[arg-type]
    again = [{"role": "user", "content": US}, {"role": "assistant", "content": "60 days."}]
    assert (await ask(service, US, again)).answer == WORDS  # type: ignore[arg-type]


async def test_it_is_not_given_once_its_document_changed_until_somebody_confirms(
    service: ChatService, store: Store, knowledge: Path
) -> None:
    made = await store.approved.add(about_us(service), "olga")
    before = (knowledge / "us.md").read_text()
    (knowledge / "us.md").write_text(before.replace("45", "60"))
    service.update_index()
    service.refresh()
    assert (await ask(service, US)).approved is None
    await store.approved.change(made, about_us(service, answer="60 days."), "adam", 1)
    assert (await ask(service, US)).answer == "60 days."
    (knowledge / "us.md").unlink()
    service.update_index()
    service.refresh()
    assert (await ask(service, US)).approved is None


async def test_it_expires_after_its_last_day_and_ends_when_withdrawn(
    service: ChatService, store: Store
) -> None:
    today = datetime.now(UTC).date()
    yesterday = (today - timedelta(days=1)).isoformat()
    made = await store.approved.add(about_us(service, expires_on=yesterday), "olga")
    assert (await ask(service, US)).approved is None
    last = about_us(service, expires_on=today.isoformat())
    await store.approved.change(made, last, "olga", 1)
    assert (await ask(service, US)).answer == WORDS
    await store.approved.withdraw(made, "olga", 2)
    assert (await ask(service, US)).approved is None


async def test_a_question_about_ones_own_upload_is_the_models(
    service: ChatService, store: Store
) -> None:
    await store.approved.add(about_us(service), "olga")
    own = Question(US, documents=service.current_generation(), asker=EVERYTHING)
    events = [event async for event in service.answer(own)]
    assert isinstance(events[-1], Answered)
    assert events[-1].answer.approved is None


async def test_it_is_given_to_those_alone_whom_it_is_for(
    service: ChatService, store: Store
) -> None:
    async def approved_for(asker: Asker) -> bool:
        events = [event async for event in service.answer(Question(US, asker=asker))]
        assert isinstance(events[-1], Answered)
        return events[-1].answer.approved is not None

    made = await store.approved.add(about_us(service), "olga")
    assert [await approved_for(who) for who in (staff(), VISITOR)] == [True, False]
    await store.approved.change(made, about_us(service, audience="finance,legal"), "olga", 1)
    assert [await approved_for(who) for who in (staff(["legal"]), staff())] == [True, False]
    await store.approved.change(made, about_us(service, audience="public"), "olga", 2)
    assert await approved_for(VISITOR)
    shown = [event async for event in service.answer(Question(US, asker=VISITOR))][-1]
    assert isinstance(shown, Answered) and shown.answer.approved
    assert shown.answer.approved.as_dict()["source"] is None  # the document is for staff


async def test_the_last_known_are_given_while_the_database_is_away(
    service: ChatService, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.approved.add(about_us(service), "olga")
    assert (await ask(service, US)).answer == WORDS

    async def fail() -> tuple[int, int]:
        raise StoreError("This could not be read, because the database failed: gone.")

    monkeypatch.setattr(store.approved, "stamp", fail)
    assert (await ask(service, US)).answer == WORDS


def test_a_question_that_leans_on_others_cannot_be_approved() -> None:
    assert not can_be_approved("And in the US?")
    assert not can_be_approved("what about business customers")
    assert not can_be_approved("why?")
    assert can_be_approved("opening hours?")


def test_names_are_what_the_documents_write_with_a_capital_inside_of_sentences() -> None:
    is_name = name_test(["Take the Brook plan. The river is wide, and Returns end.", "A brook."])
    assert not is_name("brook")  # as often without
    assert name_test(["Take the Brook plan."])("brook")
    assert not is_name("river")
