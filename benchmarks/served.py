"""What answers in the service: the small bundled model's file and its adapter."""

from pathlib import Path

from chatbot.llm.adapters import Adapter, choose_adapter, read_adapter
from chatbot.llm.catalogue import load_catalogue, require_weights
from chatbot.llm.converted import merged_weights, prepare_graph
from chatbot.prompts import load_prompts
from chatbot.settings import load_settings

SETTINGS = load_settings(llm="bundled-small")
ENTRY = load_catalogue(SETTINGS.models).llm["bundled-small"]


def adapter() -> Adapter | None:
    """The adapter in use, if there is one."""
    folder = choose_adapter(ENTRY, SETTINGS.models, SETTINGS.data, SETTINGS.adapter)
    return read_adapter(folder, ENTRY, load_prompts(SETTINGS.prompts)) if folder else None


def graph() -> Path:
    """What our engine runs: made of the GGUF file and the adapter."""
    return prepare_graph(ENTRY, SETTINGS, adapter())


def weights() -> Path:
    """The GGUF file, with the adapter merged in, for other programs."""
    base, used = require_weights(ENTRY), adapter()
    return base if used is None else merged_weights(ENTRY, SETTINGS, base, used)
