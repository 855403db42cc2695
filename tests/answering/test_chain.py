"""The chain with a scripted model: what it remembers, searches, refuses and cites."""

import asyncio
from contextlib import aclosing

import pytest

from chatbot.answering.events import PassagesFound, Token
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.errors import QuestionError
from chatbot.memory import Turn
from chatbot.service import ChatService
from tests.support.answers import ask
from tests.support.scripted import ScriptedEngine

EU: list[Turn] = [
    {"role": "user", "content": "How long can customers in the EU return a product?"},
    {"role": "assistant", "content": "Within 30 days of delivery."},
]


def add_invoices(service: ChatService) -> None:
    """A page on another topic than those on returns."""
    invoices = "# Invoices\n\nInvoices are sent by mail on the first working day of a month.\n"
    (service.settings.knowledge / "invoices.md").write_text(invoices)
    service.update_index()


async def test_answer_streams_and_cites_verbatim(service: ChatService) -> None:
    question = "How long can customers in the US return a product?"
    events = [event async for event in service.answer(Question(question, asker=EVERYTHING))]
    assert isinstance(events[0], PassagesFound)
    assert sum(isinstance(event, Token) for event in events) > 5
    answer = (await ask(service, question)).as_dict()
    citation = answer["citations"][0]
    text = (service.settings.knowledge / citation["path"]).read_text()
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert citation["path"] == "us.md"
    assert "45 days" in citation["quote"]


async def test_citations_have_the_address_of_the_original(service: ChatService) -> None:
    document = service.settings.knowledge / "us.md"
    address = "https://help.example.com/us"
    document.write_text(f"---\naddress: {address}\n---\n{document.read_text()}")
    (service.settings.knowledge / "other.md").write_text("About something else.\n")
    for _ in range(2):  # the second build takes the address over from the first
        service.update_index()
        answer = await ask(service, "How long can customers in the US return a product?")
        assert [citation.address for citation in answer.citations] == [address]
        shown = {passage["path"]: passage["address"] for passage in answer.as_dict()["passages"]}
        assert shown["us.md"] == address and shown["eu.md"] == ""
        (service.settings.knowledge / "other.md").write_text("About one more thing.\n")


async def test_follow_up_uses_the_previous_turn(
    service: ChatService, engine: ScriptedEngine
) -> None:
    answer = await ask(service, "And in the US?", EU)
    assert not answer.abstained
    assert answer.passages[0].path in {"us.md", "eu.md"}
    prompt = engine.prompts[-1]
    assert prompt.index("in the EU return") < prompt.index("And in the US?")


async def test_the_model_reads_no_turns_that_a_question_does_not_go_on_from(
    service: ChatService, engine: ScriptedEngine
) -> None:
    add_invoices(service)
    returns: list[Turn] = [
        {"role": "user", "content": "Wie lange können Kunden in der EU ein Produkt zurückgeben?"},
        {"role": "assistant", "content": "Innerhalb von 30 Tagen."},
    ]
    answer = await ask(service, "when do we send invoices by mail?", returns)
    assert answer.passages[0].path == "invoices.md"
    prompt = engine.prompts[-1]
    assert "when do we send invoices by mail?" in prompt
    assert "Produkt" not in prompt and "30 Tagen" not in prompt


async def test_small_talk_between_does_not_part_a_follow_up_from_its_question(
    service: ChatService, engine: ScriptedEngine
) -> None:
    page = "# Gift cards\n\nGift cards can be used with every order.\n"
    (service.settings.knowledge / "gifts.md").write_text(page)
    service.update_index()
    said: list[Turn] = [
        {"role": "user", "content": "How long can customers in the US return a product?"},
        {"role": "assistant", "content": "Within 45 days of delivery."},
        {"role": "user", "content": "ok great, thank you!"},
        {"role": "assistant", "content": "You are welcome."},
    ]
    answer = await ask(service, "And with gift cards?", said)
    assert answer.passages[0].path == "gifts.md"
    prompt = engine.prompts[-1]
    assert prompt.index("in the US return") < prompt.index("And with gift cards?")
    assert "thank you" not in prompt


