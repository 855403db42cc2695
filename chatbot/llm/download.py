"""Fetching weights from the hub: how much is to come, resuming, and a check of what came.

The hub library starts a broken file over when it is called again, and compares sizes only. So
large files are fetched here into its cache, on top of what an earlier try has left there, and the
SHA-256 sums by which the hub names them are checked.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeGuard
from urllib.parse import urlsplit

from filelock import FileLock

from chatbot.errors import ModelUnavailableError, disk_sentence, reason_of
from chatbot.files import file_hash
from chatbot.llm.catalogue import Entry, Source
from chatbot.privacy import told_offline
from chatbot.settings import Settings

_WANTED = ["*.safetensors", "*.json", "*.txt", "*.model", "*.jinja"]
_PATIENCE = 30.0  # seconds without a byte
_SHA256 = re.compile(r"[0-9a-f]{64}")


def may_fetch(settings: Settings) -> bool:
    """Whether weights may be fetched by themselves, without a person's asking for it."""
    return not settings.offline and not told_offline()


def pending_bytes(entry: Entry, source: Source, endpoint: str | None = None) -> int:
    """How many bytes a download would fetch now; 0 where everything is here.

    Raises:
        ModelUnavailableError: the hub cannot be reached or refuses.
    """
    _let_out()
    with _asking(entry, source) as hub:
        return sum(size for _, size in _pending(hub, source, endpoint))


def download(entry: Entry, source: Source, endpoint: str | None = None) -> Path:
    """Fetch a model's weights, resuming where an earlier try ended; returns where they lie.

    Raises:
        ModelUnavailableError: the hub cannot be reached or refuses, or a file arrived damaged,
            which is removed so that the next try fetches it again.
    """
    from huggingface_hub import hf_hub_download, snapshot_download

    _let_out()
    with _asking(entry, source) as hub:
        for name, _ in _pending(hub, source, endpoint):
            _fetch_large(hub, name, endpoint)
        if source.file:
            path = Path(hf_hub_download(hub, source.file, endpoint=endpoint))
        else:
            path = Path(snapshot_download(hub, allow_patterns=_WANTED, endpoint=endpoint))
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            _verify(entry, file)
    return path


def read_file(entry: Entry, source: Source, start: int) -> Iterator[bytes]:
    """The bytes of the source's one file from ``start`` on, in pieces as they arrive; nothing is
    kept. It works where the hub library was told to stay on this machine.

    Raises:
        ModelUnavailableError: the hub cannot be reached or refuses.
    """
    import httpx
    from huggingface_hub import hf_hub_url
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    with _asking(entry, source) as hub:
        url = hf_hub_url(hub, str(source.file))
        headers = build_hf_headers(headers={"Accept-Encoding": "identity"})
        headers["Range"] = f"bytes={start}-"
        with httpx.stream(
            "GET", url, headers=headers, follow_redirects=True, timeout=_PATIENCE
        ) as answer:
            answer.raise_for_status()
            skip = 0 if answer.status_code == httpx.codes.PARTIAL_CONTENT else start
            for piece in answer.iter_bytes():
                yield piece[skip:]
                skip = max(0, skip - len(piece))


def _let_out() -> None:
    """A person asks for a download: that counts more than a variable."""
    os.environ.pop("HF_HUB_OFFLINE", None)


def _pending(hub: str, source: Source, endpoint: str | None) -> list[tuple[str, int]]:
    """Names and sizes in bytes of the files that are not here yet."""
    from huggingface_hub import snapshot_download

    # By the list of files even where it is one file: asking for a file that cannot be reached is
    # repeated for half a minute, with a line on the screen each time.
    wanted = [source.file] if source.file else _WANTED
    infos = snapshot_download(hub, allow_patterns=wanted, endpoint=endpoint, dry_run=True)
    return [(info.filename, int(info.file_size or 0)) for info in infos if info.will_download]


def _fetch_large(hub: str, file: str, endpoint: str | None) -> None:
    """Fetch a file that the hub names by its hash, going on where an earlier try ended.

    It lands where the hub library keeps such files, which then only links it into place.
    """
    from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url
    from huggingface_hub.file_download import http_get, repo_folder_name
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    url = hf_hub_url(hub, file, endpoint=endpoint)
    found = get_hf_file_metadata(url, endpoint=endpoint)
    if not _SHA256.fullmatch(found.etag or ""):
        return
    folder = Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=hub, repo_type="model")
    blob = folder / "blobs" / str(found.etag)
    blob.parent.mkdir(parents=True, exist_ok=True)
    headers = build_hf_headers()
    if urlsplit(found.location).netloc != urlsplit(url).netloc:
        headers.pop("authorization", None)  # the key is for the hub, not for where it sends us
    with FileLock(f"{blob}.lock"):
        if blob.exists():
            return
        part = blob.with_name(f"{blob.name}.part")
        with part.open("ab") as stream:
            http_get(
                found.location, stream, resume_size=stream.tell(), headers=headers,
                expected_size=found.size, displayed_filename=file,
            )  # fmt: skip
        part.rename(blob)


def _verify(entry: Entry, file: Path) -> None:
    """Large files are links to blobs named by their own hash."""
    blob = file.resolve()
    if _SHA256.fullmatch(blob.name) and file_hash(blob) != blob.name:
        blob.unlink()
        file.unlink(missing_ok=True)
        raise ModelUnavailableError(
            f"'{file.name}' of '{entry.name}' arrived damaged and was removed; run the same "
            "command again."
        )


@contextmanager
def _asking(entry: Entry, source: Source) -> Iterator[str]:
    """Ask the hub about the repository that this gives; what it or the network says is told."""
    assert source.hub is not None
    try:
        yield source.hub
    except Exception as exc:  # huggingface_hub, httpx and OSError each have their own
        raise ModelUnavailableError(_why(entry, source, exc)) from exc


def _why(entry: Entry, source: Source, exc: Exception) -> str:
    from httpx import TransportError
    from huggingface_hub.errors import GatedRepoError

    causes = list(_causes(exc))
    if any(isinstance(cause, GatedRepoError) for cause in causes):
        return (
            f"'{entry.name}' is only for those who accepted its licence ({entry.licence}): accept "
            f"it on the page of '{source.hub}', set HF_TOKEN, and run the same command again."
        )
    if local := [cause for cause in causes if _is_of_this_machine(cause)]:
        return (
            f"'{entry.name}' could not be fetched. {disk_sentence(local[0])} The same command "
            "resumes."
        )
    unreachable = any(isinstance(cause, TransportError | ConnectionError) for cause in causes)
    reason = "it cannot be reached" if unreachable else reason_of(exc)
    return (
        f"'{entry.name}' could not be fetched from the hub ({reason}); check the connection and "
        "run the same command again, it resumes."
    )


def _is_of_this_machine(cause: BaseException) -> TypeGuard[OSError]:
    """Whether its disk refuses, and not the network or the hub, whose errors are OSErrors too."""
    if not isinstance(cause, OSError) or isinstance(cause, ConnectionError):
        return False
    return cause.errno in (errno.ENOSPC, errno.EDQUOT) or bool(cause.errno and cause.filename)


def _causes(exc: BaseException | None) -> Iterator[BaseException]:
    while exc is not None:
        yield exc
        exc = exc.__cause__ or exc.__context__
