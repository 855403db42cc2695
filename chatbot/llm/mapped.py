"""Memory of weights that lie in a file and were copied since."""

import ctypes
import os
from contextlib import suppress
from pathlib import Path

_DONTNEED = 4  # MADV_DONTNEED of Linux's madvise(2)


def drop_mapped(file: Path) -> int:
    """Give back the memory in which this process sees ``file``, in bytes of address space.

    Only where the file is mapped for reading: its pages are read again from the file when
    somebody looks at them, so nothing is lost, whoever works with it meanwhile. Elsewhere than
    on Linux nothing is given back.
    """
    dropped = 0
    with suppress(OSError, ValueError, AttributeError):
        madvise = ctypes.CDLL(None, use_errno=True).madvise
        madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        name = str(file.resolve())
        for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
            span, access, _, _, _, *path = line.split(maxsplit=5)
            if path != [name] or access[1] == "w":
                continue
            start, end = (int(edge, 16) for edge in span.split("-"))
            if not _is_there(start, end, name):
                continue
            if madvise(start, end - start, _DONTNEED) == 0:
                dropped += end - start
    return dropped


def _is_there(start: int, end: int, name: str) -> bool:
    """Whether the file is still mapped there: another thread may have let go of it since the maps
    were read, and what takes its place would be lost."""
    try:
        return os.readlink(f"/proc/self/map_files/{start:x}-{end:x}") == name
    except FileNotFoundError:
        return False
    except OSError:  # where one may not look, as in some containers
        return True