async def test_the_model_reads_what_was_said_of_the_customer(
    service: ChatService, engine: ScriptedEngine
) -> None:
    add_invoices(service)
    customer: list[Turn] = [
        {"role": "user", "content": "My customer lives in Texas."},
        {"role": "assistant", "content": "What would you like to know?"},
    ]
    await ask(service, "when do we send invoices by mail?", [*customer, *EU])
    prompt = engine.prompts[-1]
    assert "lives in Texas" in prompt and "Within 30 days" not in prompt
    assert "What would you like" not in prompt


async def test_memory_keeps_the_newest_turns_and_both_sides(
    service: ChatService, engine: ScriptedEngine
) -> None:
    old: list[Turn] = [
        {"role": "user", "content": "oldest " * 700},
        {"role": "assistant", "content": "ancient answer"},
    ]
    await ask(service, "And in the US return a product?", old + EU)
    assert "oldest" not in engine.prompts[-1]
    assert "Within 30 days of delivery." in engine.prompts[-1]


async def test_of_a_long_message_its_end_is_read_and_the_answer_says_so(
    service: ChatService, engine: ScriptedEngine
) -> None:
    sentence = "Customers in the EU return a product."
    letter = f"{sentence} " * 200 + "How long can they?"
    history: list[Turn] = [{"role": "user", "content": letter}, EU[1]]
    answer = await ask(service, "And in the US return a product?", history)
    prompt = engine.prompts[-1]
    assert "How long can they?" in prompt and EU[1]["content"] in prompt
    assert prompt.count(sentence) < 200
    assert [note for note in answer.notes if "did not read all of the last message" in note]


async def test_off_topic_is_refused_without_the_model(
    service: ChatService, engine: ScriptedEngine
) -> None:
    answer = await ask(service, "Quantum chromodynamics lattice gauge simulation?")
    assert answer.abstained
    assert not answer.citations
    assert "no sure answer" in answer.answer
    assert not engine.prompts


async def test_a_run_on_model_is_stopped_at_its_next_question(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply = "Within 45 days of delivery.\nQuestion: what else?"
    answer = await ask(service, "How long can customers in the US return a product?")
    assert answer.answer == "Within 45 days of delivery."


async def test_leaving_the_answer_stops_the_model(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply = "word " * 100_000
    service.models.llm.max_tokens = 100_000  # type: ignore[union-attr]
    question = "How long can customers in the US return a product?"
    async with aclosing(service.answer(Question(question, asker=EVERYTHING))) as events:
        async for event in events:
            if isinstance(event, Token):
                break
    assert await asyncio.to_thread(engine.cancelled.wait, 10)


@pytest.mark.parametrize("question", ["", "  \n ", "x" * 20_000])
async def test_bad_questions_get_a_sentence(service: ChatService, question: str) -> None:
    with pytest.raises(QuestionError, match=r"empty|20,000 characters"):
        await ask(service, question)
    assert (await ask(service, "How long can customers in the US return a product?")).citations


async def test_a_question_that_leaves_open_what_it_is_about_is_asked_back(
    service: ChatService, engine: ScriptedEngine
) -> None:
    for model, price in (("Comet 3", 210), ("Comet S", 260), ("Orbit", 180)):
        text = (
            f"# {model}: yearly service\n\nThe yearly service of the {model} costs {price} euros."
        )
        (service.settings.knowledge / f"{model}.md").write_text(text)
    service.update_index()
    asked = len(engine.prompts)
    answer = await ask(service, "How much is the yearly service?")
    assert sorted(answer.choices) == ["Comet 3", "Comet S", "Orbit"]
    assert answer.abstained and answer.answer.endswith("?")
    assert all(choice in answer.answer for choice in answer.choices)
    assert len(engine.prompts) == asked
    turns: list[Turn] = [
        {"role": "user", "content": "How much is the yearly service?"},
        {"role": "assistant", "content": answer.answer},
    ]
    chosen = await ask(service, "the Comet S", turns)
    assert not chosen.choices and chosen.passages[0].path == "Comet S.md"
