"""The end of what a model does in other threads for a task that is cancelled: asyncio ends the
waiting for a thread, not what the thread does."""

import threading
from collections.abc import Awaitable
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")
_left: ContextVar[threading.Event | None] = ContextVar("left", default=None)


class _Cancel(threading.Event):
    """Set by itself, or with the work that it is part of."""

    def __init__(self, outer: threading.Event | None) -> None:
        super().__init__()
        self._outer = outer

    def is_set(self) -> bool:
        return super().is_set() or (self._outer is not None and self._outer.is_set())


async def stopped_when_left(work: Awaitable[T]) -> T:
    """What ``work`` gives; when its task is cancelled, the models stop that it asked in whatever
    thread, each with the step that it is at."""
    left = threading.Event()
    token = _left.set(left)
    try:
        return await work
    finally:
        left.set()
        _left.reset(token)


def new_cancel() -> threading.Event:
    """What stops a model: to be set by whoever asked it, and by :func:`stopped_when_left`."""
    return _Cancel(_left.get())
