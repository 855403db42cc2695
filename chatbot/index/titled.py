"""Longer codes that a question names and a title holds: "KX-100-BL", "0x80070057", "4.10", "M/20".

However such a code is parted, a page whose title has it whole comes before those whose titles have
others, of which it may be the beginning ("KX-100-BLACK", "4.1.2").
"""

import re
from collections.abc import Callable, Sequence

from chatbot.text.forms import pieces_of
from chatbot.text.unicode import normalise, without_accents

_TITLED = re.compile(r"[^\W_]+(?:[-./_][^\W_]+)*")
_FIGURE = re.compile(r"\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LONG = 4  # figures of a code that has no letter and no sign
_MOST, _LONGEST = 6, 30  # pieces of a code, and characters of it
_SIGN = re.compile(r"[^\w.]|_|(?<!\d)\.|\.(?!\d)")
_BEFORE = re.compile(r"^0x(?=[0-9a-f]{4})|^v(?=\d)")
_NOUGHTS = re.compile(r"(?<![\d.])0+(?=\d)")


def titled_first(
    ranked: Sequence[tuple[int, float]], question: str, title_of: Callable[[int], str]
) -> list[tuple[int, float]]:
    """``ranked`` (row, score) with the first row whose title holds a code of the question before
    all whose titles hold only others; the scores stay in order."""
    asked = _asked(question)
    if not asked or not ranked:
        return list(ranked)
    titles = [_titled(title_of(row)) for row, _ in ranked]
    said = set().union(*titles)
    bare = {_bare(code) for code in asked}
    found = said & asked or {code for code in said if _bare(code) in bare}
    # "4.1" is no code where another title has "4.1-beta" as the question does.
    whole = {code for code in found if not any(code != c and code in c for c in found)}
    at = next((n for n, codes in enumerate(titles) if codes & whole), 0)
    to = next((n for n in range(at) if titles[n] and not titles[n] & whole), at)
    rows = [row for row, _ in ranked]
    rows.insert(to, rows.pop(at))
    return [(row, score) for row, (_, score) in zip(rows, ranked, strict=True)]


def _asked(question: str) -> set[str]:
    """The codes that a question can mean."""
    found: set[str] = set()
    for run in pieces_of(question):
        for start in range(0, len(run), 2):
            for end in range(start + 1, min(start + 2 * _MOST, len(run) + 1), 2):
                said = "".join(run[start:end])
                if len(said) > _LONGEST:
                    break
                if len(said) > 1 and _FIGURE.search(said):
                    found.add(_form(said))
    return found


def _titled(title: str) -> set[str]:
    """The codes in a title: letters with figures, figures with signs, or long numbers."""
    found = set()
    for match in _TITLED.finditer(without_accents(normalise(title).lower())):
        said = match[0]
        code = _form(said)
        digits = sum(map(str.isdigit, code))
        plain = digits == len(said)
        if digits and (not plain or (digits >= _LONG and not _YEAR.fullmatch(code))):
            found.add(code)
    return found


def _form(said: str) -> str:
    """A code without the signs that part it, but for points between figures."""
    return _BEFORE.sub("", _SIGN.sub("", said))


def _bare(code: str) -> str:
    return _NOUGHTS.sub("", code)
