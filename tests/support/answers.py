"""Questions to a service, and their finished answers."""

from collections.abc import Sequence

from chatbot.answering.answer import Answer
from chatbot.answering.events import Answered
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.memory import Turn
from chatbot.service import ChatService


async def ask(service: ChatService, question: str, history: Sequence[Turn] = ()) -> Answer:
    events = [
        event async for event in service.answer(Question(question, list(history), asker=EVERYTHING))
    ]
    assert isinstance(events[-1], Answered)
    return events[-1].answer
