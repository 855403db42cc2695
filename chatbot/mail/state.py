"""What became of each letter of a box, a line each, so that nothing is drafted twice."""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from chatbot.errors import MailError
from chatbot.files import parse_json, write_whole


class Handled:
    """The letters of a box that are done with; each is on the disk when :meth:`add` returns."""

    def __init__(self, path: Path) -> None:
        """Reads what is known; see :func:`handled_letters`."""
        rows = [row for line in _lines(path) if (row := _row(line))]
        self._keys = {row["key"] for row in rows}
        self._places = {row["place"] for row in rows if row["place"]}
        write_whole(path, (_line(row) for row in rows))  # without a line that a kill cut off
        self._stream = path.open("a", encoding="utf-8")

    def has_key(self, key: str) -> bool:
        """Whether the letter with this Message-ID is done with."""
        return key in self._keys

    def has_place(self, place: str) -> bool:
        """Whether the letter at this place is."""
        return place in self._places

    def add(self, key: str, place: str, outcome: str) -> None:
        """Remember what became of a letter."""
        self._keys.add(key)
        self._places.add(place)
        row = {"key": key, "place": place, "outcome": outcome, "at": f"{time.time():.0f}"}
        self._stream.write(_line(row))
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def close(self) -> None:
        """End writing."""
        self._stream.close()


@contextmanager
def handled_letters(data: Path, box: str) -> Iterator[Handled]:
    """What is known of the box of this name, for this process alone; it lies in ``data``/mail.

    Raises:
        MailError: another process is at work on the box, or the folder cannot be written.
    """
    folder = data / "mail"
    path = folder / f"{hashlib.sha256(box.encode()).hexdigest()[:16]}.jsonl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock"), timeout=0):
            handled = Handled(path)
            try:
                yield handled
            finally:
                handled.close()
    except Timeout as exc:
        raise MailError(
            "Another 'chatbot mail' is at work on this mail box; wait until it is done."
        ) from exc


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return []


def _row(line: str) -> dict[str, str]:
    """The values of a line; none where a kill cut it off."""
    try:
        row = parse_json(line)
        return {name: str(row[name]) for name in ("key", "place", "outcome", "at")}
    except (ValueError, TypeError, KeyError):
        return {}


def _line(row: dict[str, str]) -> str:
    return json.dumps(row) + "\n"  # in ASCII, since a file's name may hold what UTF-8 cannot
