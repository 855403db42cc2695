"""Threads with their steps and elements, as the page sends and wants them."""

from typing import Any

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatbot.errors import StoreError
from chatbot.store.database import Database, now
from chatbot.store.records import outcome_of
from chatbot.store.schema import cited, elements, feedback, outcomes, steps, threads, users

VISIT = "visit-"  # begins the id of a thread of somebody on a website


class ThreadStore:
    """Threads in the database. A step or element stays in the thread that it was made in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(
        self,
        thread_id: str,
        *,
        name: str | None = None,
        user_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        tags: list[str] | None = None,
    ) -> None:
        """Create a thread or change what is given."""
        values = {"name": name, "user_id": user_id, "metadata": metadata, "tags": tags}
        given = {key: value for key, value in values.items() if value is not None}
        async with self._database.write() as connection:
            await self._ensure(connection, thread_id, user_id)
            if given:
                changed = update(threads).where(threads.c.id == thread_id)
                await connection.execute(changed.values(given))

    async def save_step(self, step: dict[str, Any], user_id: str | None) -> None:
        """Create or replace a step; its thread comes into being with it."""
        metadata = step.get("metadata") or {}
        values = {
            "id": step["id"],
            "thread_id": step["threadId"],
            "parent_id": step.get("parentId"),
            "type": step.get("type", "undefined"),
            "output": step.get("output") or "",
            "answer": metadata.get("answer"),
            "created_at": step.get("createdAt") or now(),
            "data": step,
        }
        async with self._database.write() as connection:
            await self._ensure(connection, step["threadId"], user_id)
            await self._put(connection, steps, values)
            if metadata.get("answer") or metadata.get("handoff"):
                await self._count(connection, values | {"handoff": metadata.get("handoff")})

    async def _count(self, connection: AsyncConnection, step: dict[str, Any]) -> None:
        """What is counted of an answer or a hand-off; a step that is saved again counts once."""
        if (outcome := outcome_of(step)) is None:
            return
        values, paths = outcome
        put = self._database.upsert(outcomes, values, keep=("created_at",), same="thread_id")
        await connection.execute(put)
        await connection.execute(delete(cited).where(cited.c.outcome_id == values["id"]))
        for path in paths:
            new = self._database.insert_new(cited, {"outcome_id": values["id"], "path": path})
            await connection.execute(new)

    async def delete_step(self, step_id: str) -> None:
        """Remove a step with its elements; feedback on it keeps its own copy of the answer."""
        async with self._database.write() as connection:
            await connection.execute(delete(elements).where(elements.c.step_id == step_id))
            await connection.execute(delete(outcomes).where(outcomes.c.id == step_id))
            await connection.execute(delete(steps).where(steps.c.id == step_id))

    async def save_element(
        self, element: dict[str, Any], content: bytes | None, user_id: str | None
    ) -> None:
        """Create or replace an element with its content."""
        thread_id = element["threadId"]
        values = {
            "id": element["id"],
            "thread_id": thread_id,
            "step_id": element.get("forId"),
            "data": element,
            "content": content,
            "created_at": now(),
        }
        async with self._database.write() as connection:
            await self._ensure(connection, thread_id, user_id)
            await self._put(connection, elements, values)

    async def element(self, thread_id: str, element_id: str) -> tuple[dict[str, Any], bytes] | None:
        """An element of a thread and its content."""
        query = select(elements.c.data, elements.c.content).where(
            elements.c.id == element_id, elements.c.thread_id == thread_id
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return (dict(row[0]), bytes(row[1] or b"")) if row else None

    async def delete_element(self, element_id: str, thread_id: str) -> None:
        """Remove an element of a thread."""
        query = delete(elements).where(
            elements.c.id == element_id, elements.c.thread_id == thread_id
        )
        async with self._database.write() as connection:
            await connection.execute(query)

    async def delete(self, thread_id: str) -> None:
        """Remove a thread with everything in it."""
        async with self._database.write() as connection:
            await connection.execute(delete(threads).where(threads.c.id == thread_id))

    async def forget_visits(self, before: str) -> None:
        """Remove threads of visitors to which nothing was added since a time in UTC."""
        old = threads.c.id.startswith(VISIT) & (threads.c.updated_at < before)
        async with self._database.write() as connection:
            await connection.execute(delete(threads).where(old))

    async def author(self, thread_id: str) -> str | None:
        """The name of the user whose thread it is."""
        query = select(users.c.name).join(threads).where(threads.c.id == thread_id)
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def get(self, thread_id: str) -> dict[str, Any] | None:
        """A thread with ``steps`` (oldest first, with ``feedback``) and ``elements``."""
        query = select(threads, users.c.name.label("author")).join(users, isouter=True)
        async with self._database.read() as connection:
            rows = await connection.execute(query.where(threads.c.id == thread_id))
            thread = rows.mappings().first()
            if thread is None:
                return None
            made = select(steps.c.data, feedback).join(
                feedback, feedback.c.step_id == steps.c.id, isouter=True
            )
            made = made.where(steps.c.thread_id == thread_id).order_by(steps.c.created_at)
            step_rows = (await connection.execute(made)).mappings().all()
            shown = select(elements.c.data).where(elements.c.thread_id == thread_id)
            element_rows = (await connection.execute(shown)).scalars().all()
        return _thread(dict(thread)) | {
            "steps": [_step(dict(row)) for row in step_rows],
            "elements": [dict(data) for data in element_rows],
        }

    async def list(
        self,
        user_id: str,
        first: int,
        cursor: str | None = None,
        search: str | None = None,
        rated: int | None = None,
    ) -> tuple[list[dict[str, Any]], bool]:
        """A user's threads, newest first, without steps; and whether there are more.

        ``cursor`` is the last thread of the page before. ``search`` is found in names and
        messages, in any case.
        """
        query = select(threads).where(threads.c.user_id == user_id)
        if search:
            said = select(steps.c.thread_id).where(
                steps.c.type.in_(("user_message", "assistant_message")),
                steps.c.output.icontains(search, autoescape=True),
            )
            named = threads.c.name.icontains(search, autoescape=True)
            query = query.where(or_(named, threads.c.id.in_(said)))
        if rated is not None:
            liked = select(feedback.c.thread_id).where(feedback.c.value == rated)
            query = query.where(threads.c.id.in_(liked))
        if cursor:
            last = select(threads.c.updated_at).where(threads.c.id == cursor).scalar_subquery()
            older = threads.c.updated_at < last
            same = and_(threads.c.updated_at == last, threads.c.id > cursor)
            query = query.where(or_(older, same, last.is_(None)))
        query = query.order_by(threads.c.updated_at.desc(), threads.c.id).limit(first + 1)
        async with self._database.read() as connection:
            found = [_thread(dict(r)) for r in (await connection.execute(query)).mappings()]
        return found[:first], len(found) > first

    async def _ensure(
        self, connection: AsyncConnection, thread_id: str, user_id: str | None
    ) -> None:
        """The thread is there, and changed now."""
        row: dict[str, Any] = {"id": thread_id, "user_id": user_id, "metadata": {}}
        row |= {"created_at": now(), "updated_at": now()}
        kept = ("user_id", "metadata", "created_at")
        await connection.execute(self._database.upsert(threads, row, keep=kept))

    async def _put(self, connection: AsyncConnection, table: Any, values: dict[str, Any]) -> None:
        """Ids come from the browser: a row of another thread must not be overwritten."""
        put = self._database.upsert(table, values, keep=("created_at",), same="thread_id")
        if not (await connection.execute(put)).rowcount:
            raise StoreError("This was not saved, because it belongs to another conversation.")


def _thread(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "createdAt": row["created_at"],
        "name": row["name"],
        "userId": row["user_id"],
        "userIdentifier": row.get("author"),
        "tags": row["tags"],
        "metadata": row["metadata"],
        "steps": [],
        "elements": [],
    }


def _step(row: dict[str, Any]) -> dict[str, Any]:
    step = dict(row["data"])
    if row["id"] is not None:
        given = {"forId": row["step_id"], "id": row["id"]}
        step["feedback"] = given | {"value": row["value"], "comment": row["comment"]}
    return step
