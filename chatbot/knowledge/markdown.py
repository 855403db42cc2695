"""Markdown as people and site generators write it, with every offset still one into the file.

What readers of the page do not see (comments, imports, tags, struck out text) becomes blanks, so
the text keeps its length; headings, tables and the description in front are noted beside it.
"""

import re
from collections.abc import Callable
from typing import Any

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import MAX_HEADING, Extracted, Place, Rows
from chatbot.knowledge.markdown_html import without_tags

_FRONT_MATTER = re.compile(
    r"\ufeff?(---|\+\+\+)[ \t]*\n(.*?)\n(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL
)
_MAX_FRONT_MATTER = 20_000
_FENCE = re.compile(r"[ \t]*(?:>[ \t]?|[-*+][ \t]+)*(`{3,}|~{3,})")
_HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*?)[ \t]*#*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_PARAGRAPH = re.compile(r" {0,3}(?![-*+>#|=<!:]|\d+[.)]|```|~~~)\S")
_DELIMITERS = re.compile(r"[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_ATTRIBUTES = re.compile(r"[ \t]*\{[:#.][^{}]*\}[ \t]*$")
_MARKS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|(\*\*|__|`|\*)")
_COMMENT = re.compile(
    r"<!--.*?(?:-->|\Z)|\{/\*.*?\*/\}|\{%-?\s*comment.*?endcomment\s*-?%\}", re.DOTALL
)
_HIDDEN_LINE = re.compile(
    r"^\[(?://|comment|_)\]:.*$|^\{%.*?%\}[ \t]*$|^\{:.*\}[ \t]*$", re.MULTILINE
)
_SHORTCODE = re.compile(r"\{\{[<%].*?[>%]\}\}|\{%.*?%\}")
_STRUCK = re.compile(r"~~(?=\S)[^~\n]{1,300}?(?<=\S)~~")
_MODULE = re.compile(r"^(?:import\s[^\n]*?['\"][^\n]*|export\s[^\n]*)$", re.MULTILINE)
_IS_TRUE = frozenset({"true", "yes", "on", "1"})
_IS_FALSE = frozenset({"false", "no", "off", "0"})
_ABOUT = ("description", "summary", "excerpt", "abstract", "subtitle", "lead")


def read_markdown(text: str, mdx: bool = False) -> Extracted:
    """The file as its readers see it.

    Raises:
        DocumentError: its front matter says that it is a draft or not published.
    """
    body, title, about = _front_matter(text)
    shown = blanked(text[:body]) + text[body:] if body else text
    for start, end in about:
        shown = shown[:start] + text[start:end] + shown[end:]
    codes = _code(shown, body)
    shown = _outside(shown, body, codes, lambda part: _shown(part, mdx))
    shown, html_rows = without_tags(shown, body, codes, mdx)
    headings = tuple(markdown_headings(shown, body))
    tables = (*_tables(shown, body, codes), *html_rows)
    return Extracted(
        shown,
        title,
        headings=headings,
        tables=tuple(sorted(tables, key=lambda rows: rows.start)),
        body=min((start for start, _ in about), default=body),
    )


def blanked(text: str) -> str:
    """As many blanks, and the same line ends."""
    return re.sub(r"[^\n]", " ", text)


def markdown_headings(text: str, begin: int = 0) -> list[Place]:
    """The headings of ``text`` from ``begin`` on, in order, underlined ones too; a '#' line in
    fenced code is a comment, not a heading."""
    found: list[Place] = []
    fence = ""
    offset = begin
    above = ""
    for line in text[begin:].split("\n"):
        if not line:
            above = ""
            offset += 1
            continue
        mark = _FENCE.match(line)
        if mark and (not fence or (mark[1][0] == fence[0] and len(mark[1]) >= len(fence))):
            fence = "" if fence else mark[1]
        elif not fence and len(line) <= MAX_HEADING:
            if match := _HEADING.match(line):
                found.append(Place(offset, len(match[1]), _plain(match[2])))
            elif above and (match := _UNDERLINE.match(line)):
                level = 1 if match[1][0] == "=" else 2
                found.append(Place(offset - len(above) - 1, level, _plain(above.strip())))
        single = not fence and not mark and not above and _PARAGRAPH.match(line)
        above = line if single and len(line) <= MAX_HEADING else ""
        offset += len(line) + 1
    return [place for place in found if place.text]


def _plain(heading: str) -> str:
    """A heading without its marks: anchors, emphasis, addresses of links."""
    text = _ATTRIBUTES.sub("", heading)
    return " ".join(_MARKS.sub(lambda match: match[1] or "", text).split())


def _front_matter(text: str) -> tuple[int, str, list[tuple[int, int]]]:
    """Where the text behind front matter begins, the title in it, and where its description
    stands; (0 or behind a byte order mark, "", []) without."""
    match = _FRONT_MATTER.match(text, 0, _MAX_FRONT_MATTER)
    first = int(text.startswith("\ufeff"))
    if match is None:
        return first, "", []
    places: dict[str, tuple[int, int]] = {}
    if match[1] == "+++":
        values = _toml(match[2])
    else:
        found, places = _yaml(match[2])
        if found is None:  # a rule between two lines, not front matter
            return first, "", []
        values = found
    _check_shown(values)
    about = [
        (match.start(2) + places[name][0], match.start(2) + places[name][1])
        for name in _ABOUT
        if name in places and values.get(name, "").strip() != values.get("title", "").strip()
    ]
    return match.end(), " ".join(values.get("title", "").split()), about[:1]


def _yaml(text: str) -> tuple[dict[str, str] | None, dict[str, tuple[int, int]]]:
    """Plain values as they are written ("1.10", "no", "9:30"), and where; ``None`` where the text
    is no mapping."""
    import yaml

    try:
        node: Any = yaml.compose(text, Loader=yaml.CBaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}, {}
    if not isinstance(node, yaml.MappingNode):
        return None, {}
    pairs = [
        (str(key.value).lower(), value)
        for key, value in node.value
        if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)
    ]
    places = {name: (v.start_mark.index, v.end_mark.index) for name, v in pairs}
    return {name: str(value.value) for name, value in pairs}, places


def _toml(text: str) -> dict[str, str]:
    import tomllib

    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}
    return {name.lower(): str(v) for name, v in values.items() if not isinstance(v, dict | list)}


def _check_shown(values: dict[str, str]) -> None:
    said = {name: value.strip().lower() for name, value in values.items()}
    if said.get("draft") in _IS_TRUE or said.get("status") == "draft":
        raise DocumentError("its front matter says that it is a draft")
    if said.get("published") in _IS_FALSE or said.get("publish") in _IS_FALSE:
        raise DocumentError("its front matter says that it is not published")


def _code(text: str, begin: int) -> list[tuple[int, int]]:
    """(start, end) of fenced code."""
    if "```" not in text and "~~~" not in text:
        return []
    spans = []
    fence = ""
    start = offset = begin
    for line in text[begin:].split("\n"):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence, start = mark[1], offset
        elif mark and mark[1][0] == fence[0] and len(mark[1]) >= len(fence):
            fence = ""
            spans.append((start, offset + len(line)))
        offset += len(line) + 1
    return [*spans, (start, len(text))] if fence else spans


def _outside(
    text: str, begin: int, codes: list[tuple[int, int]], change: Callable[[str], str]
) -> str:
    """``text`` with ``change``, which keeps lengths, made outside of code."""
    pieces = [text[:begin]]
    at = begin
    for start, end in codes:
        pieces += [change(text[at:start]), text[start:end]]
        at = end
    return "".join([*pieces, change(text[at:])])


def _shown(text: str, mdx: bool) -> str:
    def blank(match: re.Match[str]) -> str:
        return blanked(match[0])

    for pattern in (_COMMENT, _HIDDEN_LINE, _SHORTCODE, _STRUCK):
        text = pattern.sub(blank, text)
    return _MODULE.sub(blank, text) if mdx else text


def _tables(text: str, begin: int, codes: list[tuple[int, int]]) -> list[Rows]:
    """Tables of lines with "|" under a line of names and one of dashes."""
    found: list[Rows] = []
    if "|" not in text:
        return found
    lines = text[begin:].split("\n")
    offset, offsets = begin, []
    for line in lines:
        offsets.append(offset)
        offset += len(line) + 1
    at = 1
    while at < len(lines):
        if "|" not in lines[at - 1] or "-" not in lines[at] or not _DELIMITERS.match(lines[at]):
            at += 1
            continue
        end = at + 1
        while end < len(lines) and "|" in lines[end] and lines[end].strip():
            end += 1
        inside = any(start <= offsets[at] < stop for start, stop in codes)
        if end > at + 1 and not inside:
            names = [_plain(cell) for cell in lines[at - 1].strip(" \t|>").split("|")]
            rows = tuple(offsets[at + 1 : end])
            stop = offsets[end - 1] + len(lines[end - 1])
            found.append(Rows(rows[0], stop, " | ".join(names)[:400], rows))
        at = end
    return found
