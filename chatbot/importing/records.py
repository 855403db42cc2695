"""Records of exports: what an API gives as JSON, whole, in pages, or a record a line."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from chatbot.errors import ImportingError
from chatbot.importing.archive import ExportFile

_SUFFIXES = (".json", ".jsonl", ".ndjson")
_LONGEST = 50_000_000  # bytes of a line
_MOST_VALUES = 20_000_000  # of a file that is read as a whole: each takes memory

Record = dict[str, Any]


def records_of(
    files: Sequence[ExportFile], *kinds: str
) -> Iterator[tuple[str, Record, ExportFile]]:
    """(kind, record, file) of all files. A list under the name of a kind ("articles": [...]), also
    below "data", has records of that kind, and so has a single one ("article": {...}); others
    have the kind "".

    Raises:
        ImportingError: a file is no JSON; it names the file and the place.
    """
    for file in files:
        if file.suffix not in _SUFFIXES:
            continue
        for value in _values(file):
            yield from ((kind, record, file) for kind, record in _walk(value, kinds))


def _walk(value: Any, kinds: tuple[str, ...]) -> Iterator[tuple[str, Record]]:
    if isinstance(value, list):
        yield from (pair for each in value for pair in _walk(each, kinds))
    elif isinstance(value, dict):
        lists = {kind: value[kind] for kind in kinds if isinstance(value.get(kind), list)}
        for kind in kinds:
            if kind.endswith("s") and isinstance(value.get(kind[:-1]), dict):
                lists[kind] = [*lists.get(kind, ()), value[kind[:-1]]]
        if not lists or "id" in value:  # a ticket with its comments is a record itself
            if value.get("type") == "list" and isinstance(value.get("data"), list):
                yield from _walk(value["data"], kinds)
            else:
                yield "", value
            return
        for kind, records in lists.items():
            yield from ((kind, record) for record in records if isinstance(record, dict))


def _values(file: ExportFile) -> Iterator[Any]:
    if file.suffix == ".json" and not _is_lines(file):
        yield _json(file.read(), file.name)
        return
    with file.open() as stream:
        number = 0
        while line := stream.readline(_LONGEST):
            number += 1
            if len(line) == _LONGEST:
                raise ImportingError(
                    f"'{file.name}', line {number}, has more than {_LONGEST / 1e6:.0f} MB."
                )
            if line.strip():
                yield _json(line, f"{file.name}:{number}")


def _is_lines(file: ExportFile) -> bool:
    """Whether the first line is a whole record, and more follow it."""
    with file.open() as stream:
        first = stream.readline(_LONGEST)
        while first.isspace():
            first = stream.readline(_LONGEST)
        if len(first) == _LONGEST or not stream.read(1):
            return False
    try:
        return isinstance(_json(first, file.name), dict)
    except ImportingError:
        return False


def _json(data: bytes, name: str) -> Any:
    if sum(map(data.count, (b",", b"[", b"{"))) > _MOST_VALUES:
        raise ImportingError(f"'{name}' holds more values than are read of one file; part it.")
    try:
        return json.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError:
        raise ImportingError(f"'{name}' is nested too deeply; no export is.") from None
    except ValueError as exc:
        raise ImportingError(
            f"'{name}' is not valid JSON, or a part of it is missing ({exc})."
        ) from exc


def text(record: Any, *names: str) -> str:
    """The first of these values that is a text or a number, as text; else nothing."""
    for name in names:
        value = record.get(name) if isinstance(record, dict) else None
        if isinstance(value, str) and value.strip():
            return value.strip()
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return ""


def inner(record: Any, *names: str) -> Record:
    """The record within a record, by the names that lead to it; else an empty one."""
    for name in names:
        record = record.get(name) if isinstance(record, dict) else None
    return record if isinstance(record, dict) else {}


def records_in(record: Any, *names: str) -> list[Record]:
    """The records of a list within a record; else none."""
    *path, last = names
    value = inner(record, *path).get(last) if path else record.get(last)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
