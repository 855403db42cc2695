"""What is remembered of a crawl, a line of JSON a page: to go on after a kill, and to ask the next
time only for what changed."""

import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path
from typing import IO, Any

from chatbot.files import parse_json, write_whole

_FORMAT = 1
_READER = 5  # raised when pages are read otherwise than before: each is then asked for whole once
_STALE = 24 * 3600.0  # seconds after which an unfinished crawl is begun anew


@dataclass(frozen=True)
class Page:
    """A page that was fetched. ``file`` is empty where none was made of it, and ``reason`` says
    why; ``digest`` is of its title and text, ``to`` where it redirects."""

    address: str
    file: str = ""
    digest: str = ""
    etag: str = ""
    modified: str = ""
    links: tuple[str, ...] = ()
    canonical: str = ""
    reason: str = ""
    to: str = ""


def read_pages(path: Path) -> dict[str, Page]:
    """The pages of the last import by address; none where there was none, or not such a one."""
    return _read(path, None) or {}


class Journal:
    """The pages of a crawl under way; each is on its way to the disk when :meth:`add` returns."""

    def __init__(self, path: Path, crawl: dict[str, Any]) -> None:
        """Goes on with the journal at ``path`` where that is of the same ``crawl``."""
        self._path = path
        self._crawl = crawl
        self.pages: dict[str, Page] = {}
        self._stream: IO[str] | None = None

    @property
    def fits(self) -> bool:
        """Whether there is an unfinished crawl to go on with."""
        return _read(self._path, self._crawl) is not None

    def open(self) -> None:
        """Begin to write; what an earlier try wrote is read first."""
        self.pages = _read(self._path, self._crawl) or {}
        self.save(self.pages.values())  # without a line that a kill cut off
        self._stream = self._path.open("a", encoding="utf-8")

    def add(self, page: Page) -> None:
        """Remember a page."""
        if self._stream is None:
            raise ValueError("the journal is not open")
        self.pages[page.address] = page
        self._stream.write(_line(asdict(page)))
        self._stream.flush()

    def save(self, pages: Iterable[Page]) -> None:
        """Write all of it anew, whole or not at all."""
        head = _line({"format": _FORMAT, "reader": _READER, "begun": time.time(), **self._crawl})
        write_whole(self._path, chain([head], (_line(asdict(page)) for page in pages)))

    def close(self) -> None:
        """End writing."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def _line(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


def _read(path: Path, crawl: dict[str, Any] | None) -> dict[str, Page] | None:
    """The pages of a journal, if it is of ``crawl`` (or any) and not too old to go on with."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
        head = parse_json(lines[0])
        if head.get("format") != _FORMAT:
            return None
        read_so = head.get("reader") == _READER
        if crawl is not None:
            same = read_so and all(head.get(name) == value for name, value in crawl.items())
            if not same or time.time() - head["begun"] > _STALE:
                return None
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return None
    pages: dict[str, Page] = {}
    for line in lines[1:]:
        try:
            values = parse_json(line)
            page = Page(**{**values, "links": tuple(values["links"])})
        except (ValueError, TypeError, KeyError):
            continue  # a line that a kill cut off
        pages[page.address] = page if read_so else replace(page, etag="", modified="")
    return pages
