"""Fields of Word files as their reader sees them.

What a field is made of is not shown, though a field within it is shown to office_oxide: in
"{IF {MERGEFIELD Country} = "DE" "5 euros"}" the country. Fields that only Word works out, a sign of
another font and a fraction, are put in as text.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from chatbot.knowledge.formats.word_names import W
from chatbot.knowledge.formats.word_signs import sign_of

_MARK, _CODE, _TEXT, _SIGN = (f"{W}{name}" for name in ("fldChar", "instrText", "t", "sym"))
_KIND = f"{W}fldCharType"
_SYMBOL = re.compile(r"\s*SYMBOL\s+(\d+|0x[0-9a-f]+)\b(.*)", re.IGNORECASE | re.DOTALL)
_FONT = re.compile(r'\\f\s*"?([\w ]+)"?', re.IGNORECASE)
_EQUATION = re.compile(r"\s*EQ\s+", re.IGNORECASE)
_FRACTION = re.compile(r"\\f\s*\(([^();,\\]*)[;,]([^();,\\]*)\)", re.IGNORECASE)


@dataclass
class _Field:
    """A field that is being read: what it is made of, and the texts there that nobody sees."""

    code: str = ""
    is_shown: bool = False  # what follows is its result
    has_result: bool = False  # the file has what it shows
    unseen: list[Any] = field(default_factory=list)


def write_fields(body: Any) -> int:
    """Take out what is not shown of fields, and put in what only Word shows; returns how many
    texts were changed."""
    count = 0
    fields: list[_Field] = []
    for part in list(body.iter(_MARK, _CODE, _TEXT, _SIGN)):
        kind = part.get(_KIND) if part.tag == _MARK else ""
        if kind == "begin":
            fields.append(_Field())
        elif not fields:
            continue
        elif part.tag == _CODE:
            fields[-1].code += part.text or ""
        elif part.tag in (_TEXT, _SIGN):
            is_empty = part.tag == _TEXT and not (part.text or "").strip()
            fields[-1].has_result |= fields[-1].is_shown and not is_empty
            for around in fields:
                around.unseen += [] if around.is_shown or part.tag == _SIGN else [part]
        elif kind == "separate":
            fields[-1].is_shown = True
        elif kind == "end":
            count += _end(fields.pop(), part)
    return count


def _end(ended: _Field, mark: Any) -> int:
    """Take out what a field is made of; returns how many texts were changed."""
    for text in ended.unseen:
        text.text = ""
    if ended.has_result or not (shown := _worked_out(ended.code)):
        return len(ended.unseen)
    mark.addnext(inner := mark.makeelement(_TEXT, {}))
    inner.text = shown
    return len(ended.unseen) + 1


def _worked_out(code: str) -> str:
    """What a field shows whose result no file has."""
    if match := _SYMBOL.match(code):
        font = _FONT.search(match[2])
        return sign_of(int(match[1], 0), font[1].strip() if font else "")
    if match := _EQUATION.match(code):
        equation = code[match.end() :].strip()
        found = _FRACTION.fullmatch(equation)
        return f"{found[1].strip()}/{found[2].strip()}" if found else ""
    return ""
