"""What is made of a model's GGUF file and an adapter once and kept: OpenVINO's graph, or for
transformers a merged file.

They are named after the content of the file and of the adapter's weights, so a new file never
meets what was made of an old one, and a copy of both is taken as it is.
"""

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from chatbot.errors import ModelUnavailableError
from chatbot.llm.adapters import Adapter
from chatbot.llm.catalogue import LLMEntry, require_weights
from chatbot.llm.checked import content_hash
from chatbot.llm.convert import convert_apart
from chatbot.llm.graph import Progress, untold
from chatbot.llm.half_made import LOCK, disk_told, half_made, is_whole
from chatbot.llm.merge import merge_gguf
from chatbot.settings import Settings

# Graphs written by another version of the conversion are made again.
_GRAPH = "graph3"
# Graphs that stay: of the adapter in use, of the one before it for a rollback, and of one more.
_KEPT = 3
# What is younger may be at work in another process.
_YOUNG = 24 * 3600.0


def graph_of(entry: LLMEntry, settings: Settings, adapter: Adapter | None) -> Path:
    """Where OpenVINO's graph of a GGUF file lies, or will lie once it is made.

    Raises:
        ModelUnavailableError: the weights are missing, or cannot be read.
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
    tell: Progress = untold,
) -> Path:
    """The folder that the OpenVINO engine loads; made once, in another process, and kept. Blocks:
    it takes a 1.5B model some minutes, of which ``tell`` hears how far it is.

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
    if not is_whole(graph):
        trained = adapter.path if adapter else None
        convert_apart(weights, graph, entry.bits, trained, cancelled, tell)
    return graph


@disk_told()
def merged_weights(entry: LLMEntry, settings: Settings, weights: Path, adapter: Adapter) -> Path:
    """A GGUF file with the adapter merged in; made once and kept.

    Raises:
        ModelUnavailableError: the adapter does not fit the file, or the merged file cannot be
            written.
    """
    merged = merged_file(settings.models / "converted" / entry.name, weights, adapter.digest)
    if not merged.exists():
        with half_made(merged.parent) as folder:
            if not merged.exists():  # another process may have made it meanwhile
                merge_gguf(weights, adapter.path, folder / merged.name)
                (folder / merged.name).replace(merged)
    return merged


def graph_folder(folder: Path, weights: Path, digest: str | None, bits: int) -> Path:
    """Where the graph of ``weights`` with the adapter of this digest belongs."""
    adapter = f"-{digest[:12]}" if digest else ""
    return folder / f"{_made_of(weights)}{adapter}-{bits}bit-{_GRAPH}"


def merged_file(folder: Path, weights: Path, digest: str) -> Path:
    """Where ``weights`` with the adapter ``digest`` merged in belong."""
    return folder / f"{_made_of(weights)}-{digest[:12]}.gguf"


def mark_used(graph: Path) -> None:
    """A graph was loaded: remove those beside it that were not used for longest, merged files that
    are old, and what a killed process left. What cannot be removed stays.
    """
    with suppress(OSError):  # a read-only folder, or another process that does the same
        os.utime(graph)
        _tidy(graph.parent)


def _tidy(folder: Path) -> None:
    beside = [(path.stat().st_mtime, path) for path in folder.iterdir()]
    graphs = sorted((item for item in beside if item[1].name.endswith(_GRAPH)), reverse=True)
    kept = {path for _, path in graphs[:_KEPT]}
    for changed, path in beside:
        if path in kept or path.name == LOCK or time.time() - changed < _YOUNG:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _made_of(weights: Path) -> str:
    try:
        return content_hash(weights)[:16]
    except OSError as exc:
        raise ModelUnavailableError(f"'{weights}' cannot be read: {exc.strerror}.") from exc
