"""Does jobs in the background: cases are answered in this process, training in one of its own.

The database has the one place for a job (:mod:`chatbot.store.runs`), so a page that is loaded
again, or served by another process, shows it too.
"""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any

from chatbot.cases import AnswerRow, Case
from chatbot.console.trainer import Plan, Trainer
from chatbot.errors import ChatbotError, IndexUnavailableError, StoreError, operator_sentence
from chatbot.evaluation.answers import answer_cases
from chatbot.service import ChatService
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.runs import Result, Run
from chatbot.training.gate import is_right

log = logging.getLogger(__name__)

_BEAT = 1.0  # seconds
_KEPT = ("id", "question", "answer", "expected", "answerable", "abstained")


class Runner:
    """Starts jobs, and does those of this process."""

    def __init__(self, settings: Settings, service: ChatService, store: Store) -> None:
        self._service, self._store = service, store
        self.trainer = Trainer(settings, service, store)
        self._jobs: set[asyncio.Task[None]] = set()

    async def start_tests(self, cases: Sequence[Case], about: str, who: str) -> Run:
        """Answer cases, one after the other, so that people find room beside them.

        Raises:
            ConflictError: another job is running.
            StoreError: it was not begun.
        """
        run = await self._store.runs.begin("tests", about, who, len(cases))
        await self._store.runs.forget_old("tests")
        self._spawn(run.id, self._answer(run.id, cases))
        return run

    async def start_training(
        self, rows: Sequence[AnswerRow], cases: Sequence[Case], plan: Plan
    ) -> Run:
        """Train from rows and judge by cases.

        Raises:
            ConflictError, StoreError: as :meth:`start_tests`.
        """
        run = await self._store.runs.begin("training", "", plan.who)
        await self.trainer.forget(await self._store.runs.forget_old("training"))
        self._spawn(run.id, self.trainer.train(run.id, plan, rows, cases))
        return run

    async def resume_training(self, run_id: str, who: str) -> None:
        """Go on with a training that ended early, from its last checkpoint.

        Raises:
            ConflictError: another job is running, or this one is over.
            StoreError: it was not begun.
        """
        await self._store.runs.resume(run_id, who)
        self._spawn(run_id, self.trainer.train(run_id))

    def _spawn(self, run_id: str, work: Coroutine[Any, Any, dict[str, Any]]) -> None:
        job = asyncio.create_task(self._do(run_id, work))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _do(self, run_id: str, work: Coroutine[Any, Any, dict[str, Any]]) -> None:
        """Do a job to its end. When this process stops, the job is left as it is, and another
        process finds it interrupted."""
        working = asyncio.create_task(work)
        beating = asyncio.create_task(self._beat(run_id, working))
        runs = self._store.runs
        try:
            await asyncio.wait([working])
        finally:
            beating.cancel()
            working.cancel()
        try:
            if working.cancelled():
                await runs.end(run_id, "cancelled")
            elif (exc := working.exception()) is None:
                await runs.end(run_id, "done", result=working.result())
            else:
                await runs.end(run_id, "failed", _sentence(exc))
        except StoreError as exc:
            log.error("%s", operator_sentence(exc))

    async def _beat(self, run_id: str, working: "asyncio.Task[Any]") -> None:
        """Say that the job goes on, and stop it when somebody wants that."""
        while True:
            await asyncio.sleep(_BEAT)
            try:
                if not await self._store.runs.beat(run_id):
                    working.cancel()
                    return
            except StoreError as exc:
                log.warning("%s", operator_sentence(exc))

    async def _answer(self, run_id: str, cases: Sequence[Case]) -> dict[str, Any]:
        await asyncio.to_thread(self._service.refresh)
        if not self._service.can_answer:
            raise IndexUnavailableError(f"Nothing can answer: {self._service.status()}")
        versions = self._versions()
        runs = self._store.runs
        await runs.beat(run_id, **versions)
        for number, case in enumerate(cases):
            (row,) = await answer_cases(self._service, [case], lambda done, total: None)
            kept = {name: row[name] for name in _KEPT}
            await runs.add_result(run_id, number, Result(case.id, is_right(row), kept))
            await runs.beat(run_id, done=number + 1)
        later = self._versions()
        return {"changed": {name: now for name, now in later.items() if now != versions[name]}}

    def _versions(self) -> dict[str, str]:
        service = self._service
        return {
            "model": service.models.llm_entry.name,
            "adapter": service.models.adapter,
            "generation": service.generation or "",
        }


def _sentence(exc: BaseException) -> str:
    if isinstance(exc, ChatbotError):
        return str(exc)
    log.error("A job failed", exc_info=exc)
    return "The job failed for a reason that the log of the service names."
