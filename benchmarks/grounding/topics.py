"""Whether a question behind a conversation finds its passage: questions that go on from it, and
questions that stand by themselves, put behind talk of another page.

    python -m benchmarks.grounding.topics [NAME ...] [--doc2dial FOLDER] [--fit]

Over the companies of `tests/cases/natural` (all, or those named) and, with the folder that has
`knowledge/doc2dial` and `eval/doc2dial-dev.jsonl`, over the dialogues of one of its two domains.
"First" and "among four" are shares of questions whose quote is in the first passage, and in one of
the first four: with the conversation always, with the question alone, as it is served, and by the
better of the two searches. `--fit` fits the weights of `chatbot/grounding/topics.py` anew, on the
companies of `models/recipes/bundled` and the other domain, of which the figures show nothing.
"""

import argparse
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np

from benchmarks import ROOT
from chatbot.answering.conversation import ConversationSearch, search_query
from chatbot.cases import Case, RecipeRow, read_cases
from chatbot.grounding.confidence import CALIBRATION, load_calibration
from chatbot.grounding.gate import Gate
from chatbot.grounding.topics import signs
from chatbot.index.builder import update_index
from chatbot.index.embeddings import load_embeddings
from chatbot.index.generations import load_current
from chatbot.index.retriever import build_retriever
from chatbot.llm.catalogue import load_catalogue, require_weights
from chatbot.memory import Turn, to_messages
from chatbot.passage import Passage
from chatbot.settings import load_settings

NATURAL = ROOT / "tests" / "cases" / "natural"
RECIPES = ROOT / "models" / "recipes" / "bundled"
PASSAGES = 12
# Of the words of a quote a passage has at least so many.
_SHARE = 0.9
_NOT_FOUND = 99
_FITTED, _MEASURED = "dmv", "ssa"  # domains of doc2dial
_REPLY = 400  # characters
# First questions of a company to fit on: about as many as it has follow-ups.
_AS_MANY = 10
_CASE = {"id", "question", "history", "relevant"}


@dataclass(frozen=True)
class Asked:
    """A question of a case, its kind (``follow-up``, ``moved`` for one behind other talk)."""

    case: Case
    kind: str


@dataclass(frozen=True)
class Row:
    """Where each search has the quote, from 1; and the signs that choose between them."""

    kind: str
    alone: int
    behind: int
    served: int
    signs: Sequence[float]


class Folder:
    """A knowledge folder, searched as it is served."""

    def __init__(self, knowledge: Path, index: Path) -> None:
        settings = load_settings(knowledge=knowledge, index=index)
        name = load_catalogue(settings.models).choose_embeddings(settings.embeddings).name
        update_index(settings, name, _embeddings)
        generation = load_current(index)
        self._retriever = build_retriever(generation, _embeddings(), PASSAGES, settings.candidates)
        calibration = load_calibration(CALIBRATION)
        self._gate = Gate(calibration, name, generation.lexical, settings.risk)

    def row(self, asked: Asked) -> Row:
        """What the searches find for a question."""
        history, question = to_messages(asked.case.history), asked.case.question
        search = ConversationSearch(cast(Any, self._retriever), self._gate)
        before = search.goes_on_from(history)
        query = search_query(before, question)
        alone = self._retriever.search(question, question)
        behind = self._retriever.search(query, question)
        aside = search.aside(question, alone, query, behind)
        found = search.find(history, question).passages
        first, second, third = (_rank(of, asked.case) for of in (alone, behind, found))
        seen = signs([str(turn.text) for turn in before], question, aside)
        return Row(asked.kind, first, second, third, seen)


@cache
def _embeddings() -> Any:
    entry = load_catalogue(load_settings().models).choose_embeddings("bundled")
    return load_embeddings(require_weights(entry), entry.query_prefix)


def _rank(passages: Sequence[Passage], case: Case) -> int:
    """The place of the first passage with a quote of the case."""
    for place, passage in enumerate(passages, start=1):
        words = set(_words(passage.page_content))
        for item in case.relevant:
            quote = _words(item.quote)
            held = sum(word in words for word in quote)
            if item.path == passage.metadata["path"] and held >= _SHARE * len(quote):
                return place
    return _NOT_FOUND


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def asked_of(
    cases: Sequence[Case],
    chance: random.Random,
    replies: dict[str, str],
    most: int | None = None,
) -> list[Asked]:
    """The covered questions: follow-ups as they are and behind a turn about another page, first
    questions, ``most`` of them, behind one turn or two about others."""
    covered = [case for case in cases if case.relevant and all(r.quote for r in case.relevant)]
    firsts = [case for case in covered if not case.history]
    follow = [case for case in covered if case.history]
    asked = [Asked(case, "follow-up") for case in follow]
    for case in [*follow, *chance.sample(firsts, min(most or len(firsts), len(firsts)))]:
        pages = {item.path for item in case.relevant}
        others = [other for other in firsts if not pages & {r.path for r in other.relevant}]
        many = chance.choice((1, 1, 2)) if not case.history else 1
        if len(others) >= many:
            talk = [
                turn for other in chance.sample(others, many) for turn in _turns(other, replies)
            ]
            kind = "moved" if not case.history else "follow-up, moved"
            asked.append(Asked(case.model_copy(update={"history": [*talk, *case.history]}), kind))
    return asked


