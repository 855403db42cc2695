"""What reaches the answer while it is written."""

from chatbot.service import ChatService
from tests.support.answers import ask
from tests.support.scripted import ScriptedEngine

US = "How long can customers in the US return a product?"


async def test_an_invented_number_reaches_the_answer_marked(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply = "Customers in the US can return a product within 90 days of delivery."
    answer = await ask(service, US)
    assert not answer.citations
    assert "'90'" in answer.unsupported[0].reason
