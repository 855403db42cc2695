"""What becomes of judgements: rows to learn from, cases to pass, gaps to close."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from chatbot.cases import AnswerRow, Case, read_cases, read_rows
from chatbot.desk.corrections import SHOULD_REFUSE, regression_cases, training_rows
from chatbot.desk.gaps import find_gaps
from chatbot.desk.naming import choose_document, nearest_documents
from chatbot.desk.review import Group, alike
from chatbot.store import Feedback
from chatbot.store.reviews import Kind, Waiting
from chatbot.text.questions import question_key
from tests.support.scripted import HashedEmbeddings

SHOWN = [
    {"path": "returns/us.md", "start": 0, "end": 8, "text": "45 days.", "score": 1.0},
    {"path": "returns/eu.md", "start": 4, "end": 12, "text": "30 days.", "score": 0.5},
]
PASSAGES = [{"path": p["path"], "text": p["text"]} for p in SHOWN]


def judged(value: int = 0, abstained: bool = False, **said: str) -> Feedback:
    answer = {
        "question": "How long in the US?",
        "history": [{"role": "user", "content": "Hello"}],
        "passages": SHOWN,
        "answer": "60 days.",
        "citations": [{"path": "returns/us.md", "start": 0, "end": 8, "quote": "45 days."}],
        "abstained": abstained,
    }
    given = {"comment": "", "wrong": "", "right_answer": "", "right_document": ""} | said
    return Feedback("f1", "t1", value, answer=answer, created_at="2026-01-01", **given)


def row(given: Feedback) -> AnswerRow | None:
    return next(iter(training_rows([given])), None)


def case(given: Feedback) -> Case | None:
    return next(iter(regression_cases([given])), None)


@pytest.mark.parametrize("document", ["returns/us.md", "US.md", " us.md ", ""])
def test_a_correction_teaches_and_tests_with_the_passages_that_were_shown(document: str) -> None:
    given = judged(wrong="the number", right_answer="45 days.", right_document=document)
    learnt, tested = row(given), case(given)
    assert learnt is not None
    assert tested is not None
    assert (learnt.answer, learnt.answerable) == ("45 days.", True)
    assert [p.model_dump() for p in learnt.passages] == PASSAGES
    assert [p.model_dump() for p in tested.passages or []] == PASSAGES
    assert learnt.history == tested.history == [{"role": "user", "content": "Hello"}]
    assert (tested.answers, tested.answerable) == (["45 days."], True)
    paths = ["returns/us.md"] if document else []
    assert [r.path for r in tested.relevant] == paths


def test_a_document_that_was_not_shown_teaches_to_refuse_and_tests_retrieval() -> None:
    given = judged(right_answer="45 days.", right_document="policy/us.md")
    learnt, tested = row(given), case(given)
    assert learnt is not None
    assert tested is not None
    assert (learnt.answer, learnt.answerable) == (None, False)
    assert [p.model_dump() for p in learnt.passages] == PASSAGES
    assert (tested.passages, tested.answerable) == (None, True)
    assert [r.path for r in tested.relevant] == ["policy/us.md"]


@pytest.mark.parametrize(
    "given", [judged(wrong=SHOULD_REFUSE), judged(value=1, abstained=True)], ids=["should", "did"]
)
def test_a_right_refusal_is_learnt(given: Feedback) -> None:
    learnt, tested = row(given), case(given)
    assert learnt is not None
    assert tested is not None
    assert (learnt.answer, learnt.answerable) == (None, False)
    assert (tested.answers, tested.answerable, tested.relevant) == ([], False, [])
    assert [p.model_dump() for p in tested.passages or []] == PASSAGES


def test_praise_keeps_the_answer_and_its_quotes() -> None:
    learnt, tested = row(judged(value=1)), case(judged(value=1))
    assert learnt is not None
    assert tested is not None
    assert learnt.answer == "60 days."
    assert [(r.path, r.quote) for r in tested.relevant] == [("returns/us.md", "45 days.")]


def test_what_corrects_an_approved_answer_tests_retrieval_and_teaches_nothing() -> None:
    given = judged(right_answer="45 days.", right_document="returns/us.md")
    given.answer.update(approved={"by": "olga", "at": "2026", "source": None}, passages=[])
    tested = case(given)
    assert row(given) is None
    assert tested is not None
    assert (tested.passages, tested.answers) == (None, ["45 days."])


def test_praise_of_a_question_back_is_none_of_a_refusal() -> None:
    given = judged(value=1, abstained=True)
    given.answer["choices"] = ["US", "EU"]
    assert (row(given), case(given)) == (None, None)


def test_thumbs_down_alone_teaches_nothing() -> None:
    assert row(judged(wrong="ugly")) is None
    assert case(judged(wrong="ugly")) is None


def test_exports_are_read_by_training_and_evaluation(tmp_path: Path) -> None:
    from chatbot.cli.desk import _write_lines

    judgements = [judged(right_answer="45 days."), judged(wrong=SHOULD_REFUSE)]
    _write_lines(tmp_path / "rows.jsonl", training_rows(judgements))
    _write_lines(tmp_path / "cases.jsonl", regression_cases(judgements))
    rows, problems = read_rows(tmp_path / "rows.jsonl")
    assert (rows, problems) == (training_rows(judgements), [])
    assert read_cases(tmp_path / "cases.jsonl", Case) == regression_cases(judgements)


@dataclass
class Found:
    path: str
    score: float


def waiting(question: str, kind: Kind = "refused") -> Waiting:
    return Waiting(question, kind, question, question, "ann", "2026-01-01", "", "", "", "", "")


def test_gaps_are_questions_of_one_topic_the_largest_first() -> None:
    asked = [
        waiting("Do you ship to Norway?"),
        waiting("Is there a student discount?"),
        waiting("Can you ship to Norway please?"),
        waiting("Do you ship to Norway or not?", "down"),
    ]
    searched: list[str] = []

    def search(question: str) -> list[Found]:
        searched.append(question)
        return [Found("shipping.md", 0.4), Found("shipping.md", 0.3), Found("prices.md", 0.2)]

    first, second = find_gaps(asked, HashedEmbeddings(), search)
    assert (first.size, first.refused, first.thumbs_down) == (3, 2, 1)
    assert len(first.examples) == 3
    assert all("Norway" in question for question in first.examples)
    assert first.nearest == [
        {"path": "shipping.md", "score": 0.4},
        {"path": "prices.md", "score": 0.2},
    ]
    assert second.examples == ["Is there a student discount?"]
    assert len(searched) == 2


def test_one_question_is_a_gap_and_none_is_none() -> None:
    (gap,) = find_gaps([waiting("Why?")], HashedEmbeddings(), lambda question: [])
    assert (gap.size, gap.nearest) == (1, [])
    assert find_gaps([], HashedEmbeddings(), lambda question: []) == []


def test_of_many_questions_the_most_asked_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.desk.gaps.COMPARED", 2)
    asked = [waiting(text) for text in ("Why?", "Is it blue?", "How long?", "Why?", "How long?")]
    embedded: list[str] = []

    class Counted(HashedEmbeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            embedded.extend(texts)
            return super().embed_documents(texts)

    gaps = find_gaps(asked, Counted(), lambda question: [])
    assert sorted(embedded) == ["How long?", "Why?"]
    assert sum(gap.size for gap in gaps) == 4


KNOWN = ["returns/us.md", "returns/eu.md", "faq/us.md", "prices.pdf"]


@pytest.mark.parametrize(
    ("named", "shown", "chosen"),
    [
        ("returns/us.md", [], "returns/us.md"),
        (" RETURNS/us.MD ", [], "returns/us.md"),
        ("eu.md", [], "returns/eu.md"),
        ("us.md", ["faq/us.md"], "faq/us.md"),  # the one on screen is meant
        ("us.md", [], None),  # there are two
        ("s.md", [], None),
        ("upload/bill.pdf", ["upload/bill.pdf"], "upload/bill.pdf"),
        ("usa.md", ["returns/us.md"], None),
        ("/", [], None),
        ("Ru\u0308ckgabe.md", ["faq/R\u00fcckgabe.md"], "faq/R\u00fcckgabe.md"),  # a Mac's name
        ("R\u00fcckgabe.md", ["faq/Ru\u0308ckgabe.md"], "faq/Ru\u0308ckgabe.md"),
    ],
)
def test_the_document_that_is_meant(named: str, shown: list[str], chosen: str | None) -> None:
    assert choose_document(named, shown, KNOWN) == chosen


def test_the_nearest_documents_are_named() -> None:
    assert nearest_documents("usa.md", KNOWN)[0] in ("faq/us.md", "returns/us.md")
    assert nearest_documents("us.md", KNOWN) == ["faq/us.md", "returns/us.md"]
    assert nearest_documents("price.pdf", KNOWN) == ["prices.pdf"]
    assert nearest_documents("zzzzzz", KNOWN) == []


def test_the_same_question_in_other_signs_has_the_same_key() -> None:
    turns = [{"role": "user", "content": "About the EU"}, {"role": "assistant", "content": "Yes."}]
    assert question_key("How  long?") == question_key("how LONG") != question_key("How long now?")
    assert question_key("How long?", turns) != question_key("How long?")
    assert question_key("How long?", turns) == question_key("How long?", turns[:1])


def group(question: str) -> Group:
    return Group(question, (waiting(question),))


def test_alike_questions_stand_together_and_unknown_ones_alone() -> None:
    questions = ["Can you ship to Norway?", "Prices?", "Can you ship to Norway please?", "Norway"]
    embedded = HashedEmbeddings().embed_documents(questions[:3])
    vectors = {
        question: np.asarray(vector, dtype=np.float32)
        for question, vector in zip(questions, embedded, strict=False)
    }
    found = alike([group(question) for question in questions], vectors)
    shown = [[group.question for group in groups] for groups in found]
    assert shown == [[questions[0], questions[2]], [questions[1]], [questions[3]]]
    assert len(alike([group(question) for question in questions], {})) == 4
