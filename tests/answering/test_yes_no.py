"""A yes or no is decided by the sentence that stands behind it."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage

from chatbot.answering import yes_no
from chatbot.llm.engines.protocol import GenerationRequest, Piece
from chatbot.prompts import Prompts, load_prompts
from chatbot.settings import load_settings
from tests.support.scripted import ScriptedEngine, scripted_model

PASSAGES = "[1] Opened kits can be returned in Utah. It costs nothing with Florin.\n\nQuestion: "


class Decided(ScriptedEngine):
    """Begins with ``lead`` unless that is to be avoided, and thinks ``yes`` of what it wrote."""

    def __init__(self, lead: str, rule: str, yes: float) -> None:
        super().__init__()
        self._lead, self._rule, self._yes = lead, rule, yes

    def stream(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        self.reply = self._rule
        if self._lead.strip(",") not in request.avoid:
            self.reply = f"{self._lead} {self._rule}"
        yield from super().stream(request, cancel)

    def probability(self, request: GenerationRequest, text: str) -> float:
        self.prompts.append(request.prompt)
        return self._yes if text == "Yes" else 1 - self._yes


def chunks_of(engine: ScriptedEngine, question: str, **limits: Any) -> list[AIMessageChunk]:
    async def collect() -> list[AIMessageChunk]:
        messages = [HumanMessage(PASSAGES + question)]
        llm = scripted_model(engine)
        written = yes_no.answer(llm, messages, question, prompts(), limits)
        return [chunk async for chunk in written]

    return asyncio.run(collect())


def prompts() -> Prompts:
    return load_prompts(load_settings().prompts)


@pytest.mark.parametrize(
    ("lead", "rule", "yes", "text", "turned"),
    [
        (
            "Yes,",
            "Opened kits cannot be returned.",
            0.2,
            "No, opened kits cannot be returned.",
            True,
        ),
        ("No,", "Florin has no phone line.", 0.1, "No, Florin has no phone line.", False),
        ("No,", "Under the old terms, no.", 0.1, "No, under the old terms, no.", False),
        ("Ja,", "In Utah geht das nicht.", 0.3, "Nein, in Utah geht das nicht.", True),
        ("Non,", "Les retours sont possibles.", 0.9, "Oui, les retours sont possibles.", True),
        ("No,", "IBAN transfers are taken.", 0.9, "Yes, IBAN transfers are taken.", True),
    ],
)
def test_the_sentence_decides(lead: str, rule: str, yes: float, text: str, turned: bool) -> None:
    engine = Decided(lead, rule, yes)
    [chunk] = chunks_of(engine, "can i send the opened kit back, les frais?", avoid=("I",))
    assert chunk.text == text
    assert chunk.response_metadata[yes_no.TURNED] is turned
    assert engine.requests[-1].avoid[0] == "I"
    asked = engine.prompts[-1]
    assert asked.rstrip().endswith("assistant") or rule in asked
    assert PASSAGES not in asked  # it is asked of the sentence alone


@pytest.mark.parametrize("reply", ["In Utah it is 5 EUR.", "No kits are sold. None.", "5 EUR.", ""])
def test_any_other_answer_is_passed_on_as_it_comes(reply: str) -> None:
    engine = ScriptedEngine(reply)
    chunks = chunks_of(engine, "what does it cost")
    assert "".join(str(chunk.text) for chunk in chunks).rstrip() == reply
    assert len(engine.prompts) == 1


def test_where_nothing_can_be_written_without_it_the_answer_stands() -> None:
    engine = Decided("No,", "", 0.0)
    chunks = chunks_of(engine, "may i?")
    assert "".join(str(chunk.text) for chunk in chunks).startswith("No,")
