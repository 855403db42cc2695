"""What visitors of a website handed to the team: it waits until somebody has dealt with it."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from chatbot.store.audit import note
from chatbot.store.database import Database, now
from chatbot.store.schema import requests

_DONE_SHOWN = 20


@dataclass(frozen=True)
class CustomerRequest:
    """``packet`` is a :class:`chatbot.desk.handoff.Packet` as a dictionary; ``site`` names the
    widget's key. ``done_at`` is empty while it waits."""

    id: str
    site: str
    packet: dict[str, Any]
    created_at: str
    done_at: str | None
    done_by: str | None

    @property
    def reference(self) -> str:
        """What the customer was told, to speak about it."""
        return self.id[:8].upper()


class RequestStore:
    """Requests in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, site: str, packet: dict[str, Any]) -> CustomerRequest:
        """Keep a request.

        Raises:
            StoreError: it was not saved.
        """
        request = CustomerRequest(uuid.uuid4().hex, site, packet, now(), None, None)
        async with self._database.write() as connection:
            await connection.execute(insert(requests).values(**request.__dict__))
        return request

    async def waiting(self, limit: int | None = None) -> list[CustomerRequest]:
        """Those that nobody has dealt with, oldest first, at most ``limit``."""
        query = select(requests).where(requests.c.done_at.is_(None))
        return await self._found(query.order_by(requests.c.created_at).limit(limit))

    async def done(self) -> list[CustomerRequest]:
        """Those that were dealt with last."""
        query = select(requests).where(requests.c.done_at.is_not(None))
        return await self._found(query.order_by(requests.c.done_at.desc()).limit(_DONE_SHOWN))

    async def count(self) -> int:
        """How many wait."""
        query = select(func.count()).select_from(requests).where(requests.c.done_at.is_(None))
        async with self._database.read() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def finish(self, request_id: str, who: str) -> None:
        """Mark a request as dealt with; twice is once.

        Raises:
            StoreError: it was not saved.
        """
        mine = (requests.c.id == request_id) & requests.c.done_at.is_(None)
        async with self._database.write() as connection:
            done = update(requests).where(mine).values(done_at=now(), done_by=who)
            if (await connection.execute(done)).rowcount:
                await note(connection, who, "request.done", request_id[:8].upper())

    async def forget(self, before: str) -> None:
        """Delete what was dealt with before a time in UTC.

        Raises:
            StoreError: it was not deleted.
        """
        old = requests.c.done_at < before
        async with self._database.write() as connection:
            await connection.execute(delete(requests).where(old))

    async def _found(self, query: Any) -> list[CustomerRequest]:
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings()
            return [CustomerRequest(**dict(row)) for row in rows]
