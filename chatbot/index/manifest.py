"""What a generation of the index was built from: its ``manifest.json``."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chatbot.errors import IndexUnavailableError
from chatbot.files import parse_json, write_whole

FORMAT = 15
# Of an index of these formats a build reads every document again, as it is read now, and takes the
# vectors of equal chunks over: 4 knew no audiences, 5 read equations and rich text otherwise, 6
# tables of PDF files and pages of several programs, 7 icons, tabs, notebooks and cells of CSV, 8
# groups of rows, tables beside each other, marks of Jira, AsciiDoc, 9 labels over rows, attributes
# of components, directives of Sphinx and MyST, names without blanks, 10 turned pages and close
# columns of PDF, charts, dotted codes, 14 fields and notes of Word, accordions, entries of JSON,
# what style sheets draw, names over columns, words of other scripts.
_EARLIER = (4, 5, 6, 7, 8, 9, 10, 14)
# How the note on a document begins that was read but for some of it.
IN_PART = "in part: "
REBUILD = "run 'chatbot index' to build it"
_FILE = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a generation was built from.

    ``files`` maps each path to its SHA-256, and ``stamps`` to (bytes, modified, changed) as they
    were at the time ``listed``, all times in ns; ``failed`` maps to reasons, and ``notes`` to what
    of a document was not read; ``search`` names the kind of vector search; ``addresses`` are those
    of the originals of documents, by path; ``audiences`` and ``unclear`` are what documents and
    folders say of whom they are for, as in :class:`chatbot.knowledge.audiences.Said`; ``turns``
    are the days (ISO) from which on documents are read otherwise without having changed, and
    ``again`` those whose reading failed for what may pass: how often, and when (ns) they are read
    again; ``folders`` are the knowledge folder and those in it that hold documents, as
    :func:`chatbot.index.gone.folders_of` tells them.
    """

    generation: str
    embeddings: str
    chunk_chars: int
    files: dict[str, str]
    failed: dict[str, str]
    chunks: int
    checksums: dict[str, str]
    stamps: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    listed: int = 0
    search: str = "flat"
    notes: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    audiences: dict[str, list[str]] = field(default_factory=dict)
    unclear: dict[str, str] = field(default_factory=dict)
    turns: dict[str, str] = field(default_factory=dict)
    again: dict[str, tuple[int, int]] = field(default_factory=dict)
    folders: dict[str, list[int]] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def up_to_date(self) -> bool:
        """Whether documents were read as they are read now."""
        return self.format == FORMAT

    def day(self, path: str) -> str:
        """When a document was changed last, such as ``2026-11-28`` in UTC; empty if unknown."""
        stamp = self.stamps.get(path)
        return datetime.fromtimestamp(stamp[1] / 1e9, UTC).date().isoformat() if stamp else ""


def read_manifest(
    index: Path, name: str, embeddings: str | None = None, earlier: bool = False
) -> Manifest:
    """The manifest of one generation; ``embeddings`` is the model in use. With ``earlier``, also
    of one of an earlier format, which may be built upon and not searched.

    Raises:
        IndexUnavailableError: it is missing, damaged, of another format or another model.
    """
    with damage_told(index):
        values = parse_json((index / name / _FILE).read_text(encoding="utf-8"))
        version = values.get("format")
    if version != FORMAT and not (earlier and version in _EARLIER):
        raise IndexUnavailableError(
            f"The index in '{index}' has format {version}, this version reads {FORMAT}; "
            f"{REBUILD} anew."
        )
    with damage_told(index):
        manifest = Manifest(**values)
    if embeddings is not None and manifest.embeddings != embeddings:
        raise IndexUnavailableError(
            f"The index in '{index}' was built with the embeddings '{manifest.embeddings}' and "
            f"'{embeddings}' is in use; run 'chatbot index' to build it anew."
        )
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it into the folder of its generation, in place of an earlier one.

    Raises:
        OSError: it cannot be written; the earlier one stays.
    """
    write_whole(folder / _FILE, [json.dumps(vars(manifest))])


def confirm(index: Path, manifest: Manifest, **now: Any) -> Manifest:
    """Say of a generation that its documents were still the same at the time ``listed``, with
    the ``stamps`` and ``folders`` in ``now``; where that cannot be written, the next build looks
    again."""
    confirmed = replace(manifest, **now)
    with suppress(OSError):
        write_manifest(index / manifest.generation, confirmed)
    return confirmed


@contextmanager
def damage_told(index: Path) -> Iterator[None]:
    """What reading a missing or damaged file raises, as a sentence."""
    try:
        yield
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as exc:
        raise IndexUnavailableError(
            f"The index in '{index}' is incomplete or damaged; {REBUILD}."
        ) from exc
