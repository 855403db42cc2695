"""What is kept of visits for the console: counts, and questions that the knowledge lacks.

Addresses, phone and card numbers are masked, nobody is named, and after some days it is deleted.
An answer does not wait for it, and a database that fails takes nothing from the visitor.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from chatbot.errors import StoreError, operator_sentence
from chatbot.store import Store
from chatbot.store.database import now
from chatbot.text.masking import mask

log = logging.getLogger(__name__)

_LOOK_EVERY = 3600.0  # seconds between two looks for what is too old
_USED_EVERY = 60.0  # seconds between two notes that a key is used


class Keeper:
    """Writes beside the answers, one after the other."""

    def __init__(
        self, store: Store, days: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``days`` after which what visitors asked, and requests that are done, are deleted."""
        self._store, self._days, self._clock = store, days, clock
        self._looked = float("-inf")
        self._used: dict[str, float] = {}
        self._writing: set[asyncio.Task[None]] = set()

    def answered(self, visit: str, record: dict[str, Any]) -> None:
        """Count an answer; ``record`` is :meth:`chatbot.answering.answer.Answer.record`."""
        public = "\n".join(passage["text"] for passage in record["passages"])
        turns = [{**turn, "content": mask(turn["content"], public)} for turn in record["history"]]
        masked = {name: mask(record[name], public) for name in ("question", "answer")}
        self._save(visit, masked["answer"], {"answer": record | masked | {"history": turns}})

    def handed_off(self, visit: str) -> None:
        """Count a request to the team."""
        self._save(visit, "", {"handoff": True})

    def used(self, key: str) -> None:
        """Keep when a key (its id) was used last."""
        at = self._clock()
        if at - self._used.get(key, float("-inf")) >= _USED_EVERY:
            self._used[key] = at
            self._begin(self._store.widget_keys.used(key))

    def forget_old(self) -> None:
        """Delete what is too old, at most once an hour; called every few seconds, so that it also
        goes where nobody asks any more."""
        if self._clock() - self._looked >= _LOOK_EVERY:
            self._looked = self._clock()
            self._begin(self._forget())

    async def close(self) -> None:
        """Wait for what is being written."""
        await asyncio.gather(*self._writing)

    def _save(self, visit: str, output: str, metadata: dict[str, Any]) -> None:
        step = {
            "id": str(uuid.uuid4()),
            "threadId": visit,
            "type": "assistant_message",
            "output": output,
            "createdAt": now(),
            "metadata": metadata,
        }
        self._begin(self._store.threads.save_step(step, None))

    def _begin(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(self._written(work))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _written(self, work: Awaitable[None]) -> None:
        try:
            await work
        except StoreError as exc:
            log.warning("What is kept of visits was not written: %s", operator_sentence(exc))

    async def _forget(self) -> None:
        before = datetime.now(UTC) - timedelta(days=self._days)
        day = before.isoformat().replace("+00:00", "Z")
        await self._store.threads.forget_visits(day)
        await self._store.requests.forget(day)
