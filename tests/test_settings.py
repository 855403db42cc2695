"""Settings: each one is documented, is overridden by the environment, and is named when wrong."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from chatbot.errors import ConfigurationError
from chatbot.settings import PROJECT_ROOT, Settings, load_settings

EXAMPLE = (PROJECT_ROOT / "chatbot.example.toml").read_text()
# The default depends on other things, so the example shows a value of its own or none.
_DEPENDS = {"answers_at_once"}


def documented() -> dict[str, Any]:
    lines = re.findall(r"^# (\w+ = .*)$", EXAMPLE, flags=re.M)
    return tomllib.loads("\n".join(lines))


def test_the_example_documents_every_setting_with_its_default() -> None:
    shown = documented()
    assert set(shown) == set(Settings.model_fields), "document it in chatbot.example.toml"
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, Path):
            default = default.relative_to(PROJECT_ROOT).as_posix()
        if name not in _DEPENDS:
            assert shown[name] == _plain(default), name


def test_the_example_with_every_line_in_use_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "c.toml").write_text(re.sub(r"^# (?=\w+ = )", "", EXAMPLE, flags=re.M))
    monkeypatch.chdir(PROJECT_ROOT)  # folders count from there
    monkeypatch.delenv("CHATBOT_LLM", raising=False)
    monkeypatch.setenv("CHATBOT_CONFIG", str(tmp_path / "c.toml"))
    found = load_settings().model_dump(exclude=_DEPENDS)
    for name, value in found.items():
        default = Settings.model_fields[name].default
        assert (value.absolute() if isinstance(value, Path) else value) == default, name


def test_a_folder_at_home_is_meant_by_its_tilde(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CHATBOT_CONFIG", str(tmp_path / "c.toml"))
    (tmp_path / "c.toml").write_text('data = "~/data"\ncalibration = "~/c.json"\n')
    monkeypatch.setenv("CHATBOT_INDEX", "~/index")
    settings = load_settings()
    assert (settings.data, settings.index) == (tmp_path / "data", tmp_path / "index")
    assert settings.calibration == tmp_path / "c.json"
    monkeypatch.setenv("CHATBOT_INDEX", "~nobody-of-that-name/index")
    with pytest.raises(ConfigurationError, match=r"usable: there is no home folder for '~nobody"):
        load_settings()


def _plain(default: Any) -> Any:
    if default is None:
        return ""
    return list(default) if isinstance(default, tuple) else default


def changed(name: str, default: Any) -> tuple[str, Any]:
    """(text for the environment, value) other than the default."""
    others: dict[str, Any] = {"engine": "openvino", "condense": "model", "log_format": "json"}
    others |= {"log_level": "error", "auth_proxies": ("10.0.0.1",), "refuse_below": 0.5}
    others |= {"risk": 0.2, "oauth_domains": ("example.org",), "calibration": Path("/elsewhere")}
    others |= {"vector_store": "milvus"}
    addresses = ("openai_base_url", "otel_endpoint", "handoff_webhook")
    others |= dict.fromkeys(addresses, "http://elsewhere")
    if name in others:
        value = others[name]
    elif name in ("answers_at_once",):
        value = 3
    elif isinstance(default, bool):
        value = not default
    elif isinstance(default, int | float):
        value = default - 1 if default >= 2 else default + 1
    elif isinstance(default, Path):
        value = Path("/elsewhere")
    else:
        value = "elsewhere"
    text = json.dumps(value) if isinstance(value, tuple | bool) else str(value)
    return text, value


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_the_environment_overrides_the_file(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "none.toml").touch()
    monkeypatch.setenv("CHATBOT_CONFIG", str(tmp_path / "none.toml"))
    text, value = changed(name, Settings.model_fields[name].default)
    monkeypatch.setenv(f"CHATBOT_{name.upper()}", text)
    found = getattr(load_settings(), name)
    assert (found.get_secret_value() if isinstance(found, SecretStr) else found) == value


def test_a_file_elsewhere_is_read_and_a_wrong_value_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "c.toml"
    monkeypatch.setenv("CHATBOT_CONFIG", str(file))
    file.write_text("port = 8123\n")
    assert load_settings().port == 8123
    file.write_text("port = 'x'\n")
    with pytest.raises(ConfigurationError, match="CHATBOT_PORT"):
        load_settings()
    file.write_text("prot = 1\n")
    with pytest.raises(ConfigurationError, match=r"'prot'; did you mean 'port'\?.*c\.toml"):
        load_settings()
    file.write_text("openai_key = 'sk-secret'\n")  # what it was given is not shown
    with pytest.raises(ConfigurationError, match="openai_api_key") as told:
        load_settings()
    assert "sk-secret" not in str(told.value)
    file.write_text("openai_api_key = 812345\n")
    with pytest.raises(ConfigurationError, match="'openai_api_key' is not usable") as told:
        load_settings()
    assert "812345" not in str(told.value)
    for broken in ("port = \n", "port = " + "[" * 5000):
        file.write_text(broken)
        with pytest.raises(ConfigurationError, match="not valid TOML"):
            load_settings()
    file.write_text("port = 8123\n", encoding="utf-8-sig", newline="\r\n")
    assert load_settings().port == 8123
    file.write_text("engine = 'fast'\n")
    with pytest.raises(ConfigurationError, match=r"'auto', 'openvino' or .*CHATBOT_ENGINE "):
        load_settings()
    file.unlink()
    with pytest.raises(ConfigurationError, match="is no file"):
        load_settings()


def test_a_list_in_the_environment_that_is_not_json_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By its variable: the file of the settings has nothing to do with it."""
    for name in ("CHATBOT_AUTH_PROXIES", "CHATBOT_OAUTH_DOMAINS"):
        for value in ("10.0.0.1", '["a"', "[" * 100_000, "[" + "1" * 5000 + "]"):
            monkeypatch.setenv(name, value)
            with pytest.raises(ConfigurationError, match=rf"^{name} is no list.*JSON"):
                load_settings()
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    "name", ["server_timeout", "drain_notice", "drain_seconds", "risk", "refuse_below"]
)
@pytest.mark.parametrize("value", ["inf", "-Infinity", "nan"])
def test_a_number_without_end_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"CHATBOT_{name.upper()}", value)
    with pytest.raises(ConfigurationError, match=f"'{name}'.*CHATBOT_{name.upper()}"):
        load_settings()


