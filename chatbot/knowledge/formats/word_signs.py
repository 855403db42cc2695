"""Signs of fonts that draw other things than letters, in files of Office: a tick that
Word keeps as the letter "ü" of Wingdings reads as one, "m" of Symbol as the "μ" that people see."""

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
            meant = "".join(known.get(_bare(letter), letter) for letter in text.text or "")
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
