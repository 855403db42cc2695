"""Every architecture for real, with small random checkpoints: load, adapter, stream, stop, cancel.

What a random model says means nothing; that it is what ``generate`` of transformers says, is the
test.
"""

import threading
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import ModelUnavailableError, QuestionError
from chatbot.llm.engines.protocol import GenerationRequest, Piece
from chatbot.llm.engines.transformers import TransformersEngine
from tests.support.checkpoints import (
    PROMPT,
    SMALL,
    TARGETS,
    save_adapter,
    save_checkpoint,
)


@pytest.fixture(scope="module", params=SMALL)
def checkpoint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_checkpoint(tmp_path_factory.mktemp("checkpoint"), request.param)


@pytest.fixture(scope="module")
def engine(checkpoint: Path) -> TransformersEngine:
    return TransformersEngine(checkpoint, precision="f32")


def say(engine: TransformersEngine, **options: Any) -> list[Piece]:
    request = GenerationRequest(PROMPT, **({"max_new_tokens": 24} | options))
    return list(engine.stream(request, threading.Event()))


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def generated(checkpoint: Path, adapter: Path | None = None) -> str:
    """What transformers itself says, unmerged adapter included."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    model = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32).eval()
    if adapter:
        model = PeftModel.from_pretrained(model, str(adapter)).eval()
    prompt = tokenizer(PROMPT, return_tensors="pt", return_token_type_ids=False)
    out = model.generate(**prompt, max_new_tokens=24, do_sample=False)
    new = out[0][prompt["input_ids"].shape[1] :]
    return str(tokenizer.decode(new, skip_special_tokens=True))


def test_streams_what_generate_says(engine: TransformersEngine, checkpoint: Path) -> None:
    pieces = say(engine)
    assert text_of(pieces) == generated(checkpoint)
    assert len(pieces) > 3
    assert pieces[-1].finish_reason in {"length", "stop"}
    assert pieces[-1].prompt_tokens == engine.count_tokens(PROMPT)


def test_an_adapter_folder_changes_the_answer_as_peft_does(
    engine: TransformersEngine, checkpoint: Path, tmp_path: Path
) -> None:
    import json

    architecture = json.loads((checkpoint / "config.json").read_text())["architectures"][0]
    adapter = save_adapter(tmp_path / "adapter", checkpoint, TARGETS[architecture])
    adapted = TransformersEngine(checkpoint, adapter, precision="f32")
    assert text_of(say(adapted)) == generated(checkpoint, adapter)
    assert text_of(say(adapted)) != text_of(say(engine))


def test_stops_at_a_stop_string(engine: TransformersEngine) -> None:
    whole = text_of(say(engine))
    stop = whole[len(whole) // 2 :][:3]
    pieces = say(engine, stop=(stop,))
    assert text_of(pieces) == whole[: whole.index(stop)]
    assert pieces[-1].finish_reason == "stop"


def test_cancels_between_two_tokens(engine: TransformersEngine) -> None:
    cancel = threading.Event()
    pieces = []
    for piece in engine.stream(GenerationRequest(PROMPT, 400, ("never",)), cancel):
        pieces.append(piece)
        cancel.set()
    assert pieces[-1].finish_reason == "cancelled"
    assert pieces[-1].tokens < 10
    assert text_of(say(engine))  # the next request is served


def test_what_was_cancelled_while_it_waited_is_not_read(
    engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_tokens", None)
    cancel = threading.Event()
    cancel.set()
    (piece,) = engine.stream(GenerationRequest(PROMPT, 400), cancel)
    assert (piece.text, piece.finish_reason) == ("", "cancelled")


def test_a_prompt_longer_than_the_context_gets_a_sentence(engine: TransformersEngine) -> None:
    with pytest.raises(QuestionError, match="the model takes 4"):
        say(engine, context=4)
    count = engine.count_tokens(PROMPT)
    assert say(engine, context=count + 2)[-1].tokens <= 2


def test_wrong_weights_and_wrong_adapters_get_a_sentence(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="do not load"):
        TransformersEngine(tmp_path)
    with pytest.raises(ModelUnavailableError, match="does not fit this model"):
        TransformersEngine(checkpoint, tmp_path)
