"""The sample knowledge base and its labelled cases agree with each other."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT

KNOWLEDGE = ROOT / "knowledge"
CASES_FILE = ROOT / "tests" / "cases" / "sample.jsonl"
FORMATS = {".md", ".csv", ".pdf", ".docx", ".html"}
RAW_FORMATS = {".md", ".csv", ".html"}
KINDS = {"first": 33, "follow-up": 12, "unanswerable": 15}


def load_cases() -> list[dict[str, Any]]:
    lines = CASES_FILE.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def documents() -> list[Path]:
    files = (path for path in KNOWLEDGE.rglob("*") if path.is_file())
    return sorted(path for path in files if path.suffix in FORMATS)


def collapse(text: str) -> str:
    return " ".join(text.split())


def kind(case: dict[str, Any]) -> str:
    if not case["answerable"]:
        return "unanswerable"
    return "follow-up" if case["history"] else "first"


CASES = load_cases()
ANSWERABLE = [case for case in CASES if case["answerable"]]


def test_there_are_sixty_cases_with_unique_ids() -> None:
    assert len(CASES) == 60
    assert len({case["id"] for case in CASES}) == 60


def test_counts_of_kinds() -> None:
    assert Counter(kind(case) for case in CASES) == KINDS


def test_enough_documents_in_all_formats() -> None:
    found = documents()
    assert len(found) >= 30
    assert {path.suffix for path in found} == FORMATS


def test_every_format_answers_a_first_question() -> None:
    firsts = [case for case in ANSWERABLE if not case["history"]]
    assert {Path(r["path"]).suffix for case in firsts for r in case["relevant"]} == FORMATS


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case_is_well_formed(case: dict[str, Any]) -> None:
    assert set(case) == {"id", "question", "history", "answerable", "answers", "relevant"}
    assert case["question"].strip()
    for turn in case["history"]:
        assert turn["role"] in {"user", "assistant"}
        assert turn["content"].strip()
    assert bool(case["answers"]) is case["answerable"]
    assert bool(case["relevant"]) is case["answerable"]


@pytest.mark.parametrize("case", ANSWERABLE, ids=lambda case: case["id"])
def test_quotes_stand_in_their_documents(case: dict[str, Any]) -> None:
    for relevant in case["relevant"]:
        path = KNOWLEDGE / relevant["path"]
        assert path.is_file(), relevant["path"]
        if path.suffix in RAW_FORMATS:
            raw = path.read_text(encoding="utf-8")
            assert collapse(relevant["quote"]) in collapse(raw), relevant["path"]


@pytest.mark.parametrize("case", ANSWERABLE, ids=lambda case: case["id"])
def test_answers_stand_in_the_quotes(case: dict[str, Any]) -> None:
    quotes = [relevant["quote"] for relevant in case["relevant"]]
    for answer in case["answers"]:
        assert any(answer in quote for quote in quotes), answer
