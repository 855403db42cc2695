"""Training data: rows become examples with the prompts of serving."""

import json
from collections import Counter
from pathlib import Path

import pytest

from chatbot.answering.excerpts import Excerpts
from chatbot.cases import AnswerRow, GivenPassage, RewriteCase
from chatbot.llm.templates import chat_template
from chatbot.training.data import DataFile, mix, parse_data_file
from chatbot.training.replies import whole_reply
from tests.support.scripted import HashedEmbeddings
from tests.support.training import PROMPTS, mixture, rows_file


def test_the_same_seed_gives_the_same_examples(tmp_path: Path) -> None:
    path = rows_file(tmp_path)
    assert mixture(path) == mixture(path)
    assert mixture(path) != mixture(path, seed=8)


def test_refusals_keep_to_their_share(tmp_path: Path) -> None:
    examples = mixture(rows_file(tmp_path), refusals=0.1).examples
    refusing = [example for example in examples if example.reply == PROMPTS.unknown]
    assert 0 < len(refusing) <= 0.1 * len(examples) + 1


def test_prompts_are_those_of_serving(tmp_path: Path) -> None:
    prompts = [example.prompt for example in mixture(rows_file(tmp_path, count=24)).examples]
    answering = [prompt for prompt in prompts if "[1] " in prompt]
    assert all(prompt.count("[1] ") == 1 for prompt in answering)
    assert any("[2] " in prompt for prompt in answering), "no distractor anywhere"
    assert any(prompt.count("Question: ") == 2 for prompt in answering), "no follow-up anywhere"


def test_replies_are_whole_sentences(tmp_path: Path) -> None:
    replies = {example.reply for example in mixture(rows_file(tmp_path)).examples}
    assert "It costs 4 EUR." in replies


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        ("返品は三十日以内です。", "返品は三十日以内です。"),
        ("返品は無料", "返品は無料。"),
        ("वापसी मुफ़्त है।", "वापसी मुफ़्त है।"),
        ("वापसी मुफ़्त है", "वापसी मुफ़्त है।"),
        ("ส่งฟรี", "ส่งฟรี"),
        ("Click “Save”", "Click “Save”"),
        ("iPhone 15 is supported", "iPhone 15 is supported."),
        ("it costs 5%", "It costs 5%."),
    ],
)
def test_a_reply_ends_as_its_script_does(answer: str, reply: str) -> None:
    row = AnswerRow(id="1", question="?", passages=[], answer=answer)
    assert whole_reply(answer, row) == reply


def test_an_answer_that_asks_back_is_left_out_in_any_script(tmp_path: Path) -> None:
    path = rows_file(tmp_path)
    passage = GivenPassage(path="a.md", text="どの商品ですか？ هل هو جديد؟")
    asks = [
        AnswerRow(id=f"q{n}", question="?", passages=[passage], answer=answer)
        for n, answer in enumerate(["どの商品ですか？", "هل هو جديد؟"])
    ]
    with path.open("a") as file:
        file.writelines(row.model_dump_json() + "\n" for row in asks)
    assert [problem.partition(": ")[2] for problem in mixture(path).problems] == [
        "its answer asks back."
    ] * 2


def test_empty_replies_are_not_taught(tmp_path: Path) -> None:
    path = rows_file(tmp_path)
    passage = GivenPassage(path="a.md", text="Returns are free.")
    empty = [
        RewriteCase(id="1", question="and there?", standalone=" "),
        AnswerRow(id="2", question="?", passages=[passage], answer="", retrieved=True),
    ]
    with path.open("a") as file:
        file.writelines(row.model_dump_json() + "\n" for row in empty)
    mixed = mixture(path)
    assert [problem.partition(": ")[2] for problem in mixed.problems] == [
        "its standalone question is empty.",
        "its answer is empty.",
    ]
    assert all(example.reply.strip() for example in mixed.examples)


def test_files_of_one_name_are_all_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old").mkdir()
    for folder in (Path("old"), Path()):
        rows_file(folder)
    files = [DataFile(Path(name)) for name in ("old/rows.jsonl", "rows.jsonl", "rows.jsonl")]
    mixed = mix(files, PROMPTS, chat_template("chatml"), refusals=0.5, seed=7)
    assert list(mixed.counts) == ["rows.jsonl", "rows.jsonl (2)", "rows.jsonl (3)"]
    assert len(mixed.examples) == 3 * 17


