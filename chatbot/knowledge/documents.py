"""Read one file of the knowledge folder as text that citations can point into.

Plain-text formats (Markdown, text, CSV, JSON) keep their text exactly as
``Path.read_text("utf-8")`` returns it, so that a citation's offsets are offsets into the file.
The others are extracted, and the offsets are offsets into the extracted text.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chatbot.errors import DocumentError, KnowledgeError
from chatbot.knowledge.readers import EXTRACTED, LARGE_JSON, PLAIN, Extracted, read_plain

SUFFIXES = tuple(sorted({*PLAIN, *EXTRACTED}))
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_MAX_FRONT_MATTER = 20_000
_MAX_TITLE = 300  # characters; it stands over each chunk


@dataclass(frozen=True)
class Document:
    """A readable document; ``path`` is relative to the knowledge folder, with ``/``.

    ``body`` is where the text begins behind front matter. ``pages`` are (offset, label) of pages,
    slides or sheets, ``headings`` (offset, text) of headings that the text does not mark itself.
    """

    path: str
    title: str
    text: str
    markdown: bool
    body: int = 0
    pages: tuple[tuple[int, str], ...] = ()
    headings: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Stamp:
    """What tells without reading a file that it may have changed: bytes, and times in ns.

    ``changed`` is the time of the last change of any kind, which no program can set back.
    """

    size: int
    modified: int
    changed: int


_UNREADABLE = Stamp(-1, 0, 0)


def list_files(folder: Path) -> dict[str, Stamp]:
    """The files that can be documents, sorted by relative path; hidden ones are left out.

    Raises:
        KnowledgeError: the folder does not exist or holds no such file.
    """
    if not folder.is_dir():
        raise KnowledgeError(
            f"The knowledge folder '{folder}' does not exist; create it or name another one "
            "with --knowledge or CHATBOT_KNOWLEDGE."
        )
    found = dict(_walk(folder))
    if not found:
        raise KnowledgeError(
            f"The knowledge folder '{folder}' holds no document; put "
            f"{', '.join(SUFFIXES)} files into it and run 'chatbot index'."
        )
    return dict(sorted(found.items()))


def _walk(folder: Path) -> Iterator[tuple[str, Stamp]]:
    """Relative paths and stamps, in no order; what is no readable file has the size -1.

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
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(f"{prefix}{entry.name}/")
            elif os.path.splitext(entry.name)[1].lower() in SUFFIXES:
                try:
                    state = entry.stat()
                except OSError:  # a link to nothing
                    yield prefix + entry.name, _UNREADABLE
                    continue
                if stat.S_ISREG(state.st_mode):
                    times = state.st_mtime_ns, state.st_ctime_ns
                    yield prefix + entry.name, Stamp(state.st_size, *times)
                elif not stat.S_ISDIR(state.st_mode):  # a pipe or a device
                    yield prefix + entry.name, _UNREADABLE


def leaves(folder: Path, relative: str) -> bool:
    """Whether the file is a link to somewhere outside ``folder``."""
    return not (folder / relative).resolve().is_relative_to(folder.resolve())


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


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
        if not _is_text(relative):
            raise DocumentError("its name is not valid UTF-8; rename it")
        if leaves(folder, relative):
            raise DocumentError("it is a link that leaves the knowledge folder")
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise DocumentError("it is not a regular file, or a folder that cannot be opened")
        size = state.st_size
        if size > max_bytes:
            raise DocumentError(
                f"it has {size / 1e6:.0f} MB and the limit is {max_bytes / 1e6:.0f} MB; split it "
                "or raise CHATBOT_MAX_FILE_MB"
            )
        if size == 0:
            raise DocumentError("it is empty")
        if suffix in EXTRACTED or (suffix == ".json" and size > LARGE_JSON):
            from chatbot.knowledge.apart import extract_apart

            extracted = extract_apart(path)
        else:
            extracted = Extracted(read_plain(path.read_bytes(), suffix))
    except (OSError, RuntimeError) as exc:  # RuntimeError: links in a circle
        reason = exc.strerror if isinstance(exc, OSError) else "its link leads in a circle"
        raise DocumentError(f"it cannot be read ({reason})") from exc
    text = _writable(extracted.text)
    markdown = suffix not in {".txt", ".csv", ".pdf", ".json", ".eml"}
    body, title = _front_matter(text) if suffix in {".md", ".markdown"} else (0, "")
    if not text[body:].strip():
        raise DocumentError("it is empty")
    title = (
        title or _writable(extracted.title) or _title(relative, text[body : body + 4000], markdown)
    )
    pages = tuple((offset, _writable(label)) for offset, label in extracted.pages)
    headings = tuple((offset, _writable(heading)) for offset, heading in extracted.headings)
    return Document(relative, title[:_MAX_TITLE], text, markdown, body, pages, headings)


def _front_matter(text: str) -> tuple[int, str]:
    """Where the text behind YAML front matter begins, and the title in it; (0, "") without."""
    match = _FRONT_MATTER.match(text, 0, _MAX_FRONT_MATTER)
    if match is None:
        return 0, ""
    import yaml

    try:
        values = yaml.load(match[1], Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return match.end(), ""
    if not isinstance(values, dict):  # a rule between two lines, not front matter
        return 0, ""
    title = values.get("title")
    # Nothing but a plain value: a few aliases in a list would be written out as gigabytes.
    return match.end(), " ".join(str(title).split()) if isinstance(title, str | int | float) else ""


def _writable(text: str) -> str:
    """Without lone surrogates (from a damaged PDF), which UTF-8 has no bytes for."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _title(relative: str, text: str, markdown: bool) -> str:
    if markdown:
        for line in text.splitlines():
            if line.startswith("#") and line.strip("# \t"):
                return line.strip("# \t")
    return Path(relative).stem.replace("-", " ").replace("_", " ")
