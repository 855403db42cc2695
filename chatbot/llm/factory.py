"""From a catalogue entry to a chat model: which engine runs it, and with what weights.

Each engine is a module of :mod:`chatbot.llm.engines` with ``LIBRARY``, the module that must be
installed for it, ``AT_ONCE``, how many answers it writes together without each getting slower
than one would read, and ``load``, which makes the chat model.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from chatbot.errors import ModelUnavailableError
from chatbot.llm.adapters import Adapter
from chatbot.llm.catalogue import LLMEntry
from chatbot.llm.engines.hosted import HostedChatModel
from chatbot.llm.local import LocalChatModel
from chatbot.settings import Settings


def choose_engine(entry: LLMEntry, settings: Settings) -> str:
    """The engine that will run ``entry``: the one asked for, else the first one installed.

    Raises:
        ModelUnavailableError: none fits; the message says what to install.
    """
    if entry.hosted:
        return entry.engines[0]
    wanted = entry.engines if settings.engine == "auto" else (settings.engine,)
    for name in wanted:
        if name in entry.engines and find_spec(_engine(name).LIBRARY):
            return name
    raise ModelUnavailableError(
        f"'{entry.name}' runs on {' or '.join(entry.engines)}, and {' or '.join(wanted)} is not "
        "available here; run 'make install' or change CHATBOT_ENGINE."
    )


def answers_at_once(entry: LLMEntry, settings: Settings) -> int:
    """How many answers the engine of ``entry`` writes well together.

    Raises:
        ModelUnavailableError: as :func:`choose_engine`.
    """
    return int(_engine(choose_engine(entry, settings)).AT_ONCE)


def load_chat_model(
    entry: LLMEntry, settings: Settings, adapter: Adapter | None = None
) -> LocalChatModel | HostedChatModel:
    """The chat model of a catalogue entry, loaded.

    Raises:
        ModelUnavailableError: weights or engine are missing, or do not load.
        ConfigurationError: a hosted model's name or key is missing.
    """
    model: LocalChatModel | HostedChatModel
    model = _engine(choose_engine(entry, settings)).load(entry, settings, adapter)
    return model


def _engine(name: str) -> Any:
    return import_module(f"chatbot.llm.engines.{name}")
