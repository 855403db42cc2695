"""How close rewritten follow-ups come to the questions that people wrote for them."""

from collections.abc import Callable, Sequence
from typing import Any

from chatbot.cases import RewriteCase
from chatbot.evaluation.metrics import normalise, token_f1
from chatbot.memory import to_messages

Rewrite = Callable[[Sequence[Any], str], str]


def evaluate_rewrites(
    cases: Sequence[RewriteCase], rewrite: Rewrite, progress: Callable[[int, int], None]
) -> dict[str, float]:
    """``{"n", "token_f1", "exact"}`` of ``rewrite(history, question)``, and for comparison
    ``bare_token_f1`` of the question as it was asked."""
    f1 = exact = bare = 0.0
    for done, case in enumerate(cases, start=1):
        text = rewrite(to_messages(case.history), case.question)
        f1 += token_f1(text, [case.standalone])
        exact += normalise(text) == normalise(case.standalone)
        bare += token_f1(case.question, [case.standalone])
        progress(done, len(cases))
    count = len(cases)
    return {
        "n": count,
        "token_f1": round(f1 / count, 4),
        "exact": round(exact / count, 4),
        "bare_token_f1": round(bare / count, 4),
    }
