"""Equations of Word and PowerPoint (OMML), of web pages and of OpenDocument (MathML) as one line:
"1/2", "10^6".

Their readers put the signs one behind the other, which makes 12 of a half and 106 of a million.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://www.w3.org/1998/Math/MathML}"
_OPEN_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_OPEN_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_HELD = "{http://schemas.microsoft.com/office/drawing/2010/main}m"  # what a slide's equation is in
# The parts of an element in the order in which the line has them; MathML has that order itself.
_PARTS = {
    "f": ("num", "den"),
    "sSup": ("e", "sup"),
    "sSub": ("e", "sub"),
    "sSubSup": ("e", "sub", "sup"),
    "rad": ("e", "deg"),
    "limLow": ("e", "lim"),
    "limUpp": ("e", "lim"),
    "func": ("fName", "e"),
}
_FRACTIONS = frozenset({"f", "mfrac"})
_RAISED = frozenset({"sSup", "msup", "limUpp", "mover"})
_LOWERED = frozenset({"sSub", "msub", "limLow", "munder"})
_ACCENTED = frozenset({"mover", "munder"})
_BOTH = frozenset({"sSubSup", "msubsup", "munderover"})
_ROOTS = frozenset({"rad", "mroot"})
_ROWS = frozenset({"mr", "mtr", "eqArr"})
_SILENT = frozenset({"annotation", "annotation-xml", "mphantom", "phant", "rPr", "del"})
_ONE = re.compile(r"\w[\w.,]*|\([^()]*\)|\W?")  # what needs no brackets


def equation_text(element: Any) -> str:
    """An equation, or a part of one, as a line of text."""
    if not isinstance(element.tag, str):
        return ""
    tag = element.tag.rpartition("}")[2].rpartition(":")[2]
    if tag in _SILENT or tag.endswith("Pr"):
        return ""
    names = _PARTS.get(tag)
    parts = [element.find(f"{_M}{name}") for name in names] if names else list(element)
    texts = [equation_text(part) if part is not None else "" for part in parts]
    if len(parts) > 1 and (written := _written(tag, texts)):
        return written
    if tag == "msqrt":
        return f"√{_grouped(_joined(texts))}"
    if tag == "d":
        return _bracketed(element, texts)
    if tag == "nary":
        return _summed(element)
    if tag in _ROWS:
        return ", ".join(texts)
    if tag in ("m", "mtable"):
        return f"[{'; '.join(texts)}]"
    return _joined(texts) if parts else " ".join((element.text or "").split())


def _written(tag: str, texts: list[str]) -> str:
    """What stands above, below or over something; nothing for another element."""
    first, second, third = (*map(_grouped, texts), "")[:3] if len(texts) > 1 else ("", "", "")
    if tag in _FRACTIONS:
        return f"{first}/{second}"
    if tag in _ACCENTED and not any(map(str.isalnum, second)):
        return first
    if tag in _RAISED:
        return f"{first}^{second}"
    if tag in _LOWERED:
        return f"{first}_{second}"
    if tag in _BOTH:
        return f"{first}_{second}^{third}"
    if tag in _ROOTS:
        return f"√[{texts[1]}]{first}" if texts[1] not in ("", "2") else f"√{first}"
    return ""


def _grouped(text: str) -> str:
    return text if _ONE.fullmatch(text) else f"({text})"


def _joined(texts: Sequence[str]) -> str:
    line = ""
    for text in texts:
        line += apart(text, line)
    return line


def apart(text: str, before: str) -> str:
    """An equation behind a text: no digit of it joins a number there ("1 1/2")."""
    return f" {text}" if before[-1:].isdigit() and text[:1].isdigit() else text


def _bracketed(element: Any, texts: list[str]) -> str:
    signs = element.find(f"{_M}dPr")
    begin, end = (_sign(signs, name, usual) for name, usual in (("begChr", "("), ("endChr", ")")))
    return f"{begin}{_sign(signs, 'sepChr', '|').join(filter(None, texts))}{end}"


def _summed(element: Any) -> str:
    low, high, inner = (
        equation_text(part) if (part := element.find(f"{_M}{name}")) is not None else ""
        for name in ("sub", "sup", "e")
    )
    line = _sign(element.find(f"{_M}naryPr"), "chr", "∫")
    line += f"_{_grouped(low)}" if low else ""
    line += f"^{_grouped(high)}" if high else ""
    return f"{line} {inner}"


def _sign(properties: Any, name: str, usual: str) -> str:
    found = properties.find(f"{_M}{name}") if properties is not None else None
    return str(found.get(f"{_M}val") or "") if found is not None else usual


def write_word_equations(body: Any) -> int:
    """Put each equation of a Word file in as text; returns how many."""
    lines = list(body.iter(f"{_M}oMathPara"))  # those that have a line of their own
    inline = (e for e in body.iter(f"{_M}oMath") if e.getparent().tag != f"{_M}oMathPara")
    found = [*lines, *inline]
    for equation in found:
        _put(equation, f"{_WORD}r", f"{_WORD}t", _line(equation))
    return len(found)


def write_slide_equations(slide: Any) -> int:
    """Put each equation of a slide in as text, where the slide has a picture of it for programs
    that know none; returns how many."""
    count = 0
    for choice in list(slide.iter(f"{_COMPATIBLE}Choice")):
        held = list(choice.iter(_HELD))
        for equation in held:
            _put(equation, f"{_DRAWN}r", f"{_DRAWN}t", _line(equation))
        either = choice.getparent()
        if held and either.getparent() is not None:
            for child in list(choice):
                either.addprevious(child)
            either.getparent().remove(either)
        count += len(held)
    return count


def write_open_equations(content: Any, part: Callable[[str], Any]) -> None:
    """Put each equation of an OpenDocument file in as text; ``part`` gives the root of an object
    that the document holds, by its name."""
    for held in list(content.iter(f"{_OPEN_DRAW}object")):
        equation = held.find(f"{_MATH}math")
        if equation is None and (name := held.get(_LINK)):
            equation = part(str(name).removeprefix("./").rstrip("/"))
        frame = held.getparent()
        if equation is None or equation.tag != f"{_MATH}math" or frame.getparent() is None:
            continue
        place = frame if frame.tag == f"{_OPEN_DRAW}frame" else held
        span = place.makeelement(f"{_OPEN_TEXT}span", {})
        span.text = apart(equation_text(equation), _before(place))
        span.tail = place.tail
        place.getparent().replace(place, span)


def _before(place: Any) -> str:
    """The text beside an element that it goes on from."""
    left = place.getprevious()
    return str((place.getparent().text if left is None else left.tail) or "")


def _line(held: Any) -> str:
    """The equations in an element, behind the text before it."""
    before = held.getprevious()
    text = " ".join(map(equation_text, held.iter(f"{_M}oMath")))
    return apart(text, "" if before is None else "".join(before.itertext()))


def _put(place: Any, run: str, holder: str, text: str) -> None:
    """A run with ``text`` where ``place`` was."""
    written = place.makeelement(run, {})
    inner = written.makeelement(holder, {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
    inner.text = text
    written.append(inner)
    written.tail = place.tail
    place.getparent().replace(place, written)
