"""Markdown as people and site generators write it, with every offset still one into the file.

What readers of the page do not see (comments, imports, tags, struck out text) becomes blanks, so
the text keeps its length; headings, tables and the description in front are noted beside it.
"""

import re

from chatbot.knowledge.blocks import (
    MAX_HEADING,
    Extracted,
    Place,
    Rows,
    even_rows,
    rows_in_parts,
)
from chatbot.knowledge.colons import has_short_blocks, without_colons
from chatbot.knowledge.drawn_text import with_drawn_tables
from chatbot.knowledge.formats.icons import named_sign
from chatbot.knowledge.formats.inline import is_picture_file
from chatbot.knowledge.front_matter import front_matter
from chatbot.knowledge.markdown_html import only_words, without_tags
from chatbot.knowledge.marks import (
    blank,
    blank_match,
    entities,
    escapes,
    fill,
    outside,
    unmask,
    without_comments,
)
from chatbot.knowledge.myst import without_directives
from chatbot.knowledge.readme_blocks import without_blocks
from chatbot.text.unicode import FILLER

_FENCE = re.compile(r"[ \t]*(?:>[ \t]?|[-*+][ \t]+)*(`{3,}|~{3,})")
_HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*?)[ \t]*#*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_PARAGRAPH = re.compile(r" {0,3}(?![-*+>#|=<!:]|\d+[.)]|```|~~~)\S")
_DELIMITERS = re.compile(r"[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_PARTED = re.compile(r"(?<!\\)\|")  # what parts cells
_ATTRIBUTES = re.compile(r"[ \t]*\{[:#.][^{}]*\}[ \t]*$")
_MARKS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|(\*\*|__|`|\*)")
# Comments, what is only for the generator, and what it puts in from elsewhere.
_HIDDEN_LINE = re.compile(
    r"^\[(?://|comment|_)\]:.*$|^\{:.*\}[ \t]*$|^[ \t]*-{1,3}8<-{1,3}.*$|^[ \t]*\{!.*!\}[ \t]*$"
    r"|^[ \t]*\{\{#\w+ .*\}\}[ \t]*$|^[ \t]*(?:\[\[_?toc_?\]\]|\[toc\]|\$\{toc\})[ \t]*$"
    # Attributes behind a line: "{#id .class}", "{: .note }", "{ id="x" }".
    r"|(?<![ \t])[ \t]*\{:?[ \t]*(?:[#.][\w-]+|(?:id|class|style|data-[\w-]+)="
    r"(?:\"[^\"\n]*\"|'[^'\n]*'))"
    r"(?:[ \t]+(?:[#.][\w-]+|[\w-]+=(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s{}\"']+)))*[ \t]*\}[ \t]*$"
    # Of Microsoft Learn.
    r"|\[!(?:include|code(?:-\w+)?)[ \t]*\[[^\]\n]*\]\([^)\n]*\)\]|\[!div[ \t][^\]\n]*\]"
    r"|(?<=[^\s^]) \^(?=[\d-]*[a-z])[a-z\d-]{3,40}[ \t]*$",  # the name of a block in Obsidian
    re.MULTILINE | re.IGNORECASE,
)
_CALLOUT = re.compile(r"^([ \t]*>[ \t>]*)\[!([\w-]+)\]([+-]?)", re.MULTILINE)
# Links between pages of a wiki: of "[[page|words]]" the words are shown.
_WIKI = re.compile(r"(!?)\[\[([^\s\[\]|][^\[\]|\n]{0,200})(?:\|([^\[\]\n]{1,200}))?\]\](?!\()")
_SHORTCODE = re.compile(r"\{\{[<%].{0,500}?[>%]\}\}|\{%.{0,500}?%\}")
# Of a shortcode the words are shown that it has in quotes first.
_FIRST = re.compile(r"\{[{%][<%]?-?\s*[\w-]+\s+\"([^\"/.]+)\"")
_EMBEDDED = re.compile(r"\{%-?\s*embed\s+url=\"(https?://[^\"\s]+)\"")
_MARKED = re.compile(r"(?<![=\w])==(?=[^\s=])([^=\n]{1,300}?)(?<=\S)==(?![=\w])")  # as with a pen
_STRUCK = re.compile(r"~~(?=\S)[^~\n]{1,300}?(?<=\S)~~")
# Icons by their names, with their looks, and those of a link or picture.
_NAMED_ICON = re.compile(r"(?<![\w:/]):([a-z][a-z\d_-]{0,50}):(?![\w/])(?:\{[^{}\n]{0,100}\})?")
_LOOKS = re.compile(
    r"(\]\((?:[^()\n]|\([^()\n]{0,100}\)){0,500}\))"
    r"(\{:?[ \t]*(?:[.#][\w-]+|[\w-]+=)[^{}\n]{0,200}\})"
)
# Changes and remarks (CriticMarkup): what is taken out or remarked, and what stays.
_CRITIC = re.compile(
    r"\{(?:--[^{}]{1,500}?--|>>[^{}]{1,500}?<<|~~[^{}]{0,500}?~>(?P<new>[^{}]{0,500}?)~~|"
    r"\+\+(?P<added>[^{}]{1,500}?)\+\+|==(?P<marked>[^{}]{1,500}?)==)\}"
)
# The same as GitLab has it, in other brackets only with blanks.
_CHANGED = re.compile(
    r"(?P<code>`[^`\n]+`)|(?<![{\[])(?:\{-(?![-#])[^{}\n]{1,500}?-\}|\[- [^\[\]\n]{1,500}? -\]|"
    r"\{\+(?!\+)(?P<added>[^{}\n]{1,500}?)\+\}|\[\+ (?P<put>[^\[\]\n]{1,500}?) \+\])"
)
_KEYS = re.compile(
    r"`[^`\n]+`|(?<![\w+])\+\+([a-z\d-]+(?:\+[a-z\d-]+)*)\+\+(?![\w+])", re.IGNORECASE
)
_QUOTE = re.compile(r"[ \t]*(?:>[ \t]?)+")
# What begins something else than the rest of a paragraph.
_BEGINS = re.compile(
    r"[ \t]*(?:(?:[-*+]|#{1,6}|\d{1,9}[.)])[ \t]|[-*_]{3}|`{3}|~{3}|:{3}|!{3}|={3}|[|<]|\[!|$)"
)
_BULLET = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\S")
# Marks of admonitions and tabs; their titles are words.
_SIGNS = re.compile(
    r"^([ \t]*(?:[:*-][ \t]+(?=[!?+]+[ \t]+(?:note|abstract|info|tip|success|question|warning|"
    r"failure|danger|bug|example|quote)\b|=))?)"
    r"(?:!!!|\?\?\?\+?|===\+?(?=[ \t]*\"))(?=[ \t]+[\w\"])",
    re.MULTILINE,
)
# In MDX they go on to the next empty line; in Markdown only lines that can be nothing else.
_MODULE = re.compile(r"^(?:import|export)\s[^\n]*(?:\n(?![ \t]*(?:\n|\Z))[^\n]+)*", re.MULTILINE)
_IMPORT = re.compile(
    r"^import\s[\w{}*, ]{1,200}\sfrom\s+['\"][^'\"\n]+['\"];?[ \t]*$", re.MULTILINE
)


def read_markdown(text: str, mdx: bool = False) -> Extracted:
    """The file as its readers see it.

    Raises:
        DocumentError: its front matter says that it is a draft or not published.
    """
    matter = front_matter(text)
    body = matter.end
    shown = blank(text[:body]) + text[body:] if body else text
    for start, end in matter.about:
        shown = shown[:start] + text[start:end] + shown[end:]
    shown = without_directives(without_blocks(shown, body), body)
    codes = _code(shown, body)
    short = has_short_blocks(shown, body, codes)
    shown = outside(shown, body, codes, lambda part, _: _visible(part, mdx, short))
    shown, html_rows, html_headings = without_tags(shown, body, codes, mdx)
    marked = {place.start for place in markdown_headings(shown, body)}
    shown = outside(shown, body, codes, lambda part, _: _read(part))
    # "\\# 5" is none, though it is read as "# 5".
    written = [place for place in markdown_headings(shown, body) if place.start in marked]
    headings = [*written, *html_headings]
    shown, drawn = _mark_drawn(shown, body, codes)
    tables = (*_tables(shown, body, codes), *html_rows, *drawn)
    return Extracted(
        shown,
        matter.title,
        headings=tuple(sorted(headings, key=lambda place: place.start)),
        tables=tuple(sorted(tables, key=lambda rows: rows.start)),
        body=min((start for start, _ in matter.about), default=body),
        address=matter.address,
        audience=matter.audience,
        turns=matter.turns,
    )


def _mark_drawn(text: str, begin: int, codes: list[tuple[int, int]]) -> tuple[str, list[Rows]]:
    """``text`` with the tables that are drawn with signs, outside of code."""
    found: list[Rows] = []

    def change(part: str, at: int) -> str:
        part, rows = with_drawn_tables(part, aligned=False)
        for r in rows:
            places = tuple(place + at for place in r.at)
            found.append(Rows(r.start + at, r.end + at, r.columns, places))
        return part

    return outside(text, begin, codes, change), found


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


def _visible(text: str, mdx: bool, short: bool) -> str:
    """Without comments and what a generator reads; inline code is masked. ``short``: blocks can
    stand between two colons."""
    text = without_colons(without_comments(text), short)
    text = _wrapped_quotes(_HIDDEN_LINE.sub(blank_match, text))
    text = _SHORTCODE.sub(_strip_title, text)
    text = _CHANGED.sub(_accepted, _CRITIC.sub(_accepted, text))
    text = _KEYS.sub(lambda m: f"{FILLER * 2}{m[1]}{FILLER * 2}" if m[1] else m[0], text)
    text = _MARKED.sub(lambda m: f"{FILLER * 2}{m[1]}{FILLER * 2}", text)
    text = _LOOKS.sub(lambda m: m[1] + blank(m[2]), _STRUCK.sub(blank_match, text))
    text = _NAMED_ICON.sub(_icon_sign, text)
    text = _CALLOUT.sub(lambda m: f"{m[1]}  {m[2]} {' ' * len(m[3])}", text)
    text = _WIKI.sub(_wiki_words, text)
    text = _SIGNS.sub(lambda m: m[1] + blank(m[0][len(m[1]) :]), text)
    return (_MODULE if mdx else _IMPORT).sub(blank_match, text)


def _wrapped_quotes(text: str) -> str:
    """With the mark of a quotation only where a paragraph of it begins: a line that goes on is the
    rest of a sentence."""
    if "\n>" not in text:
        return text
    lines = text.split("\n")
    above = ""
    for number, line in enumerate(lines):
        mark = _QUOTE.match(line)
        begins = mark is None or _BEGINS.match(line, mark.end())
        if mark and not begins and mark[0].strip() == above:
            lines[number] = " " * mark.end() + line[mark.end() :]
        goes_on = mark is not None and (not begins or _BULLET.match(line, mark.end()))
        above = mark[0].strip() if mark and goes_on else ""
    return "\n".join(lines)


def _accepted(match: re.Match[str]) -> str:
    """The text as it is when every change is accepted and no remark is shown."""
    if match.lastgroup is None:
        return blank(match[0])
    start, end = (at - match.start() for at in match.span(match.lastgroup))
    return blank(match[0][:start]) + match[0][start:end] + blank(match[0][end:])


def _strip_title(match: re.Match[str]) -> str:
    if found := _EMBEDDED.match(match[0]):  # of GitBook: a film, a file from elsewhere
        start, end = found.span(1)
        return blank(match[0][:start]) + found[1] + blank(match[0][end:])
    first = _FIRST.match(match[0])
    return only_words(match[0], [first.span(1)] if first else [])


def _icon_sign(match: re.Match[str]) -> str:
    sign = named_sign(match[1])
    return sign.ljust(len(match[0]), FILLER) if sign else match[0]


def _wiki_words(match: re.Match[str]) -> str:
    shown = match[3] or match[2]
    if match[1] and is_picture_file(match[2]):
        return blank(match[0])
    start = len(match[0]) - 2 - len(shown)
    return " " * start + shown + "  "


def _read(text: str) -> str:
    """With every character as readers see it."""
    return unmask(fill(escapes(entities(text))))


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
            names = [_plain(cell) for cell in _cells(lines[at - 1])]
            stop = offsets[end - 1] + len(lines[end - 1])
            cells = even_rows([_cells(line) for line in (lines[at - 1], *lines[at + 1 : end])])
            starts = [-1, *offsets[at + 1 : end]]
            found += rows_in_parts(cells, 1, starts, stop, " | ".join(names))
        at = end
    return found


def _cells(line: str) -> list[str]:
    """The cells of a row, without their marks."""
    bare = line.strip(" \t>")
    bare = bare.removeprefix("|").removesuffix("|")
    return [cell.strip(" \t*_`") for cell in _PARTED.split(bare)]
