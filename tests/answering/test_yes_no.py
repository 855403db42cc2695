"""A yes or no gives way to what the sentence behind it says."""

import asyncio
import threading

import pytest

from chatbot.answering.yes_no import led, means_other
from chatbot.llm.engines.protocol import GenerationRequest
from chatbot.prompts import load_prompts
from chatbot.settings import load_settings
from tests.support.scripted import ScriptedEngine, scripted_model

PROMPTS = load_prompts(load_settings().prompts)


class Judging(ScriptedEngine):
    """Takes what is said for a yes as probably as it is told."""

    yes = 0.5

    def probability(self, request: GenerationRequest, text: str, cancel: threading.Event) -> float:
        self.prompts.append(request.prompt)
        return {"Yes": self.yes, "No": 1 - self.yes}.get(text, 0.0)


def judged(answer: str, yes: float, question: str = "can he pay monthly?") -> str | None:
    engine = Judging()
    engine.yes = yes
    said = led(question, answer)
    if said is None:
        return None
    other = asyncio.run(means_other(scripted_model(engine), PROMPTS, question, said))
    return said.exchanged if other else None


@pytest.mark.parametrize(
    ("answer", "yes", "other"),
    [
        ("Yes, customers in Utah cannot.", 0.1, "No, customers in Utah cannot."),
        ("No: from 12 they may.", 0.9, "Yes: from 12 they may."),
        ("Ja, das geht nicht.\nNie.", 0.2, "Nein, das geht nicht.\nNie."),
        ("Non, c'est possible.", 0.8, "Oui, c'est possible."),
        ("Yes, customers in Utah can.", 0.9, None),
        ("Yes, it is 5 EUR.", 0.4, None),  # it is not clear
        ("It is not possible.", 0.1, None),
        ("No orders are sent.", 0.9, None),
        ("Non-EU orders are sent.", 0.9, None),
        ("No - it is sent.", 0.9, "Yes - it is sent."),
        ("Yes, nothing is covered except lamps.", 0.1, None),
        ("Yes.", 0.0, None),
        ("", 0.0, None),
    ],
)
def test_the_sentence_decides(answer: str, yes: float, other: str | None) -> None:
    assert judged(answer, yes) == other


def test_a_spanish_no_is_told_from_an_english_one() -> None:
    question = "¿se puede pagar por meses?"
    assert judged("No, se puede en doce meses.", 0.9, question) == "Sí, se puede en doce meses."


def test_it_is_asked_of_question_and_sentence_alone() -> None:
    engine = Judging()
    llm = scripted_model(engine)
    said = led("can he pay monthly?", "Yes, only at once.")
    assert said is not None
    asyncio.run(means_other(llm, PROMPTS, "can he pay monthly?", said))
    assert all("Question: can he pay monthly?\nRule: Only at once." in p for p in engine.prompts)
