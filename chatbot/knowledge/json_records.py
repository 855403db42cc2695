"""Records of JSON exports, with every offset still one into the file.

Escapes and the HTML inside texts become what they mean, filled up to the same length with blanks
or, inside a word, with an invisible character that search and models never see.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import MAX_HEADING, Extracted, Place
from chatbot.knowledge.exported import without_tags
from chatbot.knowledge.formats.text import lines_of
from chatbot.knowledge.marks import blanked, entities, fill
from chatbot.knowledge.unseen import draft_notes, is_unseen_record, of_part, published_by, said_of
from chatbot.text.unicode import FILLER

_LEAD = 200  # characters
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
# A key with an object or a list, a text, or what begins or ends one of those.
_HOLDER = re.compile(rf"{_STRING.pattern}(?=\s*:\s*[{{[])|{_TOKEN.pattern}")
_ESCAPE = re.compile(
    r'\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[0-9a-fA-F]{4}|u[0-9a-fA-F]{4}|["\\/bfnrt])'
)
# What records call their names, the surest first.
NAMES = ("title", "question", "subject", "headline", "heading", "name", "summary")
LOWEST = 5  # level of the headings of records in records
_WHOLE = 600  # characters; shorter records are not parted
_VALUE = re.compile(r'[:\[,]\s*"(?=[^"])(?:[^"\\]|\\.)*"(?!\s*:)')
SAID = re.compile(r"[^\W\d_]{2}.*\s|\s.*[^\W\d_]{2}", re.DOTALL)  # words, not one word or a day
_DEEPEST = 4  # objects around the name of a record
_INTERFACES = ("openapi", "swagger", "asyncapi")


def read_json(data: bytes) -> Extracted:
    """A JSON file by its records.

    Raises:
        DocumentError: it is not valid, or nested too deeply.
    """
    text = lines_of(data)
    told = _Told()
    whole = _check(text.removeprefix("\ufeff"), "it", told)
    if isinstance(whole, _Object) and not whole.keys.isdisjoint(_INTERFACES):
        return _interface(text)
    return _records(text, told)


def read_json_lines(text: str) -> Extracted:
    """A record in each line.

    Raises:
        DocumentError: a line is no JSON.
    """
    spans, offset, told = [], 0, _Told()
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip("\ufeff \t"):
            _check(line.lstrip("\ufeff"), f"line {number} of it", told)
            spans.append((offset, offset + len(line.rstrip())))
        offset += len(line) + 1
    return _visible(text, spans, told)


def _interface(text: str) -> Extracted:
    """The description of an interface, as that in YAML is read: the outer keys, such as its paths,
    stand over what they hold."""
    headings, depth = [], 0
    for match in _HOLDER.finditer(text):
        if match[0] in "{[":
            depth += 1
        elif match[0] in "}]":
            depth -= 1
        elif match[1] and depth in (1, 2):
            headings.append(Place(match.start(), depth, match[1][:MAX_HEADING]))
    about = json.loads(text.removeprefix("\ufeff")).get("info")
    title = about.get("title") if isinstance(about, dict) else None
    shown = _STRING.sub(lambda match: f'"{_readable(match[1])}"', text)
    return Extracted(shown, title if isinstance(title, str) else "", headings=tuple(headings))


class _Object:
    """An object of a JSON text: its number in the order in which they end, and its keys."""

    def __init__(self, number: int, keys: frozenset[str]) -> None:
        self.number, self.keys = number, keys


class _Told:
    """What the objects of a JSON text say of who sees them, by their numbers."""

    def __init__(self) -> None:
        self._count = 0
        self._said: dict[int, list[tuple[str, Any]]] = {}
        self._wrapped: dict[int, list[int]] = {}  # the named objects in one that has no name

    def __call__(self, pairs: list[tuple[str, Any]]) -> _Object:
        """Note one that ends."""
        made = _Object(self._count, frozenset(key.lower() for key, _ in pairs))
        self._count += 1
        said = said_of([(k, v) for k, v in pairs if isinstance(v, str | bool | int)])
        if said:
            self._said[made.number] = said
        inner = [value for _, value in pairs if isinstance(value, _Object)]
        if made.keys.isdisjoint(NAMES):
            named = [each.number for each in inner if not each.keys.isdisjoint(NAMES)]
            self._wrapped[made.number] = named
        else:
            for part in inner:
                if part.number in self._said:
                    self._said[part.number] = of_part(self._said[part.number])
        return made

    def unseen(self) -> set[int]:
        """The numbers of those that readers do not see."""
        published = published_by(pair for pairs in self._said.values() for pair in pairs)
        return {
            number
            for number, pairs in self._said.items()
            if any(is_unseen_record(*pair, published) for pair in pairs)
        }

    def wrapped(self, number: int) -> Sequence[int]:
        """The objects with a name that one without wraps, as "attributes" or "fields"."""
        return self._wrapped.get(number, ())


def _check(text: str, what: str, told: _Told) -> Any:
    try:
        return json.loads(text, object_pairs_hook=told)
    except RecursionError:
        raise DocumentError("its JSON is nested too deeply") from None
    except ValueError as exc:
        raise DocumentError(f"{what} is not valid JSON ({exc})") from None


def _records(text: str, told: _Told) -> Extracted:
    """The objects in the first list that has some, at any depth."""
    open_: list[str] = []
    spans: list[tuple[int, int]] = []
    wanted = start = 0
    for match in _TOKEN.finditer(text):
        sign = match[0]
        if sign in "{[":
            if sign == "{" and open_ and open_[-1] == "[" and wanted in (0, len(open_)):
                wanted, start = len(open_), match.start()
            open_.append(sign)
        elif sign in "}]" and open_:
            open_.pop()
            # As deep there can be objects that are in no list.
            if sign == "}" and wanted and len(open_) == wanted and open_[-1] == "[":
                spans.append((start, match.end()))
    return _visible(text, spans, told)


def _drafts(text: str, spans: Sequence[tuple[int, int]], told: _Told) -> list[tuple[int, int]]:
    """(start, end) of the objects that are not to be seen, in order; a record among ``spans`` that
    only wraps one is none either."""
    unseen = told.unseen()
    if not unseen:
        return []
    ends = {end for _, end in spans}
    found: list[tuple[int, int]] = []
    opened: list[int] = []
    number = 0
    for match in _TOKEN.finditer(text):
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}":
            start, end = opened.pop(), match.end()
            is_record = end in ends
            if number in unseen or (is_record and not unseen.isdisjoint(told.wrapped(number))):
                while found and found[-1][0] > start:
                    found.pop()
                found.append((start, end))
            number += 1
    return found


def _visible(text: str, spans: list[tuple[int, int]], told: _Told) -> Extracted:
    drafts = _drafts(text, spans, told)
    shown = blanked(text, drafts)
    headings: list[Place] = []
    starts: list[int] = []
    for start, end in spans:
        if not shown[start:end].strip("\ufeff \n"):
            continue
        name = _name_of(json.loads(text[start:end].strip("\ufeff")))
        over = [Place(start, 2, name[:MAX_HEADING])] if name else []
        parts = [*_parts(text, shown, start, end, name)] if end - start > _WHOLE else []
        headings += [*over, *parts]
        starts += [start, *(place.start for place in parts)]
    shown = _STRING.sub(lambda match: f'"{_readable(match[1])}"', shown)
    # What stands before the first record, such as the name of the list, is no text.
    body = starts[0] if starts and starts[0] < _LEAD else 0
    return Extracted(
        shown, "", (), tuple(headings), (), draft_notes(len(drafts)), tuple(starts), body
    )


def _parts(
    text: str, shown: str, start: int, end: int, name: str, level: int = 3
) -> Iterator[Place]:
    """Where articles or questions in the lists of a record begin, and where something else of the
    record, which is called ``name``, goes on behind them; ``shown`` is ``text`` without drafts."""
    if level > LOWEST:
        return
    last = 0
    for first, stop in _listed(shown, start + 1, end - 1):
        told = _own_name(part := json.loads(text[first:stop]))
        inner = [*_parts(text, shown, first, stop, told, level + 1)] if told else []
        if told and (inner or _is_text(part)):
            yield from _rest(shown, last, first, level - 1, name)
            yield Place(first, level, told[:MAX_HEADING])
            yield from inner
            last = stop
    yield from _rest(shown, last, end, level - 1, name)


def _rest(text: str, start: int, end: int, level: int, name: str) -> Iterator[Place]:
    """The place of what a record says between ``start``, 0 for nowhere, and ``end``."""
    if start and name and _VALUE.search(text, start, end):
        yield Place(text.index('"', start), level, name[:MAX_HEADING])


def _listed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """(start, end) of the objects in lists that are in no other list's object, in order."""
    open_: list[str] = []
    first = depth = 0
    for match in _TOKEN.finditer(text, start, end):
        sign = match[0]
        if sign in "{[":
            if sign == "{" and open_ and open_[-1] == "[" and not depth:
                first, depth = match.start(), len(open_) + 1
            open_.append(sign)
        elif sign in "}]" and open_:
            if sign == "}" and len(open_) == depth:
                yield first, match.end()
                depth = 0
            open_.pop()


