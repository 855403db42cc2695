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
