"""How glibc keeps the memory that training gives back and takes again."""

import ctypes
from contextlib import suppress

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_EVERY = 10  # steps


def keep_memory() -> None:
    """Have glibc keep freed memory: it gives large blocks back to the system at once, which then
    clears them anew for every tensor (half of the time of a training step)."""
    with suppress(OSError, AttributeError):  # another system, or another allocator
        for option in (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD):
            ctypes.CDLL(None).mallopt(option, 2**31 - 1)


def give_memory_back(step: int) -> None:
    """After every tenth ``step`` have glibc give what is free back to the system. Packs differ in
    length, so what is kept grows: from 10 to 18 GB in 160 steps (docs/experiments.md, "Memory")."""
    if step % _EVERY == 0:
        with suppress(OSError, AttributeError):  # as above
            ctypes.CDLL(None).malloc_trim(0)
