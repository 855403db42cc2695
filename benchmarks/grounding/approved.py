"""How often an approved answer is given to a near question, and to the same in other words.

    python -m benchmarks.grounding.approved [--embeddings NAME] [--show]

The questions of `models/recipes/bundled` (first turns only), each company's apart. A near question
is one of them beside all others of its company, as if each other one had an approved answer; and a
twin of one, with another region, place, plan, model, number, word or a "not" in it. Paraphrases are
those of `paraphrases.jsonl`, two each of three questions a company, written by hand. The threshold
is chosen on every second company and reported on the others.
"""

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import ROOT
from chatbot.grounding.sameness import difference
from chatbot.index.embeddings import load_embeddings
from chatbot.llm.catalogue import load_catalogue, require_weights
from chatbot.service.approved import ALIKE, name_test

RECIPES = ROOT / "models" / "recipes" / "bundled"
PARAPHRASES = Path(__file__).with_name("paraphrases.jsonl")
THRESHOLDS = (0.6, 0.65, 0.7, 0.75, 0.8, 0.85)
_SWAPS: Mapping[str, list[str]] = {
    "region": [
        "germany france spain austria italy poland ireland belgium norway denmark sweden "
        "switzerland canada japan mexico brazil australia",
        "eu uk us", "europe asia",
    ],
    "place": [
        "london leeds glasgow munich berlin vienna dublin paris lyon madrid valencia rotterdam "
        "toronto vancouver sydney hamburg graz bern",
    ],
    "word": [
        "before after", "within after", "open closed", "included excluded", "monthly yearly",
        "new old", "private business", "standard express", "small large", "first second",
        "monday saturday sunday", "buy return", "start stop",
    ],
}  # fmt: skip
_LISTED = re.compile(r"\b[A-Z][a-z]{2,}(?:, [A-Z][a-z]{2,})* (?:and|or) [A-Z][a-z]{2,}\b")


@dataclass(frozen=True)
class Question:
    """A question of a company, or what was made of it; ``vector`` has length 1."""

    id: str
    company: str
    text: str
    kind: str
    vector: NDArray[np.float32]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--embeddings", default="bundled")
    parser.add_argument("--show", action="store_true", help="what was given wrongly")
    options = parser.parse_args()
    embed = _embedder(options.embeddings)
    asked = [*embed(_questions())]
    made = [*_twins(asked)]
    # Those that differ in a decisive word are given nothing, however alike they are.
    twins = [*embed(row for row in made if _may_be_given(row, asked))]
    counts = Counter((row[1], row[3]) for row in made)
    same = [*embed(_paraphrases())]
    companies = sorted({question.company for question in asked})
    halves = {"chosen on": set(companies[::2]), "reported on": set(companies[1::2])}
    by_id = {question.id: question for question in asked}
    for name, half in halves.items():
        print(f"\n{name} {len(half)} companies")
        mine = [[q for q in each if q.company in half] for each in (asked, twins, same)]
        kinds: Counter[str] = Counter()
        for (company, kind), count in counts.items():
            kinds[kind] += count if company in half else 0
        for threshold in THRESHOLDS:
            show = options.show and threshold == ALIKE
            _report(threshold, *mine, kinds=kinds, by_id=by_id, show=show)


def _may_be_given(row: tuple[str, str, str, str], asked: list[Question]) -> bool:
    known = next(question for question in asked if question.id == row[0])
    return difference(row[2], known.text, _names(known.company)) is None


def _report(
    threshold: float,
    asked: list[Question],
    twins: list[Question],
    same: list[Question],
    *,
    kinds: Counter[str],
    by_id: Mapping[str, Question],
    show: bool,
) -> None:
    others = [(one, _given(one, asked, threshold)) for one in asked]
    false = [(one.text, found.text) for one, found in others if found]
    matched = {q.id + q.text for q in twins if _is_given(q, by_id[q.id], threshold)}
    given = Counter(q.kind for q in twins if q.id + q.text in matched)
    right = sum(_is_given(q, by_id[q.id], threshold) for q in same)
    print(
        f"  {threshold:.2f}: near {len(false)}/{len(asked)} ({len(false) / len(asked):.2%}); "
        f"twins {sum(given.values())}/{kinds.total()} ("
        + ", ".join(f"{kind} {given[kind]}/{count}" for kind, count in sorted(kinds.items()))
        + f"); paraphrases {right}/{len(same)} ({right / len(same):.1%})"
    )
    if show:
        wrong = [(q.text, by_id[q.id].text) for q in twins if q.id + q.text in matched]
        for pair in [*false, *wrong]:
            print("     wrong:", " | ".join(pair))
        for q in same:
            if not _is_given(q, by_id[q.id], threshold):
                known = by_id[q.id]
                why = difference(q.text, known.text, _names(q.company)) or "unlike"
                print(f"     missed ({why}): {q.text} | {known.text}")


