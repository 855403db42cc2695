"""What is kept of an answer."""

import textwrap

from chatbot.answering.events import Answered
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.memory import Turn
from chatbot.service import ChatService
from tests.support.scripted import ScriptedEngine


async def test_the_record_is_of_what_was_asked_answered_and_shown(service: ChatService) -> None:
    turns: list[Turn] = [{"role": "user", "content": "Hello"}]
    question = Question(
        "How long can customers in the US return a product?", turns, asker=EVERYTHING
    )
    events = [event async for event in service.answer(question)]
    assert isinstance(events[-1], Answered)
    answer = events[-1].answer
    assert answer.rests_on == {len(answer.answer): answer.citations[0].passage}
    record = answer.record(question)
    assert record["question"] == question.text and record["history"] == turns
    shown = answer.as_dict()
    assert {key: record[key] for key in record.keys() & shown.keys()} == {
        key: shown[key] for key in shown.keys() - {"timings", "notes"}
    }


async def test_a_wrapped_page_is_read_in_lines_and_cited_as_it_is(
    service: ChatService, engine: ScriptedEngine
) -> None:
    said = (
        "The shop on Mill Road is open from Monday to Friday from 9 in the morning until 6 in the "
        "evening, and on Saturdays it closes at noon except in December."
    )
    text = f"# Opening hours\n\n{textwrap.fill(said, 60)}\n"
    (service.settings.knowledge / "hours.md").write_text(text)
    service.update_index()
    service.refresh()
    engine.reply = said
    question = Question("When does the shop on Mill Road close on Saturdays?", asker=EVERYTHING)
    events = [event async for event in service.answer(question)]
    assert isinstance(events[-1], Answered)
    (citation,) = events[-1].answer.citations
    assert citation.quote in text and "\n" in citation.quote
    assert not events[-1].answer.unsupported
    assert any(said in prompt for prompt in engine.prompts)
