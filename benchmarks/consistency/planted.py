"""Contradictions planted into real documentation: how many are found, and what else is reported.

    python -m benchmarks.consistency.planted CORPUS... [--pairs 60] [--wordings held-out] [--show]

A sentence of one document is copied, or worded otherwise, into another one, with one number, date
or denial changed. The folder is then indexed (without vectors: contradictions need none) and
compared. Everything reported beside the planted pairs is printed by ``--show``, to be
judged by reading.
"""

import argparse
import json
import random
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chatbot.consistency.compare import compare_documents
from chatbot.consistency.findings import Finding
from chatbot.index.builder import Kept, update_index
from chatbot.settings import Settings, load_settings
from tests.support.scripted import HashedEmbeddings

_SENTENCE = re.compile(
    r"(?:^|(?<=[.!?] ))[A-Z][^.!?|<>{}\[\]`#*\n]{40,280}[a-z0-9)%]\\?\.(?= |$)", re.M
)
_VAGUE = re.compile(
    r"\b(?:this|these|those|it|they|following|above|below|here|step|example|screenshot|table|"
    r"previous|next|section|such)\b|^(?:To|Then|Also|However|But|And|For|Or|So)\b", re.I,
)  # fmt: skip
_VERB = re.compile(r"\b(?:is|are|can|must|will|has|have|does|may|should)\b")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_COUNT = re.compile(r"(?<![\w.,:$/-])(\d{1,4})(?=(?: [a-z]{2,}|%| ?(?:GB|MB|KB|TB)\b))(?<!\d{5})")
_NAMED = re.compile(r"(?:[A-Z]\w*|[Vv]ersions?|[Ss]teps?|[Pp]orts?|[Cc]odes?)\s$")
_DATE = re.compile(rf"\b({'|'.join(_MONTHS)})( \d{{1,2}},)? (\d{{4}})\b")
_DENIALS = (
    (r"\bcannot\b|\bcan't\b|\bcan not\b", "can"), (r"\b(is|are|will|must|should) not\b", r"\1"),
    (r"\brequired\b", "optional"), (r"\bis enabled\b", "is disabled"),
    (r"\bare included\b", "are excluded"), (r"\bis supported\b", "is not supported"),
    (r"\bare supported\b", "are not supported"), (r"\bcan\b", "cannot"), (r"\bmust\b", "must not"),
    (r"\bwill\b", "will not"), (r"\b(is|are)\b(?! not)", r"\1 not"),
)  # fmt: skip
# Two lists, so that rules written with one can be measured with the other.
WORDINGS: dict[str, list[tuple[str, str]]] = {
    "dev": [
        (r"^(?=[A-Z][a-z])", "Note that "), (r"\bby default\b", "unless changed"),
        (r"\brequires\b", "needs"), (r"\bprovides\b", "offers"), (r"\bbefore\b", "prior to"),
        (r"\bneed to\b", "have to"), (r"(?<!no )\bmore than\b", "over"),
        (r"\ballows you to\b", "lets you"),
        (r"\bcurrently\b", "at present"), (r"\bcontains\b", "holds"), (r"\bselect\b", "choose"),
        (r"\bwant to\b", "would like to"), (r"\bcreate\b", "make"), (r"\bvia\b", "through"),
    ],
    "held-out": [
        (r"^(?=[A-Z][a-z])", "Please remember that "), (r"\busing\b", "by means of"),
        (r"\buse\b", "work with"), (r"\bbecause\b", "since"), (r"\bwithin\b", "in no more than"),
        (r"\bmust\b", "has to"), (r"\bonly\b", "exclusively"), (r"\bable to\b", "in a position to"),
        (r"\badd\b", "put in"), (r"\bwhen\b", "as soon as"), (r"\breceive\b", "get"),
        (r"\bautomatically\b", "by itself"), (r"\bdelete\b", "remove"), (r"\bview\b", "see"),
        (r"\bsupports\b", "works with"), (r"\bup to\b", "as many as"), (r"\bupdate\b", "bring up to date"),  # noqa: E501
        (r"\bspecify\b", "state"), (r"\bcustomers\b", "clients"), (r"\bimportant\b", "essential"),
        (r"\bsend\b", "pass on"), (r"\bshow\b", "display"), (r"\bshould\b", "ought to"),
    ],
}  # fmt: skip


