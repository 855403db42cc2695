"""``chatbot keys``, and what is kept of a key."""

import json
from pathlib import Path

import pytest

from chatbot.cli import main


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "peregrine.db"
    monkeypatch.setenv("CHATBOT_DATABASE", f"sqlite:///{file}")
    return file


def test_keys_are_added_listed_and_revoked(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "list"]) == 0
    assert "No keys" in capsys.readouterr().err
    assert main(["keys", "add", "shop", "--per-minute", "5", "--json"]) == 0
    key = json.loads(capsys.readouterr().out)["key"]
    assert key.encode() not in file.read_bytes() + b"".join(
        each.read_bytes() for each in file.parent.glob("*.db-*")
    )
    assert main(["keys", "add", "shop"]) == 1
    assert "revoke it first" in capsys.readouterr().err
    assert main(["keys", "revoke", "shop"]) == 0
    assert main(["keys", "revoke", "shop"]) == 1
    capsys.readouterr()
    assert main(["keys", "list", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)["keys"][0]
    assert (row["name"], row["per_minute"]) == ("shop", 5)
    assert row["revoked_at"]
    assert "hash" not in row


def test_a_key_for_a_website_is_public(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add = ["keys", "add", "site", "--origin", "https://a.example", "--origin", "https://b.example"]
    assert main(add) == 0
    said = capsys.readouterr()
    assert f'data-key="{said.out.strip()}"' in said.err
    assert main(["keys", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["keys"] == []  # it is no key to the API
    assert listed["widget_keys"][0]["origins"] == ["https://a.example", "https://b.example"]
    assert main(["keys", "add", "other", "--origin", "a.example"]) == 1
    assert "is no origin" in capsys.readouterr().err
    assert main([*add[:2], "third", *add[3:], "--groups", "internal"]) == 1
    assert "public only" in capsys.readouterr().err
    assert main(["keys", "revoke", "site"]) == 0
    assert main(["keys", "revoke", "site"]) == 1
