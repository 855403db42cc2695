"""What was said in tickets, where an export has it apart from them: each with its ticket."""

import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from pathlib import PurePosixPath

from chatbot.importing.conversations import LeftOut
from chatbot.importing.records import Record, text

_FOLDERS = frozenset({"ticket", "tickets", "comments", "conversations", "audits"})
_TICKET = re.compile(r"tickets?[-_ ]?(\d+)", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\d)(?<!page)(?<!page[-_ =])(?<!part)(?<!part[-_ =])\d+", re.IGNORECASE)


class Replies:
    """Records by the number of their ticket, which they have, or the path of their file."""

    def __init__(self, kind: str) -> None:
        """``kind`` is what the records are, for the reasons: "comments"."""
        self._kind = kind
        self._said: dict[str, dict[str, Record]] = {}  # of each ticket, by their own numbers
        self._loose: dict[str, dict[str, Record]] = {}  # of each file

    def add(self, record: Record, name: str) -> None:
        """A record of the file ``name``; of two with one number the later counts."""
        ticket = text(record, "ticket_id")
        said = self._said.setdefault(ticket, {}) if ticket else self._loose.setdefault(name, {})
        said[text(record, "id")] = record

    def settle(self, tickets: Collection[str]) -> Iterator[LeftOut]:
        """Give the records of files to their tickets; yields what belongs to none of these."""
        for name, records in self._loose.items():
            if ticket := ticket_in(name, tickets):
                self._said.setdefault(ticket, {}).update(records)
            else:
                reason = f"its path does not say which ticket its {self._kind} belong to"
                yield LeftOut(name, reason)
        for ticket in sorted(self._said.keys() - tickets):
            reason = "the export does not hold the ticket itself"
            yield LeftOut(f"{self._kind} of ticket {ticket}", reason)

    def of(self, ticket: str) -> list[Record]:
        """What was said in a ticket."""
        return list(self._said.get(ticket, {}).values())


def ticket_in(name: str, known: Collection[str]) -> str:
    """The ticket that a file's path names: "tickets/12/comments.json", "comments/12/page-2.json",
    "comments-12.json". Nothing where that could be several of the ``known`` ones, or none."""
    parts = PurePosixPath(name).with_suffix("").parts
    for folder, inner in pairwise(parts):
        if folder.lower() in _FOLDERS and inner.isdigit():
            return inner
    numbers = set(_NUMBER.findall(name))
    called = {number for number in _TICKET.findall(name) if number in known}
    found = called or {number for number in numbers if number in known} or numbers
    return found.pop() if len(found) == 1 else ""
