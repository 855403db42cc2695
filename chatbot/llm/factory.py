"""From a catalogue entry to a chat model: which engine runs it, and with what weights."""

import importlib.util
from pathlib import Path
from typing import Literal

from chatbot.errors import ModelUnavailableError
from chatbot.llm.catalogue import LLMEntry, require_weights
from chatbot.llm.engine import Engine
from chatbot.llm.local import LocalChatModel

_MODULES = {"openvino": "openvino_genai", "transformers": "transformers"}


def choose_engine(entry: LLMEntry, engine: Literal["auto", "openvino", "transformers"]) -> str:
    """The engine that will run ``entry``: the one asked for, else the first one installed.

    Raises:
        ModelUnavailableError: none fits; the message says what to install.
    """
    wanted = entry.engines if engine == "auto" else (engine,)
    for name in wanted:
        if name in entry.engines and importlib.util.find_spec(_MODULES[name]):
            return name
    raise ModelUnavailableError(
        f"'{entry.name}' runs on {' or '.join(entry.engines)}, and {' or '.join(wanted)} is not "
        "available here; run 'make install' or change CHATBOT_ENGINE."
    )


def load_engine(name: str, weights: Path, converted: Path) -> Engine:
    """Load ``weights`` on the named engine; ``converted`` is a folder for its own format."""
    if name == "openvino":
        from chatbot.llm.openvino_engine import OpenVINOEngine

        return OpenVINOEngine(weights, converted)
    from chatbot.llm.transformers_engine import TransformersEngine

    return TransformersEngine(weights)


def load_chat_model(
    entry: LLMEntry,
    engine: Literal["auto", "openvino", "transformers"],
    models: Path,
    max_tokens: int,
) -> LocalChatModel:
    """The chat model of a catalogue entry, loaded.

    Raises:
        ModelUnavailableError: weights or engine are missing, or do not load.
    """
    name = choose_engine(entry, engine)
    return LocalChatModel(
        engine=load_engine(name, require_weights(entry), models / "converted" / entry.name),
        model_name=entry.name,
        template=entry.template,
        stop_strings=entry.stop,
        max_tokens=max_tokens,
    )