_CONDITIONAL = re.compile(
    r"\b(?:if|when|once|because|since|whether|that|which|who|whose|where|until|unless|asking|like)\b",
    re.IGNORECASE,
)
_SMALL = frozenset(re.findall(r"\w+", "if when in after by with the a an you all each your"))


@dataclass(frozen=True)
class Planted:
    """``wrong`` stands in ``target`` and says something else than ``right`` in ``source``."""

    kind: str
    worded: bool
    source: str
    right: str
    target: str
    wrong: str


def plant(folder: Path, pairs: int, wordings: str, seed: int) -> list[Planted]:
    """Plant so many pairs, each with documents of its own: up to a third dates, with numbers up to
    two thirds, else denials. Every second one is worded otherwise."""
    chance = random.Random(seed)
    texts = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8", "replace")
        for path in sorted(folder.rglob("*.md"))
        if ".github" not in path.parts
    }
    changes: dict[str, Callable[[str, random.Random], str]] = {
        "date": _other_date, "number": _other_number, "denial": _other_denial,
    }  # fmt: skip
    free = [path for path, text in texts.items() if len(text) > 400]
    chance.shuffle(free)
    options = {kind: _options(texts, free, change, chance) for kind, change in changes.items()}
    planted: list[Planted] = []
    used: set[str] = set()
    said_before: set[str] = set()
    for thirds, kind in enumerate(("date", "number", "denial"), start=1):
        for source, right, wrong in options[kind]:
            if len(planted) >= pairs * thirds // 3:
                break
            target = next((path for path in free if path not in used and path != source), None)
            if source in used or target is None or right in said_before:
                continue
            worded = len(planted) % 2 == 1
            said = reworded(wrong, WORDINGS[wordings], chance) if worded else wrong
            used |= {source, target}
            said_before.add(right)
            planted.append(Planted(kind, worded, source, right, target, said))
            texts[target] = _inserted(texts[target], said, chance)
            (folder / target).write_text(texts[target], "utf-8")
    return planted


def _options(
    texts: dict[str, str],
    paths: list[str],
    change: Callable[[str, random.Random], str],
    chance: random.Random,
) -> list[tuple[str, str, str]]:
    found = []
    for path in paths:
        said = [
            m[0]
            for m in _SENTENCE.finditer(texts[path])
            if not _VAGUE.search(m[0]) and _VERB.search(m[0]) and len(m[0].split()) >= 8
        ]
        made = [(s, w) for s in said if (w := change(s, chance)) and w != s]
        if made:
            found.append((path, *chance.choice(made)))
    return found


