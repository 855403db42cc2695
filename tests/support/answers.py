"""Questions to a service, and their finished answers."""

from collections.abc import Sequence

from chatbot.answering.answer import Answer
from chatbot.answering.events import Answered
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING, Asker
from chatbot.memory import Turn
from chatbot.service import ChatService


async def ask(
    service: ChatService,
    question: str,
    history: Sequence[Turn] = (),
    asker: Asker = EVERYTHING,
) -> Answer:
    asked = Question(question, list(history), asker=asker)
    events = [event async for event in service.answer(asked)]
    assert isinstance(events[-1], Answered)
    return events[-1].answer
