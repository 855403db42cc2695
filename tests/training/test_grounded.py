"""Rows over the passages that a search finds: what is answered and what is refused."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import BaseMessage

from chatbot.answering.conversation import Found
from chatbot.answering.excerpts import Excerpts
from chatbot.cases import RecipeRow, Relevant
from chatbot.errors import DataError
from chatbot.memory import Turn
from chatbot.passage import Passage
from chatbot.training.grounded import grounded_rows, recipe_rows
from tests.support.scripted import HashedEmbeddings

FACTS = [
    ("shipping.md", "Standard shipping to the EU takes 5 days."),
    ("shipping.md", "Express shipping to the EU takes 2 days."),
    ("returns.md", "Opened tins can be returned within 14 days."),
    ("prices.csv", "K-204,18.50,EUR"),
    ("hours.md", "The shop in Bern opens at 09:00."),
    ("hours.md", "The shop in Rome opens at 10:00."),
]


def passage(at: int) -> Passage:
    path, text = FACTS[at]
    columns = "part | price | currency" if path.endswith(".csv") else ""
    meta = {"path": path, "title": path, "heading": "", "columns": columns}
    return Passage(page_content=text, metadata=meta, id=str(at))


def row(at: int, answer: str | None = "An answer of its own.") -> RecipeRow:
    path, text = FACTS[at]
    relevant = [Relevant(path=path, quote=text)] if answer else []
    return RecipeRow(id=f"r{at}", kind="plain", question=f"q{at}", answer=answer, relevant=relevant)


def found(passages: list[Passage], query: str = "q") -> Found:
    return Found(query, passages, passages, [])


def search(row: RecipeRow) -> Found:
    """The row's own fact first, then the others in order."""
    at = int(row.id[1])
    return found([passage(at), *(passage(n) for n in range(len(FACTS)) if n != at)])


def test_every_answer_is_taught_once_over_passages_that_hold_it() -> None:
    rows = grounded_rows([row(at) for at in range(6)], search, seed=1)
    answered = [one for one in rows if one.answer is not None]
    assert sorted(one.id.partition("@")[0] for one in answered) == [f"r{n}" for n in range(6)]
    for one in answered:
        fact = FACTS[int(one.id[1])][1]
        assert any(fact in given.text for given in one.passages)
        assert one.retrieved
        assert 2 <= len(one.passages) <= 4


def test_the_same_question_is_refused_where_its_passage_is_missing() -> None:
    rows = grounded_rows([row(at) for at in range(6)], search, seed=1)
    refused = [one for one in rows if one.answer is None]
    assert refused
    for one in refused:
        fact = FACTS[int(one.id[1])][1]
        assert not any(fact in given.text for given in one.passages)


def test_a_question_without_an_answer_is_refused_everywhere() -> None:
    never = RecipeRow(id="r0", kind="refuse-near", question="q", answer=None)
    rows = grounded_rows([never, row(1), row(2)], search, seed=3)
    assert [one.answer for one in rows if one.id.startswith("r0@")] == [None]


def test_passages_that_say_it_in_other_words_are_no_reason_to_refuse() -> None:
    twin = RecipeRow(
        id="r4", kind="plain", question="when", answer="The shop in Rome opens at 10:00.",
        relevant=[Relevant(path="other.md", quote="nowhere")],
    )  # fmt: skip
    rows = grounded_rows([twin, *(row(at) for at in range(6) if at != 4)], search, seed=1)
    for one in rows:
        if one.id.startswith("r4@"):
            assert not any("Rome" in given.text for given in one.passages)


def test_the_head_of_a_table_counts_as_read() -> None:
    quotes = [
        Relevant(path="prices.csv", quote="part,price,currency"),
        Relevant(path="prices.csv", quote="K-204,18.50,EUR"),
    ]
    priced = RecipeRow(id="r3", kind="table", question="k-204?", answer="18.50", relevant=quotes)
    (first, *_) = grounded_rows([priced], search, seed=1)
    assert first.answer == "18.50"
    assert any(given.columns for given in first.passages)


def test_rows_are_taught_over_what_a_served_model_reads() -> None:
    filler = "\n".join(f"Line {n} tells of gardens, rivers and hills." for n in range(40))
    prices = "\n".join(f"| K-{n} | {n}.50 |" for n in range(200, 260))
    texts = {
        "prices.md": f"| part | price |\n|---|---|\n{prices}",
        "shipping.md": f"{FACTS[0][1]}\n\n{filler}",
        "hills.md": filler,
    }
    passages = [
        Passage(page_content=text, metadata={"path": path, "title": path, "start": 0})
        for path, text in texts.items()
    ]
    asked = [
        ("r1", "price of K-204", "K-204 costs 204.50.", "prices.md", "| K-204 | 204.50 |"),
        ("r2", "standard shipping to the EU", "It takes 5 days.", *FACTS[0]),
    ]
    rows = [
        RecipeRow(id=name, kind="plain", question=question, answer=answer,
                  relevant=[Relevant(path=path, quote=quote)])
        for name, question, answer, path, quote in asked
    ]  # fmt: skip
    taught = grounded_rows(
        rows, lambda row: found(passages, row.question), 1, Excerpts(HashedEmbeddings())
    )
    answered = {row.id.partition("@")[0]: row for row in taught if row.answer}
    assert set(answered) == {"r1", "r2"}
    read = "\n".join(given.text for given in answered["r1"].passages)
    assert "part: K-204; price: 204.50" in read
    assert len(read) < sum(map(len, texts.values())) / 2


def test_a_follow_up_is_searched_for_as_answers_are(tmp_path: Path) -> None:
    """The excerpts, too, are chosen by what was searched for."""

    class Service:
        def conversation(self, k: int) -> "Service":
            return self

        def find(self, history: Sequence[BaseMessage], question: str) -> Found:
            asked.append((len(history), question))
            return found([passage(4), *(passage(n) for n in (0, 1, 2, 3, 5))], "searched for")

    class Listening(Excerpts):
        def of(self, passages: Any, query: str, terms: str, **options: Any) -> Any:
            read.append((query, terms))
            return super().of(passages, query, terms, **options)

    asked: list[tuple[int, str]] = []
    read: list[tuple[str, str]] = []
    turns: list[Turn] = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yes"}]
    (tmp_path / "shop").mkdir()
    follow_up = row(4).model_copy(update={"history": turns})
    (tmp_path / "shop" / "rows.jsonl").write_text(f"{follow_up.model_dump_json()}\n")
    (taught, *_) = recipe_rows(tmp_path, lambda _: Service(), 1, Listening(HashedEmbeddings()))
    assert asked == [(2, "q4")] and read == [("searched for", "q4")]
    assert taught.answer == follow_up.answer


def test_a_recipe_without_knowledge_bases_says_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'docs/' and 'rows\.jsonl'"):
        list(recipe_rows(tmp_path, lambda _: None, 1))
