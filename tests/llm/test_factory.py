"""Both engines for a model of the catalogue."""

import threading

import pytest

from chatbot.llm.catalogue import load_catalogue
from chatbot.llm.engines.protocol import GenerationRequest
from chatbot.llm.factory import load_chat_model
from chatbot.settings import load_settings

pytestmark = pytest.mark.model


@pytest.mark.parametrize("engine", ["openvino", "transformers"])
def test_both_engines_stream_stop_and_cancel(engine: str) -> None:
    settings = load_settings(engine=engine, answer_tokens=40)
    entry = load_catalogue(settings.models).llm["bundled-small"]
    model = load_chat_model(entry, settings)
    chunks = list(model.stream("Count from one to ten."))
    assert len(chunks) > 3
    usage = chunks[-1].usage_metadata or chunks[-2].usage_metadata
    assert usage is not None
    assert 0 < usage["output_tokens"] <= 40

    cancel = threading.Event()
    pieces = []
    for piece in model.engine.stream(GenerationRequest("Once upon a time", 2000), cancel):
        pieces.append(piece)
        if len(pieces) == 3:
            cancel.set()
    assert pieces[-1].finish_reason == "cancelled"
    assert pieces[-1].tokens < 100
    model.engine.close()
