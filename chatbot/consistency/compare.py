"""Comparing the documents of a generation: those that changed with all others."""

import hashlib
import math
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from filelock import FileLock

from chatbot.consistency.copies import near_copies
from chatbot.consistency.findings import Finding, Findings, Place, read_findings, write_findings
from chatbot.consistency.kept import read_statements, write_statements
from chatbot.consistency.pairs import candidate_pairs
from chatbot.consistency.rules import conditions_of, disagreement, gives_example
from chatbot.consistency.statements import Statement, plain_words, statements_of
from chatbot.grounding.reading import Reading, read
from chatbot.index.generations import Generation
from chatbot.knowledge.chunks import Chunk
from chatbot.text.unicode import readable

# Of the words of two sentences about the same so much is shared, by rarity.
_SHARED = 0.5
# The shared words must say what the sentence is about: the sum of their rarities (log of one in so
# many sentences), and less where what stands over both sentences is alike, too.
# Where they have the very same words, they may be common ones.
_SPECIFIC, _SPECIFIC_WITH_HEADING, _SPECIFIC_SAME = 18.0, 14.0, 10.0
_SMALL = 300  # sentences; in fewer, counts say little of how rare a word is
_SAME_HEADING = 0.4  # of the words over them (Jaccard)
# One sentence against so many other values is a form that each document fills in for itself.
_FORM = 3
# Documents that disagree so often are of two products, or two versions.
_SIBLINGS = 6
# What speaks of something that was said before.
_TURNS_BACK = re.compile(
    r"^(?:that|those|it|they|here|dies|es|ce|cela|eso)\b|\b(?:this|these|diese[rnms]?|dieses|cette|ces|"
    r"este|esta|estos|estas)\b",
    re.IGNORECASE,
)


def compare_documents(index: Path, generation: Generation) -> Findings:
    """What the documents of ``generation`` say otherwise than each other, and near-copies.

    Documents whose texts did not change since the findings beside ``index`` are not compared with
    each other again: texts, since another version, or another day, may read a file otherwise.
    Blocks; processes that share an index take turns.
    """
    with FileLock(index / ".comparing"):
        old = read_findings(index)
        if old.generation == generation.manifest.generation:
            return old
        texts = {path: _hash(text) for path, text in generation.texts.items()}
        new = {path for path, checksum in texts.items() if old.texts.get(path) != checksum}
        statements = _statements(generation, read_statements(index, texts))
        write_statements(index, texts, statements)
        kept = [f for f in (*old.found, *old.aside) if _stays(f, texts, new)]
        made = Comparison(generation, statements).disagreements(new)
        every = [*kept, *made, *_copies(generation, new)]
        every.sort(key=lambda finding: (finding.kind, finding.one.path, finding.one.start))
        aside = _meant_otherwise(every)
        found = tuple(finding for finding in every if finding not in aside)
        findings = Findings(generation.manifest.generation, texts, found, tuple(aside))
        write_findings(index, findings)
        return findings


def _statements(
    generation: Generation, kept: dict[str, list[Statement]]
) -> dict[str, list[Statement]]:
    """Those of every document in the order of the generation."""
    return {
        path: kept[path] if path in kept else list(statements_of(generation.chunks[first:behind]))
        for path, (first, behind) in generation.rows.items()
    }


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _stays(finding: Finding, texts: dict[str, str], new: set[str]) -> bool:
    paths = {finding.one.path, finding.other.path}
    return paths <= texts.keys() and not paths & new


def _meant_otherwise(every: Sequence[Finding]) -> dict[Finding, None]:
    """Of all disagreements, those of forms and of documents about two products; which they are is
    seen from all of them, whenever they were found."""
    found = [finding for finding in every if finding.kind == "contradiction"]
    against: dict[tuple[str, int], set[str]] = defaultdict(set)
    for finding in found:
        against[finding.one.path, finding.one.start].add(finding.other.said)
        against[finding.other.path, finding.other.start].add(finding.one.said)
    between = Counter((finding.one.path, finding.other.path) for finding in found)
    return {
        finding: None
        for finding in found
        if between[finding.one.path, finding.other.path] >= _SIBLINGS
        or any(len(against[p.path, p.start]) >= _FORM for p in (finding.one, finding.other))
    }


