"""Near-copies planted into real documentation: how many are found, and what else is reported.

    python -m benchmarks.consistency.copies CORPUS... [--copies 60] [--show]

Documents of at least 1,500 characters are copied under another name, each in one of four ways:
``named`` (another title), ``worded`` (every second paragraph in other words), ``cut`` (every third
paragraph left out) and ``grown`` (with paragraphs of another document, a half as many). The folder
is then indexed with the embedding model of the settings and compared.
"""

import argparse
import json
import random
import shutil
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks.consistency.planted import WORDINGS, reworded
from chatbot.consistency.compare import compare_documents
from chatbot.index.builder import Kept, update_index
from chatbot.service import ChatService
from chatbot.settings import load_settings
from chatbot.text.sentences import sentences

_KINDS = ("named", "worded", "cut", "grown")
_SHORTEST = 1500  # characters


@dataclass(frozen=True)
class Planted:
    """``copy`` was made of ``source``."""

    kind: str
    source: str
    copy: str


def plant(folder: Path, count: int, seed: int) -> list[Planted]:
    """Write so many copies, each of a document of its own."""
    chance = random.Random(seed)
    texts = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8", "replace")
        for path in sorted(folder.rglob("*.md"))
    }
    long = [path for path, text in texts.items() if len(text) >= _SHORTEST]
    chance.shuffle(long)
    made = []
    for number, source in enumerate(long[:count]):
        kind = _KINDS[number % len(_KINDS)]
        other = texts[chance.choice(long)]
        copy = f"copies/{kind}-{number}.md"
        target = folder / copy
        target.parent.mkdir(exist_ok=True)
        target.write_text(_changed(kind, texts[source], other, chance), "utf-8")
        made.append(Planted(kind, source, copy))
    return made


def _changed(kind: str, text: str, other: str, chance: random.Random) -> str:
    title = f"# A page of our own, number {chance.randrange(1000)}\n\n"
    parts = text.split("\n\n")
    if kind == "worded":
        parts = [_reworded(part, chance) if at % 2 else part for at, part in enumerate(parts)]
    elif kind == "cut":
        parts = [part for at, part in enumerate(parts) if at % 3]
    elif kind == "grown":
        parts += other.split("\n\n")[: len(parts) // 2]
    return title + "\n\n".join(parts)


def _reworded(part: str, chance: random.Random) -> str:
    """Its sentences in other words, with the first list of the planted contradictions."""
    if part.startswith(("#", "|", "```", "-", "*", "<", ">")):
        return part
    said = [part[start:end] for start, end in sentences(part)]
    return " ".join(reworded(each, WORDINGS["dev"], chance) for each in said if " " in each)


def measure(corpus: Path, count: int, seed: int, show: bool) -> dict[str, object]:
    """Plant, index, compare; the figures of one corpus."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "knowledge")
        shutil.copytree(corpus, folder)
        planted = plant(folder, count, seed)
        settings = load_settings(knowledge=folder, index=Path(place, "index"))
        models = ChatService(settings).models
        kept = Kept()
        update_index(settings, models.embeddings_entry.name, models.embeddings, kept=kept)
        assert kept.generation is not None
        used = time.process_time()
        findings = compare_documents(settings.index, kept.generation)
        cpu = time.process_time() - used
    pairs = {(f.one.path, f.other.path): f for f in findings.found if f.kind == "copy"}
    wanted = {(p.copy, p.source) for p in planted} | {(p.source, p.copy) for p in planted}
    hit = [p for p in planted if pairs.keys() & {(p.copy, p.source), (p.source, p.copy)}]
    others = [f for pair, f in pairs.items() if pair not in wanted]
    if show:
        for each in planted:
            if each not in hit:
                print(f"MISSED {each.kind} {each.source}")
        for f in others:
            print(f"ALSO {f.share:.2f} {f.one.path} | {f.other.path}")
    kinds = Counter(p.kind for p in planted)
    return {
        "corpus": corpus.name,
        "embeddings": models.embeddings_entry.name,
        "documents": len(kept.generation.texts),
        "planted": len(planted),
        "found": len(hit),
        "kinds": {kind: f"{sum(p.kind == kind for p in hit)}/{n}" for kind, n in kinds.items()},
        "also": len(others),
        "cpu": round(cpu, 1),
    }


def main() -> None:
    """Print a JSON line for each corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", nargs="+", type=Path)
    parser.add_argument("--copies", type=int, default=60)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    for corpus in options.corpora:
        row = measure(corpus, options.copies, options.seed, options.show)
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
