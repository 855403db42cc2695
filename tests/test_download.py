"""Fetching weights over real HTTP: what is to come, broken transfers, damage, no network."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub import REPOSITORY, Hub, running_hub

from chatbot.errors import ModelUnavailableError
from chatbot.llm.catalogue import EmbeddingEntry, Source
from chatbot.llm.download import download, pending_bytes

CHUNK = 65_536
ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = bytes(range(256)) * 4000
FILES = {"config.json": b"{}", "model.safetensors": WEIGHTS, "readme.md": b"not wanted"}


def entry_of(source: Source) -> EmbeddingEntry:
    return EmbeddingEntry(
        name="tested", title="Tested", source=source, licence="MIT", query_prefix=""
    )


WHOLE = Source(hub=REPOSITORY)
ONE_FILE = Source(hub=REPOSITORY, file="model.safetensors")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", CHUNK)
    with running_hub(FILES) as hub:
        yield hub


@pytest.mark.parametrize("source", [WHOLE, ONE_FILE], ids=["repository", "file"])
def test_says_how_much_is_to_come_then_fetches_what_is_wanted(hub: Hub, source: Source) -> None:
    entry = entry_of(source)
    expected = len(WEIGHTS) + (0 if source.file else len(FILES["config.json"]))
    assert pending_bytes(entry, source, hub.endpoint) == expected
    path = download(entry, source, hub.endpoint)
    weights = path if path.is_file() else path / "model.safetensors"
    assert weights.read_bytes() == WEIGHTS
    assert not (weights.parent / "readme.md").exists()
    assert pending_bytes(entry, source, hub.endpoint) == 0


def test_a_broken_transfer_resumes_where_it_ended(hub: Hub) -> None:
    hub.break_after = 300_000
    with pytest.raises(ModelUnavailableError, match="run the same command again, it resumes"):
        download(entry_of(ONE_FILE), ONE_FILE, hub.endpoint)
    hub.break_after = None
    hub.ranges.clear()
    path = download(entry_of(ONE_FILE), ONE_FILE, hub.endpoint)
    assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(WEIGHTS).digest()
    assert hub.ranges == [f"bytes={300_000 // CHUNK * CHUNK}-"]


def test_a_damaged_file_is_removed_and_fetched_again(hub: Hub) -> None:
    hub.damaged = True
    with pytest.raises(ModelUnavailableError, match="arrived damaged and was removed"):
        download(entry_of(ONE_FILE), ONE_FILE, hub.endpoint)
    hub.damaged = False
    assert pending_bytes(entry_of(ONE_FILE), ONE_FILE, hub.endpoint) == len(WEIGHTS)
    assert download(entry_of(ONE_FILE), ONE_FILE, hub.endpoint).read_bytes() == WEIGHTS


def test_a_gated_model_says_what_to_accept(hub: Hub) -> None:
    hub.gated = True
    with pytest.raises(ModelUnavailableError, match=r"accepted its licence \(MIT\)"):
        pending_bytes(entry_of(WHOLE), WHOLE, hub.endpoint)


@pytest.mark.parametrize("source", [WHOLE, ONE_FILE], ids=["repository", "file"])
def test_a_hub_that_cannot_be_reached_gets_a_sentence_soon(hub: Hub, source: Source) -> None:
    started = time.monotonic()
    with pytest.raises(ModelUnavailableError, match="it cannot be reached"):
        pending_bytes(entry_of(source), source, "http://127.0.0.1:9")
    assert time.monotonic() - started < 15


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