def _other_number(sentence: str, chance: random.Random) -> str:
    matches = [m for m in _COUNT.finditer(sentence) if not _NAMED.search(sentence[: m.start()])]
    if not matches:
        return ""
    match = chance.choice(matches)
    value = int(match[1])
    other = chance.choice([value * 2, value + 1, value + 10, max(2, value // 2)])
    other = other if other != value else value + 3
    return f"{sentence[: match.start()]}{other}{sentence[match.end() :]}"


def _other_date(sentence: str, chance: random.Random) -> str:
    match = _DATE.search(sentence)
    if match is None:
        return ""
    month = chance.choice([name for name in _MONTHS if name != match[1]])
    return sentence[: match.start()] + match[0].replace(match[1], month) + sentence[match.end() :]


def _other_denial(sentence: str, chance: random.Random) -> str:
    """Of a main clause: what is said of a condition contradicts nothing."""
    for pattern, other in _DENIALS:
        for match in re.finditer(pattern, sentence):
            clause = sentence[: match.start()].rpartition(",")[2]
            if not _CONDITIONAL.search(clause):
                return sentence[: match.start()] + match.expand(other) + sentence[match.end() :]
    return ""


def reworded(sentence: str, wordings: list[tuple[str, str]], chance: random.Random) -> str:
    """Its clauses in another order where it has a condition in front, and other words."""
    if moved := re.fullmatch(r"((?:If|When|In|After|By|With) [^,]+), ([^,]+?)\\?\.", sentence):
        first = moved[1][0].lower() + moved[1][1:]
        sentence = f"{moved[2][0].upper()}{moved[2][1:]} {first}."
    (_, prefix), *others = wordings
    for pattern, other in others:
        sentence = re.sub(pattern, other, sentence, count=1)
    first, rest = sentence.split(" ", 1)
    known = first.lower() in _SMALL
    return f"{prefix}{first.lower() if known else first} {rest}"


def _inserted(text: str, sentence: str, chance: random.Random) -> str:
    """As a paragraph of its own, or behind a sentence of another one, outside of front matter."""
    places = [m.end() for m in re.finditer(r"(?<=[a-z)]\.)(?=\s*\n\n|$)", text) if m.end() > 300]
    if not places:
        return f"{text.rstrip()}\n\n{sentence}\n"
    at = chance.choice(places)
    gap = chance.choice([" ", "\n\n"])
    return f"{text[:at]}{gap}{sentence}{text[at:]}"


def is_planted(finding: Finding, pair: Planted) -> bool:
    """Whether a finding is that pair; the right sentence may stand in further documents."""
    sides = [(finding.one, finding.other), (finding.other, finding.one)]
    return any(
        wrong.path == pair.target and _near(wrong.quote, pair.wrong)
        and _near(right.quote, pair.right)
        for wrong, right in sides
    )  # fmt: skip


def _near(quote: str, sentence: str) -> bool:
    mine, theirs = set(quote.lower().split()), set(sentence.lower().split())
    return len(mine & theirs) >= 0.7 * max(1, min(len(mine), len(theirs)))


class NoVectors(HashedEmbeddings):
    """The same for every text, and near nothing: for contradictions alone."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors (n, 8) of zeros."""
        return [[0.0] * 8 for _ in texts]


def measure(corpus: Path, pairs: int, wordings: str, seed: int, show: bool) -> dict[str, object]:
    """Plant, index, compare; the figures of one corpus."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "knowledge")
        shutil.copytree(corpus, folder)
        planted = plant(folder, pairs, wordings, seed)
        settings = load_settings(knowledge=folder, index=Path(place, "index"))
        kept = Kept()
        update_index(settings, "none", NoVectors, kept=kept)
        assert kept.generation is not None
        began, used = time.perf_counter(), time.process_time()
        findings = compare_documents(settings.index, kept.generation)
        seconds, cpu = time.perf_counter() - began, time.process_time() - used
        again = _touched(folder, settings, kept)
    said = [f for f in findings.found if f.kind == "contradiction"]
    hit = [pair for pair in planted if any(is_planted(f, pair) for f in said)]
    others = [f for f in said if not any(is_planted(f, pair) for pair in planted)]
    if show:
        for pair in planted:
            if pair not in hit:
                print(f"MISSED {pair.kind}\n  {pair.source}: {pair.right}")
                print(f"  {pair.target}: {pair.wrong}")
        for f in others:
            print(f"ALSO {f.one.said!r} / {f.other.said!r}")
            for each in (f.one, f.other):
                print(f"  {each.path} ({each.heading}): {' '.join(each.quote.split())}")
    kinds = Counter(pair.kind for pair in planted)
    return {
        "corpus": corpus.name,
        "documents": len(kept.generation.texts),
        "planted": len(planted),
        "found": len(hit),
        "kinds": {kind: f"{sum(p.kind == kind for p in hit)}/{n}" for kind, n in kinds.items()},
        "worded": f"{sum(p.worded for p in hit)}/{sum(p.worded for p in planted)}",
        "also": len(others),
        "seconds": round(seconds, 1),
        "cpu": round(cpu, 1),
        "again": again,
    }  # fmt: skip


def _touched(folder: Path, settings: Settings, kept: Kept) -> float:
    """Processor seconds of comparing once more after one document changed."""
    path = next(iter(sorted(folder.rglob("*.md"))))
    path.write_text(path.read_text("utf-8", "replace") + "\nOne more sentence.\n", "utf-8")
    update_index(settings, "none", NoVectors, kept=kept)
    assert kept.generation is not None
    used = time.process_time()
    compare_documents(settings.index, kept.generation)
    return round(time.process_time() - used, 2)


def main() -> None:
    """Print a JSON line for each corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", nargs="+", type=Path)
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--wordings", choices=sorted(WORDINGS), default="held-out")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    for corpus in options.corpora:
        row = measure(corpus, options.pairs, options.wordings, options.seed, options.show)
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
