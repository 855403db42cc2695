"""Adapters: which one a model answers with, whether it fits, and how a new one takes over.

An adapter is a PEFT folder with a ``peregrine.json`` that says which model and which prompts it
was trained on. The one that ships with a model is named in the catalogue; those trained here are
copied into ``data/adapters/<model>/``, whose ``CURRENT`` lists them, the one in use last.
"""

import json
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from chatbot.errors import ConfigurationError, ModelUnavailableError
from chatbot.files import file_hash, parse_json, write_whole
from chatbot.llm.catalogue import LLMEntry
from chatbot.prompts import Prompts

WEIGHTS = "adapter_model.safetensors"
CHECKPOINTS = "checkpoints"  # beside the weights while they are trained
_META = "peregrine.json"
_CONFIG = "adapter_config.json"  # PEFT's
_CURRENT = "CURRENT"


@dataclass(frozen=True)
class Adapter:
    """An adapter that fits; ``digest`` identifies its weights."""

    path: Path
    name: str
    digest: str


class AdapterStore:
    """The adapters of one model that were trained here, with the way back."""

    def __init__(self, data: Path, entry: LLMEntry) -> None:
        self._folder = data / "adapters" / entry.name

    def current(self) -> Path | None:
        """The adapter that took over last, or ``None`` for the one that ships."""
        names = self.history()
        return self._folder / names[-1] if names else None

    def history(self) -> list[str]:
        """The names of those that took over, the current one last; ``rollback`` drops it."""
        try:
            return (self._folder / _CURRENT).read_text(encoding="utf-8").split()
        except OSError:
            return []

    def install(self, adapter: Path) -> Path:
        """Copy an adapter and make it the current one; running services take it up.

        Raises:
            OSError: it cannot be written; nothing of it is left.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"a{len(self.history()) + 1:04d}-{uuid.uuid4().hex[:6]}"
        try:
            shutil.copytree(
                adapter, self._folder / name, ignore=shutil.ignore_patterns(CHECKPOINTS)
            )
            self._write([*self.history(), name])
        except BaseException:
            shutil.rmtree(self._folder / name, ignore_errors=True)
            raise
        return self._folder / name

    def rollback(self) -> Path | None:
        """Back to the adapter before; ``None`` means the one that ships.

        Raises:
            ConfigurationError: nothing was installed.
        """
        names = self.history()
        if not names:
            raise ConfigurationError(
                "There is no adapter to go back from; the one that ships is in use."
            )
        self._write(names[:-1])
        return self.current()

    def _write(self, names: list[str]) -> None:
        write_whole(self._folder / _CURRENT, (f"{name}\n" for name in names))


def choose_adapter(entry: LLMEntry, models: Path, data: Path, named: str | None) -> Path | None:
    """The folder of the adapter to use: the named one, else the current, else the one that ships.

    ``named`` is a folder, or "none" for the bare model.
    """
    if named == "none":
        return None
    if named:
        return Path(named)
    installed = AdapterStore(data, entry).current()
    if installed is not None:
        return installed
    shipped = models / entry.adapter if entry.adapter else None
    return shipped if shipped is not None and shipped.is_dir() else None


def read_adapter(folder: Path, entry: LLMEntry, prompts: Prompts) -> Adapter:
    """Check that an adapter belongs to this model and these prompts.

    Raises:
        ModelUnavailableError: it is incomplete, or was trained on another model or other prompts.
    """
    base, trained = _read_meta(folder)
    try:
        digest = file_hash(folder / WEIGHTS)
    except OSError as exc:
        raise _incomplete(folder) from exc
    if base != entry.name:
        raise ModelUnavailableError(
            f"The adapter '{folder}' was trained for '{base}' and '{entry.name}' is in use; set "
            f"CHATBOT_LLM={base}, or CHATBOT_ADAPTER=none."
        )
    changed = sorted(
        name for name, text in prompts.fingerprint.items() if trained.get(name) != text
    )
    if changed:
        raise ModelUnavailableError(
            f"The adapter '{folder}' was trained with other texts of the prompts "
            f"{', '.join(changed)}; restore them, train it again, or set CHATBOT_ADAPTER=none."
        )
    return Adapter(folder, folder.name, digest)


def require_whole(folder: Path) -> None:
    """Raise :class:`ModelUnavailableError` where a file of an adapter is missing or was copied in
    part; what its weights are is not read."""
    from safetensors import safe_open

    try:
        parse_json((folder / _CONFIG).read_text(encoding="utf-8"))
        with safe_open(folder / WEIGHTS, framework="numpy"):
            pass
    except Exception as exc:  # safetensors has its own
        raise _incomplete(folder) from exc


def base_of(folder: Path) -> str:
    """The catalogue name of the model that an adapter was trained on.

    Raises:
        ModelUnavailableError: the folder holds no whole adapter.
    """
    return _read_meta(folder)[0]


def _read_meta(folder: Path) -> tuple[str, dict[str, str]]:
    """The base model's name, and name to fingerprint of the prompts."""
    try:
        meta = parse_json((folder / _META).read_text(encoding="utf-8"))
        return str(meta["base"]), dict(meta["prompts"])
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise _incomplete(folder) from exc


def _incomplete(folder: Path) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"The adapter '{folder}' is incomplete; name another one with CHATBOT_ADAPTER, or "
        "'none' for the bare model."
    )


def write_meta(folder: Path, entry: LLMEntry, prompts: Prompts) -> None:
    """Save beside a new adapter what :func:`read_adapter` checks."""
    meta = {"base": entry.name, "template": entry.template, "prompts": prompts.fingerprint}
    (folder / _META).write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")
