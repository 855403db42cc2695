"""Lexical search: BM25 over stemmed words, kept as word counts so that it can be updated.

Each text is counted whole and in windows of about 300 characters: a question is often answered
by one sentence, whose words count for more beside little else. A text's score is the mean of its
own BM25 and that of its best window.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot.text.unicode import normalised
from chatbot.text.words import segmented

K1, B = 1.5, 0.75
_WINDOW = 300
_WORD = re.compile(r"\w\w+")
# One character by itself: a step, a model ("Comet S"), a part of a code; not what is left of
# "don't" and not the article.
_SINGLE = re.compile(r"(?<![\w'’])(?![ai_])\w(?!\w)")
# "E-3" is also "e3", as others write it; "3.2.1" is also one word.
_CODE = re.compile(
    r"(?<![\w-])(?=[^\W_]*-?\d|\d[\w-]*[^\W\d_])[^\W_]{1,12}(?:-[^\W_]{1,12}){1,4}(?![\w-])"
)
_VERSION = re.compile(r"(?<![\w.])\d+(?:\.\d+)+(?![\w])")
# A row of a table: cells parted by "|", a tab, or signs with no blank behind.
_ROW = re.compile(r"[^\n]*(?:\||\t|[^\s,;];(?=[^\s,;])|[^\s,],(?=[^\s,])[^\n]*[^\s,],(?=[^\s,]))")
_DIGIT = re.compile(r"\d")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+|\n|$)\s*")
# bm25s' English list; they are not counted at all.
_STOP = frozenset(
    """
    a an and are as at be but by for if in into is it no not of on or such that the their
    then there these they this to was will with
    """.split()  # noqa: SIM905
)
# The talk around a question, left out of queries: such words are rare in help pages, so BM25
# would take "hello" or "wondering" for what the question is about.
_TALK = frozenset(
    """
    about all also am any been being can cant could day did do does doing done dont from get
    good got had has have having he hello help hey hi how im ive just know let like looking
    may me might mine more morning must my need ok okay our out please question really she
    should some so sure tell than thank thanks them think thinking thought trying uh um up
    us very want we well were what when where which who whom whose why wonder wondering
    would yeah yes you your
    """.split()  # noqa: SIM905
)
# Above this many texts the rarest words of a query, as many as have together this many entries,
# choose this many candidates; all words count in their scores, and the windows of so many of them.
# Common words cost most of the time and say least (docs/experiments.md has what it costs and what
# it misses).
_MANY = 100_000
_ENTRIES = 400_000
_CANDIDATES = 2_000
_WINDOWED = 500
_SAMPLED = 64  # one score of so many tells about where the best ones begin
_BLOCK = 1 << 22  # entries worked on at a time where there are too many for copies of all


@dataclass(frozen=True)
class Counts:
    """Word counts of texts as rows of a sparse matrix; ``words`` are column numbers (uint32)."""

    starts: NDArray[np.int64]
    words: NDArray[np.uint32]
    times: NDArray[np.uint16]

    def rows(self, chosen: NDArray[np.int64]) -> "Counts":
        """The rows ``chosen``, in that order."""
        first = self.starts[chosen]
        lengths = self.starts[chosen + 1] - first
        at = _ranges(first, lengths)
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return Counts(starts, self.words[at], self.times[at])


def _ranges(first: NDArray[np.int64], many: NDArray[np.int64]) -> NDArray[np.int64]:
    """first[0], first[0] + 1, ... (``many[0]`` numbers), first[1], ..."""
    ends = np.cumsum(many)
    total = int(ends[-1]) if len(ends) else 0
    numbers: NDArray[np.int64] = np.arange(total) + np.repeat(first - (ends - many), many)
    return numbers


def _windows_of(
    owners: NDArray[np.int64], texts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The windows of ``texts``, and how many each text has; ``owners`` ascend."""
    first = np.searchsorted(owners, texts)
    many = np.searchsorted(owners, texts, side="right") - first
    return _ranges(first, many), many


def _without_unused(
    vocabulary: dict[str, int], texts: Counts, windows: Counts
) -> tuple[dict[str, int], Counts, Counts]:
    """Without the words that no text holds any more: what was removed is not to be found here.

    Each word of a window is one of its text.
    """
    used = np.zeros(len(vocabulary), dtype=np.bool_)
    used[texts.words] = True
    if used.all():
        return vocabulary, texts, windows
    number = np.cumsum(used, dtype=np.uint32) - np.uint32(1)
    kept = (word for word, row in vocabulary.items() if used[row])
    return (
        {word: row for row, word in enumerate(kept)},
        Counts(texts.starts, number[texts.words], texts.times),
        Counts(windows.starts, number[windows.words], windows.times),
    )


