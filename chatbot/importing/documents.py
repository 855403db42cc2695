"""A document as an importer hands it over, and as a file of the knowledge folder."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

_UNSAFE = re.compile(r"[^\w.-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]+")
_LONGEST = 80  # characters of a folder's or file's name


@dataclass(frozen=True)
class ImportedDocument:
    """``path`` is relative to the import's folder, ``text`` Markdown, ``address`` that of the
    original ("" if none is known), ``date`` ISO 8601 (its day), ``language`` such as "de"."""

    path: str
    title: str
    text: str
    address: str = ""
    date: str = ""
    language: str = ""

    def as_file(self) -> str:
        """The file: front matter, then the text."""
        values = (
            ("title", self.title),
            ("address", self.address),
            ("date", self.date),
            ("language", self.language),
        )
        lines = [f"{name}: {_quote(value)}" for name, value in values if value.strip()]
        return "\n".join(["---", *lines, "---", "", self.text.strip("\n"), ""])


def _quote(value: str) -> str:
    """A scalar of YAML in double quotes, which JSON's strings are too."""
    value = " ".join(_CONTROL.sub(" ", value).split())
    return json.dumps(value.encode("utf-8", "replace").decode(), ensure_ascii=False)


def file_path(*names: str, key: str = "", suffix: str = ".md") -> str:
    """Folders and a file's name of ``names``, which may be anything, as one path that is safe on
    every disk. What ``key`` identifies gets a path of its own where names had to be changed."""
    parts = [_safe(name) for name in names]
    plain = [name.strip() for name in names]
    if key and parts != plain:
        parts[-1] = f"{parts[-1][: _LONGEST - 9]}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
    return str(PurePosixPath(*parts)) + suffix


def _safe(name: str) -> str:
    name = _UNSAFE.sub("-", name.strip()).strip("-.")[:_LONGEST].rstrip("-.")
    while len(name.encode()) > 3 * _LONGEST:
        name = name[:-1]
    return name or "unnamed"


def day_of(value: Any) -> str:
    """The day of a date that an export gives: ISO 8601, or seconds since 1970; else nothing."""
    import datetime as dt

    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return dt.datetime.fromtimestamp(value, dt.UTC).date().isoformat()
        except (ValueError, OverflowError, OSError):
            return ""
    match = re.match(r"\d{4}-\d\d-\d\d", str(value or ""))
    return match[0] if match else ""
