"""Bytes to text: the encoding that a file is in, whatever it says or does not say."""

import codecs
import re
from contextlib import suppress

from chatbot.errors import DocumentError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 200_000
# What Python calls encodings, too, and no text is in.
_NO_TEXT = frozenset(
    """
    base64 bz2 hex quopri rot-13 uu zlib idna punycode undefined unicode-escape raw-unicode-escape
    mbcs oem
    """.split()  # noqa: SIM905
)
# What is said to be in this is in the code page that has more letters: "’", "€" of Outlook. (What
# says ASCII and is not can be in any.)
_MEANT = {"iso8859-1": "cp1252"}
# What begins double bytes in Japanese mail, and where more of these are known.
_WITH_SIGNS = (b"\x1b$B", b"\x1b$(Q")
# Letters that Western and Central European texts are full of, beside those that only stand there
# when the other code page was meant.
_WESTERN = frozenset("äöüÄÖÜßàâæçèéêëîïôœùûÿñáíóúìòãõåøÅØÆ¿¡€£§°–—„“”‚‘’«»…•·²³®™½¼")
_CENTRAL = frozenset(
    "ąćęłńóśźżĄĆĘŁŃŚŹŻčďěňřšťůýžČĎĚŇŘŠŤŮÝŽőűŐŰáéíóúäöüÖÜßÁÉÍşţăâîŞŢđĐ€§°–—„“”‚‘’«»…•·"
)
_TURKISH = frozenset("çğıöşüÇĞİÖŞÜâîûÂÎÛ€§°–—„“”‚‘’«»…•·")
_BALTIC = frozenset("āčēģīķļņšūžąęėįųäöüõĀČĒĢĪĶĻŅŠŪŽĄĘĖĮŲÄÖÜÕ€§°–—„“”‚‘’«»…•·")
_ONLY_TURKISH = frozenset("ğışĞİŞ")
_LETTERS = re.compile(r"[^\W\d_]+")


def decode(data: bytes, said: str = "") -> str:
    """``data`` as text; ``said`` is the encoding that the file itself or its mail names.

    A byte order mark stays in front of UTF-8, so that offsets are those of the file.

    Raises:
        DocumentError: no encoding fits.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    said = _codec(said)
    # Text in these is ASCII too, but means something else.
    first = said.startswith(("utf-7", "iso2022", "hz")) or is_wide(data, said)
    for name in (said, "utf-8") if first else ("utf-8", said):
        try:
            if name:
                return data.decode(name)
        except ValueError:
            if name == "iso2022_jp":  # with the signs of Windows: "①", "㈱"
                with suppress(ValueError):
                    return data.replace(*_WITH_SIGNS).decode("iso2022_jp_2004")
    return data.decode(_guess(data), errors="replace")


def is_wide(data: bytes, said: str) -> bool:
    """Whether the data is, as it says or its first bytes do, in an encoding with zeros between its
    letters."""
    marked = any(data.startswith(mark) for mark, name in _MARKS if name != "utf-8")
    return marked or (_codec(said).startswith(("utf-16", "utf-32")) and b"\0" in data)


def _codec(name: str) -> str:
    """Python's name of an encoding of text, or nothing."""
    try:
        found = codecs.lookup(name).name if name else ""
    except ValueError:
        return ""
    except LookupError:
        return _codec(bare) if (bare := name.replace("-", "")) != name else ""  # "cp-850"
    found = _MEANT.get(found, found)
    return "" if found.replace("_", "-") in _NO_TEXT else found


def lines_of(data: bytes) -> str:
    """A text file as ``Path.read_text`` gives it: every line ends with one character.

    Raises:
        DocumentError: it is no text, or in no known encoding.
    """
    marked = any(data.startswith(mark) for mark, _ in _MARKS)
    if b"\0" in data and not marked:
        raise DocumentError("it is a binary file, not text; remove it or give it its real ending")
    return decode(data).replace("\r\n", "\n").replace("\r", "\n")


def _guess(data: bytes) -> str:
    """The code page of Windows for western or central Europe, for Turkish or the Baltic, where the
    letters fit; short texts mislead every detector that was tried. Else what charset-normalizer
    says."""
    sample = data[:_SAMPLE]
    western, central = (
        _fits(sample, page, letters)
        for page, letters in (("cp1252", _WESTERN), ("cp1250", _CENTRAL))
    )
    if _turkish(sample) > 0.97:
        return "cp1254"
    if max(western, central) > 0.97:
        return "cp1252" if western >= central else "cp1250"
    if _fits(sample, "cp1257", _BALTIC) > 0.97:
        return "cp1257"
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    if best is not None:
        return str(best.encoding)
    if max(western, central) > 0.5:
        return "cp1252" if western >= central else "cp1250"
    raise DocumentError("its encoding is not recognised; save it as UTF-8")


def _turkish(sample: bytes) -> float:
    """The share of the characters beyond ASCII that Turkish texts have, in one with several of the
    letters that only Turkish has: one alone is also in Czech words."""
    beyond = [letter for letter in sample.decode("cp1254", errors="replace") if letter > "\x7f"]
    if len(_ONLY_TURKISH.intersection(beyond)) < 2:
        return 0.0
    return sum(letter in _TURKISH or letter == "\xa0" for letter in beyond) / len(beyond)


def _fits(sample: bytes, page: str, letters: frozenset[str]) -> float:
    """The share of the characters beyond ASCII that texts of these languages have, where words
    have few of them and no capital inside."""
    text = sample.decode(page, errors="replace")
    beyond = [character for character in text if character > "\x7f"]
    good = sum(character in letters or character == "\xa0" for character in beyond)
    odd = sum(
        1
        for word in _LETTERS.findall(text)
        if not word.isascii()
        and ((word[1:] != word[1:].lower() and word != word.upper()) or _strange(word))
    )
    return (good - odd) / max(1, len(beyond))


def _strange(word: str) -> bool:
    """Whether most of a long word is accented, as in a script that was read as Latin."""
    return len(word) > 3 and sum(character > "\x7f" for character in word) > len(word) / 2
