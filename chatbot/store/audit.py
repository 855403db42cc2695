"""Who changed what and when. The log only grows: the database itself refuses anything else."""

from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatbot.store.database import Database, now
from chatbot.store.schema import audit

COMMAND_LINE = "command line"


@dataclass(frozen=True)
class Entry:
    """One change; ``action`` is such as ``user.added`` and ``target`` what was changed."""

    id: int
    at: str
    who: str
    action: str
    target: str
    detail: str


async def note(
    connection: AsyncConnection, who: str, action: str, target: str, detail: str = ""
) -> None:
    """Log a change within the transaction that makes it: there is both or neither."""
    values = {"at": now(), "who": who, "action": action, "target": target, "detail": detail}
    await connection.execute(insert(audit).values(values))


class AuditLog:
    """The log in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, who: str, action: str, target: str, detail: str = "") -> None:
        """Log a change that is not one of the database, before it is made.

        Raises:
            StoreError: it was not logged, so it is not to be made.
        """
        async with self._database.write() as connection:
            await note(connection, who, action, target, detail)

    async def newest(self, limit: int, before: int | None = None) -> list[Entry]:
        """At most ``limit`` entries, newest first, from those older than the id ``before``."""
        query = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.id < before)
        return await self._read(query)

    async def after(self, last: int, limit: int) -> list[Entry]:
        """At most ``limit`` entries, oldest first, from those newer than the id ``last``."""
        return await self._read(
            select(audit).where(audit.c.id > last).order_by(audit.c.id).limit(limit)
        )

    async def _read(self, query: object) -> list[Entry]:
        async with self._database.read() as connection:
            rows = await connection.execute(query)  # type: ignore[call-overload]
            return [Entry(**dict(row)) for row in rows.mappings()]
