"""What is kept of an answer."""

from chatbot.answering.events import Answered
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.memory import Turn
from chatbot.service import ChatService


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
