"""Training rows from questions about knowledge folders: with the passages that retrieval finds.

A recipe is a folder of knowledge bases, each with its documents in ``docs/`` and questions with
ideal answers in ``rows.jsonl``. A row is taught over passages of a real index of its documents, in
any order, or over what a model that is served excerpts reads of more of them, beside other rows
about the same passages, so that they share most of their tokens (:mod:`chatbot.training.packing`).
A question of which the passages at hand do not hold the answer is taught as one to refuse: the same
question is answered over one set of passages and refused over another, and what differs is only
what is read.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.answering.conversation import Found
from chatbot.answering.excerpts import Excerpts
from chatbot.cases import AnswerRow, GivenPassage, RecipeRow, Relevant, read_cases
from chatbot.errors import DataError
from chatbot.memory import to_messages
from chatbot.passage import Passage
from chatbot.training.quoting import in_order, plain, quotes_of

# How many passages a set keeps, as often as serving shows fewer or the folder is small.
_SIZES = (4, 4, 4, 3, 2)
_FOUND = 16
_ROWS = 14
_REFUSED = 0.6  # refused rows of a set for each answered one
# A passage that holds so much of an answer's words and numbers may well answer it.
_HOLDS = 0.6


@dataclass(frozen=True)
class _Asked:
    row: RecipeRow
    search: Found

    @property
    def found(self) -> list[Passage]:
        """More than are shown, best first."""
        return self.search.passages


def recipe_rows(
    folder: Path,
    open_service: Callable[[Path], Any],
    seed: int,
    excerpts: Excerpts | None = None,
    shown: int = 8,
) -> Iterator[AnswerRow]:
    """The rows of each knowledge base of a recipe, by name; ``open_service`` returns a service
    over a folder of documents, ``excerpts`` choose what is read of the ``shown`` best passages.

    Raises:
        DataError: there is no knowledge base, or a file of rows is not usable.
        KnowledgeError: a folder of documents holds nothing readable.
    """
    bases = sorted(path.parent for path in folder.glob("*/rows.jsonl"))
    if not bases:
        raise DataError(
            f"'{folder}' holds no knowledge base; each is a folder with 'docs/' and 'rows.jsonl'."
        )
    for base in bases:
        rows = read_cases(base / "rows.jsonl", RecipeRow)
        conversation = open_service(base / "docs").conversation(_FOUND)

        def search(row: RecipeRow, conversation: Any = conversation) -> Found:
            found: Found = conversation.find(to_messages(row.history), row.question)
            return found

        yield from grounded_rows(rows, search, seed, excerpts, shown)


def grounded_rows(
    rows: Sequence[RecipeRow],
    search: Callable[[RecipeRow], Found],
    seed: int,
    excerpts: Excerpts | None = None,
    shown: int = 8,
) -> list[AnswerRow]:
    """Rows over shared passages; every answerable row once, as far as the search finds what it
    rests on.

    ``search`` returns at least as many documents as are read (four, or ``shown`` to choose
    ``excerpts`` of), best first.
    """
    chance = random.Random(seed)
    asked = [_Asked(row, search(row)) for row in rows]
    open_rows = {a.row.id: a for a in asked if a.row.answer is not None}
    refused = [a for a in asked if a.row.answer is None]
    chance.shuffle(refused)
    sets = {
        a.row.id: _passages(a) if excerpts is None else _excerpts(a, excerpts, shown)
        for a in open_rows.values()
    }
    out: list[AnswerRow] = []
    while open_rows:
        seeds = [a for a in open_rows.values() if sets[a.row.id]]
        if not seeds:
            break
        chance.shuffle(seeds)
        counts = [
            sum(_holds(sets[one.row.id], other.row) for other in open_rows.values())
            for one in seeds
        ]
        first = seeds[counts.index(max(counts))]
        passages = sets[first.row.id]
        answered = [a for a in open_rows.values() if _holds(passages, a.row)][:_ROWS]
        for one in answered:
            del open_rows[one.row.id]
        if excerpts is None:
            passages = _drop_some(passages, answered, chance)
            chance.shuffle(passages)
        given = _as_given(passages)
        out += [_row(a.row, given, first.row.id, a.row.answer) for a in answered]
        wanted = max(1, round(_REFUSED * len(answered)))
        near = _nearest(refused, passages)[: (wanted + 1) // 2]
        for one in near:
            refused.remove(one)
        out += [_row(a.row, given, first.row.id, None) for a in near]
        others = [a for a in asked if a.row.answer is not None and not _may_hold(passages, a.row)]
        chance.shuffle(others)
        turned = _nearest(others, passages)[: wanted - len(near)]
        out += [_row(a.row, given, first.row.id, None) for a in turned]
    return out


def _passages(asked: _Asked) -> list[Passage]:
    """What is shown for a row, with what it rests on in it; empty where the search has it not."""
    chosen = list(asked.found[: _SIZES[0]])
    for quote in asked.row.relevant:
        if any(_says(passage, quote) for passage in chosen):
            continue
        holder = next((p for p in asked.found if _says(p, quote)), None)
        if holder is None:
            return []
        needed = [
            any(_says(passage, q) for q in asked.row.relevant if q is not quote)
            for passage in chosen
        ]
        free = [at for at, is_needed in enumerate(needed) if not is_needed]
        if not free:
            return []
        chosen[free[-1]] = holder
    return chosen


def _excerpts(asked: _Asked, excerpts: Excerpts, shown: int) -> list[Passage]:
    """What is read for a row, in the order of serving; empty where it lacks what the row rests
    on."""
    question = asked.row.question
    chosen = excerpts.of(asked.found[:shown], asked.search.query, question)
    read = [passage for _, passage in chosen]
    return read if _holds(read, asked.row) else []


def _says(passage: Passage, quote: Relevant) -> bool:
    """Whether the quote stands in the passage, is the head of its table, or a row that is read
    with the names of its columns."""
    meta = passage.metadata
    if meta["path"] != quote.path:
        return False
    said = plain(quote.quote)
    if said in plain(passage.page_content):
        return True
    head = plain(str(meta.get("columns") or ""))
    if head:
        return said == head
    words = said.split()
    lines = passage.page_content.splitlines()
    return len(words) > 1 and any(in_order(words, line) for line in lines if ": " in line)


def _holds(passages: Sequence[Passage], row: RecipeRow) -> bool:
    return bool(passages) and all(any(_says(p, q) for p in passages) for q in row.relevant)


def _may_hold(passages: Sequence[Passage], row: RecipeRow) -> bool:
    """Whether the passages could answer the row, by what it rests on or by other words."""
    if any(_says(p, q) for p in passages for q in row.relevant):
        return True
    have = set(plain(" ".join(p.page_content for p in passages)).split())
    said = {w for w in plain(row.answer or "").split() if len(w) > 3 or w.isdigit()}
    asked = set(plain(row.question).split())
    told = said - asked
    return len(told & have) > _HOLDS * len(told)


def _nearest(asked: Sequence[_Asked], passages: Sequence[Passage]) -> list[_Asked]:
    """Those whose own search finds most of the passages, first."""
    ids = {p.id for p in passages}
    paths = {p.metadata["path"] for p in passages}

    def near(one: _Asked) -> int:
        shown = one.found[: _SIZES[0]]
        return -sum(2 * (p.id in ids) + (p.metadata["path"] in paths) for p in shown)

    return sorted(asked, key=near)


def _drop_some(
    passages: Sequence[Passage], answered: Iterable[_Asked], chance: random.Random
) -> list[Passage]:
    """Some sets with fewer passages; what is needed stays."""
    size = chance.choice(_SIZES)
    quotes = [quote for a in answered for quote in a.row.relevant]
    needed = [p for p in passages if any(_says(p, q) for q in quotes)]
    free = [p for p in passages if p not in needed]
    return [*needed, *free[: max(0, size - len(needed))]]


def _as_given(passages: Sequence[Passage]) -> list[GivenPassage]:
    return [
        GivenPassage(
            path=p.metadata["path"],
            text=p.page_content,
            title=p.metadata.get("title") or "",
            heading=p.metadata.get("heading") or "",
            columns=p.metadata.get("columns") or "",
        )
        for p in passages
    ]


def _row(row: RecipeRow, passages: list[GivenPassage], tag: str, answer: str | None) -> AnswerRow:
    return AnswerRow(
        id=f"{row.id}@{tag}",
        question=row.question,
        history=row.history,
        passages=passages,
        answer=answer,
        quotes=[] if answer is None else quotes_of(row.relevant, passages),
        retrieved=True,
    )