def test_a_reply_says_what_its_pronouns_mean(tmp_path: Path) -> None:
    text = "The parcel is free. It is sent on Monday. Returns are free too."
    rows = [
        {"id": f"{n}", "question": question, "passages": [{"path": "a.md", "text": text}],
         "answer": answer, "answerable": True}
        for n, (question, answer) in enumerate([
            ("When is it sent?", "It is sent on Monday."),
            ("Are returns free?", "Returns are free too."),
        ])
    ]  # fmt: skip
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    replies = {example.reply for example in mixture(path).examples}
    assert replies == {"The parcel is free. It is sent on Monday.", "Returns are free too."}


def test_a_sample_takes_whole_passages(tmp_path: Path) -> None:
    rows = [
        {"id": f"{p}-{q}", "question": f"Question {q}?", "answer": f"Passage {p} says this.",
         "passages": [{"path": f"{p}.md", "text": f"Passage {p} says this. More of it. " * 4}],
         "answerable": True}
        for p in range(8) for q in range(4)
    ]  # fmt: skip
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    taken = mixture(path, refusals=0.0, limit=16).examples
    assert len(taken) == 16
    assert len({example.id.partition("-")[0] for example in taken}) == 4


def test_retrieved_passages_and_written_answers_stay_as_they_are(tmp_path: Path) -> None:
    passages = [
        GivenPassage(path="b.csv", text="A-1,12.50", title="Prices", columns="part | price"),
        GivenPassage(path="a.md", text="We open at nine.", title="Hours", heading="Shop"),
    ]
    answer = "1. Prüfen\n2. Bestellen"
    row = AnswerRow(id="x", question="wie?", passages=passages, answer=answer, retrieved=True)
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{row.model_dump_json()}\n", encoding="utf-8")
    (example,) = mixture(path).examples
    first = "[1] Prices\npart | price\nA-1,12.50\n\n"
    assert f"{first}[2] Hours > Shop\nWe open at nine.\n\nQuestion: wie?" in example.prompt
    assert example.reply == answer


def test_a_correction_is_learned_from_the_passage_that_the_model_reads(tmp_path: Path) -> None:
    screen = [
        GivenPassage(path="b.md", text="Parcels within Europe take two to five working days."),
        GivenPassage(path="a.md", text="Parcels in the US are carried by BlueLine, every day."),
    ]
    answer = "Parcels in the US are carried by BlueLine."
    row = AnswerRow(id="c", question="Who carries it?", passages=screen, answer=answer)
    answer = "Parcels within Europe take two to five working days."
    same_screen = AnswerRow(id="d", question="How long?", passages=screen, answer=answer)
    path = tmp_path / "corrections.jsonl"
    path.write_text(f"{row.model_dump_json()}\n{same_screen.model_dump_json()}\n")
    files = [DataFile(path), DataFile(rows_file(tmp_path))]
    mixed = mix(files, PROMPTS, chat_template("chatml"), refusals=0.2, seed=7, reads=1)
    prompts = {example.id: example.prompt for example in mixed.examples}
    assert "carried by BlueLine, every day" in prompts["c"]
    assert "[2] " not in prompts["c"]
    assert "Parcels within Europe" in prompts["d"]
    assert "[2] " not in prompts["d"]


def test_a_correction_is_learned_from_the_excerpts_that_the_model_reads(tmp_path: Path) -> None:
    filler = "Gardens and rivers lie in the north, and hills are seen from every window. " * 9
    screen = [GivenPassage(path=f"{n}.md", text=f"{filler}\n\nNumber {n}.") for n in range(7)]
    fact = "Parcels in the US are carried by BlueLine."
    screen.append(GivenPassage(path="us.md", text=f"{filler}\n\n{fact}\n\n{filler}"))
    row = AnswerRow(id="c", question="Who carries US parcels?", passages=screen, answer=fact)
    path = tmp_path / "corrections.jsonl"
    path.write_text(f"{row.model_dump_json()}\n")
    mixed = mix(
        [DataFile(path)], PROMPTS, chat_template("chatml"), refusals=0.2, seed=7,
        excerpts=Excerpts(HashedEmbeddings()),
    )  # fmt: skip
    (example,) = mixed.examples
    assert fact in example.prompt
    assert len(example.prompt) < 3_500 < sum(len(passage.text) for passage in screen)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("Yes, you can.", ""),
        ("No.", ""),
        ("Return it within 30 days.", ""),
        ("可以，三十天内可以退货。", ""),
        ("Which plan do you have?", "asks back"),
        ("Return it within 30 days. " * 20, "has more than 450 characters"),
        ("Plumbers mend leaking pipes.", "stands in none of its passages"),
        (" ", "is empty"),
    ],
)
def test_a_row_that_is_left_out_is_named_with_the_reason(
    tmp_path: Path, answer: str, why: str
) -> None:
    text = "You can return it within 30 days. 可以在三十天内退货"
    passages = [GivenPassage(path="a.md", text=text)]
    row = AnswerRow(id="x", question="Can I?", passages=passages, answer=answer)
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{row.model_dump_json()}\n")
    mixed = mixture(path)
    assert len(mixed.examples) == mixed.counts["rows.jsonl"] == int(not why)
    assert [why in problem and "row 'x'" in problem for problem in mixed.problems] == [True] * bool(
        why
    )


