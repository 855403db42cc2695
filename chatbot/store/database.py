"""Connections, and the one place where the database's exceptions become sentences."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from inspect import signature
from pathlib import Path
from typing import Any

from sqlalchemy import Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from chatbot.errors import ConfigurationError, StoreError, reason_of
from chatbot.store.migrations import is_newest, migrate
from chatbot.store.sqlite import set_up_sqlite, sqlite_advice

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
# What providers write into the addresses that they give, and what it is called here.
_KINDS = {"postgres": "postgresql"}
_OPTIONS = {"sslmode": "ssl"}
# The driver takes these as numbers, and an address has texts only.
_NUMBERS: dict[str, type[int] | type[float]] = {
    "timeout": float,
    "command_timeout": float,
    "statement_cache_size": int,
    "max_cached_statement_lifetime": int,
    "max_cacheable_statement_size": int,
    "prepared_statement_cache_size": int,
}
# What it takes as objects, which no address can name.
_OBJECTS = {"loop", "connection_class", "record_class", "server_settings", "dsn"}
_OF_SQLALCHEMY = {"prepared_statement_cache_size"}
# How long SQLite waits for another process that writes, and for one that migrates.
_PATIENCE, _MIGRATION = 5.0, 60.0  # seconds


class Database:
    """An engine that migrates at first use. Belongs to the event loop that first uses it."""

    def __init__(self, url: str) -> None:
        """See :class:`chatbot.store.Store`."""
        try:
            parsed = make_url(url)
            kind = _KINDS.get(parsed.get_backend_name(), parsed.get_backend_name())
            options = {_OPTIONS.get(name, name): value for name, value in parsed.query.items()}
            self._url = parsed.set(drivername=_DRIVERS[kind], query=options)
            if "\0" in (self._url.database or ""):
                raise ValueError("a name of a file has no NUL")
        except (ArgumentError, KeyError, ValueError) as exc:
            raise ConfigurationError(
                "CHATBOT_DATABASE takes sqlite:///path/to/file or postgresql://user@host/name."
            ) from exc
        self.kind = kind
        self._engine: AsyncEngine | None = None
        self._ready = False
        self._file: tuple[int, int] | None = None  # the SQLite file that is open
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
            with self._translate_errors("was not saved"):
                await self._open()
                async with self._transaction(_PATIENCE) as connection:
                    yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read from.

        Raises:
            StoreError: the database does not answer.
        """
        with self._translate_errors("could not be read"):
            if not self._ready:
                async with self._writing:
                    await self._open()
            self._check_file()
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
            if file := self._sqlite_file():
                file.parent.mkdir(parents=True, exist_ok=True)
            # pre-ping: a restarted PostgreSQL costs one new connection, not a failed request.
            ping = self.kind == "postgresql"
            url, numbers = self._url, {}
            try:
                if self.kind == "postgresql":
                    _require_known(url.query)
                    numbers = _numbers(url.query)
                    url = url.difference_update_query(numbers)
                self._engine = create_async_engine(url, pool_pre_ping=ping, connect_args=numbers)
            except ValueError as exc:  # an option of SQLite
                raise ConfigurationError(
                    f"CHATBOT_DATABASE has an option that is not usable: {reason_of(exc)}."
                ) from exc
            except ModuleNotFoundError as exc:
                raise ConfigurationError(
                    "PostgreSQL needs its driver; run pip install 'peregrine-chatbot[postgres]'."
                ) from exc
            made = self._engine.sync_engine
            event.listen(made, "before_cursor_execute", _without_nul, retval=True)
            if self.kind == "sqlite":
                set_up_sqlite(self._engine, _PATIENCE)
        return self._engine

    def _sqlite_file(self) -> Path | None:
        """The file of a SQLite database; none where it is in memory."""
        name = self._url.database
        return Path(name) if self.kind == "sqlite" and name not in (None, "", ":memory:") else None

    async def _open(self) -> None:
        if self._ready:
            self._check_file()
            return
        async with self._connect().connect() as connection:
            newest = await connection.run_sync(is_newest)
        if not newest:
            async with self._transaction(_MIGRATION) as connection:
                await connection.run_sync(migrate)
        self._file, self._ready = self._identity(), True

    @asynccontextmanager
    async def _transaction(self, patience: float) -> AsyncIterator[AsyncConnection]:
        """A transaction of one writer at a time, over all processes; ``patience`` in seconds."""
        async with self._connect().connect() as connection:
            await connection.execution_options(patience=patience)
            async with connection.begin():
                yield connection

    @contextmanager
    def _translate_errors(self, what: str) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError, TimeoutError, OverflowError) as exc:  # a port of 99999
            fault = getattr(exc, "orig", None) or exc
            raise StoreError(
                f"This {what}, because the database failed: {reason_of(fault)}.",
                advice=self._advice(fault),
            ) from exc

    def _advice(self, fault: BaseException) -> str:
        """Which database it is, without its password, and what can be done."""
        url = self._url
        if self.kind == "postgresql":
            server = f"{url.host or 'this machine'}{f':{url.port}' if url.port else ''}"
            return (
                f"The database is '{url.database}' of the PostgreSQL server {server}; see that it "
                "runs and lets you in, or correct CHATBOT_DATABASE."
            )
        return f"The database is the file '{url.database}'; {sqlite_advice(fault)}."

    def _identity(self) -> tuple[int, int] | None:
        """Which file is open: names can come to mean another one."""
        file = self._sqlite_file()
        if file is None:
            return None
        try:
            about = os.stat(file)
        except FileNotFoundError:
            return (0, 0)
        return about.st_dev, about.st_ino

    def _check_file(self) -> None:
        """SQLite goes on writing to a file that was deleted, and all of it would be lost.

        Raises:
            StoreError: the file is gone, or another one is in its place.
        """
        if self._file != self._identity():
            raise StoreError(
                f"The database '{self._url.database}' was removed or replaced while it was in "
                "use, so nothing is read or saved; stop every process that uses it, put it back "
                "without the files -wal and -shm beside it, and start again."
            )


