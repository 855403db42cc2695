"""Findings about the documents that an owner looked at and put aside."""

from dataclasses import dataclass

from sqlalchemy import delete, select

from chatbot.store.audit import note
from chatbot.store.database import Database, now
from chatbot.store.schema import dismissals


@dataclass(frozen=True)
class Dismissal:
    """Who put a finding aside, and when; ``id`` is the finding's."""

    id: str
    about: str
    dismissed_by: str
    dismissed_at: str


class DismissalStore:
    """Dismissed findings in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, Dismissal]:
        """Every one, by the finding's id; those too whose documents say something else by now."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(dismissals))).mappings()
            return {row["id"]: Dismissal(**dict(row)) for row in rows}

    async def dismiss(self, finding_id: str, about: str, who: str) -> None:
        """Put a finding aside; twice is once. ``about`` names its documents for the log."""
        row = {"id": finding_id, "about": about, "dismissed_by": who, "dismissed_at": now()}
        async with self._database.write() as connection:
            new = self._database.insert_new(dismissals, row)
            if (await connection.execute(new)).rowcount:
                await note(connection, who, "finding.dismissed", about)

    async def reopen(self, finding_id: str, who: str) -> None:
        """Take that back; twice is once."""
        async with self._database.write() as connection:
            query = select(dismissals.c.about).where(dismissals.c.id == finding_id)
            about = (await connection.execute(query)).scalar_one_or_none()
            if about is not None:
                await connection.execute(delete(dismissals).where(dismissals.c.id == finding_id))
                await note(connection, who, "finding.reopened", about)
