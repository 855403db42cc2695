"""Plant facts in files of every format and family, and tell which of them are found again.

    python -m benchmarks.knowledge.planted [--seed 0] [--rows FILE] [--folder DIR] [--scans]

Each family of benchmarks/knowledge/planted_files.py writes its facts as real files have them. A
fact is "in the text" where one chunk holds its value together with what it is about (titles,
headings, column names and folders count), and "found" where one of the first four passages for
its question holds the value. Prints JSON; the figures of a run are in docs/experiments.md. Another
checkout's chatbot is measured, in this environment, by
``PYTHONPATH=CHECKOUT:. python -P -m benchmarks.knowledge.planted``.
"""

import argparse
import json
import random
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAMES = """
Ostara Velmo Quintel Brisk Talvo Meriden Zephra Kordan Lumea Paxton Fjord Solvig Arbor
Nimbus Calder Runa Elvet Sorrel Tamsin Wexford Yarrow Ibex Hollis Drava Juniper Osprey
Marlow Pilgrim Rowan Sable
""".split()  # noqa: SIM905
THINGS = """
kettle router thermostat doorbell mower freezer printer scanner boiler projector speaker
camera charger dishwasher humidifier keyboard lamp monitor oven pump
""".split()  # noqa: SIM905
ATTRIBUTES = {
    "descaling interval": "{} days", "repair price": "{} euros", "warranty": "{} months",
    "battery life": "{} hours", "maximum load": "{} kg", "service code": "X-{}",
    "delivery time": "{} working days", "restart delay": "{} seconds", "power draw": "{} watts",
    "return period": "{} weeks",
}  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """``attribute`` of ``subject`` is ``value``."""

    subject: str
    attribute: str
    value: str

    @property
    def sentence(self) -> str:
        """The fact as a sentence."""
        return f"The {self.attribute} of the {self.subject} is {self.value}."

    @property
    def question(self) -> str:
        """What a customer asks."""
        return f"What is the {self.attribute} of the {self.subject}?"


def facts(seed: int) -> "list[list[Fact]]":
    """Facts about one product each in groups of six, no product in two groups."""
    chance = random.Random(seed)
    products = [f"{name} {thing}" for name in NAMES for thing in THINGS]
    chance.shuffle(products)
    names = list(ATTRIBUTES)
    numbers = chance.sample(range(103, 9_900), len(products))
    found = []
    for at in range(0, len(products) - 5, 6):
        attribute = chance.choice(names)
        found.append(
            [
                Fact(products[n], attribute, ATTRIBUTES[attribute].format(numbers[n]))
                for n in range(at, at + 6)
            ]
        )
    return found


def squeezed(text: str) -> str:
    """A text in one spelling, so that no form of writing hides a value."""
    import unicodedata

    text = unicodedata.normalize("NFKC", text)
    return " ".join("".join(c for c in text if c not in "\u00ad\u200b\u2060").lower().split())


def measure(
    folder: Path, planted: dict[str, list[tuple[str, Fact]]]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """By family, how many facts there are, are in the text and are found; and a row for each."""
    from chatbot.index.builder import update_index
    from chatbot.index.embeddings import load_embeddings
    from chatbot.index.generations import load_current
    from chatbot.index.retriever import build_retriever
    from chatbot.llm.catalogue import load_catalogue, require_weights
    from chatbot.settings import load_settings

    settings = load_settings(knowledge=folder / "knowledge", index=folder / "index")
    entry = load_catalogue(settings.models).choose_embeddings("bundled")
    model = load_embeddings(require_weights(entry), entry.query_prefix)
    report = update_index(settings, entry.name, lambda: model)
    generation = load_current(settings.index)
    retriever = build_retriever(generation, model, k=4, candidates=settings.candidates)
    texts: dict[str, list[str]] = defaultdict(list)
    for chunk in generation.chunks:
        texts[chunk.path].append(squeezed(f"{chunk.path} {chunk.search_text}"))
    rows: list[dict[str, Any]] = []
    for family, facts_of in planted.items():
        for path, fact in facts_of:
            about = [squeezed(word) for word in (*fact.subject.split(), fact.value)]
            passages = retriever.invoke(fact.question)
            shown = [squeezed(p.page_content) for p in passages if p.metadata["path"] == path]
            rows.append(
                {
                    "family": family,
                    "path": path,
                    "question": fact.question,
                    "value": fact.value,
                    "in_text": any(all(word in text for word in about) for text in texts[path]),
                    "found": any(squeezed(fact.value) in text for text in shown),
                }
            )
    failed = {failure["path"]: failure["reason"] for failure in report.failed}
    return {"failed": failed, "chunks": report.chunks, "seconds": report.seconds}, rows


def main() -> None:
    """Make the folder, measure, print JSON."""
    from benchmarks.knowledge.planted_files import FAMILIES, SCANS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=Path)
    parser.add_argument("--folder", type=Path, help="keep the files here")
    parser.add_argument("--scans", action="store_true", help="with a page for text recognition")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        planted: dict[str, list[tuple[str, Fact]]] = {}
        families = FAMILIES | (SCANS if options.scans else {})
        for (family, make), group in zip(families.items(), facts(options.seed), strict=False):
            planted[family] = []
            for path, data, told in make(family, group):
                place = folder / "knowledge" / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
                planted[family] += [(path, fact) for fact in told]
        about, rows = measure(folder, planted)
    if options.rows:
        options.rows.write_text("".join(json.dumps(row) + "\n" for row in rows))
    print(json.dumps(about | summary(rows), indent=1))


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Shares over all facts, and [facts, in the text, found] of families that miss one."""
    families: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in rows:
        counts = families[row["family"]]
        for at, value in enumerate((1, row["in_text"], row["found"])):
            counts[at] += int(value)
    return {
        "facts": len(rows),
        "families": len(families),
        "in_text": round(sum(row["in_text"] for row in rows) / len(rows), 4),
        "found": round(sum(row["found"] for row in rows) / len(rows), 4),
        "missing": {name: counts for name, counts in families.items() if len(set(counts)) > 1},
    }


if __name__ == "__main__":
    main()
