"""What commands say of input that they cannot use: before the work, and in one sentence."""

import argparse
import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chatbot.cli import main
from chatbot.cli.common import in_range
from chatbot.errors import disk_sentence
from chatbot.files import write_whole
from tests.support import ROOT

HALF = "returns \ud800"
DEEP = "[" * 100_000
CASE = {"id": "a", "question": "How long?"}


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == 1
    sentence = capsys.readouterr().err.strip()
    assert "\n" not in sentence and "Traceback" not in sentence
    return sentence


@pytest.fixture
def elsewhere(tmp_path: Path, knowledge: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No index, so that a command that begins its work would say so."""
    for name, folder in (("KNOWLEDGE", knowledge), ("INDEX", tmp_path / "i"), ("DATA", tmp_path)):
        monkeypatch.setenv(f"CHATBOT_{name}", str(folder))
    monkeypatch.setenv("CHATBOT_OFFLINE", "true")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (" ", "is empty"),
        ("\0\0", "is empty"),
        ("\u200b \ufeff", "is empty"),
        (HALF, "half a character"),
    ],
)
def test_a_search_for_nothing_is_refused(
    elsewhere: Path, capsys: pytest.CaptureFixture[str], query: str, reason: str
) -> None:
    assert reason in said(["search", query], capsys)


@pytest.mark.parametrize("command", [["users", "remove"], ["keys", "revoke"]])
def test_a_name_of_other_bytes_is_refused(
    elsewhere: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert "not all UTF-8" in said([*command, "\udcff"], capsys)


@pytest.mark.parametrize(
    "history",
    [DEEP, '[{"role": "system", "content": "x"}]', '[{"role": "user", "content": 1}]', "null"],
)
def test_a_history_that_is_none_is_said(
    elsewhere: Path, capsys: pytest.CaptureFixture[str], history: str
) -> None:
    (elsewhere / "h.json").write_text(history)
    assert "'h.json' is not a JSON list" in said(["ask", "q", "--history", "h.json"], capsys)


def test_a_turn_of_a_history_that_is_none_is_named(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    turns = [{"role": "user", "content": "x"}, {"role": "bot", "content": "y"}]
    (elsewhere / "h.json").write_text(json.dumps(turns))
    assert "(turn 2, 'role': Input should be" in said(["ask", "q", "--history", "h.json"], capsys)


@pytest.mark.parametrize(
    "arguments",
    [
        ["evaluate", "answers", "--cases", "c.jsonl", "--rows", "."],
        ["evaluate", "answers", "--cases", "c.jsonl", "--report", "."],
        ["evaluate", "rewrites", "--cases", "c.jsonl", "--report", "."],
        ["calibrate", "--cases", "c.jsonl", "--out", "."],
        ["finetune", "--data", "c.jsonl", "--out", "c.jsonl"],
    ],
)
def test_where_a_result_goes_is_checked_before_the_work(
    elsewhere: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    (elsewhere / "c.jsonl").write_text(json.dumps(CASE | {"standalone": "How long?"}))
    sentence = said(arguments, capsys)
    assert "cannot be written" in sentence or "is a file" in sentence


def test_the_cases_of_a_training_are_read_before_the_work(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = said(["finetune", "--recipe", ".", "--cases", "c.jsonl", "--out", "o"], capsys)
    assert sentence.startswith("'c.jsonl' cannot be read")


def test_near_misses_need_a_recipe_and_an_adapter_that_is_there(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["finetune", "--near-misses", "--rehearse", "0", "--out", "o", "--base", "bundled"]
    needs = "--near-misses needs --recipe, and --from an adapter."
    assert said([*asked, "--recipe", "r"], capsys) == needs
    assert said([*asked, "--data", "c.jsonl", "--from", "current"], capsys) == needs
    assert "'nowhere'" in said([*asked, "--recipe", "r", "--from", "nowhere"], capsys)


def test_a_reader_that_has_what_it_wants_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "chatbot", "models"]
    with os.fdopen(writing, "wb") as gone:
        ended = subprocess.run(command, cwd=ROOT, stdout=gone, stderr=subprocess.PIPE)
    assert (ended.returncode, ended.stderr) == (141, b"")


def test_whoever_else_hangs_up_is_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang_up(_: object) -> None:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))  # as of a server of mail

    monkeypatch.setattr("chatbot.cli.models._models", hang_up)
    assert "Broken pipe" in said(["models"], capsys)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["users", "add", "ann", "--role", "agent"], "no terminal"),
        (["users", "add", "ann", "--role", "agent", "--password-stdin"], "at least 8 characters"),
        (["mcp"], "stdin and stdout"),
    ],
)
def test_a_closed_stdin_is_said(
    elsewhere: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    reason: str,
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert reason in said(arguments, capsys)


def test_a_closed_stdout_is_no_error(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", None)
    assert main(["models", "--json"]) == 0


def test_a_database_that_is_none_is_named(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (elsewhere / "peregrine.db").write_bytes(b"nothing of a database" * 99)
    sentence = said(["users", "list"], capsys)
    assert "peregrine.db'" in sentence and "CHATBOT_DATABASE" in sentence


def test_too_many_rows_are_counted_before_anything_is_opened(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.csv").write_text("question,answer\n" + "How long is it?,A day.\n" * 10_001 + '"')
    assert "more than 10000 rows" in said(["approved", "import", "a.csv"], capsys)
    assert not (elsewhere / "peregrine.db").exists()


def test_an_index_that_cannot_be_written_is_named(
    elsewhere: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / "i" / "CURRENT").mkdir(parents=True)
    sentence = said(["index"], capsys)
    assert "CURRENT' is a folder" in sentence and "--index" in sentence
    (elsewhere / "i" / "CURRENT").rmdir()
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "cannot be written (Permission denied); name another" in said(["index"], capsys)


def test_a_file_that_cannot_take_its_place_is_named_and_no_temporary_one(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError) as told:
        write_whole(tmp_path / "a", ["x"])
    assert disk_sentence(told.value) == f"{tmp_path / 'a'}: Is a directory."


@pytest.mark.parametrize("text", ["inf", "nan", "1e999"])
def test_a_number_of_a_command_has_an_end(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a number above 0"):
        in_range(float, 0, above=True)(text)
