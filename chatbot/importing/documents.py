"""A document as an importer hands it over, and as a file of the knowledge folder."""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

_UNSAFE = re.compile(r"[^\w.-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]+")
_STEERING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_LONGEST = 80  # characters of a folder's or file's name
_DEEPEST = 12  # folders of a path; those between are left out
_LONGEST_VALUE = 300  # characters of a title
_LONGEST_ADDRESS = 2_000
_ADDRESS = re.compile(r"\s*https?://[^\s/]", re.IGNORECASE)
_ENDS_ADDRESS = re.compile(r"[\s<>\"'`\\]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,3}")


@dataclass(frozen=True)
class ImportedDocument:
    """``path`` is relative to the import's folder, ``text`` Markdown, ``address`` that of the
    original ("" if none is known), ``date`` ISO 8601 (its day), ``language`` such as "de".
    ``audience`` is whom it is for where the source says that it is not for everybody; nothing
    leaves it to the folder."""

    path: str
    title: str
    text: str
    address: str = ""
    date: str = ""
    language: str = ""
    audience: str = ""

    def as_file(self) -> str:
        """The file: front matter, then the text."""
        values = (
            ("title", self.title[:_LONGEST_VALUE]),
            ("address", _web_address(self.address)),
            ("date", self.date),
            ("language", self.language if _LANGUAGE.fullmatch(self.language) else ""),
            ("audience", self.audience),
        )
        lines = [f"{name}: {_quote(value)}" for name, value in values if value.strip()]
        return "\n".join(["---", *lines, "---", "", _writable(self.text.strip("\n")), ""])


def _web_address(address: str) -> str:
    """The address as front matter has it, without signs that end one in a text; nothing for what is
    no address of the web."""
    if not _ADDRESS.match(address) or len(address) > _LONGEST_ADDRESS:
        return ""
    return _ENDS_ADDRESS.sub(lambda match: quote(match[0], errors="replace"), address.strip())


def _quote(value: str) -> str:
    """A scalar of YAML in double quotes, which JSON's strings are too."""
    return json.dumps(printable(value), ensure_ascii=False)


def _writable(text: str) -> str:
    """The text without halves of signs, which JSON can hold and no file can, and without what
    steers a terminal."""
    return _STEERING.sub("", text.encode("utf-8", "replace").decode())


def printable(name: str) -> str:
    """What a source calls something, as it can be shown: on one line, every sign whole."""
    return _writable(" ".join(_CONTROL.sub(" ", name).split()))


def file_path(*names: str, key: str = "", suffix: str = ".md") -> str:
    """Folders and a file's name of ``names``, which may be anything, as one path that is safe on
    every disk. What ``key`` identifies gets a path of its own where names had to be changed;
    without it, a name that is cut off ends in what tells it from others that begin so."""
    parts = [_safe(name) for name in names]
    if not key and len(_written(names[-1])) > len(parts[-1]):
        parts[-1] = f"{parts[-1][: _LONGEST - 9]}-{_digest(names[-1])}"
    # A folder could have the name of another document's file.
    parts[:-1] = [re.sub(r"(?i)\.md$", "-md", part) for part in parts[:-1]]
    if len(parts) > _DEEPEST:
        parts[1 : 1 + len(parts) - _DEEPEST] = [_digest("/".join(names))]
    plain = [name.strip() for name in names]
    if key and parts != plain:
        parts[-1] = f"{parts[-1][: _LONGEST - 9]}-{_digest(key)}"
    return str(PurePosixPath(*parts)) + suffix


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


def _written(name: str) -> str:
    name = unicodedata.normalize("NFC", name.strip())  # some disks part letters and accents
    return _UNSAFE.sub("-", name).strip("-.")


def _safe(name: str) -> str:
    name = _written(name)[:_LONGEST].rstrip("-.")
    while len(name.encode()) > 3 * _LONGEST:
        name = name[:-1]
    return name or "unnamed"


_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan ene", "feb fév fev", "mar mär mrz", "apr avr abr", "may mai", "jun juin",
         "jul juil", "aug aoû ago", "sep set", "oct okt", "nov", "dec dez déc dic"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = r"([A-Za-zÀ-ÿ]{3,10})\.?"
_MONTH_FIRST = re.compile(rf"(?<!\w){_MONTH} (\d{{1,2}}), (\d{{4}})(?!\w)")
_DAY_FIRST = re.compile(rf"(?<!\w)(\d{{1,2}})\.? (?:de )?{_MONTH},? (?:de )?(\d{{4}})(?!\w)")


def written_days(text: str) -> list[str]:
    """The days in a text that name their months in one of four languages, in ISO 8601:
    "Sep 01, 2020", "March 3, 2026", "1. März 2026", "1 de marzo de 2026"."""
    found = [(m.start(), m[1], m[2], m[3]) for m in _MONTH_FIRST.finditer(text)]
    found += [(m.start(), m[2], m[1], m[3]) for m in _DAY_FIRST.finditer(text)]
    days = []
    for _, month, day, year in sorted(found):
        name = month.lower()
        number = _MONTHS.get(name[:4]) or _MONTHS.get(name[:3])
        if number and (said := day_of(f"{year}-{number:02}-{int(day):02}")):
            days.append(said)
    return days


def day_of(value: Any) -> str:
    """The day of a date that an export gives: ISO 8601, or seconds since 1970; else nothing."""
    import datetime as dt

    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return dt.datetime.fromtimestamp(value, dt.UTC).date().isoformat()
        except (ValueError, OverflowError, OSError):
            return ""
    try:
        return dt.date.fromisoformat(str(value or "").strip()[:10]).isoformat()
    except ValueError:
        return ""
