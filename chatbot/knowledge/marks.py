"""Marks in a text that readers do not see, taken out so that its length stays.

A mark becomes blanks. What stands for a character ("\\u00fc", "&uuml;", "\\*") becomes that
character, and the word that it is in is filled up with blanks behind it.
"""

import html
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable

from chatbot.text.unicode import FILLER

# Tried where a word begins only, or a long one without a filler takes the square of its length.
_FILLED = re.compile(r"(?<!\S)\S*\u2060\S*")
_LONGEST = 60  # characters of a word; in longer ones, without blanks in between, offsets would slip
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,5}|[a-zA-Z]{2,12});")
# Not "\|", which is none of the signs that part cells, nor before a line's end.
_ESCAPED = re.compile(r"\\(?=[!-/:-@\[-`{}~])")


def blank(text: str) -> str:
    """As many blanks, and the same line ends."""
    return re.sub(r"[^\n]", " ", text)


def blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """``text`` with blanks in ``spans``, which are in order."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], blank(text[start:end])]
        at = end
    return "".join([*pieces, text[at:]])


def blank_match(match: re.Match[str]) -> str:
    """The same of what a pattern found."""
    return blank(match[0])


def exchange(text: str, begin: str, end: str, change: Callable[[str], str]) -> str:
    """``text`` with ``change`` made of each section from ``begin`` to ``end``, marks included; what
    does not end stays. (A pattern would take time that grows with the square of those.)"""
    pieces: list[str] = []
    at = 0
    while (start := text.find(begin, at)) >= 0:
        stop = text.find(end, start)
        if stop < 0:
            break
        stop += len(end)
        pieces += [text[at:start], change(text[start:stop])]
        at = stop
    return "".join([*pieces, text[at:]])


def outside(
    text: str, begin: int, codes: Iterable[tuple[int, int]], change: Callable[[str, int], str]
) -> str:
    """``text`` with ``change`` made of its parts from ``begin`` on that are outside of ``codes``,
    which gets each part and where it stands, and keeps its length."""
    pieces = [text[:begin]]
    at = begin
    for start, end in [*codes, (len(text), len(text))]:
        pieces += [change(text[at:start], at), text[start:end]]
        at = end
    return "".join(pieces)


def fill(text: str) -> str:
    """``text`` with its fillers as blanks behind the words that they are in."""
    return _FILLED.sub(_behind, text) if FILLER in text else text


def _behind(match: re.Match[str]) -> str:
    word = match[0]
    if len(word) > _LONGEST:
        return word
    short = word.replace(FILLER, "")
    return short + " " * (len(word) - len(short))


def entities(text: str) -> str:
    """``text`` with "&amp;" as "&" and fillers."""
    return _ENTITY.sub(_entity, text) if "&" in text else text


def escapes(text: str) -> str:
    """``text`` with "\\*" of Markdown as "*" and fillers."""
    return _ESCAPED.sub(FILLER, text) if "\\" in text else text


def _entity(match: re.Match[str]) -> str:
    meant = html.unescape(match[0])
    if meant == match[0] or len(meant) > len(match[0]):
        return match[0]
    meant = meant.replace("\xa0", " ")
    return meant + (" " if meant.isspace() else FILLER) * (len(match[0]) - len(meant))


_OPENERS = re.compile(
    r"`+|<!--|\{\{[<%]?-?\s*/\*|\{/\*|\{\{!--|\{#(?=\s)|(?<!\S)%%(?!%)|\{%-?\s*comment\b",
    re.IGNORECASE,
)
_CLOSERS = {
    "<!": "-->",
    "{{/": "*/",
    "{/": "*/}",
    "{{": "--}}",
    "{#": " #}",
    "%%": "%%",
    "{%": "endcomment",
}
_GAP = re.compile(r"\n[ \t]*\n")
_LONGEST_CODE = 1000  # characters
# Characters that no text has, for those of inline code that would mean something outside of it.
_MEANING = "<>~{}%!&:\\\u2060"
_MASKED = {ord(sign): 0xFDD0 + number for number, sign in enumerate(_MEANING)}
_BARE = {0xFDD0 + number: sign for number, sign in enumerate(_MEANING)}


def without_comments(text: str) -> str:
    """``text`` with comments as blanks, and inline code in which nothing means anything until
    :func:`unmask`; whichever begins first holds the other."""
    pieces: list[str] = []
    missing: set[str] = set()  # what closes nothing from here on
    runs = _runs(text)
    at = 0
    while opener := _OPENERS.search(text, at):
        sign, start = opener[0], opener.start()
        if sign[0] == "`":
            end = _code_end(text, opener.end(), len(sign), runs[len(sign)])
            change = _mask
        else:
            kind = "{{/" if sign.endswith("/*") and sign != "{/*" else sign[:2]
            end = _comment_end(text, opener.end(), kind, missing)
            change = blank
        pieces += [text[at:start], change(text[start:end]) if end else sign]
        at = end or opener.end()
    return "".join([*pieces, text[at:]])


def _mask(text: str) -> str:
    return text.translate(_MASKED)


def _runs(text: str) -> dict[int, list[int]]:
    """Where backticks stand, by how many there are."""
    found: dict[int, list[int]] = {}
    for match in re.finditer("`+", text):
        found.setdefault(len(match[0]), []).append(match.start())
    return found


def _code_end(text: str, start: int, many: int, places: list[int]) -> int:
    """Where inline code ends whose ``many`` backticks end at ``start``; 0 where it does not."""
    at = bisect_left(places, start)
    if at == len(places) or places[at] - start > _LONGEST_CODE:
        return 0
    if text[start - many - 1 : start - many] == "\\" or _GAP.search(text, start, places[at]):
        return 0
    return places[at] + many


def _comment_end(text: str, start: int, kind: str, missing: set[str]) -> int:
    """Where a comment ends; 0 where it does not, and in HTML the end of the text."""
    if kind in missing:
        return 0
    closer = _CLOSERS[kind]
    end = text.find(closer, start)
    if end < 0:
        missing.add(kind)
        return len(text) if kind == "<!" else 0
    if kind == "{{/":
        end = text.find("}}", end)
        if end < 0:
            missing.add(kind)
            return 0
        return end + 2
    if kind == "{%":
        return text.find("}", end) + 1
    return end + len(closer)


def unmask(text: str) -> str:
    """``text`` with its inline code as it was."""
    return text.translate(_BARE) if "`" in text else text
