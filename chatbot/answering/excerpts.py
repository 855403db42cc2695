"""What a model reads of many passages: the sentences and rows that are nearest to the question.

In few lines of eight passages the answer stands more often than in four whole ones, and their
prompt is mostly shorter (docs/experiments.md, "Excerpts"). The way is that of the extractive
compressor of RECOMP (Xu, Shi and Choi 2023, arXiv:2310.04408): sentences by the inner product of
their vector with that of the question.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from chatbot.grounding.sources import Span, follow, spans_of
from chatbot.grounding.topics import points_back
from chatbot.index.kept import KeptVectors
from chatbot.passage import Passage
from chatbot.text.tokens import meant, stems, tokens
from chatbot.text.wrapping import unwrapped

Vectors = NDArray[np.float32]

# Characters of all excerpts together: as many as so many whole passages have, within limits.
_WHOLE = 4
_LEAST, _MOST = 1200, 2300
# A table of at most so many characters is read whole: a number lies in the range of a row that
# has no word of the question. So are steps, which are of no use one by one.
_SMALL_TABLE = 450
# A question in a passage ("Can I change my seat?") is read with what answers it: the sentence
# behind it, and more up to so many characters.
_ANSWER = 400
_STEP = re.compile(r"\s*\(?(\d{1,3})[.)]\s")
_BEHIND = " *_\"')\u201d\u00bb"
# What stands over a sentence counts so much beside the sentence itself.
_OVER = 0.25
# Words in common, by their rarity, and the place of the passage, beside the cosine.
_WORDS = 0.2
_PLACE = 0.15
# Of a sentence, or what stands over it, as it is embedded.
_LONGEST = 400


@dataclass(frozen=True)
class _Unit:
    """One span of the passage at ``place``, and how it is read."""

    place: int
    span: Span
    line: str


class Excerpts:
    """Chooses what is read, by the vectors of sentences. Safe to use from several threads."""

    def __init__(self, embeddings: Embeddings, vectors: KeptVectors | None = None) -> None:
        self._embeddings = embeddings
        self._vectors = vectors or KeptVectors(embeddings)

    def of(
        self,
        passages: Sequence[Passage],
        query: str,
        terms: str,
        *,
        named: bool = True,
        share: float = 1.0,
    ) -> list[tuple[int, Passage]]:
        """(place, passage with the text that is read) of those that have any, in their order.

        ``query`` is what was searched for, ``terms`` the question itself; each counts half. Rows
        have the names of their columns beside their cells, or stand as they are where they are not
        ``named``. Passages that are short enough together are read whole; ``share`` is that of the
        room there is, above 0.
        """
        sizes = [len(passage.page_content) for passage in passages]
        room = round(share * min(max(sum(sizes[:_WHOLE]), _LEAST), _MOST))
        if sum(sizes) <= room:
            return list(enumerate(passages))
        # A sentence that is read without the one behind it ends in the middle of a wrapped line.
        passages = [
            passage.model_copy(update={"page_content": unwrapped(passage.page_content)})
            for passage in passages
        ]
        units = [
            _Unit(place, span, _line(span) if named else span.text)
            for place, passage in enumerate(passages)
            for span in spans_of(passage, place + 1)
        ]
        if not units:
            return list(enumerate(passages))
        chosen = _choose(units, self._scores(units, query, terms, len(passages)), room)
        return [
            (place, _excerpt(passages[place], list(read), named))
            for place, read in groupby(
                (units[at] for at in sorted(chosen)), key=lambda unit: unit.place
            )
        ]

    def _scores(self, units: Sequence[_Unit], query: str, terms: str, count: int) -> Vectors:
        wanted = np.mean([self._query(text) for text in dict.fromkeys((query, terms))], axis=0)
        own = self._vectors.of([unit.span.text[:_LONGEST] for unit in units]) @ wanted
        over = self._vectors.of([_over(unit.span) for unit in units]) @ wanted
        places = np.asarray([1 - unit.place / count for unit in units])
        words = _common_words(units, f"{query}\n{terms}")
        scores = (1 - _OVER) * own + _OVER * over + _WORDS * words + _PLACE * places
        return np.asarray(scores, dtype=np.float32)

    def _query(self, text: str) -> Vectors:
        return np.asarray(self._embeddings.embed_query(text), dtype=np.float32)


def _over(span: Span) -> str:
    return (span.over.text or span.text)[:_LONGEST]


def _common_words(units: Sequence[_Unit], question: str) -> Vectors:
    """The share of the question's words that a unit has, 0 to 1, by their rarity among units."""
    held = [set(stems(tokens(f"{_over(unit.span)} {unit.span.text}"))) for unit in units]
    frequency = Counter(word for words in held for word in words)
    rarity = {
        word: math.log((len(units) + 1) / (frequency[word] + 0.5))
        for word in set(stems(meant(question) or tokens(question)))
        if word in frequency
    }
    total = sum(rarity.values()) or 1.0
    shares = [sum(rarity[word] for word in rarity.keys() & words) / total for words in held]
    return np.asarray(shares, dtype=np.float32)


def _choose(units: Sequence[_Unit], scores: Vectors, room: int) -> set[int]:
    """The best ones that there is ``room`` for, in characters, each with what it needs to be
    understood, and with what it is a part of where there is room for that, too."""
    chosen: set[int] = set()
    least = room // 10
    for best in np.argsort(-scores, kind="stable"):
        if units[best].span.heading:
            continue
        needed = _together(units, int(best))
        whole = needed | _whole(units, int(best))
        # A question is of no use without its answer.
        for new in (whole,) if _asks(units[best].span) else (whole, needed):
            size = sum(len(units[at].line) for at in new - chosen)
            if size <= room or not chosen:
                chosen |= new
                room -= size
                break
        if room < least:
            break
    return chosen


