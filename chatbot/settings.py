"""Settings: read once from ``chatbot.toml`` and the environment, then frozen and passed around."""

import os
import re
import tomllib
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from chatbot.errors import ConfigurationError, reason_of

# Modules of chatbot.llm.engines, and of chatbot.index.stores.
LocalEngine = Literal["openvino", "transformers"]
AnyEngine = Literal["auto", LocalEngine]
HostedEngine = Literal["openai", "huggingface"]
VectorStore = Literal["faiss", "milvus", "pinecone"]

PROJECT_ROOT = Path(__file__).resolve().parent.parent


def _at_home(path: Path) -> Path:
    """A shell opens ``~`` before a program sees it, and a file has no shell."""
    try:
        return path.expanduser()
    except RuntimeError as exc:
        raise ValueError(f"there is no home folder for '{path.parts[0]}'") from exc


Place = Annotated[Path, AfterValidator(_at_home)]


def _of_http(address: str) -> str:
    address = address.strip()
    parts = urlsplit(address)  # and its port, where it has one, is a number: both raise ValueError
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("it is no address such as https://host.example:8443/path")
    return address


Address = Annotated[str, AfterValidator(_of_http)]


def _of_collection(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_]\w{0,99}", name):
        raise ValueError("it has up to 100 letters, digits and _, and begins with no digit")
    return name


def config_file() -> Path:
    """Where the settings are read from: ``CHATBOT_CONFIG``, or ``chatbot.toml`` of the project."""
    return Path(os.environ.get("CHATBOT_CONFIG") or PROJECT_ROOT / "chatbot.toml")


