"""What owners decide about: corrections, thumbs, and refused questions, each of them once.

Only what was accepted teaches, praise too. An item waits until there is a decision on it; a
correction that its writer changed since then waits again.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatbot.errors import ConflictError, StoreError
from chatbot.store.approved import ApprovedText, put, withdraw_made_by
from chatbot.store.audit import note
from chatbot.store.database import Database, now
from chatbot.store.feedback import Feedback
from chatbot.store.schema import feedback, outcomes, reviews, steps
from chatbot.store.undecided import undecided_judgements, undecided_refusals
from chatbot.text.questions import question_key

Kind = Literal["correction", "down", "refused", "up", "candidate"]
# ``done`` and ``ignored`` are said of gaps; ``settled`` together with another item.
Status = Literal["accepted", "rejected", "done", "ignored", "settled"]


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


_AT_ONCE = 500  # ids of a query
_REVIEW = [reviews.c[name] for name in Review.__dataclass_fields__]


class ReviewStore:
    """Items that wait and decisions, in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self, key: str | None = None) -> list[Waiting]:
        """Every item without a decision that something is wrong with, newest first; with ``key``
        those of that question."""
        return await self._read(
            undecided_judgements().where(feedback.c.value == 0), undecided_refusals(), key
        )

    async def praised(self, key: str | None = None) -> list[Waiting]:
        """Every answer with thumbs up without a decision, as :meth:`waiting`."""
        return await self._read(undecided_judgements().where(feedback.c.value == 1), None, key)

    async def count_praised(self) -> int:
        """How many :meth:`praised` there are."""
        judged = undecided_judgements().where(feedback.c.value == 1).subquery()
        async with self._database.read() as connection:
            query = select(func.count()).select_from(judged)
            return int((await connection.execute(query)).scalar_one())

    async def counts(self) -> Counter[str]:
        """How many of :meth:`waiting` and :meth:`praised` are of each kind."""
        judged = undecided_judgements().subquery()
        kinds = select(judged.c.kind, func.count()).group_by(judged.c.kind)
        refused = select(func.count()).select_from(undecided_refusals().subquery())
        async with self._database.read() as connection:
            found = {kind: int(n) for kind, n in await connection.execute(kinds)}
            found["refused"] = int((await connection.execute(refused)).scalar_one())
        return Counter(found)

    async def _read(
        self, judged: Select[Any], refused: Select[Any] | None, key: str | None
    ) -> list[Waiting]:
        queries = [(judged, feedback)] + ([] if refused is None else [(refused, outcomes)])
        items: list[Waiting] = []
        async with self._database.read() as connection:
            for query, table in queries:
                chosen = query if key is None else query.where(table.c.question_key == key)
                items += [Waiting(*row) for row in await connection.execute(chosen)]
        return sorted(items, key=lambda item: item.created_at, reverse=True)

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
        record: dict[str, Any] | None = None,
    ) -> None:
        """Save a decision; ``others`` are settled by it, and with ``approve`` it is an approved
        answer from now on: all of it, or nothing. The same decision twice is one. ``record`` is
        that of an item which the database does not keep.

        Raises:
            ConflictError: somebody else decided otherwise meanwhile.
            StoreError: it was not saved; what it is about may be deleted.
        """
        async with self._database.write() as connection:
            if decision.status != "accepted":
                record = None
            elif record is None:
                record = await _record(connection, item)
            if record == {}:
                raise StoreError("This was not saved, because the answer is not kept any more.")
            if not await self._put(connection, item, decision, who, record, None):
                return
            for other in others:
                if other.id != item.id:
                    settled = Decision("settled")
                    await self._put(connection, other, settled, who, None, item.id)
            if approve is not None:
                await put(connection, approve, who, item.id)
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

    async def reopen(self, review_id: str, who: str) -> int:
        """Take a decision back, with what it settled; twice is once. The approved answer that it
        made is withdrawn, unless somebody wrote or confirmed it since; returns how many were."""
        async with self._database.write() as connection:
            query = select(reviews.c.question).where(reviews.c.id == review_id)
            question = (await connection.execute(query)).scalar_one_or_none()
            if question is None:
                return 0
            both = or_(reviews.c.id == review_id, reviews.c.lead == review_id)
            await connection.execute(delete(reviews).where(both))
            await note(connection, who, "review.reopened", question)
            return await withdraw_made_by(connection, review_id, who)

    async def find(self, review_id: str) -> Review | None:
        """The decision on an item."""
        query = select(*_REVIEW).where(reviews.c.id == review_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().first()
        return Review(**dict(row)) if row else None

    async def decided(self, ids: Sequence[str]) -> set[str]:
        """Those of the items on which there is a decision."""
        found: set[str] = set()
        async with self._database.read() as connection:
            for first in range(0, len(ids), _AT_ONCE):
                some = reviews.c.id.in_(ids[first : first + _AT_ONCE])
                found |= set((await connection.execute(select(reviews.c.id).where(some))).scalars())
        return found

    async def list_decisions(self) -> list[Review]:
        """Every decision, the newest first, without what they settled."""
        query = select(*_REVIEW).where(reviews.c.lead.is_(None))
        query = query.order_by(reviews.c.decided_at.desc())
        async with self._database.read() as connection:
            return [Review(**dict(r)) for r in (await connection.execute(query)).mappings()]

    async def accepted(self, key: str) -> list[Review]:
        """The decisions by which an answer to that question teaches, the newest first."""
        query = select(*_REVIEW, reviews.c.answer).where(reviews.c.status == "accepted")
        query = query.order_by(reviews.c.decided_at.desc())
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [
            Review(**{name: row[name] for name in Review.__dataclass_fields__})
            for row in rows
            if question_key(row["question"], row["answer"].get("history") or ()) == key
        ]

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
        if (await connection.execute(old)).rowcount:
            await withdraw_made_by(connection, item.id, who)
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


async def _record(connection: AsyncConnection, item: Waiting) -> dict[str, Any]:
    table = steps if item.kind == "refused" else feedback
    query = select(table.c.answer).where(table.c.id == item.id)
    return dict((await connection.execute(query)).scalar_one_or_none() or {})
