"""Training a judge on a small random model."""

import json
import random
from pathlib import Path

import pytest
import torch

from chatbot.errors import ConfigurationError
from chatbot.llm.judge import inputs
from chatbot.llm.matrices import Matrices
from chatbot.llm.tokens import read_tokens
from chatbot.training.judge import examples, read_rows, train
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


@pytest.mark.parametrize("line", ["{", "[]", '{"source": "a", "right": []}'])
def test_a_line_without_statements_is_told(tmp_path: Path, line: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(ROWS[0]) + "\n" + line)
    with pytest.raises(ConfigurationError, match=r"rows\.jsonl, line 2: .* is missing"):
        read_rows([file])
