"""What an answer rests on, as a model that quotes is taught to write it down before the answer:
sentences and rows in the words in which it reads them."""

import re
from collections.abc import Iterator, Sequence

from chatbot.cases import GivenPassage, Relevant
from chatbot.text.sentences import sentences
from chatbot.text.unicode import readable
from chatbot.text.words import segment
from chatbot.text.wrapping import unwrapped

# Characters of all quotes together; the first one is kept whatever its length.
_MOST = 600
# Sentences in a row that a quote may go over.
_OVER = 4
# What is quoted for an answer without known quotes: so many units, each with so many of its words.
_UNITS, _WORDS = 3, 2
_WORD = re.compile(r"[^\W_]+")
_ITEM = re.compile(r"\s*(?:[-*+|]|\d+[.)])\s?")
_SHORT = 3


def plain(text: str) -> str:
    """The words and numbers of a text in small letters, parted by blanks."""
    return " ".join(_WORD.findall(text.lower()))


def content(text: str) -> set[str]:
    """Lower-case words and numbers that carry meaning: numbers, words of over 3 letters, and where
    words are not parted by blanks pairs of characters."""
    found = (word.lower() for word in _WORD.findall(text))
    long = (word for word in found if len(word) > _SHORT or any(c.isdigit() for c in word))
    return set(segment(list(long)))


def in_order(words: Sequence[str], line: str) -> bool:
    """Whether a line has the words in their order, others between them or not."""
    rest = iter(plain(line).split())
    return all(word in rest for word in words)


def quotes_of(relevant: Sequence[Relevant], passages: Sequence[GivenPassage]) -> list[str]:
    """The units of the passages that hold what an answer rests on, in that order; empty where one
    of the quotes is in none of them. Names of columns need no quote: each row is read with them."""
    quotes: list[str] = []
    for quote in relevant:
        said = plain(quote.quote)
        own = [passage for passage in passages if passage.path == quote.path]
        if not said or any(said == plain(passage.columns) for passage in own):
            continue
        found = next(filter(None, (_holding(said, list(_units(p.text))) for p in own)), [])
        if not found:
            return []
        quotes += [unit for unit in found if unit not in quotes]
    return _few(quotes)


def quotes_for(answer: str, passages: Sequence[GivenPassage]) -> list[str]:
    """The units that hold most of what an answer says; empty where none does."""
    left = content(answer)
    units = {unit: content(unit) for passage in passages for unit in _units(passage.text)}
    quotes: list[str] = []
    for _ in range(_UNITS):
        best = max(units, key=lambda unit: len(left & units[unit]), default="")
        held = left & units.get(best, set())
        if len(held) < min(_WORDS, len(left)) or not held:
            break
        quotes.append(best)
        left -= held
    return _few(quotes)


def _units(text: str) -> Iterator[str]:
    """A text as it is read: items of lists and rows whole, prose by its sentences."""
    for line in readable(unwrapped(text)).splitlines():
        if _ITEM.match(line) or ("; " in line and ": " in line):
            yield line.strip()
            continue
        for start, end in sentences(line):
            if unit := line[start:end].strip():
                yield unit


def _holding(said: str, units: Sequence[str]) -> list[str]:
    """The units in which it is said: one, several in a row, or a row with the names of its
    columns between."""
    words = [plain(unit) for unit in units]
    for many in range(1, _OVER + 1):
        for at in range(len(units)):
            if said in " ".join(words[at : at + many]):
                return list(units[at : at + many])
    order = said.split()
    if len(order) == 1:
        return []
    return [unit for unit in units if ": " in unit and in_order(order, unit)][:1]


def _few(quotes: Sequence[str]) -> list[str]:
    """As many of them as there is room for."""
    kept: list[str] = []
    for quote in quotes:
        if kept and sum(map(len, kept)) + len(quote) > _MOST:
            break
        kept.append(quote)
    return kept