def _joined(first: Counts, second: Counts) -> Counts:
    return Counts(
        np.concatenate([first.starts, second.starts[1:] + first.starts[-1]]),
        np.concatenate([first.words, second.words]),
        np.concatenate([first.times, second.times]),
    )


class _Bm25:
    """BM25 weights: Robertson's formula with Lucene's idf, ln(1 + (N-n+.5)/(n+.5))."""

    def __init__(self, counts: Counts, vocabulary: int) -> None:
        self._counts = counts
        self.size = size = len(counts.starts) - 1
        self.frequency = _frequency(counts.words, vocabulary)
        rarity = np.log1p((size - self.frequency + 0.5) / (self.frequency + 0.5))
        self._idf = rarity.astype(np.float32)
        lengths = np.zeros(size, dtype=np.float32)
        filled = np.flatnonzero(np.diff(counts.starts))
        if len(filled):
            lengths[filled] = np.add.reduceat(
                counts.times, counts.starts[:-1][filled], dtype=np.int64
            )
        mean = float(lengths.mean()) if size else 1.0
        self._norm = K1 * (1 - B + B * lengths / max(mean, 1e-9))

    def _weights(
        self, words: NDArray[Any], times: NDArray[Any], rows: NDArray[Any]
    ) -> NDArray[np.float32]:
        times = times.astype(np.float32)
        weights: NDArray[np.float32] = self._idf[words] * times / (times + self._norm[rows])
        return weights

    @cached_property
    def _postings(self) -> Any:
        """A sparse matrix by columns: the weight of each word (column) in each text (row)."""
        from scipy.sparse import csr_matrix

        counts, shape = self._counts, (self.size, len(self.frequency))
        matrix = csr_matrix(
            (counts.times.astype(np.float32), counts.words.astype(np.int32), counts.starts), shape
        ).tocsc()
        starts, rows, weights = matrix.indptr.astype(np.int64), matrix.indices, matrix.data
        for first in range(0, len(rows), _BLOCK):
            at = slice(first, min(first + _BLOCK, len(rows)))
            many = np.diff(np.clip(starts, at.start, at.stop))
            words = np.repeat(np.arange(len(many)), many)
            weights[at] = self._weights(words, weights[at], rows[at])
        return matrix

    def scores(self, words: Sequence[int]) -> NDArray[np.float32]:
        """BM25 of every text for a query in which each word counts once, shape (n,)."""
        ones = np.ones(len(words), dtype=np.float32)
        scores: NDArray[np.float32] = self._postings[:, list(words)] @ ones
        return scores

    def scores_of(self, rows: NDArray[np.int64], words: Sequence[int]) -> NDArray[np.float32]:
        """The same of the texts ``rows`` only, from their own word counts."""
        starts = self._counts.starts
        first = starts[rows]
        many = starts[rows + 1] - first
        entries = _ranges(first, many)
        held = self._counts.words[entries]
        asked = np.zeros(len(self.frequency), dtype=np.bool_)
        asked[list(words)] = True
        at = np.flatnonzero(asked[held])
        place = np.searchsorted(np.cumsum(many), at, side="right")
        weights = self._weights(held[at], self._counts.times[entries[at]], rows[place])
        return np.bincount(place, weights, minlength=len(rows)).astype(np.float32)


def _frequency(words: NDArray[np.uint32], vocabulary: int) -> NDArray[np.int64]:
    """How many texts hold each word, shape (vocabulary,)."""
    frequency = np.zeros(vocabulary, dtype=np.int64)
    for first in range(0, len(words), _BLOCK):
        frequency += np.bincount(words[first : first + _BLOCK], minlength=vocabulary)
    return frequency


