"""What stands above and below the pages of an RTF file, which striprtf leaves out."""

import re
from collections.abc import Callable, Iterator
from itertools import islice

_MARGIN = re.compile(r"\{\\(?:(header)|footer)[lrf]?(?![a-z])")
_BRACKET = re.compile(r"\\.|[{}]", re.DOTALL)
_FIELD = re.compile(r"\{\\field(?![a-z])")
_NUMBER = re.compile(r"fldinst\W[^\\]{0,200}?\b(?:NUM|SECTION)?PAGES?\b", re.DOTALL)
_PAGE = re.compile(r"\\chpgn(?![a-z]) ?")
_TABLES = re.compile(r"\{\\(?:fonttbl|colortbl|stylesheet)(?![a-z])")
_WORD = re.compile(r"[^\W\d_]+")
_FEW = 2  # words around the number of a page
_MOST = 100  # margins of a file
_LONGEST = 20_000  # characters of one


def margins_of(source: str, read: Callable[[str], str]) -> tuple[list[str], list[str]]:
    """The texts above and below the pages, each once, as ``read`` reads an RTF source; none of what
    only numbers the pages."""
    found: tuple[list[str], list[str]] = ([], [])
    head = ""
    margins = [*islice(_MARGIN.finditer(source), _MOST)]
    ends = _ends(source, {match.start() for match in margins})
    for match in margins:
        inner = source[match.end() : ends.get(match.start(), len(source)) - 1]
        if len(inner) > _LONGEST:
            continue
        fields = [(a, b) for a, b in _groups(inner, _FIELD) if _NUMBER.search(inner, a, b)]
        numbered = bool(fields) or _PAGE.search(inner) is not None
        for a, b in reversed(fields):
            inner = inner[:a] + inner[b:]
        head = head or _head(source)
        text = read(f"{head}{_PAGE.sub('', inner)}}}").strip()
        place = found[0] if match[1] else found[1]
        words = len(_WORD.findall(text))
        if words > _FEW * numbered and text not in place:
            place.append(text)
    return found


def _head(source: str) -> str:
    """How a file begins, with its fonts, so that a part of it is read as it is there."""
    tables = (source[a:b] for a, b in _groups(source, _TABLES))
    return source[: source.find("{", 1)] + "".join(tables) + "\\pard "


def _groups(source: str, opener: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Where the groups that begin with ``opener`` stand, none of them in another one."""
    at = 0
    while match := opener.search(source, at):
        at = _end(source, match.start())
        yield match.start(), at


def _end(source: str, start: int) -> int:
    """Behind the bracket that closes the group at ``start``."""
    depth = 0
    for match in _BRACKET.finditer(source, start):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if not depth and match[0] == "}":
            return match.end()
    return len(source)


def _ends(source: str, starts: set[int]) -> dict[int, int]:
    """Where the groups end that begin at ``starts``, of those that something closes."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for match in _BRACKET.finditer(source) if starts else ():
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}" and opened and (start := opened.pop()) in starts:
            found[start] = match.end()
    return found
