"""What was found over a folder, as a file beside the generations of its index."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from chatbot.files import parse_json, write_whole

Kind = Literal["contradiction", "copy"]

_FILE = "findings.json"
_FORMAT = 4  # another one where rules changed: everything is compared again


@dataclass(frozen=True)
class Place:
    """``quote`` stands from ``start`` to ``end`` of the text of ``path``; ``said`` is the part of
    it that differs."""

    path: str
    start: int
    end: int
    quote: str
    heading: str
    said: str = ""


@dataclass(frozen=True)
class Finding:
    """Two passages that say different things about the same, or those of two near-copies that are
    most alike; ``share`` is how much of the shorter one stands in the other."""

    kind: Kind
    one: Place
    other: Place
    share: float = 0.0

    @cached_property
    def id(self) -> str:
        """Changes with the quotes and their files, and with nothing else."""
        said = [self.kind, self.one.path, self.one.quote, self.other.path, self.other.quote]
        return hashlib.sha256(repr(said).encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(frozen=True)
class Findings:
    """What was found in ``generation``, over ``texts`` (path to the hash of what was read), and
    what was set ``aside``: it counts again when the documents change that it is compared with."""

    generation: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    found: tuple[Finding, ...] = ()
    aside: tuple[Finding, ...] = ()

    def counts(self) -> dict[str, int]:
        """How many pairs of passages contradict each other, and of documents are near-copies."""
        kinds = [finding.kind for finding in self.found]
        return {"contradictions": kinds.count("contradiction"), "copies": kinds.count("copy")}


def read_findings(index: Path) -> Findings:
    """The findings beside an index; empty where none were looked for, or the file is damaged."""
    try:
        about = (index / _FILE).stat()
        return _read(index / _FILE, about.st_mtime_ns, about.st_size)
    except OSError:
        return Findings()


@lru_cache(maxsize=2)
def _read(path: Path, modified: int, size: int) -> Findings:
    """The file as it was at that time: pages ask for it again and again."""
    try:
        values = parse_json(path.read_bytes())
        if not isinstance(values, dict) or values.get("format") != _FORMAT:
            return Findings()
        found, aside = (tuple(map(_finding, values[name])) for name in ("found", "aside"))
        return Findings(str(values["generation"]), dict(values["texts"]), found, aside)
    except (OSError, ValueError, KeyError, TypeError):
        return Findings()


def write_findings(index: Path, findings: Findings) -> None:
    """Replace the findings beside an index in one step."""
    values = {"format": _FORMAT, **asdict(findings)}
    write_whole(index / _FILE, [json.dumps(values)])


def _finding(row: dict[str, Any]) -> Finding:
    one, other = Place(**row["one"]), Place(**row["other"])
    return Finding(row["kind"], one, other, float(row["share"]))
