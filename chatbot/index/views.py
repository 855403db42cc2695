"""What of a generation somebody may see, searched as if it were all that there is.

Vectors, counts and chunks are those of the generation; only the statistics of words are counted
anew, over what may be seen. Who sees everything has no view, and pays nothing.
"""

import threading
from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from chatbot.audience import Asker, Audience
from chatbot.index.lexical import LexicalIndex
from chatbot.text.languages import languages_of

_KEPT = 16  # views, the newest; each has some bytes for every chunk and every word


class View:
    """The documents of a generation for some audiences.

    ``rows``, (n,), says which chunks are theirs; ``names`` are of audiences: a document may be seen
    that is for one of them.
    """

    def __init__(self, source: "Views", names: Audience) -> None:
        self._source = source
        self.names = names
        self.rows: NDArray[np.bool_] = np.zeros(source.lexical.size, dtype=np.bool_)
        for path, (first, end) in source.spans.items():
            self.rows[first:end] = self.shows(path)
        self.count = int(self.rows.sum())

    def shows(self, path: str) -> bool:
        """Whether the document may be seen."""
        return not self.names.isdisjoint(self._source.audiences[path])

    @cached_property
    def bits(self) -> NDArray[np.uint8]:
        """``rows``, eight in a byte, the first one lowest."""
        return np.packbits(self.rows, bitorder="little")

    @cached_property
    def lexical(self) -> LexicalIndex:
        """The words of these chunks alone."""
        return self._source.lexical.among(self.rows)

    @cached_property
    def languages(self) -> list[str]:
        """Of these documents, the one of most of them first."""
        texts = self._source.texts
        return languages_of([text for path, text in texts.items() if self.shows(path)])


class Views:
    """The views of one generation, each made once; safe to ask from any thread.

    ``spans`` are the first row of each document and the one behind its last, ``audiences`` whom
    each is for.
    """

    def __init__(
        self,
        spans: Mapping[str, tuple[int, int]],
        audiences: Mapping[str, Audience],
        lexical: LexicalIndex,
        texts: Mapping[str, str],
    ) -> None:
        self.spans, self.audiences, self.lexical, self.texts = spans, audiences, lexical, texts
        self._different = set(audiences.values())
        self._lock = threading.Lock()
        self._made: dict[Audience, View] = {}

    def of(self, asker: Asker) -> View | None:
        """What the asker may see; ``None`` where that is everything."""
        if asker.audiences is None or all(map(asker.may_see, self._different)):
            return None
        names = asker.audiences & frozenset().union(*self._different)
        with self._lock:
            view = self._made.pop(names, None) or View(self, names)
            self._made[names] = view  # the newest stand last
            if len(self._made) > _KEPT:
                del self._made[next(iter(self._made))]
        return view
