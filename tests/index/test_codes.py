"""Short codes in questions: "Error 7", "Plan B", "E-3"."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from chatbot.audience import EVERYTHING
from chatbot.index.codes import codes, named_first
from chatbot.service import ChatService
from chatbot.settings import load_settings
from tests.support.scripted import HashedEmbeddings, ScriptedEngine, scripted_model

CAUSES = (
    "water inlet closed", "drain pump blocked", "door not locked", "heater defective",
    "motor overheated", "too much foam", "level sensor broken", "drum out of balance",
    "control board error",
)  # fmt: skip


def first(tmp_path: Path, pages: dict[str, str], questions: Sequence[str]) -> list[str]:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    for name, text in pages.items():
        (folder / name).write_text(text)
    settings = load_settings(knowledge=folder, index=tmp_path / "index")
    service = ChatService(
        settings, llm=scripted_model(ScriptedEngine()), embeddings=HashedEmbeddings()
    )
    service.warm_up()
    return [service.search(question, EVERYTHING)[0].path for question in questions]


def test_the_page_of_the_code_is_first(tmp_path: Path) -> None:
    pages = {
        f"e{n}.md": f"# Fault E-{n}\n\nThe display shows E-{n}. Cause: {cause}. See steps 1 to 9.\n"
        for n, cause in enumerate(CAUSES, start=1)
    }
    asked = [f"What does fault E-{n} mean?" for n in range(1, 10)]
    assert first(tmp_path, pages, asked) == [f"e{n}.md" for n in range(1, 10)]


def test_the_page_of_a_number_behind_a_word_is_first(tmp_path: Path) -> None:
    pages = {
        f"{n}.md": f"# Error {n}\n\nCause: {cause}. Wait 7 minutes, then try twice in 5.\n"
        for n, cause in enumerate(CAUSES, start=1)
    }
    asked = [f"washer shows error {n} what now" for n in range(1, 10)]
    assert first(tmp_path, pages, asked) == [f"{n}.md" for n in range(1, 10)]


def test_the_page_of_a_letter_is_first_even_of_a_and_i(tmp_path: Path) -> None:
    letters = "ABCDI"
    pages = {
        f"{letter}.md": f"# Plan {letter}\n\nPlan {letter} costs {n} EUR. I can book a phone.\n"
        for n, letter in enumerate(letters)
    }
    asked = [f"how much is plan {letter.lower()}" for letter in letters]
    assert first(tmp_path, pages, asked) == [f"{letter}.md" for letter in letters]


@pytest.mark.parametrize(
    ("question", "text", "held"),
    [
        ("What is E-3?", "Fault E3 is a leak", True),
        ("What is e3?", "fault E-3", True),
        ("E-12", "a 12 V battery", False),
        ("E-3", "E-30 and E-31", False),
        ("Error 7", "error #7", True),
        ("Error 7", "7 errors", False),
        ("plan b please", "Plan B", True),
        ("What is E‑3?", "fault E-3", True),
        ("E-3", "Fault E‑3", True),
        ("E3", "fault E–3", True),
        ("E-3", "i.e. 3 days", False),
        ("错误E3是什么意思", "错误E3：漏水", True),
        ("エラーE-3とは", "エラーE3が出た", True),
        ("プランAの料金", "プランAは5円", True),
        ("Art. 5 DSGVO", "nach Art 5", True),
        ("Art 5 DSGVO", "nach Art. 5", True),
        ("Error: 7", "error 7", True),
        ("Error 7", "Error: 7", True),
        ("Error 7", "an error. 7. Press", False),
    ],
)
def test_a_code_is_found_as_it_is_written(question: str, text: str, held: bool) -> None:
    ranked = [(0, 1.0), (1, 0.5)]
    another = re.sub(r"[375]|\bB\b|(?<=プラン)A", "9", text)
    texts = [another, text]
    found = named_first(ranked, question, texts.__getitem__)
    assert (found[0][0] == 1) is held


@pytest.mark.parametrize(
    "question",
    [
        "is there a discount", "within 30 days", "can I pay", "what was a refund", "4.90",
        "a family of 5", "longer by 3 months", "MQ V8.5", "CVE-2015-4000", "www-01.example.org",
        "返品は30日以内ですか", "in 2024. 5 items", "the plan. A customer",
        "I bought a kettle. 2 days ago it broke",
    ],
)  # fmt: skip
def test_ordinary_words_versions_and_parts_of_longer_codes_are_no_codes(question: str) -> None:
    assert not codes(question)


def test_without_a_code_the_order_stays() -> None:
    texts = {1: "Error 5", 2: "Error 7"}
    ranked = [(1, 0.9), (2, 0.4)]
    assert named_first(ranked, "is it covered", texts.__getitem__) == ranked
    assert named_first(ranked, "and error 7?", texts.__getitem__) == [(2, 0.9), (1, 0.4)]


def test_only_the_first_passage_with_the_code_moves_and_only_before_other_codes_of_its_label() -> (
    None
):
    texts = ["Opening hours", "Error 5", "All errors", "Error 7", "Error 6", "Error 7, once more"]
    ranked = [(row, 1.0 - row / 10) for row in range(len(texts))]
    found = named_first(ranked, "what is error 7", texts.__getitem__)
    assert [row for row, _ in found] == [0, 3, 1, 2, 4, 5]
    assert [score for _, score in found] == [score for _, score in ranked]
    assert named_first(ranked, "what is error 9", texts.__getitem__) == ranked
