"""Formats that are text themselves: their offsets are those of the file."""

import re
from typing import Any

from chatbot.knowledge.blocks import Extracted, Place
from chatbot.knowledge.drawn_text import with_drawn_tables
from chatbot.knowledge.formats import damage_as_errors
from chatbot.knowledge.formats.text import lines_of
from chatbot.knowledge.json_records import NAMES, read_json, read_json_lines
from chatbot.knowledge.markdown import read_markdown
from chatbot.knowledge.marks import FILLER, blanked, fill
from chatbot.knowledge.records import CSV_SUFFIXES, read_csv
from chatbot.knowledge.unseen import (
    draft_notes,
    is_unseen_record,
    key_of,
    of_part,
    published_by,
    said_of,
)

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

_BLANK_LINE = re.compile(r"[ \t]*$", re.MULTILINE)
_YAML_KEY = re.compile(r"(?:^|[{,])[ \t-]*[\"']?(\w[\w -]{2,20}?)[\"']?[ \t]*:", re.MULTILINE)
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
    """Keys without an indent, and with the smallest one, stand over what is below them."""
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
    drafts = _yaml_drafts(text) if not title else []
    text = blanked(text, drafts)
    headings = [place for place in headings if not _BLANK_LINE.match(text, place.start)]
    return Extracted(
        fill(_BOLD.sub(rf"{FILLER * 2}\1{FILLER * 2}", text)) if title and "**" in text else text,
        (title[1] or title[2]).strip("\"' ") if title else "",
        headings=tuple(headings),
        notes=draft_notes(len(drafts)),
        body=int(text.startswith("\ufeff")),
    )


def _yaml_drafts(text: str) -> list[tuple[int, int]]:
    """(start, end) of the mappings that say that they are not to be seen, in order."""
    import yaml

    if not any(key_of(match[1]) for match in _YAML_KEY.finditer(text)):
        return []
    first = int(text.startswith("\ufeff"))
    try:
        waiting: list[Any] = list(yaml.compose_all(text[first:], Loader=yaml.CBaseLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return []
    told: dict[tuple[int, int], list[tuple[str, str]]] = {}
    parts: set[tuple[int, int]] = set()  # of mappings with a name
    while waiting:
        node = waiting.pop()
        if node is None or isinstance(node, yaml.ScalarNode):
            continue
        span = (first + node.start_mark.index, first + node.end_mark.index)
        if span in told:  # named in several places
            continue
        told[span] = []
        for each in node.value:
            if isinstance(node, yaml.SequenceNode):
                waiting.append(each)
                continue
            key, value = each
            waiting.append(value)
            if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode):
                told[span].append((key.value, value.value))
        if not {name.lower() for name, _ in told[span]}.isdisjoint(NAMES):
            parts |= {
                (first + value.start_mark.index, first + value.end_mark.index)
                for _, value in node.value
                if isinstance(value, yaml.MappingNode)
            }
    for span, pairs in told.items():
        told[span] = of_part(said_of(pairs)) if span in parts else said_of(pairs)
    published = published_by(pair for pairs in told.values() for pair in pairs)
    found: list[tuple[int, int]] = []
    for span, pairs in sorted(told.items()):
        inside = found and span[0] < found[-1][1]
        if not inside and any(is_unseen_record(*pair, published) for pair in pairs):
            found.append(span)
    return found
