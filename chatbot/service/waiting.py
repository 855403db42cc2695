"""The waiting line in front of the model: bounded, in order, and honest about one's position."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chatbot.errors import BusyError


class WaitingLine:
    """Lets ``at_once`` callers through together; up to ``waiting`` more wait for their turn.

    Safe across threads and event loops.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once = at_once
        self._limit = waiting
        self._lock = threading.Lock()
        self._served: set[Place] = set()
        self._queue: deque[Place] = deque()

    def join(self) -> "Place":
        """A place in the line, to be left again however the caller ends.

        Raises:
            BusyError: as many are waiting as may wait.
        """
        place = Place(self)
        with self._lock:
            if len(self._served) < self._at_once:
                self._served.add(place)
            elif len(self._queue) >= self._limit:
                raise BusyError(
                    f"{len(self._served) + len(self._queue)} questions are being answered or "
                    "waiting already; ask again in a moment."
                )
            else:
                self._queue.append(place)
        return place

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One's turn, for callers who tell nobody their position.

        Raises:
            BusyError: as :meth:`join`.
        """
        place = self.join()
        try:
            async for _ in place.positions():
                continue
            yield
        finally:
            place.leave()

    def __len__(self) -> int:
        """How many are waiting."""
        return len(self._queue)

    @property
    def serving(self) -> int:
        """How many are being answered."""
        return len(self._served)

    @property
    def at_once(self) -> int:
        """How many are answered together."""
        return self._at_once

    def _position(self, place: "Place") -> int:
        with self._lock:
            return 0 if place in self._served else self._queue.index(place) + 1

    def _leave(self, place: "Place") -> None:
        with self._lock:
            self._served.discard(place)
            if place in self._queue:
                self._queue.remove(place)
            moved = list(self._queue)
            while self._queue and len(self._served) < self._at_once:
                self._served.add(self._queue.popleft())
        for other in moved:
            other.wake()


class Place:
    """One caller's place; made by :meth:`WaitingLine.join` inside its event loop."""

    def __init__(self, line: WaitingLine) -> None:
        self._line = line
        self._loop = asyncio.get_running_loop()
        self._moved = asyncio.Event()

    async def positions(self) -> AsyncIterator[int]:
        """One's position, from 1, whenever it changes; ends when it is one's turn."""
        last = 0
        while True:
            self._moved.clear()
            position = self._line._position(self)
            if position == 0:
                return
            if position != last:
                yield position
            last = position
            await self._moved.wait()

    def leave(self) -> None:
        """Give the place up, waiting or served; the next one's turn begins at once."""
        self._line._leave(self)

    def wake(self) -> None:
        """Look at the position again; callable from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._moved.set)
