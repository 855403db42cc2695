"""Rich text made ready for striprtf: as its reader sees it.

striprtf gives what was removed with changes tracked and what is hidden, and leaves footnotes, boxes
of text and most addresses of links out.
"""

import re
import sys
from dataclasses import dataclass, field, replace

from chatbot.knowledge.formats.raised import raise_run
from chatbot.knowledge.formats.rtf_signs import TOKEN

_REMOVED = frozenset(
    {"deleted", "v", "strike", "striked"}
)  # marks of what is not shown; "0" behind one ends it
_APART = frozenset({"footnote", "shptxt"})  # what stands apart from the text beside it
_UNREAD = frozenset(
    """
    stylesheet shprslt info pict header headerl headerr headerf footer footerl footerr footerf
    """.split()  # noqa: SIM905
)
_LABELS = frozenset({"listtext", "pntext"})  # the number of an item, in a group of its own
HEADING = "\x01"  # stands, with its level from 0, in front of the words of a heading
_LEVELS = tuple("012345678")  # of headings; 9 is that of other text
_BREAKS = frozenset({"par", "line"})  # a cell is one line
_LINK = re.compile(r'HYPERLINK\s+"(?:mailto:|(?=https?:))([^"\s{}]{1,2000})"')
# What stands for signs or for the end of a line, and goes with the words around it.
_SIGNS = frozenset(
    """
    u par line softline lbr page sect tab emdash endash bullet lquote rquote ldblquote rdblquote
    emspace enspace qmspace zwj zwnj chftn
    """.split()  # noqa: SIM905
)


_RAISED = {"super": "sup", "up": "sup", "sub": "sub", "dn": "sub", "nosupersub": ""}
_AFTER = re.compile(r"\}*(?:\\[a-z]+-?\d* ?|\{)*[^\\{}]")  # up to the next sign
_ENDS = frozenset({"par", "line", "cell", "row", "tab", "page", "sect"})
_NEAR = 60  # characters in front of a raised figure, among which its number is
_FALLBACK = "\0"  # where programs that do not read "\\u8364" have another sign
_LONGEST = 3000  # characters of what a field is made of


@dataclass
class _Group:
    """What holds up to the bracket that closes it."""

    removed: frozenset[str] = frozenset()
    is_note: bool = False
    is_field: bool = False  # what a field is made of, which is not shown
    is_link: bool = False  # what a field shows
    is_unread: bool = False  # what striprtf passes over
    is_label: bool = False
    raised: str = ""  # "sup" or "sub"


@dataclass
class _Written:
    """The file as it is put together; footnotes wait for the end of their paragraph."""

    text: list[str] = field(default_factory=list)
    note: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, token: str, in_note: bool) -> None:
        (self.note if in_note else self.text).append(token)

    def end_note(self) -> None:
        self.notes.append("".join(self.note))
        self.note.clear()

    def end_paragraph(self) -> None:
        self.text += [f"{{{note}\\par }}" for note in self.notes]
        self.notes.clear()


def _shown(before: str, token: str, word: str | None, number: str | None) -> str:
    """What stands in its line in front of what follows on a token."""
    if word == "u" and number:
        return f"{before}{chr(int(number) % 0x10000)}{_FALLBACK}"
    if word:
        return "" if word in _ENDS else before
    if token.startswith("\\'"):
        token = bytes.fromhex(token[2:]).decode("cp1252", "replace")
    elif token[0] == "\\":
        token = " "
    if before.endswith(_FALLBACK):
        before, token = before[:-1], token[1:]
    return (before + token)[-_NEAR:]


def _is_sign(word: str | None) -> bool:
    """Whether a token is shown in its line."""
    return word is None or (word in _SIGNS and word not in _ENDS and word not in _BREAKS)


def _is_letter(number: str) -> bool:
    """Whether there is a letter with that number; those from 32,768 on are also written below 0."""
    return bool(number) and len(number) < 8 and -0x8000 <= int(number) <= sys.maxunicode


def without_removed(source: str) -> str:
    """An RTF file's source without what is not shown, each footnote and box of text as a paragraph
    of its own behind the one that it belongs to, and headings behind a mark."""
    groups = [_Group()]
    written = _Written()
    field_code = ""  # of the field that is being read
    in_cell = False
    level = ""  # of the heading that begins
    shown = ""  # before the next token
    at = 0
    while match := TOKEN.match(source, at):
        at = match.end()
        token, word, group = match[0], match["word"], groups[-1]
        if word == "bin":  # as many bytes follow, which are a picture's
            at += max(0, int(match["number"] or 0))
        elif token == "{":
            inner = replace(group, is_link=False)
            groups.append(inner)
            written.add(token, group.is_note)
        elif token == "}":
            if len(groups) > 1:
                groups.pop()
            if group.is_note and not groups[-1].is_note:
                written.end_note()
            address = _LINK.search(field_code) if group.is_link else None
            if address:
                written.add(f" ({address[1]})", group.is_note)
                field_code = ""
            written.add(token, groups[-1].is_note)
        elif word in _APART and not group.is_note:
            group.is_note = True
        elif word == "fldinst":
            group.is_field, field_code = True, ""
        elif group.is_field:
            field_code += token if len(field_code) + len(token) < _LONGEST else ""
        elif word == "outlinelevel" and not group.is_unread:
            number = match["number"] or "0"
            level = number if number in _LEVELS else ""
            written.add(token, group.is_note)
        elif word in _REMOVED:
            rest = group.removed - {word}
            group.removed = rest if match["number"] == "0" else rest | {word}
            written.add("{}", group.is_note)  # what follows is not the end of the word before
        elif word == "u" and not _is_letter(match["number"] or ""):
            continue
        elif not (group.removed and (word is None or word in _SIGNS)):
            group.is_link = group.is_link or word == "fldrslt"
            if word == "plain":
                group.removed, group.raised = frozenset(), ""
            elif word in _RAISED:
                group.raised = _RAISED[word] if match["number"] != "0" else ""
            elif word is None and token[0] != "\\" and group.raised:
                after = _AFTER.match(source, at)
                token = raise_run(group.raised, token, shown, after[0][-1:] if after else "")
            shown = _shown(shown, token, word, match["number"])
            in_cell = word == "intbl" or (in_cell and word != "pard")
            group.is_unread = group.is_unread or token == "\\*" or word in _UNREAD
            group.is_label = group.is_label or word in _LABELS
            if word == "pard" and not group.is_label:
                level = ""
            elif level and not (in_cell or group.is_note or group.is_unread) and _is_sign(word):
                written.add(f"{HEADING}{level}", False)
                level = ""
            if in_cell and word in _BREAKS and not group.is_note:
                written.add(" ", False)
                continue
            written.add(token, group.is_note)
            if word == "par" and not group.is_note and not group.is_unread:
                written.end_paragraph()
    if written.notes:  # of a last paragraph that nothing ends
        closing = written.text.pop() if written.text[-1] == "}" else ""
        written.add("\\par ", False)
        written.end_paragraph()
        written.add(closing, False)
    return "".join(written.text)
