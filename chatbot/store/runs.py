"""Jobs of the console: one at a time over all processes, with what came of them.

The process that does a job says so every few seconds (``beat``). One that does not any more was
killed, and its job is marked as interrupted by whoever looks next.
"""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatbot.errors import ConflictError
from chatbot.store.audit import note
from chatbot.store.database import Database, now
from chatbot.store.schema import case_results, runs

Kind = Literal["tests", "training"]
State = Literal["running", "done", "cancelled", "failed", "interrupted"]

SILENT = 60.0  # seconds without a sign of life after which a job's process was killed
_KEPT = 100  # runs of a kind, with their results


@dataclass(frozen=True)
class Run:
    """A job. ``about`` says which cases it takes; ``model``, ``adapter`` (empty: none) and
    ``generation`` are what answered or was trained; ``problem`` is why it failed.

    ``result`` is a dictionary of the job's kind.
    """

    id: str
    kind: Kind
    state: State
    cancelled: int
    done: int
    total: int
    started_by: str
    started_at: str
    ended_at: str | None
    about: str
    model: str
    adapter: str
    generation: str
    problem: str
    result: dict[str, Any]

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.state == "running"


@dataclass(frozen=True)
class Result:
    """What came of one case: ``row`` is that of :func:`chatbot.evaluation.answers.answer_cases`,
    as far as it is kept."""

    case_id: str
    correct: bool
    row: dict[str, Any]


_RUN = [runs.c[name] for name in Run.__dataclass_fields__]