class LexicalIndex:
    """BM25 over a list of texts; result row numbers refer to their order."""

    def __init__(
        self, vocabulary: dict[str, int], texts: Counts, windows: Counts, owners: NDArray[np.int64]
    ) -> None:
        """``owners`` (ascending) says whose each window is; see :meth:`build`."""
        self._vocabulary = vocabulary
        self._counts = (texts, windows)
        self._owners = owners
        self.size = len(texts.starts) - 1

    @classmethod
    def build(
        cls,
        texts: Sequence[str],
        old: "LexicalIndex | None" = None,
        same: Sequence[int] | None = None,
    ) -> "LexicalIndex":
        """Index ``texts``; where ``same[i]`` is not -1, text ``i`` is that row of ``old``, whose
        counts are taken over."""
        vocabulary = dict(old._vocabulary) if old else {}
        known = np.asarray(same if old and same is not None else [-1] * len(texts), dtype=np.int64)
        new = np.flatnonzero(known < 0)
        counts, windows, owners = _count((texts[int(row)] for row in new), vocabulary)
        if old is None:
            return cls(vocabulary, counts, windows, owners)
        # First the rows of the old index, then the new ones; then all in the order of the texts.
        place = np.where(known < 0, 0, known)
        place[new] = old.size + np.arange(len(new))
        all_windows = _joined(old._counts[1], windows)
        all_owners = np.concatenate([old._owners, owners + old.size])
        chosen, many = _windows_of(all_owners, place)
        whole = _joined(old._counts[0], counts).rows(place)
        parts = all_windows.rows(chosen)
        return cls(
            *_without_unused(vocabulary, whole, parts), np.repeat(np.arange(len(texts)), many)
        )

    # A build that only takes the counts over never needs the weights.
    @cached_property
    def _texts(self) -> _Bm25:
        return _Bm25(self._counts[0], len(self._vocabulary))

    @cached_property
    def _windows(self) -> _Bm25:
        return _Bm25(self._counts[1], len(self._vocabulary))

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Read what :meth:`save` wrote.

        Raises:
            OSError, ValueError: a file is missing or damaged.
        """
        words = (folder / "words.txt").read_text(encoding="utf-8").split("\n")
        vocabulary = {word: number for number, word in enumerate(words) if word}

        def read(name: str) -> Counts:
            # Mapped: a large index reads the rows of a few candidates only.
            return Counts(
                *(
                    np.asarray(np.load(folder / f"{name}-{part}.npy", mmap_mode="r"))
                    for part in ("starts", "words", "times")
                )
            )

        return cls(vocabulary, read("texts"), read("windows"), np.load(folder / "owners.npy"))

    def save(self, folder: Path) -> None:
        """Write arrays and vocabulary (no pickle) into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "words.txt").write_text("\n".join(self._vocabulary), encoding="utf-8")
        for name, counts in zip(("texts", "windows"), self._counts, strict=True):
            for part in ("starts", "words", "times"):
                np.save(folder / f"{name}-{part}.npy", getattr(counts, part), allow_pickle=False)
        np.save(folder / "owners.npy", self._owners, allow_pickle=False)

    def warm_up(self) -> None:
        """Make the weights that the first search would make; some seconds for a million texts."""
        self._texts.scores([])
        windows = self._windows
        if self.size <= _MANY:  # else only windows of likely texts are scored, from their counts
            windows.scores([])

    def scores(
        self,
        query: str,
        also: Sequence[int] = (),
        allowed: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.float32]:
        """The score of every text, shape (n,).

        Of more than 100,000 texts only the likeliest 500, and the rows ``also``, have a score;
        ``allowed``, shape (n,), says which texts can be among them.
        """
        words = self._query(query)
        if self.size > _MANY and words:
            return self._scores_of_likely(words, also, allowed)
        scores = np.zeros(self.size, dtype=np.float32)
        if words and self.size:
            windows = self._windows.scores(words)
            found = np.flatnonzero(windows)
            # Owners ascend, so the windows of one text stand together.
            owners = self._owners[found]
            starts = np.flatnonzero(np.diff(owners, prepend=-1))
            if len(starts):
                scores[owners[starts]] = np.maximum.reduceat(windows[found], starts)
            scores += self._texts.scores(words)
        scores /= 2
        return scores

    def _scores_of_likely(
        self, words: list[int], also: Sequence[int], allowed: NDArray[np.bool_] | None
    ) -> NDArray[np.float32]:
        frequency = self._texts.frequency[words]
        order = np.argsort(frequency, kind="stable")
        read = max(1, int(np.searchsorted(np.cumsum(frequency[order]), _ENTRIES, side="right")))
        likely = self._texts.scores([words[at] for at in order[:read]])
        if allowed is not None:
            likely *= allowed
        rows, _ = _best(likely, _CANDIDATES)
        rows = np.union1d(rows, np.asarray(also, dtype=np.int64))
        texts = self._texts.scores_of(rows, words)
        # Windows take most of the time, and a text whose own words say little has no good one.
        kept = np.isin(rows, also)
        kept[_best(texts, _WINDOWED)[0]] = True
        rows, texts = rows[kept], texts[kept]
        scores = np.zeros(self.size, dtype=np.float32)
        if len(rows):
            chosen, many = _windows_of(self._owners, rows)  # one window at least of each
            windows = self._windows.scores_of(chosen, words)
            starts = np.cumsum(many) - many
            scores[rows] = (texts + np.maximum.reduceat(windows, starts)) / 2
        return scores

    def search(self, query: str, k: int) -> list[tuple[int, float]]:
        """At most ``k`` (row, score) with a score above zero, best first."""
        return best(self.scores(query), k)

    def terms(self, text: str) -> list[str]:
        """The stems that the index would search for, in order; stop words are left out, and the
        talk around a question."""
        return [word for word in _tokens(text) if word not in _talk()]

    def known(self, term: str) -> bool:
        """Whether any text holds the term."""
        return term in self._vocabulary

    def rarity(self, term: str) -> float:
        """BM25's inverse document frequency, ln(1 + (N - n + 0.5) / (n + 0.5))."""
        row = self._vocabulary.get(term)
        holding = 0 if row is None else int(self._texts.frequency[row])
        return float(np.log1p((self.size - holding + 0.5) / (holding + 0.5)))

    def _query(self, query: str) -> list[int]:
        # Distinct words: in a conversation the topic is not what was said most often.
        tokens = dict.fromkeys(_tokens(query))
        asked = [word for word in tokens if word not in _talk()] or list(tokens)
        return [self._vocabulary[word] for word in asked if word in self._vocabulary]