def _require_known(options: Iterable[str]) -> None:
    """That the driver has an argument for each option of an address.

    Raises:
        ConfigurationError: it has none for one.
    """
    from asyncpg import connect

    known = {*signature(connect).parameters, *_OF_SQLALCHEMY} - _OBJECTS
    if unknown := sorted(set(options) - known):
        raise ConfigurationError(
            f"CHATBOT_DATABASE has the option '{unknown[0]}', which the driver of PostgreSQL does "
            "not know; take it out of the address."
        )


def _numbers(options: Mapping[str, str | tuple[str, ...]]) -> dict[str, float]:
    """The options that are numbers.

    Raises:
        ConfigurationError: one is none, or below 0.
    """
    found: dict[str, float] = {}
    for name in _NUMBERS.keys() & options.keys():
        value = options[name]
        try:
            found[name] = _NUMBERS[name](value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            found[name] = -1
        if not found[name] >= 0 or (found[name] == 0 and _NUMBERS[name] is float):
            raise ConfigurationError(
                f"CHATBOT_DATABASE has '{name}={value}', which is no number that can be used; "
                "correct it, or take it out of the address."
            )
    return found


def _without_nul(
    _: Any, __: Any, statement: str, given: Any, ___: Any, many: bool
) -> tuple[str, Any]:
    """PostgreSQL has no NUL in texts and refuses the whole row for one, which people copy from a
    terminal or a damaged file without seeing it; SQLite is given the same."""
    return statement, [_plain(row) for row in given] if many else _plain(given)


def _plain(row: Any) -> Any:
    """The values of a row, by place or by name."""
    if isinstance(row, dict):
        return {name: _text(value) for name, value in row.items()}
    return tuple(map(_text, row))


def _text(value: Any) -> Any:
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def now() -> str:
    """The time in UTC as ISO 8601, as the page writes it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
