"""Notion: its export as Markdown and CSV, a zip (also of zips) or a folder."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote

from chatbot.errors import DocumentError, ImportingError
from chatbot.importing.archive import MAX_READ, ExportFile
from chatbot.importing.conversations import Item, LeftOut
from chatbot.importing.documents import ImportedDocument, file_path, written_days
from chatbot.importing.markdown import to_markdown
from chatbot.importing.sources import ExportOptions
from chatbot.knowledge.blocks import Table
from chatbot.knowledge.formats.inline import is_picture_file
from chatbot.knowledge.formats.text import lines_of
from chatbot.knowledge.unseen import is_unseen

_MOST_CELLS = 2_000_000
# Properties that say when a page was written, the newest first.
_EDITED = ("last edited time", "last edited", "last updated", "updated", "created time", "created")
_STATES = ("status", "state", "zustand", "statut", "état", "estado")
_ID = re.compile(r"[ -]([0-9a-f]{32})(?:_all)?$")
_TITLE = re.compile(r"\A\ufeff?# +(\S[^\n]*)(?:\n|\Z)")
# What a link leads to has pairs of parentheses where the name of a page or a file has them.
_PLACE = (
    r"\(((?!https?://|mailto:)"
    r"(?:[^()\s]{0,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,2000}){0,9}|[^)\n]{0,2000}))\)"
)
_LINK = re.compile(rf"(\[[^\[\]\n]{{0,1000}}\]){_PLACE}")
_PICTURE = re.compile(rf"!\[([^\[\]\n]{{0,1000}})\]{_PLACE}")
_PROPERTY = re.compile(r"(\S[^\n:]{0,80}): ([^\n]{0,500})(?:\n|\Z)")


def read(files: Sequence[ExportFile], options: ExportOptions) -> Iterator[Item]:
    """A document for each page and each database."""
    kinds = {file.suffix for file in files}
    if ".html" in kinds and kinds.isdisjoint({".md", ".csv"}):
        raise ImportingError(
            "This is Notion's export as HTML; export again with the format 'Markdown & CSV'."
        )
    whole = {file.name.removesuffix("_all.csv") for file in files if file.name.endswith("_all.csv")}
    for file in files:
        try:
            if file.suffix == ".md":
                yield _page(file, options)
            elif file.suffix == ".csv" and file.name.removesuffix(".csv") not in whole:
                yield _database(file, options)
        except DocumentError as exc:
            yield LeftOut(file.name, str(exc))


def _name_parts(file: ExportFile) -> tuple[str, str, str]:
    """The path for the file, the title in its name, and the number of the page."""
    path = PurePosixPath(file.name)
    number = match[1] if (match := _ID.search(path.stem)) else ""
    title = _ID.sub("", path.stem)
    folders = [_ID.sub("", part) for part in path.parts[:-1]]
    folders = [part for part in folders if not part.startswith(("Export-", "ExportBlock-"))]
    ending = f"-{number[:8]}" if number else ""
    return file_path(*folders, f"{title}{ending}".lower()), title, number


def _address(number: str, options: ExportOptions) -> str:
    return f"{options.site or 'https://www.notion.so'}/{number}" if number else ""


def _page(file: ExportFile, options: ExportOptions) -> Item:
    path, named, number = _name_parts(file)
    text = lines_of(file.read())
    heading = _TITLE.match(text)
    title = heading[1].rstrip() if heading else named
    if not (text[heading.end() :] if heading else text).strip():
        return LeftOut(file.name, "it holds no text")
    # Links lead to files of the export; only their words are of use.
    text = _PICTURE.sub(lambda match: "" if is_picture_file(match[1]) else match[1], text)
    text = _LINK.sub(lambda match: match[1] if _is_anchor(match[2]) else match[1][1:-1], text)
    said = _properties(text[heading.end() :] if heading else text)
    for state in filter(None, map(said.get, _STATES)):
        if is_unseen(state):
            return LeftOut(file.name, f"its status is '{state}'")
    days = [day for name in _EDITED for day in written_days(said.get(name, ""))]
    return ImportedDocument(path, title, text, _address(number, options), "".join(days[:1]))


def _properties(text: str) -> dict[str, str]:
    """What a page of a database says of itself: lines of "Name: value" below its title."""
    said: dict[str, str] = {}
    at = len(text) - len(text.lstrip("\n"))
    while match := _PROPERTY.match(text, at):
        name = unicodedata.normalize("NFC", match[1].lower())
        said.setdefault(name, match[2].strip())
        at = match.end()
    return said


def _is_anchor(address: str) -> bool:
    return unquote(address).startswith("#")


def _database(file: ExportFile, options: ExportOptions) -> Item:
    path, title, number = _name_parts(file)
    lines = io.StringIO(lines_of(file.read()).removeprefix("\ufeff"))
    csv.field_size_limit(MAX_READ)  # a cell can hold a page
    rows = [row for row in csv.reader(lines) if row]
    if len(rows) < 2:
        return LeftOut(file.name, "it holds no rows")
    width = max(map(len, rows))
    if width * len(rows) > _MOST_CELLS:
        return LeftOut(file.name, f"its table has more than {_MOST_CELLS:,} cells")
    rows = [row + [""] * (width - len(row)) for row in rows]
    return ImportedDocument(path, title, to_markdown([Table(rows, 1)]), _address(number, options))
