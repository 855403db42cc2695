"""Other ways to write the words and codes of a question: as an index may hold them."""

import re
from collections.abc import Iterator
from itertools import pairwise

from chatbot.text.unicode import normalise, without_accents
from chatbot.text.words import parted

_UMLAUT = re.compile(r"([aou])e")
# A code: letters, noughts in front of a figure, more letters.
_CODE = re.compile(r"([^\W\d_]{0,6})(0*)(\d{1,8})([^\W\d_]{0,3})")
# Letters and figures that can be two words, as in "16gb", but not in "1x" and "3rd".
_MIXED = re.compile(r"(?!\d+(?:st|nd|rd|th|e|er|re)$)(?=.*\d)(?=.*[^\W\d_])[^\W_]{3,16}")
_RUN = re.compile(r"\d+|[^\W\d_]+")
_NOUGHTS = 5  # in front of a figure at most
_PIECE = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[ _./:#-]|\s-\s|: ")
_DASHES = str.maketrans("–—−", "---")
_MOST, _LONGEST = 5, 16  # pieces of a code, and characters of it


def other_forms(word: str) -> list[str]:
    """What an index may have instead of a word that it has not: "Rückgabe" for "Rueckgabe", "F07"
    for "F7", "16" and "gb" for "16gb"."""
    forms = [_UMLAUT.sub(r"\1", word)]
    if code := _CODE.fullmatch(word):
        label, noughts, figure, rest = code.groups()
        many = (n for n in range(_NOUGHTS + 1) if n != len(noughts))
        forms += [f"{label}{'0' * n}{figure}{rest}" for n in many]
    if _MIXED.fullmatch(word):
        forms += _RUN.findall(word)
    return forms


def pieces_of(text: str) -> Iterator[list[str]]:
    """Runs of letters and figures that stand so close to each other that they can be one code, in
    small letters; behind each but the last one what parts it from the next."""
    text = parted(without_accents(normalise(text).translate(_DASHES).lower()))
    run: list[str] = []
    for match, following in pairwise([*_PIECE.finditer(text), None]):
        assert match is not None
        run.append(match[0])
        between = text[match.end() : following.start()] if following else ""
        if following and _BETWEEN.fullmatch(between):
            run.append(between)
        else:
            yield run
            run = []


def joined_codes(text: str) -> list[str]:
    """Neighbouring pieces of a text as one name: "kx100bl" of "KX 100 BL", where there is a figure
    among them, and "max_retry_count" of "max retry count"."""
    found: list[str] = []
    for run in pieces_of(text):
        pieces = run[::2]
        for start in range(len(pieces)):
            for end in range(start + 2, min(start + _MOST, len(pieces)) + 1):
                joined = "".join(pieces[start:end])
                if len(joined) <= _LONGEST and any(sign.isdigit() for sign in joined):
                    found.append(joined)
                found.append("_".join(pieces[start:end]))
    return found
