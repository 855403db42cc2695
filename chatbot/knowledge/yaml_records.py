"""What a YAML file tells of itself: which of its mappings are not to be seen, and where the entries
of its lists begin that have a name, such as questions with their answers."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from chatbot.knowledge.blocks import MAX_HEADING, Place
from chatbot.knowledge.json_records import LOWEST, NAMES, SAID
from chatbot.knowledge.unseen import is_unseen_record, key_of, of_part, published_by, said_of

Span = tuple[int, int]
_KEY = re.compile(r"(?:^|[{,])[ \t-]*[\"']?(\w[\w -]{2,20}?)[\"']?[ \t]*:", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]*-[ \t]", re.MULTILINE)
_NAMED = re.compile(rf"^[ \t-]*[\"']?(?:{'|'.join(NAMES)})[\"']?[ \t]*:", re.I | re.M)
_LOWEST_KEY = 2  # level of the headings of keys
_HIGHEST = _LOWEST_KEY + 1  # level of those of entries


def yaml_nodes(text: str) -> list[Any]:
    """The documents of a YAML file, whose keys say who sees something or whose lists have entries
    with a name; none of another one, or of what is no YAML."""
    import yaml

    listed = _ITEM.search(text) and _NAMED.search(text)
    if not listed and not any(key_of(match[1]) for match in _KEY.finditer(text)):
        return []
    try:
        found = list(yaml.compose_all(text, Loader=yaml.CBaseLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return []
    return [node for node in found if node is not None]


def yaml_drafts(nodes: Sequence[Any]) -> list[Span]:
    """(start, end) of the mappings that say that they are not to be seen, in order."""
    import yaml

    waiting: list[Any] = list(nodes)
    told: dict[Span, list[tuple[str, str]]] = {}
    parts: set[Span] = set()  # of mappings with a name
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.ScalarNode):
            continue
        span = _span(node)
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
            parts |= {_span(v) for _, v in node.value if isinstance(v, yaml.MappingNode)}
    for span, pairs in told.items():
        told[span] = of_part(said_of(pairs)) if span in parts else said_of(pairs)
    published = published_by(pair for pairs in told.values() for pair in pairs)
    found: list[Span] = []
    for span, pairs in sorted(told.items()):
        inside = found and span[0] < found[-1][1]
        if not inside and any(is_unseen_record(*pair, published) for pair in pairs):
            found.append(span)
    return found


def yaml_places(text: str, nodes: Sequence[Any]) -> tuple[list[Place], list[Span]]:
    """Where entries with a name begin, and what follows them; and (start, end) of the outer ones.

    A place is at the start of its line, with the dash in front of the entry.
    """
    spans: list[Span] = []
    seen: set[int] = set()

    def within(node: Any, level: int, name: str, deep: int = 1, over: str = "") -> Iterator[Place]:
        """The places in a node; ``name`` is that of the entry that it is in; where it is in none,
        ``deep`` is the level of its keys, and ``over`` the key that it stands below."""
        if id(node) in seen or level > LOWEST or isinstance(node.value, str):
            return
        seen.add(id(node))  # it can be named in several places
        after = False
        for each in node.value:
            key, value = each if isinstance(each, tuple) else (None, each)
            own = "" if key or isinstance(value.value, str) else _name(value)
            called = key.value if key and isinstance(key.value, str) else over
            inner = list(within(value, level + bool(own), own or name, deep + bool(key), called))
            start = (key or value).start_mark.index
            if own and (inner or after or _tells(value)):
                if level == _HIGHEST:
                    spans.append((start, _line_start(text, value.end_mark.index)))
                yield Place(_line_start(text, start), level, own[:MAX_HEADING])
                after = True
            elif after:  # something else than the entry before it
                after = False
                if label := name or called:
                    at = level - 1 if name else min(deep if key else deep - 1, _LOWEST_KEY)
                    yield Place(_line_start(text, start), max(at, 1), label)
            yield from inner
            after |= bool(inner)

    found = [place for node in nodes for place in within(node, _HIGHEST, "")]
    return found, spans


def _span(node: Any) -> Span:
    return node.start_mark.index, node.end_mark.index


def _line_start(text: str, at: int) -> int:
    """Where the line of an entry begins, unless something else is in front of it."""
    start = text.rfind("\n", 0, at) + 1
    return start if not text[start:at].strip(" -") else at


def _pairs(node: Any) -> list[tuple[str, str]]:
    """The keys and values of a mapping that are plain; none of a list."""
    pairs = [each for each in node.value if isinstance(each, tuple)]
    return [
        (k.value, v.value)
        for k, v in pairs
        if isinstance(k.value, str) and isinstance(v.value, str)
    ]


def _name(node: Any) -> str:
    named = {key.lower(): value.strip() for key, value in _pairs(node)}
    return next((" ".join(named[name].split()) for name in NAMES if named.get(name)), "")


def _tells(node: Any) -> bool:
    return any(SAID.search(value) and key.lower() not in NAMES for key, value in _pairs(node))
