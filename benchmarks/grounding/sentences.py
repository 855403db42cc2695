"""How many right and wrong sentences that were written by hand the verification tells apart.

    python -m benchmarks.grounding.sentences NAME... [--corpora DIR] [--show]

`written/NAME.md` is a made-up company's page and `NAME.txt` has sentences about it, a line each:
"+" before a right one, "-kind" before a wrong one, and "?" before the question that the next one
answers. Lines of `corpora_NAME.txt` are about documents below `--corpora`: kind, path, words of
the document, and what stands in their place in the wrong sentence; of kind "+" a right sentence.
Each is read with its whole page, or the chunk that it is from and those beside it.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from langchain_core.documents import Document

from benchmarks.verification import chunks_of, passage
from chatbot.grounding.citations import verify
from chatbot.text.sentences import sentences

WRITTEN = Path(__file__).with_name("written")
RIGHT = "+"


class Row(NamedTuple):
    """A sentence of a ``kind``, ``+`` where it is right."""

    kind: str
    question: str
    text: str
    passages: list[Document]


def company_rows(name: str) -> Iterator[Row]:
    """The sentences about a made-up company."""
    chunks = chunks_of(WRITTEN, [f"{name}.md"])
    passages: list[Document] = []
    for number, chunk in enumerate(chunks):
        told = passages[-1].metadata["end"] if passages else 0
        if chunk.end <= told:
            continue
        one = passage(chunks, number)
        passages.append(one if one.metadata["start"] >= told else passage([chunk], 0))
    question = ""
    for line in (WRITTEN / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        kind, _, text = line.partition(" ")
        if kind == "?":
            question = text
            continue
        yield Row(kind.lstrip("-"), question, text, passages)
        question = ""


def corpus_rows(name: str, folder: Path) -> Iterator[Row]:
    """The sentences about documents of a folder."""
    for line in (WRITTEN / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        kind, path, words, put = line.split(" | ")
        chunks = chunks_of(folder, [path])
        found = re.compile(r"\s+".join(map(re.escape, words.split())))
        at = next((n for n, chunk in enumerate(chunks) if found.search(chunk.text)), None)
        if at is None:
            raise SystemExit(f"No '{words}' in {path}.")
        text = chunks[at].text
        match = found.search(text)
        assert match is not None
        start, end = next(s for s in sentences(text) if s[0] <= match.start() < s[1])
        said = text[start : match.start()] + put + text[match.end() : end]
        near = {max(0, at - 2), at, min(len(chunks) - 1, at + 2)}
        beside = [passage(chunks, number) for number in sorted(near, key=lambda n: abs(n - at))]
        yield Row(kind, "", put if kind == RIGHT else said, beside)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="+")
    parser.add_argument("--corpora", type=Path)
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    right: Counter[bool] = Counter()
    wrong: dict[str, Counter[bool]] = {}
    for name in args.names:
        own: dict[bool, Counter[bool]] = {True: Counter(), False: Counter()}
        rows = corpus_rows(name, args.corpora) if name.startswith("corpora") else company_rows(name)
        for row in rows:
            bad = verify(row.text, row.passages, row.question).unsupported
            own[row.kind == RIGHT][bool(bad)] += 1
            tally = right if row.kind == RIGHT else wrong.setdefault(row.kind, Counter())
            tally[bool(bad)] += 1
            if args.show and bool(bad) == (row.kind == RIGHT):
                print(" ", row.kind, row.question, row.text, *(b.reason for b in bad), sep=" | ")
        print(f"{name}: {share(own[True], 'right marked')}, {share(own[False], 'wrong caught')}")
    if len(args.names) > 1:
        every = sum(wrong.values(), Counter())
        print(f"all: {share(right, 'right marked')}, {share(every, 'wrong caught')}")
    print(", ".join(f"{kind} {n[True]}/{n.total()}" for kind, n in sorted(wrong.items())))


def share(counts: Counter[bool], name: str) -> str:
    """How many are marked of all, with the ``name`` of what that tells."""
    return f"{name} {counts[True]}/{counts.total()} = {counts[True] / max(1, counts.total()):.1%}"


if __name__ == "__main__":
    sys.exit(main())
