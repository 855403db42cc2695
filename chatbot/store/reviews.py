"""What owners decide about: corrections, thumbs, and refused questions, each of them once.

Only what was accepted teaches, praise too. An item waits until there is a decision on it; a
correction that its writer changed since then waits again.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, Select, Text, cast, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatbot.errors import ConflictError, StoreError
from chatbot.store.approved import ApprovedText, put
from chatbot.store.audit import note
from chatbot.store.database import Database, now
from chatbot.store.feedback import Feedback
from chatbot.store.records import fingerprint
from chatbot.store.schema import feedback, outcomes, reviews, steps, threads, users
from chatbot.text.questions import question_key

Kind = Literal["correction", "down", "refused", "up"]
# ``done`` and ``ignored`` are said of gaps; ``settled`` together with another item.
Status = Literal["accepted", "rejected", "done", "ignored", "settled"]

_JUDGED = (feedback.c.comment, feedback.c.wrong, feedback.c.right_answer, feedback.c.right_document)
_NOTHING_SAID = fingerprint()


@dataclass(frozen=True)
class Waiting:
    """An item without a decision; ``seen`` is the fingerprint of what it says.

    ``comment``, ``wrong``, ``right_answer`` and ``right_document`` are as in :class:`Feedback`.
    """

    id: str
    kind: Kind
    question: str
    key: str
    asked_by: str
    created_at: str
    comment: str
    wrong: str
    right_answer: str
    right_document: str
    seen: str


@dataclass(frozen=True)
class Decision:
    """What an owner decided; the texts count for accepted items."""

    status: Status
    wrong: str = ""
    right_answer: str = ""
    right_document: str = ""


@dataclass(frozen=True)
class Review:
    """A decision that was made; ``lead`` is the item it was settled with."""

    id: str
    status: str
    kind: str
    question: str
    wrong: str
    right_answer: str
    right_document: str
    lead: str | None
    decided_by: str
    decided_at: str


_REVIEW = [reviews.c[name] for name in Review.__dataclass_fields__]


class ReviewStore:
    """Items that wait and decisions, in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self) -> list[Waiting]:
        """Every item without a decision that something is wrong with, newest first."""
        async with self._database.read() as connection:
            judged = (await connection.execute(_undecided_judgements(0))).all()
            refused = (await connection.execute(_undecided_refusals())).all()
        items = [item for row in judged if (item := _judgement_item(row))]
        items += [_refusal_item(row) for row in refused]
        return sorted(items, key=lambda item: item.created_at, reverse=True)

    async def praised(self) -> list[Waiting]:
        """Every answer with thumbs up without a decision, newest first."""
        async with self._database.read() as connection:
            judged = (await connection.execute(_undecided_judgements(1))).all()
        items = [item for row in judged if (item := _judgement_item(row))]
        return sorted(items, key=lambda item: item.created_at, reverse=True)

    async def counts(self) -> Counter[str]:
        """How many of :meth:`waiting` and :meth:`praised` are of each kind."""
        refusals = select(func.count()).select_from(_undecided_refusals().subquery())
        judgements = (
            select(feedback.c.value, *_JUDGED, reviews.c.seen)
            .join(reviews, reviews.c.id == feedback.c.id, isouter=True)
            .where(func.coalesce(cast(feedback.c.answer, Text), "null") != "null")
        )
        async with self._database.read() as connection:
            judged = (await connection.execute(judgements)).all()
            refused = int((await connection.execute(refusals)).scalar_one())
        read = [(*_kind_and_fingerprint(row), row.seen) for row in judged]
        kinds = [kind for kind, seen, decided in read if seen != decided]
        return Counter[str](kinds) + Counter(refused=refused)

    async def record(self, item: Waiting) -> dict[str, Any]:
        """What was asked, answered and on screen; empty where it was deleted meanwhile."""
        async with self._database.read() as connection:
            return await _record(connection, item)

    async def records(self, items: Sequence[Waiting]) -> dict[str, dict[str, Any]]:
        """As :meth:`record`, of several items by their ids; deleted ones are left out."""
        found: dict[str, dict[str, Any]] = {}
        async with self._database.read() as connection:
            for table in (steps, feedback):
                wanted = [item.id for item in items if (item.kind == "refused") == (table is steps)]
                query = select(table.c.id, table.c.answer).where(table.c.id.in_(wanted))
                if wanted:
                    rows = await connection.execute(query)
                    found |= {row.id: dict(row.answer or {}) for row in rows}
        return found

    async def decide(
        self,
        item: Waiting,
        decision: Decision,
        who: str,
        others: Sequence[Waiting] = (),
        approve: ApprovedText | None = None,
    ) -> None:
        """Save a decision; ``others`` are settled by it, and with ``approve`` it is an approved
        answer from now on: all of it, or nothing. The same decision twice is one.

        Raises:
            ConflictError: somebody else decided otherwise meanwhile.
            StoreError: it was not saved; what it is about may be deleted.
        """
        async with self._database.write() as connection:
            record = await _record(connection, item) if decision.status == "accepted" else None
            if record == {}:
                raise StoreError("This was not saved, because the answer is not kept any more.")
            if not await self._put(connection, item, decision, who, record, None):
                return
            for other in others:
                if other.id != item.id:
                    settled = Decision("settled")
                    await self._put(connection, other, settled, who, None, item.id)
            if approve is not None:
                await put(connection, approve, who)
            detail = decision.right_answer or decision.wrong
            await note(connection, who, f"review.{decision.status}", item.question, detail)

    async def decide_all(self, items: Sequence[Waiting], status: Status, who: str) -> None:
        """Save the same decision on several items, all or none.

        Raises:
            ConflictError, StoreError: as :meth:`decide`.
        """
        async with self._database.write() as connection:
            for item in items:
                if await self._put(connection, item, Decision(status), who, None, None):
                    await note(connection, who, f"review.{status}", item.question)

    async def reopen(self, review_id: str, who: str) -> None:
        """Take a decision back, with what it settled; twice is once."""
        async with self._database.write() as connection:
            query = select(reviews.c.question).where(reviews.c.id == review_id)
            question = (await connection.execute(query)).scalar_one_or_none()
            if question is None:
                return
            both = or_(reviews.c.id == review_id, reviews.c.lead == review_id)
            await connection.execute(delete(reviews).where(both))
            await note(connection, who, "review.reopened", question)

    async def find(self, review_id: str) -> Review | None:
        """The decision on an item."""
        query = select(*_REVIEW).where(reviews.c.id == review_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().first()
        return Review(**dict(row)) if row else None

    async def list_decisions(self, limit: int) -> list[Review]:
        """The newest decisions, without what they settled."""
        query = select(*_REVIEW).where(reviews.c.lead.is_(None))
        query = query.order_by(reviews.c.decided_at.desc()).limit(limit)
        async with self._database.read() as connection:
            return [Review(**dict(r)) for r in (await connection.execute(query)).mappings()]

    async def lessons(self) -> list[Feedback]:
        """What teaches, oldest first: accepted items, as judgements that say what is right; an
        answer that was praised, and accepted as it was, is one with thumbs up."""
        query = select(reviews).where(reviews.c.status == "accepted").order_by(reviews.c.decided_at)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [
            Feedback(
                id=row["id"],
                thread_id="",
                value=int(row["kind"] == "up" and row["right_answer"] == row["answer"]["answer"]),
                comment="",
                wrong=row["wrong"],
                right_answer=row["right_answer"],
                right_document=row["right_document"],
                answer=dict(row["answer"]),
                created_at=row["decided_at"],
            )
            for row in rows
        ]

    async def count_lessons(self) -> int:
        """How many :meth:`lessons` there are."""
        accepted = select(func.count()).where(reviews.c.status == "accepted")
        async with self._database.read() as connection:
            return int((await connection.execute(accepted)).scalar_one())

    async def _put(
        self,
        connection: AsyncConnection,
        item: Waiting,
        decision: Decision,
        who: str,
        record: dict[str, Any] | None,
        lead: str | None,
    ) -> bool:
        """Whether it is new; an older decision on what was changed since then goes."""
        said = {
            "status": decision.status,
            "wrong": decision.wrong,
            "right_answer": decision.right_answer,
            "right_document": decision.right_document,
            "lead": lead,
        }
        old = delete(reviews).where(reviews.c.id == item.id, reviews.c.seen != item.seen)
        await connection.execute(old)
        about = {"id": item.id, "kind": item.kind, "question": item.question, "seen": item.seen}
        made = {"answer": record, "decided_by": who, "decided_at": now()}
        new = self._database.insert_new(reviews, about | said | made)
        if (await connection.execute(new)).rowcount:
            return True
        kept = (
            (await connection.execute(select(reviews).where(reviews.c.id == item.id)))
            .mappings()
            .one()
        )
        if lead is None and any(kept[name] != value for name, value in said.items()):
            raise ConflictError(
                f"{kept['decided_by']} decided on this meanwhile ({kept['status']}); nothing was "
                "changed. Reopen that decision to make another one."
            )
        return False


def _undecided_judgements(value: int) -> Select[Any]:
    """Those with thumbs down (0) or up (1)."""
    return (
        select(
            feedback.c.id,
            feedback.c.created_at,
            feedback.c.value,
            *_JUDGED,
            feedback.c.answer["question"].as_string().label("question"),
            feedback.c.answer["history"].label("history"),
            users.c.name.label("asked_by"),
            reviews.c.seen,
        )
        .join(threads, threads.c.id == feedback.c.thread_id)
        .join(users, users.c.id == threads.c.user_id, isouter=True)
        .join(reviews, reviews.c.id == feedback.c.id, isouter=True)
        .where(feedback.c.value == value)
    )


def _undecided_refusals() -> Select[Any]:
    """Refusals that nobody judged: one with thumbs is an item, or a lesson, by its judgement."""
    judged = select(feedback.c.id).where(
        feedback.c.step_id.in_([outcomes.c.id, outcomes.c.parent_id])
    )
    return (
        select(
            outcomes.c.id,
            outcomes.c.question,
            outcomes.c.question_key,
            outcomes.c.created_at,
            users.c.name.label("asked_by"),
        )
        .join(threads, threads.c.id == outcomes.c.thread_id)
        .join(users, users.c.id == threads.c.user_id, isouter=True)
        .join(reviews, reviews.c.id == outcomes.c.id, isouter=True)
        .where(outcomes.c.kind == "refused", reviews.c.id.is_(None), ~judged.exists())
    )


def _judgement_item(row: Row[Any]) -> Waiting | None:
    """A judgement as an item, unless it was decided upon as it is."""
    kind, seen = _kind_and_fingerprint(row)
    if row.question is None or row.seen == seen:
        return None
    comment, wrong, right_answer, right_document = _said(row)
    return Waiting(
        id=row.id,
        kind=kind,
        question=row.question,
        key=question_key(row.question, row.history or ()),
        asked_by=row.asked_by or "",
        created_at=row.created_at,
        comment=comment,
        wrong=wrong,
        right_answer=right_answer,
        right_document=right_document,
        seen=seen,
    )


def _said(row: Any) -> list[str]:
    return [str(getattr(row, column.name) or "") for column in _JUDGED]


def _kind_and_fingerprint(row: Any) -> tuple[Kind, str]:
    comment, *corrected = _said(row)
    if row.value:
        return "up", fingerprint(comment, *corrected, "up")
    return "correction" if any(corrected) else "down", fingerprint(comment, *corrected)


def _refusal_item(row: Row[Any]) -> Waiting:
    return Waiting(
        id=row.id,
        kind="refused",
        question=row.question,
        key=row.question_key,
        asked_by=row.asked_by or "",
        created_at=row.created_at,
        comment="",
        wrong="",
        right_answer="",
        right_document="",
        seen=_NOTHING_SAID,
    )


async def _record(connection: AsyncConnection, item: Waiting) -> dict[str, Any]:
    table = steps if item.kind == "refused" else feedback
    query = select(table.c.answer).where(table.c.id == item.id)
    return dict((await connection.execute(query)).scalar_one_or_none() or {})
