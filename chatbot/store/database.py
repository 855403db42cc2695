"""Connections, and the one place where the database's exceptions become sentences."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from chatbot.errors import ConfigurationError, StoreError, reason_of
from chatbot.store.schema import migrate

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}


class Database:
    """An engine that migrates at first use. Belongs to the event loop that first uses it."""

    def __init__(self, url: str) -> None:
        """See :class:`chatbot.store.Store`."""
        try:
            parsed = make_url(url)
            kind = parsed.get_backend_name()
            self._url = parsed.set(drivername=_DRIVERS[kind])
        except (ArgumentError, KeyError) as exc:
            raise ConfigurationError(
                "CHATBOT_DATABASE takes sqlite:///path/to/file or postgresql://user@host/name."
            ) from exc
        self.kind = kind
        self._engine: AsyncEngine | None = None
        self._ready = False
        # Writes go one after the other, in the order in which they were begun: the page starts
        # each in a task of its own, and an update must not overtake what it updates.
        self._writing = asyncio.Lock()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is on disk when the block has been left without an error.

        Raises:
            StoreError: nothing was written; the sentence says why.
        """
        async with self._writing:
            with _translate_errors("was not saved"):
                await self._open()
                async with self._connect().begin() as connection:
                    yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read from.

        Raises:
            StoreError: the database does not answer.
        """
        if not self._ready:
            async with self.write():
                pass
        with _translate_errors("could not be read"):
            async with self._connect().connect() as connection:
                yield connection

    def upsert(
        self,
        table: Table,
        values: dict[str, Any],
        keep: tuple[str, ...] = (),
        same: str | None = None,
    ) -> Any:
        """Insert a row, or update it by its ``id``; columns in ``keep`` stay as they are.

        Where the column ``same`` of the row that is there has another value, nothing is done.
        """
        statement = self._insert(table).values(values)
        changed = {name: statement.excluded[name] for name in values if name not in ("id", *keep)}
        where = None if same is None else table.c[same] == statement.excluded[same]
        return statement.on_conflict_do_update(index_elements=["id"], set_=changed, where=where)

    def insert_new(self, table: Table, values: dict[str, Any]) -> Any:
        """Insert a row unless one with the same key, or another unique value, is there."""
        return self._insert(table).values(values).on_conflict_do_nothing()

    def _insert(self, table: Table) -> Any:
        return (postgresql if self.kind == "postgresql" else sqlite).insert(table)

    async def close(self) -> None:
        """Close every connection; the next use opens new ones."""
        if self._engine is not None:
            await self._engine.dispose()
        self._engine, self._ready = None, False

    def _connect(self) -> AsyncEngine:
        if self._engine is None:
            if self.kind == "sqlite" and self._url.database not in (None, "", ":memory:"):
                Path(str(self._url.database)).parent.mkdir(parents=True, exist_ok=True)
            # pre-ping: a restarted PostgreSQL costs one new connection, not a failed request.
            ping = self.kind == "postgresql"
            try:
                self._engine = create_async_engine(self._url, pool_pre_ping=ping)
            except ModuleNotFoundError as exc:
                raise ConfigurationError(
                    "PostgreSQL needs its driver; run pip install 'peregrine-chatbot[postgres]'."
                ) from exc
            if self.kind == "sqlite":
                event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
        return self._engine

    async def _open(self) -> None:
        if not self._ready:
            async with self._connect().begin() as connection:
                await connection.run_sync(migrate)
            self._ready = True


def _prepare_sqlite(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@contextmanager
def _translate_errors(what: str) -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, OSError, TimeoutError) as exc:
        reason = reason_of(getattr(exc, "orig", None) or exc)
        raise StoreError(f"This {what}, because the database failed: {reason}.") from exc


def now() -> str:
    """The time in UTC as ISO 8601, as the page writes it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
