"""Where a training writes: one that was killed goes on there, and no other takes its place."""

import hashlib
import shutil
from pathlib import Path

from chatbot.errors import TrainingError
from chatbot.files import parse_json, write_whole
from chatbot.llm.adapters import CHECKPOINTS

REPORT = "training.json"  # the last file that a training writes
PAGE = "report.html"  # written after the adapter was judged
_NOTE = "begun.txt"


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
