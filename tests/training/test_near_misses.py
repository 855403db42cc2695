"""What a model would not refuse is taught behind what it quotes for it."""

import threading
from collections.abc import Iterator

from chatbot.cases import AnswerRow, GivenPassage
from chatbot.llm.engines.protocol import GenerationRequest, Piece
from chatbot.training.near_misses import near_misses
from tests.support.scripted import ScriptedEngine, scripted_model
from tests.support.training import PROMPTS

SHOP = GivenPassage(path="shop.md", text="The shop opens at 09:00. It closes at 18:00.")


def row(name: str, question: str, answer: str | None = None) -> AnswerRow:
    return AnswerRow(id=name, question=question, passages=[SHOP], answer=answer, retrieved=True)


class Tempted(ScriptedEngine):
    """Refuses what it is asked as sure as the question says, and quotes for the others."""

    def stream(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        self.reply = "> It closes at 18:00.\n> It is never closed.\n\nAt 18:00."
        yield from super().stream(request, cancel)

    def probability(self, request: GenerationRequest, text: str, cancel: threading.Event) -> float:
        return next(p for p in (0.99, 0.4, 0.01) if f"{p}?" in request.prompt)


def test_refusals_that_would_be_answers_get_their_quotes() -> None:
    llm = scripted_model(Tempted())
    llm.quotes = True
    rows = [
        row("open-1@a", "opens 0.4?", "At 09:00."),
        row("far-1@a", "parking 0.99?"),
        row("near-1@a", "on sundays 0.4?"),
        row("near-2@a", "by phone 0.01?"),
        row("open-1@b", "opens 0.01?"),  # answered over others, and it may be over these
        row("open-1@c", "opens 0.4?"),
    ]
    taught = {row.id: row.quotes for row in near_misses(rows, llm, PROMPTS)}
    near = ["It closes at 18:00."]  # what it made up is not taught
    assert taught == {"open-1@a": [], "far-1@a": [], "near-1@a": near, "near-2@a": near,
                      "open-1@c": near}  # fmt: skip


def test_a_model_that_does_not_quote_gets_its_rows_as_they_are() -> None:
    rows = [row("near-1@a", "on sundays 0.4?")]
    assert list(near_misses(rows, scripted_model(Tempted()), PROMPTS)) == rows
