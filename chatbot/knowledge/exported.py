"""Texts inside exports (CSV, JSON) as their readers see them, as long as they were: HTML and
entities as what they mean, doubled quotes as one."""

import re

from chatbot.knowledge.marks import FILLER, blank, blank_match, entities, exchange, fill

_COMMENT = ("<!--", "-->")
_TAG = re.compile(r"</?\u2060?[a-zA-Z][^<>]*>")
# Drawn within a word. What "sup" holds is none of them: it would join the number before it.
_INLINE = re.compile(r"</?(?:a|abbr|b|code|em|font|i|mark|small|span|strong|u)\b[^<>]*>", re.I)
_STRUCK = re.compile(r"<(s|del|strike)\b[^<>]*>[^<>]{0,500}</\1>", re.I)
# What tells HTML from a text with a "<name>" of its own.
_IS_HTML = re.compile(
    r"</(?:p|div|span|strong|b|em|i|u|a|ul|ol|li|h[1-6]|table|tr|td|th|code|pre|s|del|sup|sub)>|"
    r"<(?:br|hr|p)\s*/?>",
    re.IGNORECASE,
)
_OPENING = re.compile(r'(?<![^\s(\[])""(?=\w)')


def without_tags(text: str) -> str:
    """HTML as its text, with blanks for its tags, and fillers for those within a word."""
    if "<" not in text:
        return text
    text = _STRUCK.sub(blank_match, exchange(text, *_COMMENT, blank))
    return _TAG.sub(blank_match, _INLINE.sub(lambda match: FILLER * len(match[0]), text))


def readable_rows(text: str, begin: int, sign: str) -> str:
    """A file of rows, which begin at ``begin`` and whose cells ``sign`` parts. What is quoted stays
    so, since it can hold the sign; the quotes in it are round ones, which end no cell."""
    if '""' not in text and "&" not in text and not _IS_HTML.search(text):
        return text
    quoted = re.compile(rf'(?<![^{re.escape(sign)}\n\ufeff])"((?:[^"]++|"")*+)"(?=[{sign}\n]|$)')
    pieces = [text[:begin]]
    at = begin
    for match in quoted.finditer(text, begin):
        pieces += [_bare(text[at : match.start()], sign), f'"{_quoted(match[1])}"']
        at = match.end()
    return "".join([*pieces, _bare(text[at:], sign)])


def _quoted(cell: str) -> str:
    cell = _OPENING.sub(f"“{FILLER}", cell).replace('""', f"”{FILLER}")
    return _meant(cell).replace('"', "”")


def _bare(cells: str, sign: str) -> str:
    """Cells without quotes; an entity ends with what may be the sign between them."""
    return cells if sign == ";" else _meant(cells.replace("&quot;", f"”{FILLER * 5}"))


def _meant(text: str) -> str:
    text = without_tags(text) if "<" in text and _IS_HTML.search(text) else text
    return fill(entities(text))
