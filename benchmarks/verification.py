"""How many wrong sentences the verification marks, and how many right ones.

    python -m benchmarks.verification [--companies NAME...] [--corpora DIR] [--show]

Right sentences are the ideal answers of `models/recipes/bundled` against the passages that hold
their quotes and three others; wrong ones are made from them, and from sentences of `--corpora`
(folders of Markdown), by one change each: region, tier, row, unit, sign, weekday, negation, date,
number. A changed sentence counts only if no document says it word for word.
"""

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from langchain_core.documents import Document

from benchmarks import ROOT
from benchmarks.grounding.mistakes import mistakes
from chatbot.grounding.citations import verify
from chatbot.index.joined import join_rows
from chatbot.knowledge.chunks import Chunk, split_document
from chatbot.knowledge.documents import list_files, load_document
from chatbot.text.sentences import sentences

RECIPES = ROOT / "models" / "recipes" / "bundled"
ALL = sorted(p.name for p in RECIPES.iterdir() if p.is_dir())
CHUNK, PASSAGE, BESIDE = 900, 1200, 3


def chunks_of(folder: Path, files: list[str] | None = None) -> list[Chunk]:
    """The chunks of a folder's documents."""
    names = files or list(list_files(folder))
    found: list[Chunk] = []
    for name in names:
        found += split_document(load_document(folder, name, 5_000_000), CHUNK)
    return found


def passage(chunks: list[Chunk], row: int) -> Document:
    """The passage around a chunk as retrieval shows it."""
    rows = join_rows(chunks, row, PASSAGE, set())
    first, last = chunks[rows[0]], chunks[rows[-1]]
    text = first.text
    for number in rows[1:]:
        one = chunks[number]
        text += "\n" * max(0, one.start - first.start - len(text)) + one.text
    meta = chunks[row].as_dict() | {"start": first.start, "end": last.end, "columns": first.columns}
    meta["title"] = " > ".join(filter(None, (first.folders, first.title)))
    return Document(text, metadata=meta)


def rows_of(company: str) -> Iterator[tuple[str, str, str, list[Document]]]:
    """(id, question, right answer, passages) of a company's covered questions."""
    folder = RECIPES / company / "docs"
    chunks = chunks_of(folder)
    dice = random.Random(company)
    for line in (RECIPES / company / "rows.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["answer"] is None:
            continue
        wanted = []
        for quote in row["relevant"]:
            rows = [n for n, c in enumerate(chunks) if c.path == quote["path"]]
            hold = [n for n in rows if quote["quote"] in chunks[n].text]
            wanted += hold[:1] or rows[:1]
        more = dice.sample(range(len(chunks)), BESIDE)
        numbers = list(dict.fromkeys([*wanted, *more]))
        shown = [passage(chunks, number) for number in numbers]
        yield row["id"], row["question"], row["answer"], shown


def company_sentences(company: str) -> Iterator[tuple[str, str, str, list[Document]]]:
    """The same for each sentence of the answers; what the documents do not say is left out."""
    for name, question, answer, passages in rows_of(company):
        for number, (start, end) in enumerate(sentences(answer)):
            if "do not say" not in answer[start:end]:
                yield f"{name}.{number}", question, answer[start:end], passages


def corpus_sentences(folder: Path, dice: random.Random, n: int) -> Iterator[tuple]:
    """Sentences of documents with their passages and others of the same folder."""
    files = [f for f in list_files(folder) if f.endswith(".md")]
    for file in dice.sample(files, min(len(files), n)):
        chunks = chunks_of(folder, [file])
        if not chunks:
            continue
        row = dice.randrange(len(chunks))
        held = [passage(chunks, row)]
        held += [
            passage(chunks, x) for x in {max(0, row - 2), min(len(chunks) - 1, row + 2)} - {row}
        ]
        text = chunks[row].text
        for start, end in sentences(text):
            if (
                40 < end - start < 300
                and "\n" not in text[start:end]
                and "](" not in text[start:end]
            ):
                yield f"{file}:{start}", "", text[start:end], held


def measure(right: list, name: str, show: bool, wanted: int, dice: random.Random) -> None:
    """Print the figures of one set."""
    marked = []
    for key, question, text, passages in right:
        if bad := verify(text, passages, question).unsupported:
            marked.append((key, question, bad[0].text, bad[0].reason))
    answers = {key.rsplit(".", 1)[0] for key, *_ in right}
    bad_answers = {key.rsplit(".", 1)[0] for key, *_ in marked}
    share, answer_share = len(marked) / len(right), len(bad_answers) / len(answers)
    print(f"{name}: right marked {len(marked)}/{len(right)} = {share:.1%}", end="")
    print(f" (answers {len(bad_answers)}/{len(answers)} = {answer_share:.1%})")
    if show:
        for item in marked:
            print("  R", *item, sep=" | ")
    pool = defaultdict(list)
    for key, question, text, passages in right:
        everything = "\n".join(p.page_content for p in passages)
        for kind, wrong in mistakes(text, everything, dice):
            if wrong not in everything:
                pool[kind].append((key, question, wrong, passages))
    chosen = []
    for kind in sorted(pool):
        dice.shuffle(pool[kind])
        chosen += [(kind, *item) for item in pool[kind][: max(1, wanted // len(pool))]]
    caught: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for kind, key, question, wrong, passages in chosen:
        total[kind] += 1
        if verify(wrong, passages, question).unsupported:
            caught[kind] += 1
        elif show:
            print("  W", kind, key, question, wrong, sep=" | ")
    share = sum(caught.values()) / max(1, sum(total.values()))
    kinds = ", ".join(f"{k} {caught[k]}/{total[k]}" for k in sorted(total))
    print(
        f"{name}: wrong caught {sum(caught.values())}/{sum(total.values())} = {share:.1%}; {kinds}"
    )


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--companies", nargs="*", default=ALL)
    parser.add_argument("--corpora", type=Path, nargs="*", default=[])
    parser.add_argument("--wanted", type=int, default=150)
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    dice = random.Random(22)
    right = [row for company in args.companies for row in company_sentences(company)]
    if right:
        measure(right, "recipes", args.show, args.wanted, dice)
    right = [row for folder in args.corpora for row in corpus_sentences(folder, dice, 25)]
    if right:
        dice.shuffle(right)
        measure(right[:300], "corpora", args.show, args.wanted, dice)


if __name__ == "__main__":
    sys.exit(main())
