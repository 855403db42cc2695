"""The end of what is under way when a service stops."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chatbot.errors import StoppingError


class Ending:
    """Ends everything under way at once, and lets nothing begin after that.

    Safe across threads and event loops.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[asyncio.Timeout, asyncio.AbstractEventLoop] = {}
        self._over = False

    @asynccontextmanager
    async def under_way(self) -> AsyncIterator[None]:
        """What is to end with the service: its task is cancelled in here, as by a timeout.

        Raises:
            StoppingError: the service stops, or has stopped.
        """
        with self._lock:
            if self._over:
                raise StoppingError()
            limit = asyncio.timeout(None)
            self._open[limit] = asyncio.get_running_loop()
        try:
            async with limit:
                yield
        except TimeoutError as exc:
            if limit.expired():
                raise StoppingError() from exc
            raise
        finally:
            with self._lock:
                self._open.pop(limit, None)

    def end(self) -> None:
        """End it, from any thread."""
        with self._lock:
            self._over = True
            for limit, loop in self._open.items():
                if not loop.is_closed():
                    loop.call_soon_threadsafe(self._expire, limit)

    def _expire(self, limit: asyncio.Timeout) -> None:
        with self._lock:
            under_way = limit in self._open
        if under_way:  # and entered: this runs in the loop of its task
            limit.reschedule(asyncio.get_running_loop().time())