def _given(asked: Question, every: list[Question], threshold: float) -> Question | None:
    """The other question whose answer it would get."""
    others = [q for q in every if q.company == asked.company and q.id != asked.id]
    return next((q for q in others if _is_given(asked, q, threshold)), None)


def _is_given(asked: Question, known: Question, threshold: float) -> bool:
    if float(asked.vector @ known.vector) < threshold:
        return False
    return difference(asked.text, known.text, _names(asked.company)) is None


@cache
def _names(company: str) -> Callable[[str], bool]:
    return name_test([path.read_text("utf-8") for path in (RECIPES / company / "docs").iterdir()])


def _embedder(
    name: str,
) -> Callable[[Iterator[tuple[str, str, str, str]]], Iterator[Question]]:
    entry = load_catalogue(ROOT / "models").choose_embeddings(name)
    model = load_embeddings(require_weights(entry))

    def embed(rows: Iterator[tuple[str, str, str, str]]) -> Iterator[Question]:
        listed = list(rows)
        made = model.embed_documents([text for _, _, text, _ in listed])
        vectors = np.asarray(made, dtype=np.float32)
        for row, vector in zip(listed, vectors, strict=True):
            yield Question(*row, vector)

    return embed


def _questions() -> Iterator[tuple[str, str, str, str]]:
    for folder in sorted(path for path in RECIPES.iterdir() if path.is_dir()):
        for line in (folder / "rows.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            if not row["history"]:
                yield row["id"], folder.name, row["question"], row["kind"]


def _paraphrases() -> Iterator[tuple[str, str, str, str]]:
    for line in PARAPHRASES.read_text("utf-8").splitlines():
        row = json.loads(line)
        for text in row["paraphrases"]:
            yield row["id"], row["id"].rpartition("-")[0], text, "paraphrase"


def _twins(asked: list[Question]) -> Iterator[tuple[str, str, str, str]]:
    """At most one of each kind for each question."""
    chance = random.Random(11)
    for question in asked:
        made: dict[str, str] = {}
        for kind, text in _changes(question, chance):
            if text.lower() != question.text.lower():
                made.setdefault(kind, text)
        for kind, text in made.items():
            yield question.id, question.company, text, kind


def _changes(question: Question, chance: random.Random) -> Iterator[tuple[str, str]]:
    text = question.text
    for kind, groups in _SWAPS.items():
        for group in groups:
            yield from ((kind, other) for other in _swap(text, group.split(), chance))
    for plans in _plans(question.company):
        yield from (("plan", other) for other in _swap(text, plans, chance))
    for match in re.finditer(r"(?<![\w.])\d+(?![\w.])", text):
        number = int(match[0]) + chance.choice([1, 2, 5, 10])
        yield "number", f"{text[: match.start()]}{number}{text[match.end() :]}"
    for match in re.finditer(r"\b([A-Za-z]+-?)(\d+)\b", text):
        yield "model", f"{text[: match.start()]}{match[1]}{int(match[2]) + 1}{text[match.end() :]}"
    if match := re.search(r"\b(?:can|does|is|do|will|are) \w+", text, re.IGNORECASE):
        yield "negation", f"{text[: match.end()]} not{text[match.end() :]}"


def _swap(text: str, group: list[str], chance: random.Random) -> Iterator[str]:
    said = {word.lower() for word in re.findall(r"\w+", text)}
    for word in group:
        others = [other for other in group if other.lower() not in said]
        if word.lower() in said and others:
            put = chance.choice(others)
            put = put if word in text else put.lower()
            yield re.sub(rf"\b{word}\b", put, text, count=1, flags=re.IGNORECASE)


@cache
def _plans(company: str) -> list[list[str]]:
    """Names that the documents list together: "Pebble, Brook and River"."""
    texts = [path.read_text("utf-8") for path in sorted((RECIPES / company / "docs").iterdir())]
    found = [match[0] for text in texts for match in _LISTED.finditer(text)]
    return [re.findall(r"[A-Z][a-z]{2,}", names) for names in found]


if __name__ == "__main__":
    main()
