"""Whom documents are for, as they say themselves, or a file ``.audience`` in a folder over them.

The nearest counts: the front matter of a document, then the file in its folder, then those in the
folders above. What cannot be read is for nobody but those who see everything, never for more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chatbot.audience import FOR_STAFF, Audience, read_audience
from chatbot.errors import AudienceError

AUDIENCE_FILE = ".audience"
# What editors and file managers make of that name. It says nothing, but was meant to.
_SLIPS = frozenset({AUDIENCE_FILE, f"{AUDIENCE_FILE}.txt"})
_MOST = 10_000  # bytes


@dataclass
class Said:
    """Names of audiences by who says so: a document by its path, a folder by its path with "/" at
    the end, the knowledge folder itself as "". ``unclear`` has reasons by the path of the file
    whose words cannot be read, which counts as for nobody."""

    names: dict[str, list[str]] = field(default_factory=dict)
    unclear: dict[str, str] = field(default_factory=dict)

    def add(self, path: str, text: str) -> None:
        """What the document, or the ``.audience`` file, at ``path`` says; of a folder that two
        files are about, what cannot be read counts."""
        place = _folder_of(path) if is_audience_file(path) else path
        try:
            names = sorted(read_audience(text))
        except AudienceError as exc:
            self._refuse(path, place, str(exc))
        else:
            self.names[place] = [] if self.names.get(place) == [] else names

    def read_file(self, folder: Path, path: str, size: int) -> None:
        """What an ``.audience`` file of ``size`` bytes says; -1 is no file."""
        try:
            text = _text(folder / path, size)
        except AudienceError as exc:
            self._refuse(path, _folder_of(path), str(exc))
        else:
            self.add(path, text)

    def _refuse(self, path: str, place: str, reason: str) -> None:
        self.names[place] = []
        self.unclear[path] = reason


def is_audience_file(path: str) -> bool:
    """Whether it is one that says whom a folder is for, or was to be one."""
    return path.rsplit("/", 1)[-1].casefold() in _SLIPS


def _folder_of(path: str) -> str:
    return path[: path.rfind("/") + 1]


def folders_said(folder: Path, sizes: Mapping[str, int]) -> Said:
    """What the ``.audience`` files of the knowledge folder say, by their paths and bytes."""
    said = Said()
    for path, size in sizes.items():
        said.read_file(folder, path, size)
    return said


def audience_of(path: str, names: Mapping[str, Sequence[str]]) -> Audience:
    """Whom the document at ``path`` is for, by :attr:`Said.names`; the staff where nobody said."""
    if path in names:
        return frozenset(names[path])
    over = path
    while over:
        over = over.rpartition("/")[0]
        place = f"{over}/" if over else ""
        if place in names:
            return frozenset(names[place])
    return FOR_STAFF


def _text(path: Path, size: int) -> str:
    if path.name != AUDIENCE_FILE:
        raise AudienceError(f"a file that says whom a folder is for is called {AUDIENCE_FILE}")
    if size < 0:
        raise AudienceError("it is not a file that can be read")
    if size > _MOST:
        raise AudienceError(f"it has more than {_MOST:,} bytes")
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise AudienceError(f"it cannot be read ({exc.strerror})") from exc
    except UnicodeDecodeError as exc:
        raise AudienceError("it is not UTF-8 text") from exc
