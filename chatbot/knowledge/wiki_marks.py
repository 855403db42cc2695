"""Marks of Jira in the cells of its exports, taken out so that a text keeps its length."""

import re

from chatbot.knowledge.formats.inline import is_picture_file
from chatbot.knowledge.marks import blank, blank_match, outside
from chatbot.text.unicode import FILLER

# What nothing but such marks looks like. "{{x}}" and "||" are also those of others.
_SURE = re.compile(
    r"\{(?:code|noformat|quote|panel|color)(?:[:|][^{}\n]{0,200})?\}|"
    r"(?:^|(?<=[,;\t\"]))h[1-6]\.[ ]\S|\[[^\[\]|\n]{1,200}\|https?://[^\[\]\s]{1,500}\]",
    re.MULTILINE,
)
_FENCE = re.compile(r"\{(?:code|noformat)(?:[:|][^{}\n]{0,200})?\}")
_BRACED = re.compile(r"\{(?:quote|panel|color|anchor)(?:[:|][^{}\n]{0,200})?\}")
_HEADING = re.compile(r"^h[1-6]\.[ \t]", re.MULTILINE)
_PICTURE = re.compile(r"!([^!\s|]{1,200})(?:\|[^!\n]{0,200})?!")
_LINK = re.compile(r"\[([^\[\]|\n]{1,300})\|([^\[\]|\n]{1,500})(?:\|[^\[\]\n]{0,100})?\]")
_CODE = re.compile(r"\{\{(\S(?:[^{}\n]{0,300}\S)?)\}\}")
_ROW = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.MULTILINE)
_STRONG = re.compile(r"(?<![\w*_])([*_])(\S(?:[^*_\n]{0,300}[^\s*_])?)\1(?![\w*_])")
_STRUCK = re.compile(r"(?<!\S)-[^\W\d_](?:[^-\n]{0,300}[\w.!?)])?-(?![\w-])")


def is_marked(text: str) -> bool:
    """Whether a text has marks of Jira."""
    return _SURE.search(text) is not None


def without_marks(text: str) -> str:
    """``text`` as Jira shows it, with fillers inside words (:func:`chatbot.knowledge.marks.fill`);
    code stays as it is."""
    fences = list(_FENCE.finditer(text))
    pairs = zip(fences[::2], fences[1::2], strict=False)
    codes = [(first.end(), second.start()) for first, second in pairs]
    return outside(text, 0, codes, lambda part, _: _read(part))


def _read(text: str) -> str:
    text = _BRACED.sub(blank_match, _FENCE.sub(blank_match, text))
    text = _HEADING.sub(blank_match, text)
    text = _PICTURE.sub(lambda m: blank(m[0]) if is_picture_file(m[1]) else m[0], text)
    text = _LINK.sub(_words_of, text)
    text = _CODE.sub(lambda m: f"{FILLER * 2}{m[1]}{FILLER * 2}", text)
    text = _ROW.sub(lambda m: _cells(m[0]), text)
    text = _STRONG.sub(lambda m: f"{FILLER}{m[2]}{FILLER}", text)
    return _STRUCK.sub(blank_match, text)


def _words_of(match: re.Match[str]) -> str:
    words, address = match[1], match[2]
    if address.startswith(("http", "mailto:")):
        words = f"{words} ({address})"
    return words.ljust(len(match[0]))


def _cells(row: str) -> str:
    """A row of a table; its cells are parted by a sign that is none of a file's own."""
    inner = row.strip(" \t|")
    start = row.index(inner) if inner else len(row)
    inner = inner.replace("||", " ·").replace("|", "·")
    return (" " * start + inner).ljust(len(row))
