"""Fetching weights from the hub: how much is to come, resuming, and a check of what came.

The hub library shows the progress bar and resumes. It compares sizes only, so the SHA-256 sums
by which the hub names large files are checked here.
"""

import hashlib
import os
import re
from pathlib import Path
from typing import Any

from chatbot.errors import ModelUnavailableError
from chatbot.llm.catalogue import Entry, Source

_WANTED = ["*.safetensors", "*.json", "*.txt", "*.model", "*.jinja"]
_SHA256 = re.compile(r"[0-9a-f]{64}")


def pending_bytes(entry: Entry, source: Source, endpoint: str | None = None) -> int:
    """How many bytes a download would fetch now; 0 where everything is here.

    Raises:
        ModelUnavailableError: the hub cannot be reached or refuses.
    """
    infos = _download(entry, source, endpoint, dry_run=True)
    listed = infos if isinstance(infos, list) else [infos]
    return sum(int(info.file_size) for info in listed if info.will_download)


def download(entry: Entry, source: Source, endpoint: str | None = None) -> Path:
    """Fetch a model's weights, resuming where an earlier try ended; returns where they lie.

    Raises:
        ModelUnavailableError: the hub cannot be reached or refuses, or a file arrived damaged,
            which is removed so that the next try fetches it again.
    """
    path = Path(_download(entry, source, endpoint))
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            _verify(entry, file)
    return path


def _verify(entry: Entry, file: Path) -> None:
    """Large files are links to blobs named by their own hash."""
    blob = file.resolve()
    if not _SHA256.fullmatch(blob.name):
        return
    with blob.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != blob.name:
        blob.unlink()
        file.unlink(missing_ok=True)
        raise ModelUnavailableError(
            f"'{file.name}' of '{entry.name}' arrived damaged and was removed; run the same "
            "command again."
        )


def _download(entry: Entry, source: Source, endpoint: str | None, dry_run: bool = False) -> Any:
    os.environ.pop("HF_HUB_OFFLINE", None)
    from huggingface_hub import hf_hub_download, snapshot_download

    assert source.hub is not None
    options: dict[str, Any] = {"endpoint": endpoint, "dry_run": dry_run}
    try:
        if source.file:
            return hf_hub_download(source.hub, source.file, **options)
        return snapshot_download(source.hub, allow_patterns=_WANTED, **options)
    except Exception as exc:  # huggingface_hub, httpx and OSError each have their own
        raise ModelUnavailableError(_why(entry, source, exc)) from exc


def _why(entry: Entry, source: Source, exc: Exception) -> str:
    from huggingface_hub.errors import GatedRepoError

    if isinstance(exc, GatedRepoError):
        return (
            f"'{entry.name}' is only for those who accepted its licence ({entry.licence}): accept "
            f"it on the page of '{source.hub}', set HF_TOKEN, and run the same command again."
        )
    reason = str(exc).strip().splitlines()[0] if str(exc).strip() else type(exc).__name__
    return (
        f"'{entry.name}' could not be fetched from the hub ({reason.rstrip('.')}); check the "
        "connection and run the same command again, it resumes."
    )
