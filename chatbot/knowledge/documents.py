"""Read one file of the knowledge folder as text that citations can point into.

Plain-text formats (Markdown, text, CSV, JSON, YAML) keep their text as ``Path.read_text("utf-8")``
returns it, so that a citation's offsets are offsets into the file; what their readers do not see
is blanks in it. The others are extracted, and the offsets are offsets into the extracted text.
"""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chatbot.errors import DocumentError, KnowledgeError
from chatbot.knowledge.audiences import is_audience_file
from chatbot.knowledge.blocks import Extracted, Place
from chatbot.knowledge.formats import EXTRACTED
from chatbot.knowledge.places import file_words, first_words, folders_of, is_number, title_of
from chatbot.knowledge.plain import LARGE, PLAIN, read_plain
from chatbot.text.unicode import readable

SUFFIXES = frozenset({*PLAIN, *EXTRACTED})
# Ten formats that people know; the README names all.
_KNOWN = "Markdown, text, HTML, PDF, Word, Excel, PowerPoint, OpenDocument, e-mail, CSV, JSON"
# Their headings, if any, are those of records, and none of them is that of the whole.
_NO_HEADINGS = frozenset({*PLAIN} - {".md", ".markdown", ".mdx"})
# Where importers keep notes beside what they bring: nobody's documents.
IMPORTS = "imports"
# Their first line is a row or a key, no title.
_TABLES = frozenset(
    {".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".xlsx", ".xls", ".ods"}
)
_MAX_TITLE = 300  # characters; it stands over each chunk

# Folders and files of an index (chatbot/index, chatbot/consistency).
_GENERATION = re.compile(r"g\d{8,}")
_BESIDE = {".lock", "CURRENT", "findings.json", "statements.npz", "vectors.json", "vectors.ids"}
_LOCK = "~$"  # how the file begins by which an Office program notes that one is open
STARTERS = ".starters"  # in the folder itself: questions to begin with, for the page


@dataclass(frozen=True, kw_only=True)
class Document(Extracted):
    """A readable document; ``path`` is relative to the knowledge folder, with ``/``.

    ``folders`` are those it is in, and ``name`` what its file's name says beyond them and the
    title.
    """

    path: str
    markdown: bool
    folders: str = ""
    name: str = ""


@dataclass(frozen=True)
class Skipped:
    """Files that are not read: how many of an ending, why, and the path of one."""

    suffix: str
    count: int
    reason: str
    example: str


@dataclass(frozen=True)
class Stamp:
    """What tells without reading a file that it may have changed: bytes, and times in ns.

    ``changed`` is the time of the last change of any kind, which no program can set back.
    """

    size: int
    modified: int
    changed: int


@dataclass(frozen=True)
class Listing:
    """The files that can be documents, and those that say whom a folder is for; each sorted by its
    path, which is relative to the knowledge folder."""

    documents: dict[str, Stamp]
    audiences: dict[str, Stamp]


_UNREADABLE = Stamp(-1, 0, 0)


def list_files(folder: Path) -> dict[str, Stamp]:
    """The files that can be documents, sorted by relative path; hidden ones are left out.

    Raises: as :func:`list_folder`.
    """
    return list_folder(folder).documents


def list_folder(folder: Path, may_be_empty: bool = False) -> Listing:
    """The files that matter in the knowledge folder.

    Raises:
        KnowledgeError: the folder does not exist or, unless it ``may_be_empty``, holds no such
            file.
    """
    if not folder.is_dir():
        raise KnowledgeError(
            f"The knowledge folder '{folder}' does not exist; create it or name another one "
            "with --knowledge or CHATBOT_KNOWLEDGE."
        )
    found = dict(sorted(_walk(folder)))
    documents = {path: stamp for path, stamp in found.items() if _is_read(path)}
    if not documents and not may_be_empty:
        raise KnowledgeError(
            f"The knowledge folder '{folder}' holds no document; put files into it ({_KNOWN} and "
            "more are read) and run 'chatbot index'."
        )
    audiences = {path: stamp for path, stamp in found.items() if is_audience_file(path)}
    return Listing(documents, audiences)


def list_whole(folder: Path) -> tuple[dict[str, Stamp], dict[str, str]]:
    """As :func:`list_files`, and beside it the files that are never read, with the reason; what
    is hidden is named and not looked into. Both are empty where the folder does not exist."""
    documents: dict[str, Stamp] = {}
    unread: dict[str, str] = {}
    for path, stamp in _walk(folder, hidden=True) if folder.is_dir() else ():
        if (suffix := _unread_suffix(path)) is not None:
            unread[path] = _why(suffix)
        elif _is_read(path):
            documents[path] = stamp
    return dict(sorted(documents.items())), unread


def list_skipped(folder: Path) -> list[Skipped]:
    """What of the folder is not read, by endings, most first; what is hidden is named and not
    looked into."""
    groups: dict[str, list[str]] = {}
    for path in list_whole(folder)[1]:
        groups.setdefault(_unread_suffix(path) or "", []).append(path)
    found = [
        Skipped(suffix, len(paths), _why(suffix), min(paths)) for suffix, paths in groups.items()
    ]
    return sorted(found, key=lambda skipped: (-skipped.count, skipped.suffix))


def _unread_suffix(path: str) -> str | None:
    """The ending of a file that is never read, ``.*`` of a hidden one, ``~$*`` of an Office
    program's lock; ``None`` of a document, of what says whom a folder is for, and of the questions
    to begin with."""
    name = path.rstrip("/").rsplit("/", 1)[-1]
    if is_audience_file(name) or path == STARTERS:
        return None
    if name.startswith("."):
        return ".*"
    if name.startswith(_LOCK):
        return f"{_LOCK}*"
    return None if _is_read(path) else os.path.splitext(name)[1].lower()


def _why(suffix: str) -> str:
    if suffix == ".*":
        return "its name begins with a dot"
    if suffix.startswith(_LOCK):
        return "an Office program notes by it who has a document open"
    return f"{suffix or 'nameless'} files are not read"


def _is_read(path: str) -> bool:
    """A folder that cannot be opened, with "/" at its end, is named among the documents."""
    return path.endswith("/") or not path or os.path.splitext(path)[1].lower() in SUFFIXES


def _walk(folder: Path, hidden: bool = False) -> Iterator[tuple[str, Stamp]]:
    """Relative paths and stamps of all files, in no order; what is no file has the size -1.

    Linked folders are not followed: one could lead out, or back to where it stands. A folder
    that cannot be opened is listed itself, with "/" at its end.
    """
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        try:
            entries = list(os.scandir(folder / prefix if prefix else folder))
        except OSError:
            yield prefix, _UNREADABLE
            continue
        own = _files_of_index({entry.name for entry in entries})
        for entry in entries:
            if entry.name in own:
                continue
            if is_audience_file(entry.name):
                yield prefix + entry.name, _stamp(entry)
                continue
            if entry.name.startswith((".", _LOCK)):
                if hidden and prefix.partition("/")[0] != IMPORTS:
                    yield prefix + entry.name, _UNREADABLE
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(f"{prefix}{entry.name}/")
            elif os.path.isdir(entry.path):  # by a link
                continue
            else:
                yield prefix + entry.name, _stamp(entry)


def _files_of_index(names: set[str]) -> set[str]:
    """What 'chatbot index' wrote itself, where its folder is the knowledge folder or lies in it:
    read as documents, every generation would hold the one before, and who may see what would be
    lost."""
    generations = set(filter(_GENERATION.fullmatch, names))
    return generations | _BESIDE if generations and "CURRENT" in names else set()


def _stamp(entry: os.DirEntry[str]) -> Stamp:
    """That of a file; of a pipe, a device, a folder or a link to nothing, what is unreadable."""
    try:
        state = entry.stat()
    except OSError:
        return _UNREADABLE
    if not stat.S_ISREG(state.st_mode):
        return _UNREADABLE
    return Stamp(state.st_size, state.st_mtime_ns, state.st_ctime_ns)


def leaves(folder: Path, relative: str) -> bool:
    """Whether the file is a link to somewhere outside ``folder``."""
    return not (folder / relative).resolve().is_relative_to(folder.resolve())


def load_document(folder: Path, relative: str, max_bytes: int) -> Document:
    """Read one document. Formats with a parser of their own are read in a process apart, which
    is ended when it takes too long or too much memory.

    Raises:
        DocumentError: the file is too large, empty, outside the folder, or cannot be read; the
            message completes the sentence "<path> was left out: ...".
    """
    path = folder / relative
    suffix = path.suffix.lower()
    try:
        if _writable(relative) != relative:
            raise DocumentError("its name is not valid UTF-8; rename it")
        if leaves(folder, relative):
            raise DocumentError("it is a link that leaves the knowledge folder")
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise DocumentError(
                "it is not a regular file, or a folder that cannot be opened",
                may_pass=stat.S_ISDIR(state.st_mode),
            )
        size = state.st_size
        if size > max_bytes:
            raise DocumentError(
                f"it has {size / 1e6:.0f} MB and the limit is {max_bytes / 1e6:.0f} MB; split it "
                "or raise CHATBOT_MAX_FILE_MB"
            )
        if size == 0:
            raise DocumentError("it is empty")
        if suffix in EXTRACTED or (suffix == ".json" and size > LARGE):
            from chatbot.knowledge.apart import extract_apart

            extracted = extract_apart(path)
        else:
            extracted = read_plain(path.read_bytes(), suffix)
    except (OSError, RuntimeError) as exc:  # RuntimeError: links in a circle
        reason = exc.strerror if isinstance(exc, OSError) else "its link leads in a circle"
        may_pass = isinstance(exc, OSError)
        raise DocumentError(f"it cannot be read ({reason})", may_pass=may_pass) from exc
    return _document(relative, suffix, extracted)


def _document(relative: str, suffix: str, extracted: Extracted) -> Document:
    text = _writable(extracted.text)
    if not text[extracted.body :].strip("\ufeff \t\r\n"):
        raise DocumentError("; ".join(["it is empty", *extracted.notes]))
    headings = tuple(
        Place(place.start, place.level, _writable(place.text)) for place in extracted.headings
    )
    markdown = suffix not in _NO_HEADINGS
    first = headings[0].text if headings and markdown else ""
    title = readable(_writable(extracted.title) or first).strip()
    unnamed = not title and suffix not in _TABLES and is_number(relative)
    title = title or (first_words(text[extracted.body :]) if unnamed else "")
    title = (title or title_of(relative))[:_MAX_TITLE]
    folders = folders_of(relative, title)
    read = vars(extracted) | {"text": text, "title": title, "headings": headings}
    read["pages"] = tuple((offset, _writable(label)) for offset, label in extracted.pages)
    name = title_of(relative) if unnamed else file_words(relative, f"{folders} {title}")
    return Document(**read, path=relative, markdown=markdown, folders=folders, name=name)


def _writable(text: str) -> str:
    """Without lone surrogates (from a damaged PDF), which UTF-8 has no bytes for."""
    return text.encode("utf-8", "replace").decode("utf-8")