def _together(units: Sequence[_Unit], at: int) -> set[int]:
    """A unit with the heading in the passage over it, the sentence that introduces or precedes it
    where it needs that, and the rest of its table if that is small."""
    unit = units[at]
    together = {at}
    before = [i for i in range(at) if units[i].place == unit.place]
    if headings := [i for i in before if units[i].span.heading]:
        together.add(headings[-1])
        before = [i for i in before if i > headings[-1]]
    prose = [i for i in before if units[i].span.row < 0 and not units[i].span.item]
    if unit.span.row >= 0:
        table = [
            i
            for i, other in enumerate(units)
            if other.place == unit.place and other.span.row == unit.span.row
        ]
        if sum(len(units[i].line) for i in table) <= _SMALL_TABLE:
            together.update(table)
        together.update(i for i in table if _is_head(units[i].span))
    elif unit.span.item or (prose and _leans(units[prose[-1]].span, unit.span)):
        together.update(prose[-1:])
    return together


def _whole(units: Sequence[_Unit], at: int) -> set[int]:
    """The question that a unit answers or the answer to it, and the rest of its steps if they are
    few."""
    return {*_question_with_answer(units, at), *_steps(units, at)}


def _question_with_answer(units: Sequence[_Unit], at: int) -> range:
    """The question that a unit is or stands behind, with what answers it; empty without one."""
    asked = at
    while not _asks(units[asked].span):
        asked -= 1
        if asked < 0 or units[asked].place != units[at].place or units[asked].span.heading:
            return range(0)
    end, room = asked + 1, _ANSWER
    for unit in units[end:]:
        room -= len(unit.line)
        last = unit.place != units[asked].place or unit.span.heading or _asks(unit.span)
        if last or (room < 0 and end > asked + 1):
            break
        end += 1
    return range(asked, end) if at < end else range(0)


def _steps(units: Sequence[_Unit], at: int) -> range:
    """The numbered steps of which a unit is one, or a part, or that it introduces, with what does;
    empty if they are many."""
    behind = units[at + 1 : at + 2]
    if behind and behind[0].place == units[at].place and _introduces(units[at]):
        at += 1
    begin, end = at, at + 1
    number = _number(units[at].span)
    while number != 1 and begin and _in_one_list(units[begin - 1], units[begin]):
        begin -= 1
        number = _number(units[begin].span) or number
    if not number:
        return range(0)
    while end < len(units) and _in_one_list(units[end - 1], units[end]):
        if _number(units[end].span) == 1:
            break
        end += 1
    if begin and units[begin - 1].place == units[begin].place and _introduces(units[begin - 1]):
        begin -= 1
    small = sum(len(unit.line) for unit in units[begin:end]) <= _SMALL_TABLE
    return range(begin, end) if small else range(0)


def _introduces(unit: _Unit) -> bool:
    return unit.span.row < 0 and unit.span.text.endswith(":")


def _in_one_list(one: _Unit, other: _Unit) -> bool:
    """Whether two units that follow each other are steps, or sentences of them."""
    if one.place != other.place or one.span.heading or one.span.row >= 0 or other.span.row >= 0:
        return False
    between = one.span.passage.page_content[one.span.start + len(one.span.text) : other.span.start]
    return bool(_number(other.span)) or "\n" not in between


def _number(span: Span) -> int:
    """That of a step; 0 of what is none."""
    found = _STEP.match(span.text) if span.item else None
    return int(found[1]) if found else 0


def _asks(span: Span) -> bool:
    return span.row < 0 and not span.heading and span.text.rstrip(_BEHIND).endswith("?")


def _leans(before: Span, span: Span) -> bool:
    """Whether a sentence begins with a word that points to the one ``before`` it."""
    return follow(before, span) and points_back(span.text)


def _excerpt(passage: Passage, units: Sequence[_Unit], named: bool) -> Passage:
    named = named and all(unit.span.cells for unit in units if unit.span.row >= 0)
    metadata = passage.metadata | ({"columns": ""} if named else {})
    return passage.model_copy(update={"page_content": _text(units), "metadata": metadata})


def _text(units: Sequence[_Unit]) -> str:
    """Sentences that stood together stay together, everything else has a line of its own."""
    text, last = "", None
    for unit in units:
        if not unit.line:
            continue
        if last is not None:
            text += _between(last, unit.span)
        text, last = text + unit.line, unit.span
    return text


def _between(one: Span, other: Span) -> str:
    gap = one.passage.page_content[one.start + len(one.text) : other.start]
    return gap if one.row < 0 and other.row < 0 and gap and not gap.strip() else "\n"


def _line(span: Span) -> str:
    """A sentence as it is; a row with the names of its columns, which are then not read apart."""
    cells = [(name.strip(), cell.strip()) for name, cell in span.cells]
    if not any(name for name, _ in cells):
        return span.text
    if _is_head(span):
        return ""
    said = [f"{name}: {cell}" if name else cell for name, cell in cells if cell]
    if cells[0][0] or not cells[0][1]:
        return "; ".join(said)
    return f"{said[0]}: {'; '.join(said[1:])}"


def _is_head(span: Span) -> bool:
    """Whether it is the row that names the columns of a table."""
    cells = [(name.strip(), cell.strip()) for name, cell in span.cells]
    return any(name for name, _ in cells) and all(name == cell for name, cell in cells)
