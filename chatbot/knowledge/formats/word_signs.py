"""Signs of fonts that draw other things than letters, in files of Office and in HTML of it: a
tick that Word keeps as the letter "ü" of Wingdings reads as one, "m" of Symbol as the "μ" that
people see."""

import re
from typing import Any

from chatbot.knowledge.formats.word_names import W

_PRIVATE = 0xF000  # Word adds it to the numbers of signs in such fonts
_GREEK = dict(
    zip("abcdefghiklmnopqrstuwxyzABCDEFGHIKLMNOPQRSTUWXYZ",
        "αβχδεφγηικλμνοπθρστυωξψζΑΒΧΔΕΦΓΗΙΚΛΜΝΟΠΘΡΣΤΥΩΞΨΖ", strict=True)
)  # fmt: skip
# What people use of each font, by the letter that has its place.
_SIGNS: dict[str, dict[str, str]] = {
    "symbol": _GREEK
    | {
        "\xa3": "≤", "\xa5": "∞", "\xab": "↔", "\xac": "←", "\xad": "↑", "\xae": "→", "\xaf": "↓",
        "\xb0": "°", "\xb1": "±", "\xb2": "″", "\xb3": "≥", "\xb4": "×", "\xb7": "•", "\xb8": "÷",
        "\xb9": "≠", "\xba": "≡", "\xbb": "≈", "\xd6": "√", "\xde": "⇒", "\xe5": "∑", "-": "−",
    },
    "wingdings": {
        "(": "☎", ")": "☎", "*": "✉", "J": "☺", "L": "☹", "l": "●", "n": "■", "o": "☐", "q": "☐",
        "w": "◆", "x": "☒", "\x9f": "•", "\xa7": "▪", "\xa8": "☐", "\xd8": "➢", "\xdf": "←",
        "\xe0": "→", "\xe1": "↑", "\xe2": "↓", "\xe8": "➔", "\xf0": "⇨", "\xfb": "✗", "\xfc": "✓",
        "\xfd": "☒", "\xfe": "☑",
    },
    "wingdings 2": {
        "O": "✗", "P": "✓", "Q": "☒", "R": "☑", "S": "☒", "T": "☒", "\xa3": "☐", "*": "☐",
    },
}  # fmt: skip

# The first of the fonts that a style names; a shorter form ("font: 7pt Arial") names one, too.
_FAMILY = re.compile(r"(?<![\w-])font-family\s*:\s*[\"']?([^;,\"'!]+)", re.IGNORECASE)
_FONT = re.compile(r"(?<![\w-])font(?:-family)?\s*:", re.IGNORECASE)
_LISTED = "MsoListParagraph"  # how the class of an item of a list in Word's HTML begins


def write_html_signs(root: Any) -> None:
    """The same in a tree of HTML, where a style or ``<font>`` names the font; the "o" that is a
    bullet in a list of Word becomes one."""
    for element in root.iterfind(".//*[@style]"):
        if family := _FAMILY.search(element.get("style")):
            font = family[1].strip().lower()
            if known := signs_of(font):
                _write_in(element, known)
            elif font == "courier new" and _is_bullet(element):
                element.text = "◦"
    for element in root.iterfind(".//font[@face]"):
        if known := signs_of(element.get("face").partition(",")[0].strip("\"' ")):
            _write_in(element, known)


def _write_in(element: Any, known: dict[str, str]) -> None:
    """Put in the signs of a font in all of an element but what has another font."""
    element.text = _meant(element.text, known)
    for child in element:
        if not (_FONT.search(child.get("style") or "") or child.get("face")):
            _write_in(child, known)
        child.tail = _meant(child.tail, known)


def _meant(text: str | None, known: dict[str, str]) -> str | None:
    return "".join(known.get(_bare(letter), letter) for letter in text) if text else text


def _is_bullet(element: Any) -> bool:
    """Whether an element is the "o" in front of an item of a list of Word."""
    if (element.text or "").strip() != "o":
        return False
    holder = next(element.iterancestors("p"), None)
    if holder is None or not holder.get("class", "").startswith(_LISTED):
        return False
    before = "".join(holder.itertext()).lstrip()
    return before.startswith("o") and not before[1:2].isalnum()


def write_signs(body: Any) -> int:
    """Put in the signs as text that says the same; returns how many."""
    count = 0
    for sign in list(body.iter(f"{W}sym")):
        known = _SIGNS.get(str(sign.get(f"{W}font")).lower(), {})
        if meant := known.get(_letter(str(sign.get(f"{W}char")))):
            sign.tag = f"{W}t"
            sign.attrib.clear()
            sign.text = meant
            count += 1
    for tab in list(body.iter(f"{W}ptab")):  # such as before the number in a list of contents
        tab.tag = f"{W}tab"
        tab.attrib.clear()
        count += 1
    for fonts in body.iter(f"{W}rFonts"):
        known = _SIGNS.get(str(fonts.get(f"{W}ascii")).lower(), {})
        run = fonts.getparent().getparent()
        if not known or run is None or run.tag != f"{W}r":
            continue
        for text in run.iter(f"{W}t"):
            meant = _meant(text.text or "", known)
            count += meant != text.text
            text.text = meant
    return count


def signs_of(font: str) -> dict[str, str]:
    """What the letters of a font draw, where it draws other things than letters."""
    return _SIGNS.get(font.lower(), {})


def sign_of(number: int, font: str) -> str:
    """The sign that a font has at a number; nothing where it is not known."""
    if (
        not 32 < number < 0xD800
    ):  # from there on halves of letters, and what fonts keep to themselves
        return ""
    letter = bytes([number]).decode("cp1252", "replace") if number < 256 else chr(number)
    known = signs_of(font)
    return known.get(chr(number), "") if known else letter


def _letter(code: str) -> str:
    try:
        return _bare(chr(int(code, 16)))
    except (ValueError, OverflowError):
        return ""


def _bare(letter: str) -> str:
    code = ord(letter)
    return chr(code - _PRIVATE) if _PRIVATE <= code < _PRIVATE + 256 else letter