def best(scores: NDArray[np.float32], k: int) -> list[tuple[int, float]]:
    """The ``k`` best (row, score) above zero; ties in the order of the rows."""
    rows, values = _best(scores, k)
    return list(zip(rows.tolist(), values.tolist(), strict=True))


def _best(scores: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    rows = np.flatnonzero(scores > max(0.0, _floor(scores, k)))
    if len(rows) < k:
        rows = np.flatnonzero(scores > 0)
    values = scores[rows]
    if len(rows) > k:
        kept = values >= np.partition(values, len(rows) - k)[len(rows) - k]
        rows, values = rows[kept], values[kept]
    order = np.argsort(-values, kind="stable")[:k]
    return rows[order], values[order]


def _floor(scores: NDArray[np.float32], k: int) -> float:
    """A score that about three times ``k`` of them are above, by a sample."""
    sample = scores[::_SAMPLED]
    above = 3 * k // _SAMPLED
    if len(sample) <= above:
        return 0.0
    return float(np.partition(sample, -above - 1)[-above - 1])


class _Counter:
    """Collects word counts row by row; new words get the next numbers of ``vocabulary``."""

    def __init__(self, vocabulary: dict[str, int]) -> None:
        self._vocabulary = vocabulary
        self._starts = [0]
        self._words: list[int] = []
        self._times: list[int] = []

    def add(self, counts: Counter[str]) -> None:
        number = self._vocabulary.setdefault
        self._words += [number(word, len(self._vocabulary)) for word in counts]
        self._times += counts.values()
        self._starts.append(len(self._words))

    def counts(self) -> Counts:
        return Counts(
            np.asarray(self._starts, dtype=np.int64),
            np.asarray(self._words, dtype=np.uint32),
            np.minimum(np.asarray(self._times, dtype=np.int64), 65535).astype(np.uint16),
        )


def _count(
    texts: Iterable[str], vocabulary: dict[str, int]
) -> tuple[Counts, Counts, NDArray[np.int64]]:
    """Counts of the texts and of their windows, and whose each window is.

    The first line of a text (title and headings) counts for each of its windows.
    """
    whole, windows = _Counter(vocabulary), _Counter(vocabulary)
    owners: list[int] = []
    for row, text in enumerate(texts):
        context, _, body = text.partition("\n")
        over = Counter(_tokens(context))
        total = over.copy()
        for window in _windows(body):
            counts = Counter(_tokens(window))
            total.update(counts)
            counts.update(over)
            windows.add(counts)
            owners.append(row)
        whole.add(total)
    return whole.counts(), windows.counts(), np.asarray(owners, dtype=np.int64)


def _windows(body: str) -> Iterator[str]:
    """``body`` in windows of whole sentences, and of one row each where rows are; one at least."""
    start = end = 0
    for match in _SENTENCE.finditer(body):
        row = _ROW.match(body, match.start(), match.end()) is not None
        if end > start and (row or match.end() - start > _WINDOW):
            yield body[start:end]
            start = end
        end = match.end()
    yield body[start:]


_stems: dict[str, str] = {}
_talk_stems: set[str] = set()


def _talk() -> set[str]:
    if not _talk_stems:
        _talk_stems.update(_stem(list(_TALK)))
    return _talk_stems


def _tokens(text: str) -> list[str]:
    text = normalised(text).lower()
    found = [word for word in _WORD.findall(text) if word not in _STOP]
    found += _SINGLE.findall(text)
    if _DIGIT.search(text):
        found += [code.replace("-", "") for code in _CODE.findall(text)]
        found += _VERSION.findall(text)
    return _stem(found if text.isascii() else segmented(found))


def _stem(words: list[str]) -> list[str]:
    missing = [word for word in words if word not in _stems]
    if missing:
        import Stemmer

        if len(_stems) > 500_000:
            _stems.clear()
            missing = words
        _stems.update(zip(missing, Stemmer.Stemmer("english").stemWords(missing), strict=True))
    return [_stems[word] for word in words]
