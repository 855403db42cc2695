"""What SQLite needs to be one database of many processes and tasks."""

import asyncio
import sqlite3
import time
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

_ROWS = 64  # fetched at once by an iteration: the driver's own number
# What to do, by the kind of a fault; its number is the lower byte of SQLite's own.
_ELSEWHERE = "or name another one with CHATBOT_DATABASE"
_RIGHTS = f"see that it and its folder are there and may be written, {_ELSEWHERE}"
_BUSY = "see which other process holds it, and try again"
_ADVICE = {
    sqlite3.SQLITE_READONLY: _RIGHTS,
    sqlite3.SQLITE_PERM: _RIGHTS,
    sqlite3.SQLITE_CANTOPEN: _RIGHTS,
    sqlite3.SQLITE_NOTADB: f"put a copy of a database there, {_ELSEWHERE}",
    sqlite3.SQLITE_CORRUPT: f"put a copy of it from before back, {_ELSEWHERE}",
    sqlite3.SQLITE_FULL: "make room on its disk and try again",
    sqlite3.SQLITE_IOERR: "see that its disk has room and is well, and try again",
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
}


def set_up_sqlite(engine: AsyncEngine, patience: float) -> None:
    """Prepare every connection that ``engine`` makes from now on.

    Args:
        patience: seconds that a statement waits for another process that writes.
    """
    made = engine.sync_engine
    event.listen(made, "do_connect", _choose_connection)
    event.listen(made, "connect", lambda connection, _: _prepare(connection, patience))
    event.listen(made, "begin", _begin)


def sqlite_advice(fault: BaseException) -> str:
    """What can be done about a fault of a database file: the end of a sentence."""
    if isinstance(fault, OSError):
        return _RIGHTS
    code = getattr(fault, "sqlite_errorcode", None)
    other = f"see that it is whole, {_ELSEWHERE}"
    return other if code is None else _ADVICE.get(code & 0xFF, other)


class _Connection(aiosqlite.Connection):
    """One that is stopped once, however often it is told to.

    Whoever leaves in the middle of a query cancels it. SQLAlchemy 2.1.9 then closes the connection
    in a task of its own and, cancelled there too, stops it beside that. ``close`` of aiosqlite
    0.22.1 stops it again in the end and waits to hear of it from a thread that has ended: the task
    stayed for ever, and so did a server that was told to stop, because it waits for its tasks.
    """

    _stopped: asyncio.Future[Any] | None = None

    def stop(self) -> asyncio.Future[Any] | None:
        """See :meth:`aiosqlite.Connection.stop`."""
        if self._stopped is None:
            self._stopped = super().stop()
        return self._stopped


def _choose_connection(_: Any, __: Any, ___: Any, parameters: dict[str, Any]) -> None:
    parameters["async_creator_fn"] = _connect


def _connect(file: str, **parameters: Any) -> _Connection:
    connection = _Connection(partial(sqlite3.connect, file, **parameters), _ROWS)
    connection._thread.daemon = True  # as SQLAlchemy has it for those that it makes
    return connection


def _prepare(connection: Any, patience: float) -> None:
    # The driver would begin a transaction with the first change of a row, so that tables are made,
    # and rows read, outside of it; ``_begin`` begins it.
    connection.isolation_level = None
    # Its own one knows the letters of ASCII alone, and a search would miss "Österreich".
    connection.create_function("lower", 1, _lower, deterministic=True)
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={patience * 1000:.0f}")
    _use_wal(cursor, patience)
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _lower(text: Any) -> Any:
    return text.casefold() if isinstance(text, str) else text


def _use_wal(cursor: Any, patience: float) -> None:
    """Two processes that make a new database both change its journal, and SQLite lets one of them
    fail at once instead of waiting."""
    ends = time.monotonic() + patience
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.02)


def _begin(connection: Connection) -> None:
    """One who writes has the database from the start: what is read then still holds when it is
    acted upon, whoever else writes."""
    patience = connection.get_execution_options().get("patience")
    if patience is not None:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={patience * 1000:.0f}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
