"""Thumbs and corrections, each with the answer and the passages that were on screen."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, or_, select, update

from chatbot.errors import StoreError
from chatbot.store.database import Database, now
from chatbot.store.records import cited_paths, judgement_of
from chatbot.store.schema import feedback, steps

_CORRECTED = (feedback.c.wrong, feedback.c.right_answer, feedback.c.right_document)


@dataclass(frozen=True)
class Feedback:
    """One judgement; ``value`` is 1 or 0. ``answer`` holds ``question``, ``history``,
    ``passages``, ``answer``, ``citations``, ``abstained``, ``confidence`` and ``model``."""

    id: str
    thread_id: str
    value: int
    comment: str
    wrong: str
    right_answer: str
    right_document: str
    answer: dict[str, Any]
    created_at: str


@dataclass(frozen=True)
class Judged:
    """The question of a judged answer, the paths of the passages that were on screen with it, and
    of those that it cites."""

    question: str
    shown: list[str]
    cited: list[str]


class FeedbackStore:
    """Feedback in the database: one judgement for each answer, the last one counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rate(self, step_id: str, value: int, comment: str | None) -> str:
        """Save thumbs up (1) or down (0) on a step; returns the feedback's id. Thumbs up take back
        what was to be right instead.

        Raises:
            StoreError: there is no such step, or it was not saved.
        """
        async with self._database.write() as connection:
            # Thumbs stand on the run that made an answer; the answer is its child.
            of = select(steps.c.thread_id, steps.c.answer).where(
                or_(steps.c.id == step_id, steps.c.parent_id == step_id)
            )
            rows = (await connection.execute(of)).all()
            if not rows:
                raise StoreError("This was not saved, because the answer is not kept any more.")
            answer = next((row[1] for row in rows if row[1]), None)
            known = select(feedback.c.id, *_CORRECTED).where(feedback.c.step_id == step_id)
            old = (await connection.execute(known)).mappings().first()
            values = {
                "id": old["id"] if old else str(uuid.uuid4()),
                "thread_id": rows[0][0],
                "step_id": step_id,
                "value": value,
                "comment": comment,
                "answer": answer,
                "created_at": now(),
            }
            if value:
                values |= dict.fromkeys(column.name for column in _CORRECTED)
            values |= judgement_of({**(old or {}), **values})
            await connection.execute(self._database.upsert(feedback, values))
        return str(values["id"])

    async def judged(self, step_id: str) -> Judged:
        """What was judged; all empty where it is not kept."""
        query = select(feedback.c.answer).where(feedback.c.step_id == step_id)
        async with self._database.read() as connection:
            answer = (await connection.execute(query)).scalar_one_or_none() or {}
        shown = dict.fromkeys(passage["path"] for passage in answer.get("passages", ()))
        return Judged(str(answer.get("question", "")), list(shown), cited_paths(answer))

    async def correct(
        self, step_id: str, thread_id: str, *, wrong: str, right_answer: str, right_document: str
    ) -> None:
        """Save what a person says instead, on an answer of that thread with thumbs down.

        Raises:
            StoreError: it has none, or it was not saved.
        """
        given = {"wrong": wrong, "right_answer": right_answer, "right_document": right_document}
        async with self._database.write() as connection:
            mine = feedback.c.step_id == step_id, feedback.c.thread_id == thread_id
            old = (await connection.execute(select(feedback).where(*mine))).mappings().first()
            if old is None or old["value"]:
                raise StoreError("This was not saved, because the answer has no thumbs down.")
            values = given | judgement_of({**old, **given})
            await connection.execute(update(feedback).where(*mine).values(values))

    async def delete(self, feedback_id: str) -> None:
        """Take a judgement back."""
        async with self._database.write() as connection:
            await connection.execute(delete(feedback).where(feedback.c.id == feedback_id))

    async def all(self) -> list[Feedback]:
        """Every judgement on an answer, oldest first."""
        query = select(feedback).order_by(feedback.c.created_at)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [_feedback(dict(row)) for row in rows if row["answer"]]


def _feedback(row: dict[str, Any]) -> Feedback:
    values = {name: row[name] for name in Feedback.__dataclass_fields__}
    blank: dict[str, Any] = {name: "" for name, value in values.items() if value is None}
    return Feedback(**(values | blank))
