"""Prose that was wrapped at a column, as one line a paragraph: what a model is to read.

A model that reads line ends in the middle of sentences takes them for ends, and writes them. What
else has lines of its own (lists, tables, forms, addresses, verse, code) must keep them: lines are
joined only where a paragraph shows that it is prose, and in doubt they stay.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from chatbot.text.languages import language_of
from chatbot.text.sentences import OPENERS
from chatbot.text.tokens import tokens
from chatbot.text.unicode import FILLER

# Columns at which people and programs wrap.
_LEAST, _MOST = 50, 130
# A line that a long word leaves shorter than this, or of fewer words, is no line of prose.
_SHORTEST, _FEWEST = 35, 5
_LONG = re.compile(r"\S{41}")
_FENCE = re.compile(r"\s*(?:```|~~~)")
# Letters, figures, quotes, brackets and emphasis begin the next line of a paragraph; signs of
# lists, headings, rows, quoted mail and code do not, nor does the number of a step.
_GOES_ON = re.compile(
    r"(?!(?:\(?\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)](?:\s|$)|\d{1,3}\s*[-–—:]\s|o\s)"
    r"(?:[*_`]{1,2})?(?:[\"'“”„‘’(]|«\s?)*[^\W_]"
)
_LABELLED = re.compile(
    r"\s*[\"'*_]{0,3}[^\W_][\w /.-]{0,30}(?:\([^()\n]{1,20}\))?[\"'*_]{0,3}\s?[:=]\s"
    r"|\s*[^\W_][\w.-]*=|[A-Z][A-Z-]+:(?!//)"
)
_ITEM = re.compile(r"\s*(?:[-*+•◦▪‣·–—]|\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)])\s+")
# Headings, rows, columns that blanks part, quoted mail, terms and code have no second line, nor has
# what stands in quotes as a whole.
_CLOSED = re.compile(
    r"\s*(?:#{1,6}\s|>|:|//|[$%]\s)|@\w|.*(?:\||\t|\S {3,}\S|&&|==|\w = \w|[{}]$)"
    r"|(?:.*\S[,;](?=[^\W\d_])){2}|\s*[\"“„«].*[\"“”»],?$"
)
# Behind these a line ends where its author ended it: a hard break, what introduces, half a word.
_BROKEN = re.compile(r"(?:  |\\|:|-|\r|\u2010|\u00ad)$")
_CLOSING = "\"'”’»)]*_` "
_OPENING = f"{_CLOSING}(“„‘«"
_ENDS = re.compile(r"[^\W_][)\]%€°\"'”’»*_`>]*[.!?…]+$")
_INTRODUCES = re.compile(r"[^\W_][\"'”’»*_`]*:{1,2}$")  # a line of code has a bracket before it
# Scripts that put no blank between their words.
_UNPARTED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]"
)
_ALIKE = 3  # words of a line in the places where the line above has them
_TERM = re.compile(r"\s*[^\W_]\S*(?: \S+){0,2} [-–—] ")  # and what it means
_GAP = re.compile(r"(?<=[^\s.!?:]) {2,}(?=\S)")  # between columns
# A price, a time, a page.
_AMOUNT = re.compile(r"\d[\d.,]{0,12}\s?(?:[%°$€£]|[^\W\d_]{1,3})?[.,;]?$")
_FIGURE = re.compile(r"\d")
_STOPPED = re.compile(r"[,;.!?…][\"'”’»)*_`]*\s*$")


def unwrapped(text: str) -> str:
    """``text`` with a blank for each line end within a paragraph of wrapped prose; of the same
    length, so that every other character stays where it is."""
    if "\n" not in text:
        return text
    ends = [end for start, lines in _paragraphs(text) for end in _wraps(start, lines)]
    pieces, at = [], 0
    for end in ends:
        pieces.append(text[at:end])
        at = end + 1
    return " ".join([*pieces, text[at:]])


def _paragraphs(text: str) -> Iterator[tuple[int, list[str]]]:
    """(start, lines) of what blank lines, fences and lines of markup alone part; nothing of what is
    fenced."""
    offset = start = 0
    lines: list[str] = []
    fenced = False
    for line in text.split("\n"):
        fence = bool(_FENCE.match(line))
        if fence or fenced or not line.replace(FILLER, "").strip():
            if len(lines) > 1:
                yield start, lines
            lines = []
            fenced ^= fence
        else:
            if not lines:
                start = offset
            lines.append(line)
        offset += len(line) + 1
    if len(lines) > 1:
        yield start, lines


def _wraps(start: int, lines: Sequence[str]) -> Iterator[int]:
    """Where the line ends of a paragraph stand that are no more than wrapped."""
    wide = [len(line.rstrip()) for line in lines]  # there had to be room for markup, too
    # An address that no column holds says nothing of the column.
    width = max(
        (n for n, line in zip(wide, lines, strict=True) if not _LONG.search(line)), default=0
    )
    if not _LEAST <= width <= _MOST:
        return
    ends = []
    for line in lines:
        start += len(line) + 1
        ends.append(start - 1)
    seen = [line.replace(FILLER, "") for line in lines]
    if _is_list(seen):
        return
    begin = 0
    while begin < len(lines) - 1:
        at = begin
        while (
            at < len(lines) - 1
            # The first word of the next line had no room in this one.
            and wide[at] + 1 + len(lines[at + 1].split(maxsplit=1)[0]) > width
            and _may_go_on(seen, begin, at)
        ):
            at += 1
        if at > begin and _is_prose(seen[begin : at + 1]):
            yield from ends[begin:at]
        begin = at + 1 if at == begin else at


def _column(line: str) -> int:
    """Where the text of a line begins; of an item, behind its sign."""
    item = _ITEM.match(line)
    return item.end() if item else len(line) - len(line.lstrip())


def _may_go_on(lines: Sequence[str], begin: int, at: int) -> bool:
    """Whether the line behind that ``at`` may be the rest of it, in a paragraph, or item, that
    begins at ``begin``."""
    line, following = lines[at], lines[at + 1]
    text = following.lstrip()
    indent = len(following) - len(text)
    item, column = bool(_ITEM.match(lines[begin])), _column(lines[begin])
    if indent not in ((column, 0) if item else (column,)) or (indent > 3 and not item):
        return False
    if _CLOSED.match(line) or _CLOSED.match(following) or _BROKEN.search(line):
        return False
    if not _GOES_ON.match(text) or _LABELLED.match(text):
        return False
    if _repeats(line, following) or _is_row(line, following):
        return False
    if len(line) < _SHORTEST:
        return False
    if len(line.split()) < _FEWEST and not _LONG.search(line):
        return False
    if _UNPARTED.match(line.rstrip()[-1]) or _UNPARTED.match(text):
        return False
    opens = at == begin and (begin == 0 or item or bool(_LABELLED.match(line)))
    return not opens or _ends_sentence(line) or not _begins_sentence(line, text)


def _is_prose(lines: Sequence[str]) -> bool:
    """Whether lines that may be one paragraph are: a sentence goes on from one to the next, and
    the last one ends it, as far as they are not indented below an item."""
    if not any(_in_sentence(*pair) for pair in pairwise(lines)):
        return False
    hangs = bool(_ITEM.match(lines[0])) and lines[1][:1] == " "
    return hangs or _INTRODUCES.search(lines[-1].rstrip()) is not None or _ends_sentence(lines[-1])


def _in_sentence(line: str, following: str) -> bool:
    last = line.rstrip(_CLOSING)[-1:]
    first = following.lstrip(_OPENING)[:1]
    return (last.isalnum() or last in ",%€$–—&") and first.islower()


def _begins_sentence(line: str, following: str) -> bool:
    """Whether a line may begin a sentence, so that a title or a label stands over it; in German
    every noun has a capital."""
    first = following.lstrip(_OPENING)
    return (
        not first[:1].islower()
        and not first[:1].isdigit()
        and not (language_of(f"{line} {following}") == "de" and not OPENERS.match(first))
    )


def _ends_sentence(line: str) -> bool:
    return bool(_ENDS.search(line.rstrip(_CLOSING)))


def _repeats(line: str, following: str) -> bool:
    """Whether a line has many words in the places where the line above has them."""
    one, other = line.split(), following.split()
    same = sum(a == b for a, b in zip(one, other, strict=False))
    return same >= _ALIKE and 2 * same >= max(len(one), len(other))


def _is_row(line: str, following: str) -> bool:
    """Whether two lines are made alike: a code or a year first, a term and what it means, an amount
    last, or columns below each other."""
    if _TERM.match(line) and _TERM.match(following):
        return True
    if all(_AMOUNT.search(text.rstrip()[-20:]) for text in (line, following)):
        return True
    if {gap.end() for gap in _GAP.finditer(line)} & {gap.end() for gap in _GAP.finditer(following)}:
        return True
    one, other = (_FIGURE.sub("0", _first(text)) for text in (line, following))
    return one == other and "0" in one


def _is_list(lines: Sequence[str]) -> bool:
    """Whether most lines begin as the line above does (commands, questions, imports), or all end
    with a clause, as verse and conditions do: the columns of prose end where there is no room."""
    if len(lines) > 2 and all(map(_STOPPED.search, lines)):
        return True
    words = [_first(line) for line in lines]
    same = sum(one == other and bool(tokens(one)) for one, other in pairwise(words))
    return 2 * same >= len(lines) - 1


def _first(line: str) -> str:
    return line.split(maxsplit=1)[0].casefold()
