"""How a pipeline is set for the machine."""

import pytest

from chatbot.llm.engines.pipeline import step_tokens


@pytest.mark.parametrize(
    ("able", "count", "tokens"),
    [(["FP32", "INT8"], 1, 64), (["FP32", "INT8"], 2, 128), (["FP32"], 32, 512),
     (["FP32", "BF16"], 2, 512)],
)  # fmt: skip
def test_a_step_takes_about_as_long_on_fewer_processors(
    able: list[str], count: int, tokens: int
) -> None:
    assert step_tokens(able, count) == tokens
