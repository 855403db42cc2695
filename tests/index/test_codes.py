"""Short codes in questions: "Error 7", "Plan B", "E-3"."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from chatbot.audience import EVERYTHING
from chatbot.index.codes import codes, named_first
from chatbot.index.titled import titled_first
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
        ("F-7", "fault F07", True),
        ("error seven", "Error 7", True),
        ("the 7th step", "In step 7", True),
        ("im 7. Schritt", "Schritt 7", True),
        ("the 7th of May", "of 7", False),
        ("Fehler sieben", "Fehler 7", True),
        ("Error 7", "buy seven lamps", False),
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


def test_the_very_code_comes_before_the_padded_one() -> None:
    texts = ["Fault F8", "Fault F07", "Fault F7"]
    found = named_first([(0, 0.9), (1, 0.8), (2, 0.7)], "f-7", texts.__getitem__)
    assert [row for row, _ in found] == [2, 0, 1]


TITLES = (
    "KX-100-BLK", "KX-100-BL", "Release 4.1-beta", "Release 4.1", "Release 4.10", "Form M/20/1",
    "Form M/20", "Form MM/20", "Error 0x80070643", "Error 0x80070057", "Part 0045-12", "Part 45-12",
    "ORA-00942", "Delivery", "Rules 2026",
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("is the kx 100 bl in stock?", "KX-100-BL"),
        ("KX100BLK", "KX-100-BLK"),
        ("what is new in 4.1", "Release 4.1"),
        ("v4.1 beta", "Release 4.1-beta"),
        ("version 4.10.", "Release 4.10"),
        ("form m20", "Form M/20"),
        ("M/20/1", "Form M/20/1"),
        ("80070643 again", "Error 0x80070643"),
        ("part 0045 12", "Part 0045-12"),
        ("part 45-12", "Part 45-12"),
        ("ora-942", "ORA-00942"),
    ],
)
def test_a_title_with_the_whole_code_comes_first(question: str, title: str) -> None:
    ranked = [(row, 1.0 - row / 100) for row in range(len(TITLES))]
    found = titled_first(ranked, question, TITLES.__getitem__)
    assert TITLES[found[0][0]] == title and sorted(row for row, _ in found) == [*range(len(TITLES))]
    assert [score for _, score in found] == [score for _, score in ranked]


@pytest.mark.parametrize(
    "question", ["how long is delivery", "rules of 2026", "within 30 days", "3 of 5", "9.9", "?"]
)
def test_what_no_title_has_moves_nothing(question: str) -> None:
    ranked = [(row, 1.0) for row in range(len(TITLES))]
    assert titled_first(ranked, question, TITLES.__getitem__) == ranked
    assert titled_first([], question, TITLES.__getitem__) == []


def test_a_title_without_a_code_stays_in_front() -> None:
    titles = ["Delivery", "KX-200", "KX-100"]
    found = titled_first([(0, 0.9), (1, 0.8), (2, 0.7)], "KX-100 delivery", titles.__getitem__)
    assert [row for row, _ in found] == [0, 2, 1]