class RunStore:
    """Jobs in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, kind: Kind, about: str, who: str, total: int = 0) -> Run:
        """Claim the one place for a job.

        Raises:
            ConflictError: another one is running.
            StoreError: it was not saved.
        """
        values = {
            "id": str(uuid.uuid4()),
            "kind": kind,
            "state": "running",
            "active": 1,
            "cancelled": 0,
            "beat": time.time(),
            "done": 0,
            "total": total,
            "started_by": who,
            "started_at": now(),
            "about": about,
            "result": {},
        } | dict.fromkeys(("model", "adapter", "generation", "problem"), "")
        async with self._database.write() as connection:
            await _mark_interrupted(connection)
            made = await connection.execute(self._database.insert_new(runs, values))
            if not made.rowcount:
                raise _taken()
            await note(connection, who, f"{kind}.started", about)
        return Run(**{name: values.get(name) for name in Run.__dataclass_fields__})  # type: ignore[arg-type]

    async def forget_old(self, kind: Kind) -> list[str]:
        """Delete the oldest jobs of a kind, with their results; returns their ids."""
        old = select(runs.c.id).where(runs.c.kind == kind).order_by(runs.c.started_at.desc())
        async with self._database.write() as connection:
            gone = list((await connection.execute(old.offset(_KEPT))).scalars())
            await connection.execute(delete(runs).where(runs.c.id.in_(gone)))
        return gone

    async def resume(self, run_id: str, who: str) -> None:
        """Claim the place for a job that ended early.

        Raises:
            ConflictError: another one is running, or this one has ended well.
            StoreError: it was not saved.
        """
        ended = ("cancelled", "failed", "interrupted")
        again = {"state": "running", "active": 1, "cancelled": 0, "beat": time.time()}
        async with self._database.write() as connection:
            await _mark_interrupted(connection)
            other = select(runs.c.id).where(runs.c.active == 1)
            if (await connection.execute(other)).first():
                raise _taken()
            query = update(runs).where(runs.c.id == run_id, runs.c.state.in_(ended))
            done = await connection.execute(query.values(again | {"problem": "", "ended_at": None}))
            if not done.rowcount:
                raise ConflictError("This job is over, so it cannot go on.")
            await note(connection, who, "training.resumed", run_id)

    async def beat(self, run_id: str, **values: Any) -> bool:
        """A sign of life of a running job with what is new of it; whether it is to go on."""
        query = update(runs).where(runs.c.id == run_id, runs.c.state == "running")
        wanted = select(runs.c.cancelled).where(runs.c.id == run_id)
        async with self._database.write() as connection:
            alive = await connection.execute(query.values(values | {"beat": time.time()}))
            cancelled = (await connection.execute(wanted)).scalar_one_or_none()
        return bool(alive.rowcount) and not cancelled

    async def add_result(self, run_id: str, position: int, result: Result) -> None:
        """Keep what came of a case."""
        values = {"run_id": run_id, "case_id": result.case_id, "position": position}
        values |= {"correct": int(result.correct), "row": result.row}
        async with self._database.write() as connection:
            await connection.execute(insert(case_results).values(values))

    async def end(
        self, run_id: str, state: State, problem: str = "", result: Mapping[str, Any] | None = None
    ) -> None:
        """Free the place; ``result`` takes the place of the one before."""
        values: dict[str, Any] = {"state": state, "active": None, "problem": problem}
        values |= {"ended_at": now()} | ({} if result is None else {"result": dict(result)})
        query = update(runs).where(runs.c.id == run_id, runs.c.state == "running")
        async with self._database.write() as connection:
            await connection.execute(query.values(values))

    async def cancel(self, run_id: str, who: str) -> None:
        """Ask a running job to stop; twice is once."""
        query = update(runs).where(
            runs.c.id == run_id, runs.c.state == "running", runs.c.cancelled == 0
        )
        async with self._database.write() as connection:
            if (await connection.execute(query.values(cancelled=1))).rowcount:
                await note(connection, who, "job.cancelled", run_id)

    async def set_result(self, run_id: str, result: Mapping[str, Any]) -> None:
        """Change what came of a job."""
        query = update(runs).where(runs.c.id == run_id).values(result=dict(result))
        async with self._database.write() as connection:
            await connection.execute(query)

    async def running(self) -> Run | None:
        """The job that runs now, in any process."""
        found = await self._read(select(*_RUN).where(runs.c.active == 1))
        return found[0] if found else None

    async def newest(self, kind: Kind, limit: int) -> list[Run]:
        """The newest jobs of a kind, newest first."""
        query = select(*_RUN).where(runs.c.kind == kind)
        return await self._read(query.order_by(runs.c.started_at.desc()).limit(limit))

    async def find(self, run_id: str) -> Run | None:
        """The job of that id."""
        found = await self._read(select(*_RUN).where(runs.c.id == run_id))
        return found[0] if found else None

    async def results(self, run_id: str) -> list[Result]:
        """What came of each case, in the order of the cases."""
        query = select(case_results).where(case_results.c.run_id == run_id)
        async with self._database.read() as connection:
            rows = await connection.execute(query.order_by(case_results.c.position))
            return [
                Result(row["case_id"], bool(row["correct"]), dict(row["row"]))
                for row in rows.mappings()
            ]

    async def correct(self, run_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        """(cases answered right, cases answered) by job."""
        of = case_results.c.run_id
        query = select(of, func.sum(case_results.c.correct), func.count()).group_by(of)
        async with self._database.read() as connection:
            rows = await connection.execute(query.where(of.in_(run_ids)))
            return {run_id: (int(right), int(every)) for run_id, right, every in rows}

    async def _read(self, query: Any) -> list[Run]:
        silent = select(runs.c.id).where(*_silent())
        async with self._database.read() as connection:
            killed = (await connection.execute(silent)).first()
        if killed:
            async with self._database.write() as connection:
                await _mark_interrupted(connection)
        async with self._database.read() as connection:
            return [Run(**dict(row)) for row in (await connection.execute(query)).mappings()]


def _silent() -> tuple[Any, ...]:
    return runs.c.active == 1, runs.c.beat < time.time() - SILENT


async def _mark_interrupted(connection: AsyncConnection) -> None:
    ended = {"state": "interrupted", "active": None, "ended_at": now()}
    await connection.execute(update(runs).where(*_silent()).values(ended))


def _taken() -> ConflictError:
    return ConflictError("Another job is running; wait for its end, or cancel it.")
