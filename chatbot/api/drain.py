"""Leaving without hurting anybody: what is under way ends, and new requests go elsewhere."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Drain:
    """Counts the requests under way, and knows whether this process is leaving."""

    def __init__(self) -> None:
        self.leaving = False
        self._active = 0

    @contextmanager
    def request(self, counted: bool) -> Iterator[None]:
        """One request; probes are not ``counted``."""
        self._active += counted
        try:
            yield
        finally:
            self._active -= counted

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
