"""What reaches the answer while it is written."""

from pathlib import Path

from chatbot.service import ChatService
from chatbot.settings import load_settings
from tests.support.answers import ask
from tests.support.documents import SHIPPING
from tests.support.scripted import HashedEmbeddings, ScriptedEngine, scripted_model

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


async def test_an_amount_has_the_currency_of_its_source(knowledge: Path, tmp_path: Path) -> None:
    (knowledge / "shipping.md").write_text(SHIPPING)
    settings = load_settings(knowledge=knowledge, index=tmp_path / "index", refuse_below=0.0)
    model = scripted_model(ScriptedEngine("A small parcel to the US costs 9.50."))
    shop = ChatService(settings, llm=model, embeddings=HashedEmbeddings())
    shop.warm_up()
    answer = await ask(shop, "How much is a small parcel to the US?")
    assert answer.answer == "A small parcel to the US costs 9.50 USD."


async def test_what_is_said_to_be_missing_asks_to_be_checked(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply = "Customers in the US can return a product within 45 days of delivery."
    assert (await ask(service, US)).confidence > 0.55
    engine.reply += " The documents do not say who pays."
    assert (await ask(service, US)).confidence <= 0.55


async def test_what_asks_nothing_is_noted(service: ChatService, engine: ScriptedEngine) -> None:
    engine.reply = "It lives there."
    noted = await ask(service, "My customer lives in Texas.")
    assert noted.answer.startswith("Noted.") and not noted.abstained
    assert not engine.prompts
    before = [
        {"role": "user", "content": "How long is the return period?"},
        {"role": "assistant", "content": "Is this about the EU or the US?"},
    ]
    answer = await ask(service, "My customer lives in the US.", before)
    assert not answer.answer.startswith("Noted.")
