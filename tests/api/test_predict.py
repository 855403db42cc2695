"""``POST /predict``: all that the command says, in the documented fields."""

import json
from typing import Any

import httpx

from chatbot.answering.answer import Answer
from chatbot.answering.question import Question
from chatbot.api.predict import Predicted
from chatbot.audience import EVERYTHING
from tests.support.api import GatedEngine
from tests.support.scripted import US


async def test_predict_answers_with_citations(client: httpx.AsyncClient) -> None:
    answer = (await client.post("/predict", json={"question": US})).json()
    assert "45 days" in answer["answer"]
    assert answer["citations"][0]["path"] == "us.md"
    assert answer["model"] == "scripted"
    assert not answer["abstained"]


async def test_predict_says_all_that_the_command_says(
    client: httpx.AsyncClient, gated: GatedEngine, api: Any
) -> None:
    gated.reply = "Customers in the US can return a product within 90 days of delivery."
    answer = (await client.post("/predict", json={"question": US})).json()
    service = api.state.parts.service
    events = [event async for event in service.answer(Question(US, asker=EVERYTHING))]
    said = json.loads(json.dumps(events[-1].answer.as_dict()))
    assert said["passages"][0]["similarity"] > 0
    assert said["unsupported"]
    assert answer | {"timings": None} == said | {"timings": None}
    assert answer["timings"].keys() == said["timings"].keys()


def test_predict_documents_every_field() -> None:
    answer = Answer("", True, 0.0, [], [], "scripted", {})
    assert list(Predicted.model_fields) == list(answer.as_dict())