class Comparison:
    """The sentences of a generation, compared."""

    def __init__(self, generation: Generation, statements: dict[str, list[Statement]]) -> None:
        self._generation = generation
        self._statements = [each for made in statements.values() for each in made]
        numbers = [n for n, made in enumerate(statements.values()) for _ in made]
        self._documents = np.asarray(numbers, dtype=np.int32)
        count = Counter(word for each in self._statements for word in each.words)
        total = max(_SMALL, len(self._statements))
        # A plain word says half of what another one does.
        self._rarity = {
            word: math.log(total / n) / (2 if word in plain_words() else 1)
            for word, n in count.items()
        }

    def disagreements(self, new: set[str]) -> Iterator[Finding]:
        """Those in which a document of ``new`` has a part."""
        words = [each.words for each in self._statements]
        changed = np.asarray([each.path in new for each in self._statements], dtype=np.bool_)
        for i, j in candidate_pairs(words, self._documents, changed):
            one, other = self._statements[i], self._statements[j]
            if self._may_disagree(one, other) and (found := self._compare(one, other)):
                yield found

    def _may_disagree(self, one: Statement, other: Statement) -> bool:
        """What is quickly seen to be no contradiction is not read."""
        if one.text == other.text:
            return False
        shared = self._weight(one.words & other.words)
        return shared >= max(_SPECIFIC_SAME, _SHARED * self._weight(one.words | other.words))

    def _weight(self, words: frozenset[int]) -> float:
        return sum(self._rarity[word] for word in words)

    def _compare(self, one: Statement, other: Statement) -> Finding | None:
        quotes = [self._generation.texts[s.path][s.start : s.end] for s in (one, other)]
        said = [read(readable(" ".join(quote.split()))) for quote in quotes]
        chunks = [self._chunk(statement) for statement in (one, other)]
        if any(gives_example(chunk.heading) for chunk in chunks):
            return None
        over = (_over(chunks[0]), _over(chunks[1]))
        differ = disagreement(said[0], said[1], over)
        if differ is None or not self._is_specific(one, other, said, over, differ.denies):
            return None
        parts = zip((one, other), quotes, chunks, (differ.one, differ.other), strict=True)
        places = [Place(s.path, s.start, s.end, q, c.heading or c.title, t) for s, q, c, t in parts]
        first, second = sorted(places, key=lambda place: place.path)
        return Finding("contradiction", first, second)

    def _is_specific(
        self,
        one: Statement,
        other: Statement,
        said: Sequence[Reading],
        over: tuple[Reading, Reading],
        denies: bool,
    ) -> bool:
        """Whether the sentences themselves say what they are about, or their headings do; who
        denies needs a whole sentence."""
        whole = all(
            r.text.endswith((".", "!", "。", "！")) and not _TURNS_BACK.search(r.text) for r in said
        )
        weight = self._weight(one.words & other.words)
        if whole and weight >= (_SPECIFIC_SAME if one.words == other.words else _SPECIFIC):
            return True
        if not whole and denies:
            return False
        if weight < _SPECIFIC_WITH_HEADING or conditions_of(over[0]) != conditions_of(over[1]):
            return False
        mine, theirs = over[0].stems, over[1].stems
        return len(mine & theirs) >= _SAME_HEADING * max(1, len(mine | theirs))

    def _chunk(self, statement: Statement) -> Chunk:
        first, behind = self._generation.rows[statement.path]
        chunks = self._generation.chunks[first:behind]
        starts = [chunk.start for chunk in chunks]
        return chunks[max(0, bisect_right(starts, statement.start) - 1)]


def _over(chunk: Chunk) -> Reading:
    """What stands over a chunk: folders, title and headings."""
    return read(
        readable(" | ".join(filter(None, (chunk.folders, chunk.name, chunk.title, chunk.heading))))
    )


def _copies(generation: Generation, new: set[str]) -> Iterator[Finding]:
    for copy in near_copies(generation, new):
        chunks = [generation.chunks[row] for row in copy.rows]
        places = [Place(c.path, c.start, c.end, c.text, c.heading or c.title) for c in chunks]
        yield Finding("copy", places[0], places[1], round(copy.share, 3))
