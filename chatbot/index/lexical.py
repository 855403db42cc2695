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

import numpy as np
from numpy.typing import NDArray

K1, B = 1.5, 0.75
_WINDOW = 300
_WORD = re.compile(r"\w\w+")
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
# Above this many texts, words in more than a tenth of them are left out of queries that hold
# rarer ones: they cost most of the time and say least.
_MANY = 100_000


@dataclass(frozen=True)
class Counts:
    """Word counts of texts as rows of a sparse matrix; ``words`` are column numbers (uint32)."""

    starts: NDArray[np.int64]
    words: NDArray[np.uint32]
    times: NDArray[np.uint16]

    def rows(self, chosen: NDArray[np.int64]) -> "Counts":
        """The rows ``chosen``, in that order."""
        lengths = np.diff(self.starts)[chosen]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        at = np.arange(starts[-1]) + np.repeat(self.starts[:-1][chosen] - starts[:-1], lengths)
        return Counts(starts, self.words[at], self.times[at])


def _joined(first: Counts, second: Counts) -> Counts:
    return Counts(
        np.concatenate([first.starts, second.starts[1:] + first.starts[-1]]),
        np.concatenate([first.words, second.words]),
        np.concatenate([first.times, second.times]),
    )


class _Postings:
    """BM25 weights by word: Robertson's formula with Lucene's idf, ln(1 + (N-n+.5)/(n+.5))."""

    def __init__(self, counts: Counts, vocabulary: int) -> None:
        size = len(counts.starts) - 1
        self.size = size
        rows = np.repeat(np.arange(size, dtype=np.uint32), np.diff(counts.starts))
        times = counts.times.astype(np.float32)
        lengths = np.bincount(rows, weights=times, minlength=size).astype(np.float32)
        self.frequency = np.bincount(counts.words, minlength=vocabulary)
        idf = np.log1p((size - self.frequency + 0.5) / (self.frequency + 0.5)).astype(np.float32)
        norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if size else 1.0, 1e-9))
        weights = idf[counts.words] * times / (times + norm[rows].astype(np.float32))
        order = np.argsort(counts.words, kind="stable")
        self._rows = rows[order]
        self._weights = weights[order]
        self._starts = np.concatenate([[0], np.cumsum(self.frequency)])

    def scores(self, words: Sequence[int]) -> NDArray[np.float32]:
        """BM25 of every text for a query in which each word counts once, shape (n,)."""
        scores = np.zeros(self.size, dtype=np.float32)
        for word in words:
            at = slice(self._starts[word], self._starts[word + 1])
            scores[self._rows[at]] += self._weights[at]
        return scores


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
        first = np.searchsorted(all_owners, place)
        many = np.searchsorted(all_owners, place, side="right") - first
        starts = np.concatenate([[0], np.cumsum(many)]).astype(np.int64)
        chosen = np.arange(starts[-1]) + np.repeat(first - starts[:-1], many)
        return cls(
            vocabulary,
            _joined(old._counts[0], counts).rows(place),
            all_windows.rows(chosen),
            np.repeat(np.arange(len(texts)), many),
        )

    # A build that only takes the counts over never needs the weights.
    @cached_property
    def _texts(self) -> _Postings:
        return _Postings(self._counts[0], len(self._vocabulary))

    @cached_property
    def _windows(self) -> _Postings:
        return _Postings(self._counts[1], len(self._vocabulary))

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Read what :meth:`save` wrote.

        Raises:
            OSError, ValueError: a file is missing or damaged.
        """
        words = (folder / "words.txt").read_text(encoding="utf-8").split("\n")
        vocabulary = {word: number for number, word in enumerate(words) if word}

        def read(name: str) -> Counts:
            arrays = (
                np.load(folder / f"{name}-{part}.npy") for part in ("starts", "words", "times")
            )
            return Counts(*arrays)

        return cls(vocabulary, read("texts"), read("windows"), np.load(folder / "owners.npy"))

    def save(self, folder: Path) -> None:
        """Write arrays and vocabulary (no pickle) into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "words.txt").write_text("\n".join(self._vocabulary), encoding="utf-8")
        for name, counts in zip(("texts", "windows"), self._counts, strict=True):
            for part in ("starts", "words", "times"):
                np.save(folder / f"{name}-{part}.npy", getattr(counts, part), allow_pickle=False)
        np.save(folder / "owners.npy", self._owners, allow_pickle=False)

    def scores(self, query: str) -> NDArray[np.float32]:
        """The score of every text, shape (n,)."""
        words = self._query(query)
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
        words = [self._vocabulary[word] for word in asked if word in self._vocabulary]
        if self.size < _MANY:
            return words
        rare = [word for word in words if self._texts.frequency[word] <= self.size // 10]
        return rare or words


def best(scores: NDArray[np.float32], k: int) -> list[tuple[int, float]]:
    """The ``k`` best (row, score) above zero; ties in the order of the rows."""
    rows = np.flatnonzero(scores > 0)
    if len(rows) > k:
        least = np.partition(scores[rows], len(rows) - k)[len(rows) - k]
        rows = rows[scores[rows] >= least]
    order = np.argsort(-scores[rows], kind="stable")[:k]
    return [(int(row), float(scores[row])) for row in rows[order]]


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
    """``body`` in windows of whole sentences; one at least."""
    start = end = 0
    for match in _SENTENCE.finditer(body):
        if end > start and match.end() - start > _WINDOW:
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
    return _stem([word for word in _WORD.findall(text.lower()) if word not in _STOP])


def _stem(words: list[str]) -> list[str]:
    missing = [word for word in words if word not in _stems]
    if missing:
        import Stemmer

        if len(_stems) > 500_000:
            _stems.clear()
            missing = words
        _stems.update(zip(missing, Stemmer.Stemmer("english").stemWords(missing), strict=True))
    return [_stems[word] for word in words]
