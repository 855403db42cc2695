"""Leaving without hurting anybody: what is under way ends, and new requests go elsewhere."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from chatbot.errors import StoppingError
from chatbot.service.ending import Ending

_SETTLING = 1.0  # seconds for requests that were told to end


class Drain:
    """Counts the requests under way, and knows whether this process is leaving."""

    def __init__(self) -> None:
        self.leaving = False
        self._active = 0
        self._ending = Ending()

    @asynccontextmanager
    async def request(self) -> AsyncIterator[None]:
        """One request.

        Raises:
            StoppingError: this process is leaving, or was told not to wait for the request.
        """
        if self.leaving:
            raise StoppingError()
        self._active += 1
        try:
            async with self._ending.under_way():
                yield
        finally:
            self._active -= 1

    async def finish(self, notice: float, grace: float, busy: Callable[[], bool]) -> bool:
        """Wait until nothing is under way; whether that was so within ``grace`` seconds.

        For ``notice`` seconds it waits in any case: as long as it takes a proxy to see
        ``/readyz`` say 503. ``busy`` tells of work that are not API requests.
        """
        self.leaving = True
        await asyncio.sleep(notice)
        ends = time.monotonic() + grace
        while self._active or busy():
            if time.monotonic() >= ends:
                return False
            await asyncio.sleep(0.05)
        return True

    async def end(self, answers: Callable[[], None]) -> None:
        """End what is under way, within two seconds. ``answers`` ends those first: a stream that
        has begun tells its reader why."""
        self.leaving = True
        answers()
        if not await self.finish(0, _SETTLING, lambda: False):
            self._ending.end()
            await self.finish(0, _SETTLING, lambda: False)