class Settings(BaseSettings):
    """Every setting; each one is overridden by the environment variable ``CHATBOT_<NAME>``.

    ``chatbot.example.toml`` documents each one. Sizes are in characters or tokens as the name
    says. ``watch`` has ``chatbot serve`` follow the knowledge folder.
    ``llm`` and ``embeddings`` name entries of ``models/catalogue.toml``; ``None`` lets the
    catalogue choose what is on this machine. ``server_timeout`` is in seconds.
    ``answers_at_once`` is by default what the engine does well together; further questions wait,
    and above ``answers_waiting`` they are turned away. ``risk`` is the accepted share of answers
    to questions that are not covered, by default 0.1, or 0.05 of a model that reads first;
    ``refuse_below`` sets the confidence itself instead. ``calibration`` is a file of ``chatbot
    calibrate --out``. Without ``judge`` replies are compared with the documents by rules alone.
    """

    model_config = SettingsConfigDict(
        env_prefix="CHATBOT_",
        frozen=True,
        extra="forbid",
        env_ignore_empty=True,
        allow_inf_nan=False,  # who waits for "inf" seconds waits for ever
    )

    knowledge: Place = PROJECT_ROOT / "knowledge"
    index: Place = PROJECT_ROOT / "index"
    prompts: Place = PROJECT_ROOT / "prompts"
    models: Place = PROJECT_ROOT / "models"
    data: Place = PROJECT_ROOT / "data"
    database: str | None = None

    llm: str | None = None
    adapter: str | None = None
    embeddings: str | None = None
    engine: AnyEngine = "auto"
    offline: bool = False
    kv_cache_gb: int = Field(1, ge=1, le=1024)
    judge: bool = True

    openai_base_url: Address | None = None
    openai_model: str | None = None
    openai_api_key: SecretStr | None = None
    hf_model: str | None = None
    hf_token: SecretStr | None = None
    server_timeout: float = Field(60.0, gt=0)
    server_retries: int = Field(2, ge=0, le=10)

    chunk_chars: int = Field(900, ge=200, le=8000)
    max_file_mb: int = Field(20, ge=1)
    passages: int = Field(4, ge=1, le=20)
    candidates: int = Field(50, ge=5, le=1000)
    condense: Literal["auto", "model", "history"] = "auto"

    # Vectors: FAISS in this process, or a store elsewhere, in the collection or namespace
    # ``vector_collection`` with the name of the embedding model behind it.
    vector_store: VectorStore = "faiss"
    vector_collection: Annotated[str, AfterValidator(_of_collection)] = "peregrine"
    milvus_uri: str | None = None
    milvus_token: SecretStr | None = None
    pinecone_index: str | None = None
    pinecone_api_key: SecretStr | None = None

    # A catalogue name, or none; how many passages it reads.
    reranker: str | None = None
    rerank_passages: int = Field(20, ge=2, le=200)

    history_tokens: int = Field(600, ge=0)
    answer_tokens: int = Field(160, ge=1, le=4096)
    max_question_chars: int = Field(4000, ge=1)
    risk: float | None = Field(None, ge=0.01, le=0.5)
    refuse_below: float | None = Field(None, ge=0.0, le=1.0)
    calibration: Place | None = None

    answers_at_once: int | None = Field(None, ge=1)
    answers_waiting: int = Field(32, ge=0)

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    watch: bool = True

    # The API: limits hold for each key and each process.
    api_requests_per_minute: int = Field(120, ge=1)
    max_request_kb: int = Field(1024, ge=1)

    # The widget on websites: questions of one visitor (an address) a minute, how many visitors'
    # questions are answered or wait at once, and days after which what they asked is deleted.
    widget_questions_per_minute: int = Field(10, ge=1)
    widget_at_once: int = Field(24, ge=1)
    widget_keep_days: int = Field(30, ge=1)

    # Operations. After SIGTERM a process says for ``drain_notice`` seconds that it is leaving,
    # and then has ``drain_seconds`` to finish what was asked.
    drain_notice: float = Field(1.0, ge=0)
    drain_seconds: float = Field(30.0, ge=0)
    log_format: Literal["auto", "json", "text"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_conversations: bool = False
    otel_endpoint: Address | None = None

    # Single sign-on: the header in which a proxy at one of these addresses names the user.
    auth_header: str | None = None
    auth_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    # Whom an OAuth provider may sign in besides users who were added: these e-mail domains.
    oauth_domains: tuple[str, ...] = ()
    handoff_webhook: Address | None = None
    handoff_to: str = "support@localhost"

    @field_validator("openai_base_url", "otel_endpoint", "handoff_webhook", mode="before")
    @classmethod
    def _if_any(cls, address: object) -> object:
        """None for an empty one, as the example of the settings has them."""
        return None if isinstance(address, str) and not address.strip() else address

    @field_validator("openai_api_key", "hf_token", "pinecone_api_key")
    @classmethod
    def _can_be_sent(cls, key: SecretStr | None) -> SecretStr | None:
        """Keys are sent in headers. A file of a secret often ends with a line that is empty."""
        text = key.get_secret_value().strip() if key else ""
        if not text.isascii() or not text.isprintable():
            raise ValueError("a key has letters of ASCII only; copy it anew")
        return SecretStr(text) if text else None

    @property
    def max_file_bytes(self) -> int:
        """``max_file_mb`` in bytes."""
        return self.max_file_mb * 1_000_000

    @property
    def database_url(self) -> str:
        """``database``, or a SQLite file in ``data``."""
        return self.database or f"sqlite:///{self.database_file}"

    @property
    def database_file(self) -> Path:
        """The SQLite file that is used unless ``database`` is set."""
        return self.data.resolve() / "peregrine.db"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over ``chatbot.toml``."""
        toml = _ConfigFile(settings_cls, config_file())
        return (init_settings, _Environment(settings_cls), toml)


class _Environment(EnvSettingsSource):
    """The environment, where a list that is no JSON is named by its variable."""

    def prepare_field_value(
        self, field_name: str, field: FieldInfo, value: Any, value_is_complex: bool
    ) -> Any:
        """The value of one variable.

        Raises:
            ConfigurationError: it has to be a list, and cannot be read.
        """
        try:
            return super().prepare_field_value(field_name, field, value, value_is_complex)
        except (ValueError, RecursionError) as exc:
            raise ConfigurationError(
                f"CHATBOT_{field_name.upper()} is no list that can be read; write it as JSON, "
                'such as ["a", "b"].'
            ) from exc


class _ConfigFile(TomlConfigSettingsSource):
    """A TOML file that may begin with a byte order mark, as some editors write it. An empty text
    is the default, as in the environment and in the example."""

    def _read_file(self, file_path: Path | Traversable) -> dict[str, Any]:
        read = tomllib.loads(file_path.read_text(encoding="utf-8-sig"))
        return {name: value for name, value in read.items() if value != ""}


def load_settings(**overrides: object) -> Settings:
    """Read the settings; ``overrides`` that are ``None`` count as not given.

    Raises:
        ConfigurationError: a value is of the wrong kind or out of range, or a setting is unknown;
            it names the setting. Or the file that ``CHATBOT_CONFIG`` names is not there.
    """
    named = os.environ.get("CHATBOT_CONFIG")
    if named and not Path(named).is_file():
        raise ConfigurationError(
            f"CHATBOT_CONFIG names '{named}', which is no file; correct it, or take it away."
        )
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as exc:
        first = exc.errors()[0]
        name, why = str(first["loc"][0]), first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":  # its value may be a key, and is not shown
            near = get_close_matches(name, Settings.model_fields, 1)
            hint = f"did you mean '{near[0]}'?" if near else "chatbot.example.toml names them all."
            raise ConfigurationError(
                f"There is no setting '{name}'; {hint} Correct {config_file()}."
            ) from None
        field = Settings.model_fields.get(name)
        # An address of a webhook is a secret, too.
        hidden = (SecretStr | None, Address | None)
        secret = field is not None and field.annotation in hidden
        shown = "" if secret else f" ({first.get('input')!r})"
        raise ConfigurationError(
            f"The setting '{name}'{shown} is not usable: {why}. "
            f"Correct CHATBOT_{name.upper()} or chatbot.toml."
        ) from exc
    except (ValueError, RecursionError) as exc:  # tomllib.TOMLDecodeError
        raise ConfigurationError(f"{config_file()} is not valid TOML: {reason_of(exc)}.") from exc
