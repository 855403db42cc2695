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
    assert answer.confidence <= 0.46  # the share of marked answers that were right


async def test_what_a_follow_up_leaves_open_is_what_was_asked_before(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply = "A product can be returned within 45 days of delivery."
    before = [
        {"role": "user", "content": "Do customers in the EU get a label for returns?"},
        {"role": "assistant", "content": "Yes."},
    ]
    assert (await ask(service, "How long can they return it?", before)).unsupported
    assert not (await ask(service, US)).unsupported
