"""Training a judge on a small random model."""

import json
import random
from itertools import islice
from pathlib import Path

import pytest
import torch

from chatbot.errors import ConfigurationError
from chatbot.llm.judge import LONGEST_TEXT, inputs
from chatbot.llm.matrices import Matrices
from chatbot.llm.tokens import read_tokens
from chatbot.training.judge import examples, main, read_rows, train
from chatbot.training.judge_model import JudgeModel
from tests.support.gguf_files import LAYERS, short_vocabulary, write_random

ROWS = [
    {"source": "A kayak costs 12.", "right": ["A kayak is 12."], "wrong": ["A kayak is 30."]},
    {"source": "A canoe costs 30.", "right": ["A canoe is 30."], "wrong": ["A canoe is 12."]},
]


def test_it_learns_to_tell_right_from_wrong(tmp_path: Path) -> None:
    weights, rows = tmp_path / "model.gguf", tmp_path / "rows.jsonl"
    write_random(weights, "qwen2", "qwen2", short_vocabulary())
    rows.write_text("\n".join(map(json.dumps, ROWS)))
    matrices = Matrices(weights)
    tokens = read_tokens(weights, matrices.reader)
    torch.manual_seed(0)
    model = JudgeModel(matrices, LAYERS, 0)
    steps = examples(read_rows([rows]), tokens, random.Random(0), 120)
    step = next(steps)
    assert train(model, steps, tmp_path, most=40) == 40
    with torch.no_grad():
        scores = model(*inputs([example.group for example in step]))
    right = torch.tensor([value for example in step for value in example.right])
    assert scores[right > 0.5].mean() > scores[right < 0.5].mean() + 1


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "is missing"),
        ("[]", "is missing"),
        ('{"source": "a", "right": []}', "is missing"),
        ('{"source": "a", "right": "abc", "wrong": []}', "lists of texts"),
        ('{"source": "a", "right": [1], "wrong": []}', "lists of texts"),
        ('{"source": "a", "right": [["what?"]], "wrong": []}', "pairs"),
        ('{"source": "a", "right": [["what?", 1]], "wrong": []}', "pairs"),
        ('{"source": null, "right": ["a"], "wrong": []}', "to be a text"),
        ('{"source": "a", "right": [], "wrong": []}', "no statement"),
        (r'{"source": "\ud800", "right": ["a"], "wrong": []}', "half a character"),
    ],
)
def test_a_line_that_is_no_row_is_told(tmp_path: Path, line: str, why: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(ROWS[0]) + "\n" + line)
    with pytest.raises(ConfigurationError, match=rf"rows\.jsonl, line 2: .*{why}"):
        read_rows([file])


@pytest.mark.parametrize("content", [None, b"", b"\n \n", b"\xff"])
def test_files_without_rows_are_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "rows.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"no rows|cannot be read: \w|not UTF-8"):
        read_rows([file])


def test_a_line_ends_where_json_says(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    row = {"source": "One line\u2028and another", "right": ["a"], "wrong": []}
    file.write_text(json.dumps(row, ensure_ascii=False) + "\n\n", encoding="utf-8")
    assert list(read_rows([file])) == [row["source"]]


def test_a_pair_is_a_statement_that_the_answer_is_one_to_the_question(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    row = {"source": "Free.", "right": [["what\nis it?", "It is  free."]], "wrong": ["It is 3."]}
    file.write_text(json.dumps(row))
    said = [('To "what is it?" the answer is: It is free.', True), ("It is 3.", False)]
    assert read_rows([file]) == {"Free.": said}


def test_a_text_is_read_as_far_as_a_judge_reads_it() -> None:
    class Letters:
        def encode(self, text: str) -> list[int]:
            return [*map(ord, text)]

    rows = {"a" * 100_000: [("it is a", True)]}
    ((only,),) = islice(examples(rows, Letters(), random.Random(0)), 1)
    assert len(only.group.text) == LONGEST_TEXT


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (["--minutes", "0"], "--minutes"),
        (["--minutes", "nan"], "--minutes"),
        (["--rate", "nan"], "--rate"),
        (["--rate", "-1"], "--rate"),
        (["--base", "nobody"], "nobody"),
        (["--base", "openai"], "openai"),
    ],
)
def test_the_command_ends_with_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: list[str],
    why: str,
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps(ROWS[0]))
    monkeypatch.setattr("sys.argv", ["judge", str(tmp_path / "out"), str(rows), *given])
    assert main() == 1
    assert why in capsys.readouterr().err
