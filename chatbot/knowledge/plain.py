"""Formats that are text themselves: their offsets are those of the file."""

import re
from bisect import bisect_left
from dataclasses import replace

from chatbot.knowledge.blocks import Extracted, Place
from chatbot.knowledge.drawn_text import with_drawn_tables
from chatbot.knowledge.formats import damage_as_errors
from chatbot.knowledge.formats.text import lines_of
from chatbot.knowledge.json_records import read_json, read_json_lines
from chatbot.knowledge.markdown import read_markdown
from chatbot.knowledge.marks import blanked, fill
from chatbot.knowledge.records import CSV_SUFFIXES, read_csv
from chatbot.knowledge.unseen import draft_notes
from chatbot.knowledge.yaml_records import yaml_drafts, yaml_nodes, yaml_places
from chatbot.text.unicode import FILLER

PLAIN = (
    ".md", ".markdown", ".mdx", ".txt", ".text", ".csv", ".tsv", ".json", ".jsonl", ".ndjson",
    ".yaml", ".yml",
)  # fmt: skip
# Checking a larger JSON file takes some thirty times its size in memory.
LARGE = 1_000_000
# What an interface calls itself: OpenAPI, Swagger, AsyncAPI.
_API_TITLE = re.compile(
    r"^info:[ \t]*(?:\n(?:[ \t].*\n|\n){0,50}?[ \t]+title:[ \t]*(.+)$|"
    r"\{[^{}\n]{0,200}?\btitle:[ \t]*([^,{}\n]+))",
    re.M,
)

_NOTHING = re.compile(r"[ \t-]*$", re.MULTILINE)  # in a line that is left of a draft
# Markdown in what such a file describes.
_BOLD = re.compile(r"(?<![\w*/])\*\*(\w(?:[^*\n]{0,300}[^*\s])?)\*\*(?![\w*/])")


def read_plain(data: bytes, suffix: str) -> Extracted:
    """The text as ``Path.read_text("utf-8")`` gives it, but for what its readers do not see; other
    encodings are recognised.

    Raises:
        DocumentError: it is no text, damaged, or not meant to be read yet.
    """
    with damage_as_errors(suffix):
        return _read(data, suffix)


def _read(data: bytes, suffix: str) -> Extracted:
    if suffix == ".json":
        return read_json(data)
    text = lines_of(data)
    if suffix in (".md", ".markdown", ".mdx"):
        return read_markdown(text, mdx=suffix == ".mdx")
    if suffix in CSV_SUFFIXES:
        return read_csv(text)
    if suffix in (".jsonl", ".ndjson"):
        return read_json_lines(text)
    if suffix in (".yaml", ".yml"):
        return _read_yaml(text)
    body = int(text.startswith("\ufeff"))
    text, tables = with_drawn_tables(text, body)
    return Extracted(text, tables=tuple(tables), body=body)


def _read_yaml(text: str) -> Extracted:
    """Keys without an indent, and with the smallest one, stand over what is below them, and so do
    the names of entries in lists."""
    if text.startswith("\ufeff"):
        return _moved(_read_yaml(text[1:]))
    headings: list[Place] = []
    offset, inner = 0, 0
    for line in text.split("\n"):
        bare = line.lstrip(" ")
        indent = len(line) - len(bare)
        key = bare.partition(":")[0].strip("\"' ")
        if bare.rstrip().endswith(":") and bare[:1] not in "#-" and key:
            if indent and not inner:
                inner = indent
            if indent in (0, inner) and len(key) <= 100:
                headings.append(Place(offset, 1 if not indent else 2, key))
        offset += len(line) + 1
    title = _API_TITLE.search(text, 0, 20_000)
    nodes = yaml_nodes(text) if not title else []
    drafts = yaml_drafts(nodes)
    places, entries = yaml_places(text, nodes)
    begins = [start for start, _ in entries]
    above = ((place, bisect_left(begins, place.start) - 1) for place in headings)
    keys = {p.start: p for p, at in above if at < 0 or p.start >= entries[at][1]}
    text = blanked(text, drafts)
    found = sorted(({p.start: p for p in places} | keys).items())
    records = {p.start for p in places if not _NOTHING.match(text, p.start)}
    return Extracted(
        fill(_BOLD.sub(rf"{FILLER * 2}\1{FILLER * 2}", text)) if title and "**" in text else text,
        (title[1] or title[2]).strip("\"' ") if title else "",
        headings=tuple(place for at, place in found if not _NOTHING.match(text, at)),
        notes=draft_notes(len(drafts)),
        records=tuple(sorted(records)),
    )


def _moved(read: Extracted) -> Extracted:
    """The same behind a byte order mark."""
    return replace(
        read,
        text=f"\ufeff{read.text}",
        headings=tuple(replace(place, start=place.start + 1) for place in read.headings),
        records=tuple(at + 1 for at in read.records),
        body=1,
    )
