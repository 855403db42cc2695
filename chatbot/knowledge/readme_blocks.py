"""Blocks of ReadMe in Markdown ("[block:parameters]", then JSON), written as the Markdown that
their readers see, filled up with blanks to the length that they had."""

import json
import re
from collections.abc import Iterator
from typing import Any

from chatbot.knowledge.marks import exchange

_BEGIN, _END = "[block:", "[/block]"
_BLOCK = re.compile(r"\[block:([\w-]+)\][ \t]*\n(.*)\[/block\]", re.DOTALL)
_CELL = re.compile(r"(h|\d{1,4})-(\d{1,3})")


def without_blocks(text: str, begin: int) -> str:
    """``text`` from ``begin`` on with each block that can be read as Markdown of its length."""
    return text[:begin] + exchange(text[begin:], _BEGIN, _END, _as_markdown)


def _as_markdown(block: str) -> str:
    match = _BLOCK.fullmatch(block)
    try:
        told = json.loads(match[2]) if match else None
    except (ValueError, RecursionError):
        return block
    if match is None or not isinstance(told, dict):
        return block
    shown = "\n".join(filter(None, _lines(match[1], told)))
    room = len(block) - len(shown)
    return f"{shown}{' ' * (room - 1)}\n" if room > 0 else block


def _lines(kind: str, told: dict[str, Any]) -> Iterator[str]:
    if kind == "parameters":
        yield from _table(told.get("data"))
    elif kind == "api-header":
        yield f"## {_text(told, 'title')}"
    elif kind == "html":
        yield _text(told, "html")
    elif kind in ("code", "image"):
        for each in _objects(told.get("codes") or told.get("images")):
            code, name = _text(each, "code"), _text(each, "name")
            yield f"{name}\n```\n{code}\n```" if code else _text(each, "caption")
    else:
        for name in ("title", "body", "url"):
            yield _text(told, name)


def _table(data: Any) -> Iterator[str]:
    cells: dict[int, dict[int, str]] = {}
    for name, value in data.items() if isinstance(data, dict) else ():
        if place := _CELL.fullmatch(name):
            number = -1 if place[1] == "h" else int(place[1])
            cells.setdefault(number, {})[int(place[2])] = " ".join(str(value).split())
    wide = max((max(row) for row in cells.values()), default=-1) + 1
    for number, row in sorted(cells.items()):
        yield f"|{'|'.join(row.get(at, '').replace('|', '/') for at in range(wide))}|"
        if number == -1:
            yield f"|{'-|' * wide}"


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    return value.strip("\n") if isinstance(value, str) else ""
