"""How close rewritten follow-ups come to the questions that people wrote for them."""

from collections.abc import Callable, Sequence
from typing import Any

from chatbot.cases import RewriteCase
from chatbot.errors import GenerationError, QuestionError
from chatbot.evaluation.metrics import normalise, token_f1
from chatbot.memory import to_messages

Rewrite = Callable[[Sequence[Any], str], str]
Progress = Callable[[int, int], None]


def rewrite_cases(
    cases: Sequence[RewriteCase], rewrite: Rewrite, progress: Progress
) -> list[dict[str, Any]]:
    """One row for each case: what ``rewrite(history, question)`` made of it, and how close it is
    to the question that a person wrote. Where the model failed, ``failed`` says so.

    Raises:
        GenerationError: it failed at every case.
    """
    rows = []
    for done, case in enumerate(cases, start=1):
        text = failed = ""
        try:
            text = rewrite(to_messages(case.history), case.question)
        except (GenerationError, QuestionError) as exc:
            failed = str(exc)
        rows.append(
            {
                "id": case.id,
                "question": case.question,
                "rewrite": text,
                "failed": failed,
                "standalone": case.standalone,
                "token_f1": token_f1(text, [case.standalone]),
                "bare_token_f1": token_f1(case.question, [case.standalone]),
                "exact": normalise(text) == normalise(case.standalone),
            }
        )
        progress(done, len(cases))
    if rows and all(row["failed"] for row in rows):
        raise GenerationError(f"No case was rewritten: {rows[0]['failed']}")
    return rows


def summarise_rewrites(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """``{"n", "failed", "token_f1", "exact"}``, and ``bare_token_f1`` of the question as it was
    asked; means are over the cases that did not fail."""
    keys = ("token_f1", "exact", "bare_token_f1")
    asked, rows = len(rows), [row for row in rows if not row["failed"]]
    return {"n": asked, "failed": asked - len(rows)} | {
        key: round(sum(row[key] for row in rows) / len(rows), 4) for key in keys
    }


def bare(history: Sequence[Any], question: str) -> str:
    """The question as it was asked."""
    return question


def concatenate(history: Sequence[Any], question: str) -> str:
    """The turns of the conversation and the question, one behind the other."""
    return " ".join([*(str(turn.text) for turn in history), question])
