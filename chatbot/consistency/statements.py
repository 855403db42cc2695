"""The sentences of documents that can contradict each other, and the words they are found by."""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chatbot.grounding.lexicon import numbers, units, words
from chatbot.grounding.words import content_words, stem
from chatbot.knowledge.chunks import Chunk
from chatbot.text.sentences import sentences
from chatbot.text.words import is_unparted

_LEAST, _MOST = 3, 40  # words with meaning
_CHARS, _SHORTEST = 500, 20
# What is no sentence that says something: headings, rows, code, quotes of mark-up, questions.
_NONE = re.compile(
    r"\s*(?:#|```|~~~|:::|!!!|<|\{|\||@|\$|//|import |from |>>>)|"
    r".*(?:\||\?\s*$|[{};]\s*$|\w[\"']\s*:)"
)
_MARKER = re.compile(r"\s*(?:[-*+•>]\s+|\(?\d{1,3}[.)]\s+|\(?[a-z][.)]\s+)*")
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_DIGIT = re.compile(r"\d")
_NOT_PROSE = re.compile(r"[^\w\s.,;:'’()\"“”%€$£*`«»¿¡–—。、，：；！？「」（）-]")
_SIGNS = 0.06  # the share of signs in prose
_STATES = 0.3  # of a sentence's letters are capitals: it shouts, or is a list of names


@dataclass(frozen=True)
class Statement:
    """A sentence of ``path`` from ``start`` to ``end`` of its text.

    ``words`` are the hashes (32 bits) of its words with meaning, without numbers, units,
    denials and fillers; ``text`` is the hash of all of it.
    """

    path: str
    start: int
    end: int
    words: frozenset[int]
    text: int


def statements_of(chunks: Sequence[Chunk]) -> Iterator[Statement]:
    """The statements in the chunks of one document."""
    for chunk in chunks:
        fenced = [match.span() for match in _FENCE.finditer(chunk.text)]
        for start, end in sentences(chunk.text):
            quote = chunk.text[start:end]
            if any(a <= start < b for a, b in fenced) or (chunk.columns and _is_row(quote)):
                continue
            marker = _MARKER.match(quote)
            start += marker.end() if marker else 0
            if made := _statement(chunk, start, end):
                yield made


def _statement(chunk: Chunk, start: int, end: int) -> Statement | None:
    quote = chunk.text[start:end]
    # What is written without blanks says twice as much.
    if (
        len(quote) > _CHARS
        or len(quote) + sum(map(is_unparted, quote)) <= _SHORTEST
        or _NONE.match(quote)
    ):
        return None
    signs = len(_NOT_PROSE.findall(quote))
    capitals = sum(map(str.isupper, quote))
    if signs > _SIGNS * len(quote) or capitals > _STATES * len(quote):
        return None
    said = content_words(quote)
    plain = frozenset(_hash(word) for word in said if not _is_empty(word))
    if not _LEAST <= len(plain) <= _MOST:
        return None
    return Statement(
        path=chunk.path,
        start=chunk.start + start,
        end=chunk.start + end,
        words=plain,
        text=zlib.crc32(" ".join(quote.split()).lower().encode()),
    )


def _is_row(line: str) -> bool:
    return any(line.count(sign) for sign in ("|", ";", "\t")) or line.count(",") > 2


def _is_empty(word: str) -> bool:
    return bool(_DIGIT.search(word)) or word in _empty()


@lru_cache(maxsize=1)
def _empty() -> frozenset[str]:
    """Stems of numbers, units, denials and fillers."""
    empty = (*numbers(), *units(), *words("no"), *words("filler"))
    return frozenset(stem(word.lower()) for word in empty)


@lru_cache(maxsize=1)
def plain_words() -> frozenset[int]:
    """Hashes of the words that are mostly exchangeable."""
    return frozenset(_hash(stem(word)) for word in words("plain"))


@lru_cache(maxsize=1 << 17)
def _hash(word: str) -> int:
    return zlib.crc32(word.encode())