def _turns(case: Case, replies: dict[str, str]) -> list[Turn]:
    reply = replies.get(case.id) or re.sub(r"[*|]", "", case.relevant[0].quote).strip()
    return [
        {"role": "user", "content": case.question},
        {"role": "assistant", "content": reply[:_REPLY]},
    ]


def natural(names: Sequence[str], index: Path) -> Iterator[Row]:
    """The rows of companies of the natural sets."""
    for name in names:
        folder = Folder(NATURAL / name, index / name)
        cases = read_cases(NATURAL / f"{name}.jsonl", Case)
        yield from map(folder.row, asked_of(cases, random.Random(name), {}))


def recipes(index: Path) -> Iterator[Row]:
    """The rows of the companies to train with."""
    for path in sorted(RECIPES.glob("*/rows.jsonl")):
        name = path.parent.name
        rows = [row for row in read_cases(path, RecipeRow) if row.answer]
        cases = [Case.model_validate(row.model_dump(include=_CASE)) for row in rows]
        folder = Folder(path.parent / "docs", index / f"recipe-{name}")
        replies = {row.id: row.answer or "" for row in rows}
        yield from map(folder.row, asked_of(cases, random.Random(name), replies, _AS_MANY))


def dialogues(data: Path, domain: str, index: Path, share: int) -> Iterator[Row]:
    """One of ``share`` follow-ups of a domain of doc2dial, and all first questions behind turns of
    another dialogue."""
    cases = read_cases(data / "eval" / "doc2dial-dev.jsonl", Case)
    cases = [case for case in cases if case.relevant and case.relevant[0].path.startswith(domain)]
    folder = Folder(data / "knowledge" / "doc2dial", index / "doc2dial")
    chance = random.Random(domain)
    follow = [case for case in cases if case.history]
    asked = [Asked(case, "follow-up") for case in follow[::share]]
    for case in (case for case in cases if not case.history):
        pages = {item.path for item in case.relevant}
        other = chance.choice([o for o in follow if not pages & {r.path for r in o.relevant}])
        asked.append(Asked(case.model_copy(update={"history": other.history[-4:]}), "moved"))
    yield from map(folder.row, asked)


def report(rows: Sequence[Row]) -> Iterator[str]:
    """A line for each kind: how many, and of each search the shares first and among four."""
    yield f"{'':18}{'n':>5}" + "".join(
        f"{way:>15}" for way in ("behind", "alone", "served", "better")
    )
    for kind in dict.fromkeys(row.kind for row in rows):
        of = [row for row in rows if row.kind == kind]
        ways = [
            [row.behind for row in of],
            [row.alone for row in of],
            [row.served for row in of],
            [min(row.alone, row.behind) for row in of],
        ]
        shares = (f"{_share(ranks, 1):>9.3f} {_share(ranks, 4):.3f}" for ranks in ways)
        yield f"{kind:18}{len(of):>5}" + "".join(shares)


def _share(ranks: Sequence[int], place: int) -> float:
    return sum(rank <= place for rank in ranks) / len(ranks)


def fit(rows: Sequence[Row]) -> str:
    """The weights: a logistic regression on which search has the quote earlier, questions for which
    both have it at one place left out, the others by how far apart."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    rows = [row for row in rows if row.alone != row.behind]
    seen = np.asarray([row.signs for row in rows])
    wanted = np.asarray([row.alone < row.behind for row in rows])
    weights = [min(1.0, abs(1 / row.alone - 1 / row.behind) + 0.1) for row in rows]
    scale = StandardScaler().fit(seen)
    model = LogisticRegression(C=0.3, max_iter=3000)
    model.fit(scale.transform(seen), wanted, sample_weight=weights)
    raw = model.coef_[0] / scale.scale_
    offset = float(model.intercept_[0] - (raw * scale.mean_).sum())
    return f"{len(rows)} questions: " + ", ".join(f"{value:.3f}" for value in [*raw, offset])


def main() -> None:
    """Measure, or fit."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*")
    parser.add_argument("--doc2dial", type=Path, metavar="FOLDER")
    parser.add_argument("--fit", action="store_true")
    args = parser.parse_args()
    names = args.names or sorted(path.stem for path in NATURAL.glob("*.jsonl"))
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder)
        if args.fit:
            rows = [*recipes(index)]
            rows += dialogues(args.doc2dial, _FITTED, index, 3) if args.doc2dial else []
            print(fit(rows))
            return
        print(*report([*natural(names, index)]), sep="\n")
        if args.doc2dial:
            print(*report([*dialogues(args.doc2dial, _MEASURED, index, 5)]), sep="\n")


if __name__ == "__main__":
    main()
