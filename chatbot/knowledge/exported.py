"""Texts inside exports (CSV, JSON) as their readers see them, as long as they were: HTML, marks of
Jira and entities as what they mean, doubled quotes as one."""

import re

from chatbot.knowledge.formats.addresses import with_address
from chatbot.knowledge.formats.inline import is_picture_file
from chatbot.knowledge.formats.raised import raise_tags
from chatbot.knowledge.marks import blank, blank_match, entities, exchange, fill
from chatbot.knowledge.wiki_marks import is_marked, without_marks
from chatbot.text.unicode import FILLER

_COMMENT = ("<!--", "-->")
_TAG = re.compile(r"</?\u2060?[a-zA-Z][^<>]*>")
# What an attribute holds stands between quotes that were doubled or escaped before, as slashes can
# have been: a filler or a blank is behind them.
_LINK = re.compile(
    r"<a\s(?:[^<>]{0,500}?[\s\u2060])?href\s*=\s*[\"'“”]?[\s\u2060]*"
    r"((?:https?:/\u2060?/|mailto:|tel:)[^\s\"'“”<>]{1,1000}+)[^<>]{0,500}+>"
    r"((?:[^<]|<(?!/?\u2060?a\b)){1,300}?)</\u2060?a\s*>",
    re.IGNORECASE,
)
_PICTURE = re.compile(
    r"<img\s(?:[^<>]{0,1000}?[\s\u2060])?alt\s*=\s*([\"'“”])[\s\u2060]*+(?![\"'“”])([^<>]{1,300}?)\1"
    r"(?=[\s\u2060]*(?:[\w:-]+\s*[=/>]|/?\u2060?>))[^<>]{0,1000}+>",
    re.IGNORECASE,
)
# Drawn within a word.
_INLINE = re.compile(
    r"</?\u2060?(?:a|abbr|b|code|em|font|i|mark|small|span|strong|u)\b[^<>]*>", re.I
)
_STRUCK = re.compile(r"<(s|del|strike)\b[^<>]*>[^<>]{0,500}</\u2060?\1>", re.I)
# What tells HTML from a text with a "<name>" of its own.
_IS_HTML = re.compile(
    r"</(?:p|div|span|strong|b|em|i|u|a|ul|ol|li|h[1-6]|table|tr|td|th|code|pre|s|del|sup|sub)>|"
    r"<(?:br|hr|p)\s*/?>",
    re.IGNORECASE,
)
# Ends of blocks and of cells: what stands in one is not read as one with what follows.
_BLOCK_END = re.compile(
    r"(?:</\u2060?(?:li|p|div|tr|h[1-6]|dt|dd|blockquote)\b|<br\b)", re.IGNORECASE
)
_CELL_END = re.compile(r"</\u2060?t[dh]\b", re.IGNORECASE)
_GOES_ON = ".,;:!?·"  # what parts by itself
_OPENING = re.compile(r'(?<![^\s(\[])""(?=\w)')


def without_tags(text: str) -> str:
    """HTML as its text, with blanks for its tags, and fillers for those within a word."""
    if "<" not in text:
        return text
    text = raise_tags(_STRUCK.sub(blank_match, exchange(text, *_COMMENT, blank)))
    text = _LINK.sub(_addressed, _PICTURE.sub(_named, text))
    return _without_blocks(_INLINE.sub(lambda match: FILLER * len(match[0]), text))


def _addressed(match: re.Match[str]) -> str:
    """The words of a link, and behind them where it leads to."""
    words = match[2].rstrip()
    bare = _TAG.sub("", words).replace(FILLER, "")
    told = with_address(bare, match[1].replace(FILLER, ""))
    if told == bare or len(words) + len(told) - len(bare) > len(match[0]):
        return match[0]
    return f"{words}{told[len(bare) :]}".ljust(len(match[0]), FILLER)


def _named(match: re.Match[str]) -> str:
    """What a picture shows, unless it is only called by its file."""
    words = match[2].strip()
    if is_picture_file(words.replace(FILLER, "")):
        return match[0]
    glued = match.string[match.end() : match.end() + 1].isalnum()
    return f" {words}{' ' * glued}".ljust(len(match[0]), FILLER)


def _without_blocks(text: str) -> str:
    """``text`` with its tags as blanks, and a sign where more follows behind a block or cell."""
    pieces: list[str] = []
    at = parted = 0  # ``parted``: the piece where the last block ended; 0 for none
    last, sign = "", ""
    for match in _TAG.finditer(text):
        between = text[at : match.start()]
        at = match.end()
        if told := between.strip(f" \n{FILLER}"):
            _part(pieces, parted, sign)
            parted, last = 0, told[-1]
        pieces += [between, blank(match[0])]
        if last and last not in _GOES_ON:
            if _BLOCK_END.match(match[0]):
                parted, sign = parted or len(pieces) - 1, ";"
            elif _CELL_END.match(match[0]) and not parted:
                parted, sign = len(pieces) - 1, " ·"
    if text[at:].strip(f" \n{FILLER}"):
        _part(pieces, parted, sign)
    return "".join([*pieces, text[at:]])


def _part(pieces: list[str], at: int, sign: str) -> None:
    if at:
        pieces[at] = sign + pieces[at][len(sign) :]


def readable_rows(text: str, begin: int, sign: str) -> str:
    """A file of rows, which begin at ``begin`` and whose cells ``sign`` parts. What is quoted stays
    so, since it can hold the sign; the quotes in it are round ones, which end no cell."""
    marked = sign != "|" and is_marked(text)
    if '""' not in text and "&" not in text and not marked and not _IS_HTML.search(text):
        return text
    quoted = re.compile(rf'(?<![^{re.escape(sign)}\n\ufeff])"((?:[^"]++|"")*+)"(?=[{sign}\n]|$)')
    pieces = [text[:begin]]
    at = begin
    for match in quoted.finditer(text, begin):
        pieces += [_bare(text[at : match.start()], sign, marked), f'"{_quoted(match[1], marked)}"']
        at = match.end()
    return "".join([*pieces, _bare(text[at:], sign, marked)])


def _quoted(cell: str, marked: bool) -> str:
    cell = _OPENING.sub(f"“{FILLER}", cell).replace('""', f"”{FILLER}")
    return _meant(cell, marked).replace('"', "”")


def _bare(cells: str, sign: str, marked: bool) -> str:
    """Cells without quotes; an entity, and the sign between blocks, can be what parts cells."""
    if marked:
        cells = sign.join(fill(without_marks(cell)) for cell in cells.split(sign))
    return cells if sign == ";" else _meant(cells.replace("&quot;", f"”{FILLER * 5}"), False)


def _meant(text: str, marked: bool) -> str:
    text = without_tags(text) if "<" in text and _IS_HTML.search(text) else text
    return fill(entities(without_marks(text) if marked else text))