def test_no_sentence_shows_a_regular_expression() -> None:
    with pytest.raises(ConfigurationError, match="up to 100 letters, digits and _") as told:
        load_settings(vector_collection="a-b")
    assert "pattern" not in str(told.value)


@pytest.mark.parametrize("name", ["openai_api_key", "hf_token", "pinecone_api_key"])
def test_a_key_that_no_header_can_carry_is_said(name: str) -> None:
    """Before it is used: the client's sentence, in the middle of an answer, is about a codec."""
    for key in ("sk-\u2026abc", "sk-\u00e9", "sk-a\nb"):
        with pytest.raises(ConfigurationError, match=f"'{name}' is not usable: .*copy it") as told:
            load_settings(**{name: key})
        assert "sk-" not in str(told.value)
    assert getattr(load_settings(**{name: " sk-abc\r\n"}), name).get_secret_value() == "sk-abc"
    assert getattr(load_settings(**{name: "\n"}), name) is None


@pytest.mark.parametrize("name", ["openai_base_url", "otel_endpoint", "handoff_webhook"])
def test_an_address_that_is_none_is_said(name: str) -> None:
    for address in ("htp:/x", "vllm:8000/v1", "http://", "https://a:99999/x", "http://[::1", "x y"):
        with pytest.raises(ConfigurationError, match=f"'{name}' is not usable") as told:
            load_settings(**{name: address})
        assert address not in str(told.value)
    for address in ("http://vllm:8000/v1", "HTTPS://a.example", "http://[::1]:8000/v1/"):
        assert getattr(load_settings(**{name: f"{address} "}), name) == address
    for nothing in ("", " \n", None):  # as in the example of the settings
        assert getattr(load_settings(**{name: nothing}), name) is None
