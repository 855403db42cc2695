"""Lexical search: BM25 over stemmed words, kept as word counts so that it can be updated.

Each text is counted whole and in windows of about 300 characters: a question is often answered
by one sentence, whose words count for more beside little else. A text's score is the mean of its
own BM25 and that of its best window.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from chatbot.index.bm25 import Bm25
from chatbot.index.counts import count, matrix, stack, windows_of, without_unused
from chatbot.text.forms import joined_codes, other_forms
from chatbot.text.tokens import meant, stems_but_codes, talk, tokens

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# Above this many texts the rarest words of a query, as many as have together this many entries,
# choose this many candidates; all words count in their scores, and the windows of so many of them.
# Common words cost most of the time and say least (docs/experiments.md has what it costs and what
# it misses).
_MANY = 100_000
_ENTRIES = 400_000
_CANDIDATES = 2_000
_WINDOWED = 500
_SAMPLED = 64  # one score of so many tells about where the best ones begin


class LexicalIndex:
    """BM25 over a list of texts; result row numbers refer to their order."""

    def __init__(
        self,
        vocabulary: dict[str, int],
        texts: "csr_array",
        windows: "csr_array",
        owners: NDArray[np.int64],
    ) -> None:
        """``texts`` and ``windows`` are word counts, a row for each; ``owners`` (ascending) says
        whose each window is; see :meth:`build`."""
        self._vocabulary = vocabulary
        self._counts = (texts, windows)
        self._owners = owners
        self.size: int = texts.shape[0]
        self._counted: int = self.size  # texts that the statistics are of

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
        counts, windows, owners = count((texts[int(row)] for row in new), vocabulary)
        if old is None:
            return cls(vocabulary, counts, windows, owners)
        # First the rows of the old index, then the new ones; then all in the order of the texts.
        place = np.where(known < 0, 0, known)
        place[new] = old.size + np.arange(len(new))
        all_owners = np.concatenate([old._owners, owners + old.size])
        chosen, many = windows_of(all_owners, place)
        whole = stack(old._counts[0], counts)[place]
        parts = stack(old._counts[1], windows)[chosen]
        return cls(
            *without_unused(vocabulary, whole, parts), np.repeat(np.arange(len(texts)), many)
        )

    def among(self, rows: NDArray[np.bool_]) -> "LexicalIndex":
        """This index as if it had been made of the texts ``rows``, (n,), alone: the others score 0
        and count for nothing. The word counts are shared."""
        part = LexicalIndex(self._vocabulary, *self._counts, self._owners)
        part._counted = int(rows.sum())
        part._texts = self._texts.among(rows)
        part._windows = self._windows.among(rows[self._owners])
        return part

    # A build that only takes the counts over never needs the weights.
    @cached_property
    def _texts(self) -> Bm25:
        return Bm25(self._counts[0])

    @cached_property
    def _windows(self) -> Bm25:
        return Bm25(self._counts[1])

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Read what :meth:`save` wrote.

        Raises:
            OSError, ValueError: a file is missing or damaged.
        """
        words = (folder / "words.txt").read_text(encoding="utf-8").split("\n")
        vocabulary = {word: number for number, word in enumerate(words) if word}

        def read(name: str) -> "csr_array":
            # Mapped: a large index reads the rows of a few candidates only.
            starts, words, times = (
                np.asarray(np.load(folder / f"{name}-{part}.npy", mmap_mode="r"))
                for part in ("starts", "words", "times")
            )
            return matrix(starts, words.view(np.int32), times, len(vocabulary))

        return cls(vocabulary, read("texts"), read("windows"), np.load(folder / "owners.npy"))

    def save(self, folder: Path) -> None:
        """Write arrays and vocabulary (no pickle) into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "words.txt").write_text("\n".join(self._vocabulary), encoding="utf-8")
        for name, counts in zip(("texts", "windows"), self._counts, strict=True):
            parts = {
                "starts": counts.indptr.astype(np.int64),
                "words": counts.indices.astype(np.uint32),
                "times": counts.data,
            }
            for part, values in parts.items():
                np.save(folder / f"{name}-{part}.npy", values, allow_pickle=False)
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
            scores[rows] = self._both(rows, texts, words)
        return scores

    def scores_of(self, rows: NDArray[np.int64], query: str) -> NDArray[np.float32]:
        """The scores of the texts ``rows`` alone, shape (n,) like them."""
        words = self._query(query)
        if not words or not len(rows):
            return np.zeros(len(rows), dtype=np.float32)
        return self._both(rows, self._texts.scores_of(rows, words), words)

    def _both(
        self, rows: NDArray[np.int64], texts: NDArray[np.float32], words: list[int]
    ) -> NDArray[np.float32]:
        """The scores of ``rows`` from those of their whole texts."""
        chosen, many = windows_of(self._owners, rows)  # one window at least of each
        windows = self._windows.scores_of(chosen, words)
        best_window = np.maximum.reduceat(windows, np.cumsum(many) - many)
        return np.asarray((texts + best_window) / 2, dtype=np.float32)

    def search(self, query: str, k: int) -> list[tuple[int, float]]:
        """At most ``k`` (row, score) with a score above zero, best first."""
        return best(self.scores(query), k)

    def terms(self, text: str) -> list[str]:
        """The stems that the index would search for, in order; stop words are left out, and the
        talk around a question."""
        return [word for word in tokens(text) if word not in talk()]

    def holds(self, term: str) -> bool:
        """Whether any text holds the term."""
        row = self._vocabulary.get(term)
        return row is not None and bool(self._texts.frequency[row])

    def rarity(self, term: str) -> float:
        """BM25's inverse document frequency, ln(1 + (N - n + 0.5) / (n + 0.5))."""
        row = self._vocabulary.get(term)
        holding = 0 if row is None else int(self._texts.frequency[row])
        return float(np.log1p((self._counted - holding + 0.5) / (holding + 0.5)))

    def _query(self, query: str) -> list[int]:
        # Distinct words: in a conversation the topic is not what was said most often.
        words = dict.fromkeys([*tokens(query), *meant(query)])
        asked = [word for word in words if word not in talk()] or list(words)
        known = dict.fromkeys(
            form for word in asked for form in ([word] if self.holds(word) else other_forms(word))
        )
        known |= dict.fromkeys(stems_but_codes(joined_codes(query)))
        return [self._vocabulary[word] for word in known if self.holds(word)]


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
