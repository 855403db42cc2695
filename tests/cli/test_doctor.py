"""The doctor names what is wrong."""

import re
import socket
from pathlib import Path
from typing import get_args

import pytest

from chatbot.cli.doctor import _access, _counted, _environment, refused_connections, run_checks
from chatbot.page.access import Mode
from chatbot.settings import Settings
from tests.support import ROOT
from tests.support.index import build


@pytest.fixture
def chosen(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"data": tmp_path / "data", "llm": "bundled-small"})


def failed(settings: Settings) -> dict[str, str]:
    return {check.name: check.detail for check in run_checks(settings, False) if not check.ok}


def test_a_good_installation_passes(chosen: Settings) -> None:
    assert failed(chosen) == {}


def test_every_documented_variable_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "chatbot.example.toml"]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    for name in set(re.findall(r"CHATBOT_[A-Z_]*[A-Z]", text)) - {"CHATBOT_CONFIG"}:
        monkeypatch.setenv(name, "")
    assert _environment()


def test_one_of_a_kind_is_not_said_in_the_plural() -> None:
    assert [_counted(count, "user") for count in (0, 1, 2)] == ["0 users", "1 user", "2 users"]


def test_every_file_that_says_unclearly_whom_it_is_for_is_named(chosen: Settings) -> None:
    for number in range(7):
        path = chosen.knowledge / f"slip{number}.md"
        path.write_text(f"---\naudience: public, law{number}\n---\nText of {number}.\n")
    build(chosen)
    said = failed(chosen)["audiences"]
    assert "'slip0.md': it names 'public' beside others" in said and "'slip4.md'" in said
    assert "slip5" not in said and said.endswith("; and 2 files more.")


def test_what_is_wrong_is_named(chosen: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_ANSWER_TOKEN", "3")
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    wrong = failed(
        chosen.model_copy(
            update={"host": "0.0.0.0", "database": "postgresql://nobody@127.0.0.1:9/none"}
        )
    )
    assert "CHATBOT_ANSWER_TOKEN" in wrong["environment"]
    assert "LANGSMITH_TRACING (to LangSmith)" in wrong["telemetry"]
    assert "database failed" in wrong["database"]
    open_page = failed(chosen.model_copy(update={"host": "0.0.0.0"}))
    assert "chatbot users add" in open_page["access"]


@pytest.mark.parametrize("mode", get_args(Mode))
def test_every_way_in_has_its_words(
    chosen: Settings, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.cli.doctor.access_mode", lambda _: mode)
    assert _access(chosen).startswith("127.0.0.1:8000, ")


def test_single_sign_on_passes(chosen: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTH_GITHUB_CLIENT_ID", "id")
    monkeypatch.setenv("OAUTH_GITHUB_CLIENT_SECRET", "secret")
    checks = {check.name: check for check in run_checks(chosen, offline=False)}
    assert checks["access"].ok
    assert "OAuth" in checks["access"].detail


def test_every_way_out_is_seen_and_refused() -> None:
    with refused_connections() as tried:
        with pytest.raises(OSError, match="offline check"):
            socket.create_connection(("127.0.0.1", 9))
        with pytest.raises(OSError, match="offline check"), socket.socket() as out:
            out.connect_ex(("192.0.2.1", 80))
        with pytest.raises(OSError, match="offline check"):
            socket.getaddrinfo("example.org", 80)
        with (
            pytest.raises(OSError, match="offline check"),
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out,
        ):
            out.sendto(b"x", ("192.0.2.1", 53))
    assert len(tried) == 4
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        socket.create_connection(listening.getsockname()).close()
