"""From a catalogue entry to a chat model: which engine runs it, and with what weights."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from chatbot.errors import ModelUnavailableError
from chatbot.llm.adapters import Adapter
from chatbot.llm.catalogue import LLMEntry, require_weights
from chatbot.llm.convert import convert_apart
from chatbot.llm.converted import graph_folder, merged_file, used
from chatbot.llm.engines.hosted import HostedChatModel, Server, load_hosted
from chatbot.llm.engines.protocol import Engine
from chatbot.llm.local import LocalChatModel
from chatbot.llm.merge import merge_gguf
from chatbot.settings import Settings

_MODULES = {"openvino": "openvino_genai", "transformers": "transformers"}

# Answers that an engine writes together without each getting slower than one would read.
AT_ONCE = {"openvino": 8, "transformers": 1, "openai": 16, "huggingface": 16}


def choose_engine(entry: LLMEntry, settings: Settings) -> str:
    """The engine that will run ``entry``: the one asked for, else the first one installed.

    Raises:
        ModelUnavailableError: none fits; the message says what to install.
    """
    if entry.hosted:
        return entry.engines[0]
    wanted = entry.engines if settings.engine == "auto" else (settings.engine,)
    for name in wanted:
        if name in entry.engines and importlib.util.find_spec(_MODULES[name]):
            return name
    raise ModelUnavailableError(
        f"'{entry.name}' runs on {' or '.join(entry.engines)}, and {' or '.join(wanted)} is not "
        "available here; run 'make install' or change CHATBOT_ENGINE."
    )


def load_chat_model(
    entry: LLMEntry, settings: Settings, adapter: Adapter | None = None
) -> LocalChatModel | HostedChatModel:
    """The chat model of a catalogue entry, loaded.

    Raises:
        ModelUnavailableError: weights or engine are missing, or do not load.
        ConfigurationError: a hosted model's name or key is missing.
    """
    if entry.hosted:
        return load_hosted(entry, _server(entry, settings), settings.answer_tokens)
    return LocalChatModel(
        engine=_load_engine(choose_engine(entry, settings), entry, settings, adapter),
        model_name=entry.name,
        template=entry.template,
        stop_strings=entry.stop,
        context=entry.context,
        max_tokens=settings.answer_tokens,
    )


def graph_of(entry: LLMEntry, settings: Settings, adapter: Adapter | None) -> Path:
    """Where OpenVINO's graph of a GGUF file lies, or will lie once it is made.

    Raises:
        ModelUnavailableError: the weights are missing.
    """
    weights = require_weights(entry, "openvino")
    if weights.is_dir():
        return weights
    folder = settings.models / "converted" / entry.name
    return graph_folder(folder, weights, adapter.digest if adapter else None, entry.bits)


def prepare_graph(
    entry: LLMEntry,
    settings: Settings,
    adapter: Adapter | None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Path:
    """The folder that the OpenVINO engine loads; made once, in another process, and kept. Blocks:
    it takes a 1.5B model a minute or two.

    Raises:
        ModelUnavailableError: weights are missing or cannot be converted, the adapter does not
            fit, or ``cancelled`` said so.
    """
    weights = require_weights(entry, "openvino")
    graph = graph_of(entry, settings, adapter)
    if weights.is_dir() and adapter is not None:
        raise ModelUnavailableError(
            f"OpenVINO runs an adapter only on a GGUF file, and '{weights}' is none; set "
            "CHATBOT_ENGINE=transformers, or CHATBOT_ADAPTER=none."
        )
    if not graph.exists():
        convert_apart(weights, graph, entry.bits, adapter.path if adapter else None, cancelled)
    return graph


def _load_engine(name: str, entry: LLMEntry, settings: Settings, adapter: Adapter | None) -> Engine:
    if name == "openvino":
        from chatbot.llm.engines.openvino import OpenVINOEngine

        graph = prepare_graph(entry, settings, adapter)
        engine = OpenVINOEngine(graph, settings.kv_cache_gb)
        if not require_weights(entry, name).is_dir():  # a folder of somebody's own is not tidied
            used(graph)
        return engine
    from chatbot.llm.engines.transformers import TransformersEngine

    weights = require_weights(entry, name)
    if adapter is not None and weights.suffix == ".gguf":  # without PEFT, which may be missing
        return TransformersEngine(merged_weights(entry, settings, weights, adapter))
    return TransformersEngine(weights, adapter.path if adapter else None)


def merged_weights(entry: LLMEntry, settings: Settings, weights: Path, adapter: Adapter) -> Path:
    """A GGUF file with the adapter merged in; made once and kept.

    Raises:
        ModelUnavailableError: the adapter does not fit the file.
    """
    merged = merged_file(settings.models / "converted" / entry.name, weights, adapter.digest)
    if not merged.exists():
        merge_gguf(weights, adapter.path, merged)
    return merged


def _server(entry: LLMEntry, settings: Settings) -> Server:
    patience = {"timeout": settings.server_timeout, "retries": settings.server_retries}
    if entry.engines[0] == "openai":
        key = _plain(settings.openai_api_key)
        return Server(settings.openai_base_url, settings.openai_model, key, **patience)  # type: ignore[arg-type]
    return Server(None, settings.hf_model, _plain(settings.hf_token), **patience)  # type: ignore[arg-type]


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
