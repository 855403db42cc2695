"""What answers in the service: a bundled model's file and its adapter.

``CHATBOT_LLM`` names the model, ``bundled-small`` if nothing is said; processes that a benchmark
starts inherit it.
"""

import os
from pathlib import Path

from chatbot.llm.adapters import Adapter, choose_adapter, read_adapter
from chatbot.llm.catalogue import load_catalogue, require_weights
from chatbot.llm.converted import merged_weights, prepare_graph
from chatbot.prompts import load_prompts
from chatbot.settings import load_settings

MODEL = os.environ.get("CHATBOT_LLM", "bundled-small")
SETTINGS = load_settings(llm=MODEL)
ENTRY = load_catalogue(SETTINGS.models).llm[MODEL]


def adapter() -> Adapter | None:
    """The adapter in use, if there is one."""
    folder = choose_adapter(ENTRY, SETTINGS.models, SETTINGS.data, SETTINGS.adapter)
    return read_adapter(folder, ENTRY, load_prompts(SETTINGS.prompts)) if folder else None


def graph() -> Path:
    """What our engine runs: made of the GGUF file and the adapter."""
    return prepare_graph(ENTRY, SETTINGS, adapter())


def weights() -> Path:
    """The GGUF file for other programs: of the small model with its adapter merged in; a large
    one as it was fetched, since merging would write it in other bits."""
    base, used = require_weights(ENTRY), adapter()
    if used is None or MODEL != "bundled-small":
        return base
    return merged_weights(ENTRY, SETTINGS, base, used)