def _own_name(record: dict[str, Any]) -> str:
    """What a record calls itself, not what something in it does."""
    shown = _shown(record)
    return next(filter(None, (_said_by(shown, name) for name in NAMES)), "")


def _said_by(shown: dict[str, Any], name: str) -> str:
    value = shown.get(name)
    value = value.get("rendered") if isinstance(value, dict) else value
    return _plain(value) if isinstance(value, str) else ""


def _is_text(record: dict[str, Any]) -> bool:
    """Whether a record with a name says something beside it, as labels and authors do not."""
    return any(
        isinstance(value, str) and SAID.search(value) and key.lower() not in NAMES
        for key, value in record.items()
    )


def _name_of(record: Any) -> str:
    """What a record calls itself, or else what the nearest object in it does: "title" of WordPress
    wraps what is "rendered", "fields" of Jira all that is of an issue."""
    level = [record]
    for _ in range(_DEEPEST):
        objects = [_shown(each) for each in level if isinstance(each, dict)]
        for name in NAMES:
            for each in objects:
                if told := _said_by(each, name):
                    return told
        inner = [value for each in objects for value in each.values()]
        level = [x for value in inner for x in (value if isinstance(value, list) else [value])]
    return ""


def _shown(record: dict[str, Any]) -> dict[str, Any]:
    """A record with its keys in lower case; an empty one where readers do not see it."""
    if any(is_unseen_record(key, value) for key, value in record.items()):
        return {}
    return {key.lower(): value for key, value in record.items()}


def _plain(text: str) -> str:
    """A text as one line without its tags."""
    return " ".join(fill(entities(without_tags(text))).replace(FILLER, "").split())


def _readable(text: str) -> str:
    """What is between quotes, with escapes, tags and entities as what they mean."""
    if "\\" in text:
        text = _ESCAPE.sub(_unescape, text)
    return fill(entities(without_tags(text)))


def _unescape(match: re.Match[str]) -> str:
    escape = match[0]
    if escape in (r"\n", r"\r"):
        return " \n" if escape == r"\n" else "  "
    meant = str(json.loads(f'"{escape}"'))
    if not meant.isprintable() or meant in '"\\':
        meant = "'" if meant == '"' else "\\" if meant == "\\" else " "
    fill = " " if meant.isspace() or meant == "'" else FILLER
    return meant + fill * (len(escape) - len(meant))
