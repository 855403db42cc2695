"""What is passed on of an answer that is written behind its quotes."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from langchain_core.messages import HumanMessage

from chatbot.errors import GenerationError
from chatbot.llm.engines.protocol import GenerationRequest, Piece
from chatbot.llm.quoting import ROOM, answer_at, answer_of, quoted, quotes_in
from tests.support.scripted import ScriptedEngine, scripted_model

QUOTES = ["The S2 is not waterproof.", "Part: K-204; Price: 18.50 EUR"]


def pieces(text: str, size: int) -> Iterator[Piece]:
    """``text`` by ``size`` characters, each of them a token."""
    for at in range(0, len(text), size):
        yield Piece(text[at : at + size], min(at + size, len(text)))
    yield Piece("", len(text), "stop", 7)


def answer(text: str, size: int = 3, stop: tuple[str, ...] = (), most: int = 999) -> str:
    return "".join(piece.text for piece in answer_of(pieces(text, size), stop, most))


@pytest.mark.parametrize("size", [1, 2, 5, 400])
@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (quoted(QUOTES, "No, it is not."), "No, it is not."),
        (quoted(QUOTES[:1], "1. Open it.\n2. Close it."), "1. Open it.\n2. Close it."),
        ("No, it is not.", "No, it is not."),
        ("\n> One.\n\n> Two.\n \nYes.", "Yes."),
        ("It costs > 5 EUR.\n> really", "It costs > 5 EUR.\n> really"),
        ("> Only a quote.\n> And another", ""),
        ("", ""),
    ],
)
def test_only_what_stands_behind_the_quotes_is_passed_on(
    written: str, shown: str, size: int
) -> None:
    assert answer(written, size) == shown
    assert written[answer_at(written) :] == shown


@pytest.mark.parametrize("size", [1, 2, 5, 400])
@pytest.mark.parametrize(
    ("written", "found"),
    [
        (quoted(QUOTES, "No, it is not."), quoted(QUOTES, "No.")[: -len("No.")]),
        ("> One.\n\n> Two.\n \nYes.", "> One.\n\n> Two.\n\n"),
        ("No, it is not.\n> Not a quote.\n", ""),
        ("> Only one.\n> And half of", "> Only one.\n\n"),
        ("> Half of one", ""),
        ("", ""),
    ],
)
def test_quotes_are_taken_as_they_are_written(written: str, found: str, size: int) -> None:
    assert quotes_in(pieces(written, size)) == found


def test_a_stop_string_ends_the_answer_and_no_quote() -> None:
    assert answer("> a; stop here\n\nYes, it is. stop here", stop=("stop",)) == "Yes, it is. "


def test_the_limit_is_of_the_answer() -> None:
    text = "> " + 50 * "q" + "\n\n" + 50 * "a"
    cut = list(answer_of(pieces(text, 1), (), 10))
    assert "".join(piece.text for piece in cut) == 11 * "a"  # the first came as it began
    assert cut[-1].finish_reason == "length"
    assert cut[-1].tokens == 65


def test_the_end_keeps_its_reason_and_counts(engine: ScriptedEngine) -> None:
    *_, last = answer_of(pieces("> a\n\nYes.", 2), (), 99)
    assert (last.finish_reason, last.tokens, last.prompt_tokens) == ("stop", 9, 7)


def test_the_chat_model_gives_quotes_room_and_leaves_them_out(engine: ScriptedEngine) -> None:
    engine.reply = quoted(["Tins can be returned.", "Not opened."], "Yes, they can.")
    model = scripted_model(engine)
    model.quotes = True
    said = [HumanMessage("tins back?")]
    assert model.invoke(said, stop=["returned"], max_tokens=20).text.strip() == "Yes, they can."
    assert engine.requests[-1].max_new_tokens == 20 + ROOM
    assert engine.requests[-1].stop == ()

    async def streamed() -> str:
        return "".join([str(chunk.text) async for chunk in model.astream(said)]).strip()

    assert asyncio.run(streamed()) == "Yes, they can."
    model.quotes = False
    assert model.invoke(said).text.startswith("> Tins")


def test_of_a_model_that_is_stopped_there_are_no_quotes() -> None:
    class Stopped(ScriptedEngine):
        def stream(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
            yield Piece("> Tins can", 3)
            yield Piece("", 3, "cancelled")

    model = scripted_model(Stopped())
    model.quotes = True
    with pytest.raises(GenerationError, match="stopped"):
        model.quote([HumanMessage("tins back?")])