@pytest.mark.parametrize(
    ("replies", "refusals", "limit", "taken"),
    [
        (100, 0, 50, {"replies": 50, "refusals": 0}),
        (100, 100, 50, {"replies": 40, "refusals": 10}),
        (100, 100, None, {"replies": 100, "refusals": 25}),
        (8, 100, 50, {"replies": 8, "refusals": 2}),
    ],
)
def test_the_share_of_refusals_is_one_of_all_rows(
    tmp_path: Path, replies: int, refusals: int, limit: int | None, taken: dict[str, int]
) -> None:
    """Together in one file, and each in its own."""
    passages = [GivenPassage(path="a.md", text="It costs 4 EUR.")]
    rows = {
        name: [
            AnswerRow(id=f"{name}{n}", question="?", passages=passages, answer=answer)
            for n in range(count)
        ]
        for name, answer, count in (
            ("replies", "It costs 4 EUR.", replies),
            ("refusals", None, refusals),
        )
    }
    parts = [tmp_path / name for name in rows]
    for path, part in zip(parts, rows.values(), strict=True):
        path.write_text("".join(f"{row.model_dump_json()}\n" for row in part))
    both = tmp_path / "both"
    both.write_text("".join(path.read_text() for path in parts))
    one = mixture(both, limit=limit)
    assert Counter(e.id.rstrip("0123456789") for e in one.examples) == Counter(taken)
    if refusals and limit is None:
        files = [DataFile(path) for path in parts]
        assert mix(files, PROMPTS, chat_template("chatml"), refusals=0.2, seed=7).counts == taken


def test_a_bad_row_is_named_by_its_line(tmp_path: Path) -> None:
    path = rows_file(tmp_path, count=2)
    bad = ['{"id": "x", "question": "no passages"}', '{"id": "y",}', "[1]"]
    path.write_text(path.read_text() + "".join(f"{line}\n" for line in bad))
    mixed = mixture(path)
    assert len(mixed.examples) == 5
    assert [problem.split(", ")[1][:6] for problem in mixed.problems] == [
        "line 6",
        "line 7",
        "line 8",
    ]


def test_a_file_may_be_limited() -> None:
    assert parse_data_file("a/rows.jsonl=50") == DataFile(Path("a/rows.jsonl"), 50)
    assert parse_data_file("a/rows.jsonl") == DataFile(Path("a/rows.jsonl"))


def test_a_model_that_quotes_is_taught_what_an_answer_rests_on(tmp_path: Path) -> None:
    shop = GivenPassage(path="shop.md", text="The shop opens at 09:00. It closes at 18:00.")
    rows = [
        AnswerRow(id="a", question="till when", passages=[shop], answer="It closes at 18:00."),
        AnswerRow(
            id="b",
            question="from when",
            passages=[shop],
            answer="From nine.",
            quotes=["The shop opens at 09:00."],
            retrieved=True,
        ),
        AnswerRow(id="c", question="where", passages=[shop], answer=None),
        AnswerRow(
            id="d",
            question="till when on sundays",
            passages=[shop],
            answer=None,
            quotes=["It closes at 18:00."],
            retrieved=True,
        ),
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(row.model_dump_json() + "\n" for row in rows), encoding="utf-8")
    template = chat_template("chatml")
    mixed = mix([DataFile(path)], PROMPTS, template, refusals=0.5, seed=1, quotes=True)
    assert {example.id: example.reply for example in mixed.examples} == {
        "a": "> The shop opens at 09:00.\n> It closes at 18:00.\n\n" + shop.text,
        "b": "> The shop opens at 09:00.\n\nFrom nine.",
        "c": PROMPTS.unknown,
        "d": "> It closes at 18:00.\n\n" + PROMPTS.unknown,
    }
