"""Data to train on and to measure with: labels are right, and neither holds text of the other."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from chatbot.cases import Case, read_cases
from chatbot.knowledge.documents import list_files
from tests.support import ROOT

RECIPES = sorted(path.parent for path in (ROOT / "models/recipes/bundled").glob("*/rows.jsonl"))
NATURAL = ROOT / "tests/cases/natural"
WORDS = 9  # so many words in a row are no coincidence


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def quotes_stand(rows: list[dict[str, Any]], docs: Path) -> None:
    texts = {p.relative_to(docs).as_posix(): plain(p.read_text("utf-8"))
             for p in docs.rglob("*") if p.is_file()}  # fmt: skip
    for row in rows:
        for gold in row["relevant"]:
            assert plain(gold["quote"]) in texts[gold["path"]], row["id"]


@pytest.mark.parametrize("folder", RECIPES, ids=lambda folder: folder.name)
def test_rows_to_train_on_are_whole(folder: Path) -> None:
    rows = lines(folder / "rows.jsonl")
    refused = sum(row["answer"] is None for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)
    assert (len(rows), refused) in ((60, 18), (72, 13))
    for row in rows:
        assert (row["answer"] is None) == (not row["relevant"]), row["id"]
        assert (row["answer"] is None) == row["kind"].startswith("refuse"), row["id"]
        assert [turn["role"] for turn in row["history"]][::2].count("assistant") == 0
        if row["kind"] == "yes-no":
            assert re.match(r"(Yes|No|Ja|Nein|Oui|Non|Sí), ", row["answer"]), row["id"]
    quotes_stand(rows, folder / "docs")


@pytest.mark.parametrize(
    ("name", "covered", "not_covered", "documents"),
    [
        ("alpenrad", 50, 25, 20),
        ("kestrel", 50, 25, 20),
        ("brightwater", 27, 13, 12),
        ("tellus", 27, 13, 12),
        ("claybourne", 34, 12, 10),
        ("tarnbus", 34, 12, 10),
        ("marquay", 34, 12, 10),
        ("fennora", 28, 18, 10),
        ("skelwick", 28, 18, 10),
        ("orvelab", 28, 18, 10),
        ("sorrelby", 33, 17, 20),
        ("quillmoor", 33, 17, 20),
        ("tremolane", 33, 17, 12),
        ("tavrello", 33, 17, 12),
    ],
)
def test_natural_cases_are_whole(name: str, covered: int, not_covered: int, documents: int) -> None:
    rows = lines(NATURAL / f"{name}.jsonl")
    assert len(read_cases(NATURAL / f"{name}.jsonl", Case)) == covered + not_covered
    assert Counter(row["answerable"] for row in rows) == {True: covered, False: not_covered}
    assert all(row["answers"] if row["answerable"] else row["why"] for row in rows)
    assert len(list_files(NATURAL / name)) == documents
    quotes_stand(rows, NATURAL / name)


def grams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1)}


def words_of(folder: Path) -> set[tuple[str, ...]]:
    files = [p for p in folder.rglob("*") if p.suffix in (".md", ".csv", ".txt", ".html", ".jsonl")]
    return set().union(*(grams(text) for file in files for text in texts_of(file)))


def texts_of(file: Path) -> list[str]:
    """A document's text; of a file of cases or rows the strings in it, without their names."""
    if file.suffix == ".jsonl":
        return [text for line in lines(file) for text in strings(line)]
    return [file.read_text(encoding="utf-8")]


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for part in parts for text in strings(part)]


def test_nothing_that_measures_is_trained_on() -> None:
    measured = words_of(ROOT / "knowledge") | words_of(ROOT / "tests/cases")
    assert not words_of(ROOT / "models/recipes") & measured
    replies = words_of(ROOT / "benchmarks/grounding/replies")
    assert not words_of(ROOT / "models/recipes/verdicts") & replies


def test_sentences_to_judge_are_whole() -> None:
    files = sorted((ROOT / "models/recipes/verdicts").glob("*.jsonl"))
    rows = [row for file in files for row in lines(file)]
    assert len(rows) > 1000 and len({row["source"] for row in rows}) == len(rows)
    for row in rows:
        assert row["source"].strip() and row["right"] and row["wrong"]
        said = [*row["right"], *row["wrong"]]
        assert len(set(said)) == len(said) and all(text.strip() for text in said), row["source"]


def test_answers_to_judge_are_whole() -> None:
    rows = [
        row for file in (ROOT / "models/recipes/answers").glob("*.jsonl") for row in lines(file)
    ]
    assert len(rows) > 400
    for row in rows:
        pairs = [tuple(pair) for pair in (*row["right"], *row["wrong"])]
        assert row["source"].strip() and row["right"] and row["wrong"]
        assert len(set(pairs)) == len(pairs), row["source"]
        assert all(len(pair) == 2 and all(text.strip() for text in pair) for pair in pairs)
