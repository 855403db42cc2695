"""A folder of .eml files as a mail box: drafts lie beside their letters."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from pathlib import Path

from chatbot.errors import DocumentError, MailError
from chatbot.files import replacing
from chatbot.importing.letters import LARGEST, read_letter
from chatbot.mail.box import Stored

_DRAFT = ".draft.eml"


class FolderBox:
    """The letters in a folder and below it. ``own`` addresses are those of who answers."""

    def __init__(self, folder: Path, own: tuple[str, ...]) -> None:
        """Reads the folder's names.

        Raises:
            MailError: there is no such folder.
        """
        if not folder.is_dir():
            raise MailError(f"There is no folder '{folder}' with letters.")
        self._folder, self._own = folder, own
        self.name = str(folder.resolve())
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".eml")
        self._paths = [p for p in paths if not p.name.lower().endswith(_DRAFT) and _is_file(p)]
        self._keys: dict[str, Path] = {}
        self._answered: set[str] = set()
        for path in self._paths:
            self._note(path)

    def waiting(self, known: Callable[[str], bool]) -> Iterator[Stored]:
        """Every file; its name may mean another letter tomorrow, so none is known by it."""
        for path in self._paths:
            name = path.relative_to(self._folder).as_posix()
            yield Stored(name, "", partial(_read, path))

    def related(self, keys: Sequence[str]) -> list[bytes]:
        """The letters with these Message-IDs."""
        found = []
        for path in (self._keys[key] for key in keys if key in self._keys):
            with suppress(DocumentError):
                found.append(_read(path))
        return found

    def is_answered(self, key: str) -> bool:
        """Whether one of the files is our answer to it."""
        return key in self._answered

    def has_draft(self, stored: Stored, draft: str) -> bool:
        """Whether a draft lies beside it."""
        return os.path.lexists(self._beside(stored))

    def save(self, stored: Stored, draft: EmailMessage) -> None:
        """Put the draft beside its letter; mail programs open it to be edited and sent."""
        draft["X-Unsent"] = "1"
        path = self._beside(stored)
        try:
            with replacing(path) as stream:
                stream.write(draft.as_bytes(policy=SMTP))
        except OSError as exc:
            raise MailError(f"No draft can be written to '{path}': {exc.strerror}.") from exc

    def _beside(self, stored: Stored) -> Path:
        return (self._folder / stored.name).with_suffix(_DRAFT)

    def _note(self, path: Path) -> None:
        """Remember under which key it lies, and what it answers if it is our own."""
        with suppress(DocumentError):
            letter = read_letter(_read(path))
            self._keys.setdefault(letter.key, path)
            if letter.is_from(self._own):
                self._answered.update(letter.refers)


def _is_file(path: Path) -> bool:
    """Links are left out: one could lead anywhere."""
    return path.is_file() and not path.is_symlink()


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except OSError as exc:
        raise DocumentError(f"it cannot be read ({exc.strerror})") from exc
