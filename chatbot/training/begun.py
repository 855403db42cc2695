"""Where a training writes: one that was killed goes on there, and no other takes its place."""

import errno
import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from chatbot.errors import ChatbotError, TrainingError
from chatbot.files import parse_json, write_whole
from chatbot.llm.adapters import CHECKPOINTS

REPORT = "training.json"  # the last file that a training writes
PAGE = "report.html"  # written after the adapter was judged
_NOTE = "begun.txt"
# What safetensors and others say of a full disk, which torch does not say: it has less free bytes.
_FULL, _FREE = re.compile(r"No space left|os error (?:28|122)\b|Disk quota"), 1_000_000
_NO_MEMORY = re.compile(r"can't allocate memory|out of memory", re.IGNORECASE)


def digest_of(*made_of: object) -> str:
    """A hash, in hexadecimal, of what something is made of, by its ``repr``."""
    digest = hashlib.sha256()
    for part in made_of:
        digest.update(f"{part!r}\n".encode("utf-8", "backslashreplace"))
    return digest.hexdigest()


def require_unfinished(out: Path) -> None:
    """Raise :class:`TrainingError` where a training into ``out`` is done, and judged."""
    if (out / PAGE).exists():
        raise TrainingError(f"'{out}' holds a training that is done; name another folder.")


@contextmanager
def training_into(out: Path) -> Iterator[None]:
    """Around what trains: no other process trains into ``out`` meanwhile, and a full disk or too
    little memory is a sentence.

    Raises:
        TrainingError: another one does, or the disk or the memory is full.
        OSError: ``out`` cannot be written.
    """
    folder = out / CHECKPOINTS
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout as exc:
        raise TrainingError(
            f"Another training writes into '{out}'; wait for its end, or name another folder."
        ) from exc
    except ChatbotError:
        raise
    except Exception as exc:  # safetensors and torch each have their own
        if told := _told(exc, out):
            raise TrainingError(told) from exc
        raise


def means_full_disk(exc: Exception, folder: Path) -> bool:
    """Whether ``exc``, of whatever library, says that the disk of ``folder`` is full."""
    full = isinstance(exc, OSError) and exc.errno in (errno.ENOSPC, errno.EDQUOT)
    return bool(full or _FULL.search(str(exc)) or shutil.disk_usage(folder).free < _FREE)


def _told(exc: Exception, out: Path) -> str:
    again = "give the same command again: it goes on from its last checkpoint."
    if means_full_disk(exc, out):
        return f"The disk of '{out}' is full; make room and {again}"
    if isinstance(exc, MemoryError) or _NO_MEMORY.search(str(exc)):
        return f"There is too little memory to train; end other programs and {again}"
    return ""


def goes_on(out: Path, digest: str) -> bool:
    """Whether a training that was killed can go on from its checkpoint or report in ``out``;
    ``digest`` is of what is trained now, and is noted where one begins. A checkpoint without a note
    is of before there were any, and counts as the same.

    Raises:
        TrainingError: one into ``out`` is done, or was begun with anything else.
    """
    require_unfinished(out)
    note = out / _NOTE
    trained = (out / REPORT).exists()
    found = _has_checkpoint(out) or trained
    begun = note.read_text(encoding="utf-8") if note.is_file() else None
    if found and begun != digest and (trained or begun is not None):
        raise TrainingError(
            f"'{out}' holds a training that was begun with other rows, another start or other "
            "settings; name another folder, or give the command as it was."
        )
    out.mkdir(parents=True, exist_ok=True)
    write_whole(note, [digest])
    return found


def _has_checkpoint(out: Path) -> bool:
    """Whether there is one to go on from; one that a kill left half written is removed."""
    found = False
    for folder in (out / CHECKPOINTS).glob("checkpoint-*"):
        try:
            parse_json((folder / "trainer_state.json").read_text(encoding="utf-8"))
            found = True
        except (OSError, ValueError):
            shutil.rmtree(folder)
    return found
