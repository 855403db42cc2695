"""The knowledge folder beside the index that answers: every file with its state."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from chatbot.errors import IndexUnavailableError
from chatbot.index.generations import Generation
from chatbot.knowledge.documents import Stamp, list_whole
from chatbot.service import ChatService
from chatbot.settings import Settings

# ``partly``: some of it was not read. ``stale``: changed since it was indexed. ``new``: not
# indexed yet. ``gone``: no longer in the folder, and still answered from until the next build.
State = Literal["indexed", "partly", "failed", "unsupported", "stale", "new", "gone"]
STATES: tuple[State, ...] = ("failed", "stale", "new", "gone", "partly", "indexed", "unsupported")
BEHIND: tuple[State, ...] = ("stale", "new", "gone")


@dataclass(frozen=True)
class File:
    """``path`` is relative to the folder; ``modified`` in ns, none where it is gone;
    ``audience`` names those whom it is for in the index, none of them where only owners and admins
    see it."""

    path: str
    state: State
    reason: str = ""
    title: str = ""
    chunks: int = 0
    modified: int | None = None
    audience: tuple[str, ...] | None = None

    @property
    def linkable(self) -> bool:
        """Whether the name is text that a form can send back."""
        return _is_text(self.path)


def current_index(service: ChatService) -> Generation | None:
    """The index that answers, or the newest; ``None`` where there is none. Blocks."""
    try:
        return service.current_generation()
    except IndexUnavailableError:
        return None


def list_library(settings: Settings, generation: Generation | None) -> list[File]:
    """Every file of the folder and of the index, by path; hidden ones are nobody's documents."""
    stamps, unread = list_whole(settings.knowledge)
    files = [_file(path, stamp, generation) for path, stamp in stamps.items()]
    if generation:
        gone = generation.manifest.files.keys() - stamps.keys()
        files += [_indexed_file(path, "gone", "", generation, None) for path in gone]
    files += [
        File(path, "unsupported", reason) for path, reason in unread.items() if not is_hidden(path)
    ]
    return sorted(files, key=lambda file: file.path)


def count_states(settings: Settings, service: ChatService) -> dict[str, int]:
    """How many files are in each state, states without any left out. Blocks."""
    files = list_library(settings, current_index(service))
    found = Counter(file.state for file in files)
    return {state: found[state] for state in STATES if found[state]}


def _file(path: str, stamp: Stamp, generation: Generation | None) -> File:
    if generation is None or path not in generation.manifest.files:
        return File(path, "new", modified=stamp.modified)
    manifest = generation.manifest
    known = manifest.stamps.get(path)
    state: State = "indexed"
    reason = ""
    if known is None or tuple(known[:2]) != (stamp.size, stamp.modified):
        state = "stale"
    elif path in manifest.failed:
        state, reason = "failed", manifest.failed[path]
    elif path in manifest.notes:
        state, reason = "partly", manifest.notes[path]
    return _indexed_file(path, state, reason, generation, stamp.modified)


def _indexed_file(
    path: str,
    state: State,
    reason: str,
    generation: Generation,
    modified: int | None,
) -> File:
    first, behind = generation.rows.get(path, (0, 0))
    title = generation.chunks[first].title if behind else ""
    names = generation.audiences.get(path)
    audience = None if names is None else tuple(sorted(names))
    reason = reason or generation.manifest.unclear.get(path, "")
    return File(path, state, reason, title, behind - first, modified, audience)


def is_hidden(path: str) -> bool:
    """Whether its name, or that of a folder over it, begins with a dot."""
    return any(part.startswith(".") for part in path.split("/"))


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
