"""What changed in the knowledge folder since the current generation was built."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.files import file_hash
from chatbot.index.gone import folders_of, is_same
from chatbot.knowledge.audiences import Said, folders_said
from chatbot.knowledge.documents import Stamp, leaves, list_folder
from chatbot.knowledge.front_matter import today

if TYPE_CHECKING:
    from chatbot.index.manifest import Manifest

# A file changed this shortly before it was listed may have changed again with the same times.
_TICK = 2_000_000_000
_SHA256 = 64  # hexadecimal digits


@dataclass(frozen=True)
class FolderChanges:
    """The knowledge folder as it is, beside what the current generation was built from;
    ``folders`` is what its ``.audience`` files say, ``settled`` whether files were read again for
    their times alone, which would do from now on; ``holding`` is ``folders`` of the manifest."""

    stamps: dict[str, Stamp]
    hashes: dict[str, str]
    listed: int
    settled: bool
    added: list[str]
    changed: list[str]
    removed: list[str]
    folders: Said
    holding: dict[str, list[int]]

    @property
    def of_documents(self) -> bool:
        """Whether any document is another one than before."""
        return bool(self.added or self.changed or self.removed)


def compare(folder: Path, old: "Manifest | None", max_bytes: int) -> FolderChanges:
    """The files of ``folder`` by their hashes; those whose size and times are as in ``old`` are not
    read again. One that cannot be read, or has more than ``max_bytes``, has a reason instead. One
    that says that it begins or ends counts as changed when that day has come, and one whose reading
    is to be tried again when it is time.

    Raises:
        KnowledgeError: the folder is missing, or holds no document and may be the place where a
            share is not mounted.
    """
    listed = time.time_ns()
    listing = list_folder(folder, old is not None and is_same(folder, old.folders))
    stamps = listing.documents
    before = old.files if old else {}
    known = {path: Stamp(*stamp) for path, stamp in old.stamps.items()} if old else {}
    trusted = old.listed - _TICK if old else 0
    turned = {path for path, day in old.turns.items() if day <= today()} if old else set()
    if old:
        turned |= {path for path, (_, when) in old.again.items() if when <= listed}
    settled = False
    hashes: dict[str, str] = {}
    for path, stamp in stamps.items():
        unchanged = stamp == known.get(path) and stamp.changed < trusted
        if not 0 < stamp.size <= max_bytes:
            # Nothing will be read from it; and what has no size may be read for ever.
            hashes[path] = f"not read: {stamp.size} bytes"
        elif unchanged and len(before.get(path, "")) == _SHA256:
            hashes[path] = before[path]
        else:
            hashes[path] = _hash(folder, path)
            settled |= hashes[path] == before.get(path) and stamp.changed < listed - _TICK
    return FolderChanges(
        stamps,
        hashes,
        listed,
        settled,
        added=[path for path in hashes if path not in before],
        changed=[
            path
            for path, now in hashes.items()
            if path in before and (before[path] != now or path in turned)
        ],
        removed=[path for path in before if path not in hashes],
        folders=folders_said(folder, {p: stamp.size for p, stamp in listing.audiences.items()}),
        holding=folders_of(folder, stamps),
    )


def _hash(folder: Path, path: str) -> str:
    try:
        return "not read: outside" if leaves(folder, path) else file_hash(folder / path)
    except (OSError, RuntimeError) as exc:
        return f"not read: {exc}"
