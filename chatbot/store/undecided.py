"""What waits for an owner's decision, as queries."""

from typing import Any

from sqlalchemy import Select, func, literal, select

from chatbot.store.records import fingerprint
from chatbot.store.schema import feedback, outcomes, reviews, threads, users

_JUDGED = (feedback.c.comment, feedback.c.wrong, feedback.c.right_answer, feedback.c.right_document)
_NOTHING_SAID = fingerprint()


def undecided_judgements() -> Select[Any]:
    """Columns as :class:`chatbot.store.reviews.Waiting` has them, of judgements that were not
    decided upon as they are; of a thread that was deleted nothing is left."""
    said = (func.coalesce(column, "") for column in _JUDGED)
    decided = reviews.c.seen.is_not(None) & (reviews.c.seen == feedback.c.seen)
    return (
        select(
            feedback.c.id,
            feedback.c.kind,
            feedback.c.question,
            feedback.c.question_key,
            func.coalesce(users.c.name, ""),
            feedback.c.created_at,
            *said,
            feedback.c.seen,
        )
        .join(threads, threads.c.id == feedback.c.thread_id)
        .join(users, users.c.id == threads.c.user_id, isouter=True)
        .join(reviews, reviews.c.id == feedback.c.id, isouter=True)
        .where(feedback.c.kind.is_not(None), ~decided)
    )


def undecided_refusals() -> Select[Any]:
    """Refusals that nobody judged: one with thumbs is an item, or a lesson, by its judgement."""
    judged = [
        select(feedback.c.id).where(feedback.c.step_id == column).exists()
        for column in (outcomes.c.id, outcomes.c.parent_id)
    ]
    nothing = (literal("") for _ in _JUDGED)
    return (
        select(
            outcomes.c.id,
            outcomes.c.kind,
            outcomes.c.question,
            outcomes.c.question_key,
            func.coalesce(users.c.name, ""),
            outcomes.c.created_at,
            *nothing,
            literal(_NOTHING_SAID),
        )
        .join(threads, threads.c.id == outcomes.c.thread_id)
        .join(users, users.c.id == threads.c.user_id, isouter=True)
        .join(reviews, reviews.c.id == outcomes.c.id, isouter=True)
        .where(outcomes.c.kind == "refused", reviews.c.id.is_(None), *(~each for each in judged))
    )
