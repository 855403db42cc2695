"""What a mail box is to those who draft: an IMAP server or a folder of files."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol


@dataclass(frozen=True)
class Stored:
    """A letter that lies in a box. ``name`` is for people; ``place`` never means another letter, or
    is empty where the box cannot promise that. ``read`` gives its bytes.

    Raises (``read``):
        DocumentError: it is gone, too large, or only a part of it came.
        MailError: the box itself fails.
    """

    name: str
    place: str
    read: Callable[[], bytes]


class Box(Protocol):
    """A mail box; every method raises :class:`~chatbot.errors.MailError` where it fails."""

    name: str  # the same for the same box, each time

    def waiting(self, known: Callable[[str], bool]) -> Iterator[Stored]:
        """Letters that nobody answered, oldest first, but those whose place is ``known``."""
        ...

    def related(self, keys: Sequence[str]) -> list[bytes]:
        """The letters with these Message-IDs that lie in the box, in their order."""
        ...

    def is_answered(self, key: str) -> bool:
        """Whether a letter of our own refers to this one."""
        ...

    def has_draft(self, stored: Stored, draft: str) -> bool:
        """Whether there is a draft for the letter, or one with the Message-ID ``draft``."""
        ...

    def save(self, stored: Stored, draft: EmailMessage) -> None:
        """Keep a draft, whole or not at all."""
        ...


OpenBox = AbstractContextManager[Box]
