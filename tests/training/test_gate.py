"""The gate that an adapter has to pass."""

from chatbot.training.gate import judge
from tests.support.training import row


def test_the_gate_lets_only_what_is_no_worse_through() -> None:
    old = [row("a", True, False, True), row("b", True, True, False), row("c", False, True, False)]
    better = [row("a", True, False, True), row("b", True, False, True), row("c", False, True, True)]
    worse = [row("a", True, True, False), row("b", True, True, False), row("c", False, True, False)]
    assert judge(old, better).passes
    assert judge(old, better).fixed == ["b"]
    assert not judge(old, worse).passes
    assert judge(old, worse).broken == ["a"]


def test_cases_of_one_id_all_count() -> None:
    old = [row("a", True, False, True), row("a", True, True, False)]
    assert (judge(old, old[::-1]).before, judge(old, old[::-1]).after) == (0.5, 0.5)
    assert judge(old, old[::-1]).fixed == judge(old, old[::-1]).broken == ["a"]
