"""What answers in the service: the bundled model's file and its adapter."""

from pathlib import Path

from chatbot.llm.adapters import Adapter, choose_adapter, read_adapter
from chatbot.llm.catalogue import load_catalogue, require_weights
from chatbot.llm.factory import merged_weights
from chatbot.prompts import load_prompts
from chatbot.settings import load_settings


def adapter() -> Adapter | None:
    """The adapter in use, if there is one."""
    settings = load_settings(llm="bundled")
    entry = load_catalogue(settings.models).llm["bundled"]
    folder = choose_adapter(entry, settings.models, settings.data, settings.adapter)
    return read_adapter(folder, entry, load_prompts(settings.prompts)) if folder else None


def weights() -> Path:
    """The GGUF file, with the adapter merged in."""
    settings = load_settings(llm="bundled")
    entry = load_catalogue(settings.models).llm["bundled"]
    base, used = require_weights(entry), adapter()
    return base if used is None else merged_weights(entry, settings, base, used)
