"""Signs of fonts that draw other things than letters, and merged cells, in RTF files: written as
striprtf reads them."""

import re
from dataclasses import dataclass, field

from chatbot.knowledge.formats.word_signs import signs_of

TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]+)(?P<number>-?\d+)? ?|\\'[0-9a-fA-F]{2}|\\[^a-zA-Z]|[{}]|[^\\{}]+",
    re.DOTALL,
)
_FONT = re.compile(
    r"\{\\f(\d+)\b(?:[^{};]|\{[^{}]{0,200}\}){0,200}?(?<=[ }])([A-Za-z][\w ]{0,60}?)\s*;"
)
_FONTS = 100_000  # characters from the start of a file, among which its fonts are
_MERGED = re.compile(r"\\cl(?:v?mrg)(?![a-z])")
_PRIVATE = 0x10000 - 0xF000  # what Word takes off the numbers of signs in such fonts
_SHOWN = frozenset(
    {"u", "emdash", "endash", "bullet", "lquote", "rquote", "ldblquote", "rdblquote"}
    | {"tab", "line", "par"}
)
_UNREAD = frozenset({"pict", "fldinst", "footnote", "objdata", "fonttbl", "info", "stylesheet"})
_MOST = 500_000  # characters that are written again in a file, which takes striprtf seconds


def with_signs(source: str) -> str:
    """The source with what letters of fonts of signs draw: a tick for the "ü" of Wingdings."""
    fonts = {n: signs for n, name in _FONT.findall(source[:_FONTS]) if (signs := signs_of(name))}
    if not fonts:
        return source
    out: list[str] = []
    groups: list[tuple[dict[str, str], int]] = [({}, 1)]
    skipped = 0  # signs that stand for the letter before them in programs that know no others
    for match in TOKEN.finditer(source):
        token, word, number = match[0], match["word"], match["number"] or ""
        signs, many = groups[-1]
        if token == "{":
            groups.append(groups[-1])
        elif token == "}":
            if len(groups) > 1:
                groups.pop()
            skipped = 0
        elif word == "f":
            groups[-1] = (fonts.get(number, {}), many)
        elif word in ("plain", "uc"):
            groups[-1] = (signs, int(number or 1)) if word == "uc" else ({}, many)
        elif signs and word == "u" and number:
            sign = signs.get(chr((int(number) + _PRIVATE) % 0x10000), "")
            token, skipped = f"\\u{ord(sign)} " if sign else token, many
        elif signs and token.startswith("\\'"):
            token = token if skipped else _meant(chr(int(token[2:], 16)), signs)
            skipped = max(0, skipped - 1)
        elif signs and token[0] != "\\":
            token = token[:skipped] + "".join(_meant(sign, signs) for sign in token[skipped:])
            skipped = 0
        out.append(token)
    return "".join(out)


def _meant(letter: str, signs: dict[str, str]) -> str:
    sign = signs.get(letter)
    if sign is None:
        return letter if ord(letter) < 0x80 else f"\\'{ord(letter):02x}"
    return f"{{\\uc1\\u{ord(sign)} ?}}"


@dataclass
class _Row:
    """The cells of a row: how each is merged with another one, and its text."""

    kinds: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    shown: str = ""  # of the cell that is being read


def with_merged_cells(source: str) -> str:
    """The source with the text of merged cells in each of them, as in other tables."""
    if not _MERGED.search(source):
        return source
    out: list[str] = []
    row, above = _Row(), _Row()
    kind, left = "", _MOST
    unread: list[bool] = [False]
    for match in TOKEN.finditer(source):
        token, word = match[0], match["word"]
        if token == "{":
            unread.append(unread[-1])
        elif token == "}":
            unread = unread[:-1] or [False]
        elif token == "\\*" or word in _UNREAD:
            unread[-1] = True
        elif word == "trowd":
            row.kinds, kind = [], ""
            if not row.texts:  # what stands above the table
                row.shown = ""
        elif word in ("clmrg", "clvmrg"):
            kind = word
        elif word == "cellx":
            row.kinds.append(kind)
            kind = ""
        elif word == "cell":
            at = len(row.texts)
            merged = row.kinds[at] if at < len(row.kinds) else ""
            beside = above.texts[at : at + 1] if merged == "clvmrg" else row.texts[-1:]
            if merged and beside and not row.shown.strip() and len(beside[0]) <= left:
                row.shown = beside[0]
                left -= len(row.shown)
                out.append(f"{{{row.shown}}}")
            row.texts.append(row.shown)
            row.shown = ""
        elif word == "row":
            row, above = _Row(row.kinds), row
        elif not unread[-1] and (word in _SHOWN or (word is None and token[0] not in "\r\n")):
            row.shown += token
        out.append(token)
    return "".join(out)
