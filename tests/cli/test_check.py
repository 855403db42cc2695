"""``chatbot check``: a person's reply against the folder."""

import io
import json
import sys
from pathlib import Path

import pytest

from chatbot.cli import main
from chatbot.service import ChatService


def test_the_command_prints_json_of_a_file_or_of_its_input(
    shop: ChatService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("chatbot.cli.check.make_service", lambda options: shop)
    file = tmp_path / "reply.txt"
    file.write_text("Standard shipping takes 3 to 5 working days.")
    assert main(["check", str(file), "--json"]) == 0
    (sentence,) = json.loads(capsys.readouterr().out)["sentences"]
    assert sentence["supported"] and set(sentence) == {"text", "supported", "reason", "citation"}
    for mark in (b"", b"\xef\xbb\xbf"):  # Windows writes it
        file.write_bytes(mark + b"Kind regards, Ann")
        assert main(["check", str(file)]) == 0
        assert capsys.readouterr().out.startswith("-  Kind regards, Ann")  # no warning
    stdin = io.TextIOWrapper(io.BytesIO(b"Standard shipping takes 2 weeks."))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert main(["check", "--question", "How long?"]) == 0
    assert "2" in capsys.readouterr().out
    file.write_bytes(b"\xff")
    assert main(["check", str(file)]) == 1
    assert main(["check", str(tmp_path / "none.txt")]) == 1


@pytest.mark.parametrize("reply", [b"", b"\0\0\n", b" \r\n\t", "\u200b\ufeff\u2028".encode()])
def test_a_reply_of_which_nothing_is_seen_is_empty(
    shop: ChatService,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    reply: bytes,
) -> None:
    monkeypatch.setattr("chatbot.cli.check.make_service", lambda options: shop)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(reply)))
    assert main(["check", "-"]) == 1
    assert "The reply is empty" in capsys.readouterr().err


def test_a_closed_stdin_is_an_empty_reply(
    shop: ChatService, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("chatbot.cli.check.make_service", lambda options: shop)
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["check"]) == 1
    assert "The reply is empty" in capsys.readouterr().err
