"""What the processor is good at."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any


def processors() -> int:
    """How many processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def fastest_dtype() -> Any:
    """bfloat16 where the hardware multiplies it, else float32.

    On a CPU without such instructions bfloat16 is emulated: eight times slower than float32.
    """
    import torch

    if torch.cuda.is_available():
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        capabilities = torch.cpu.get_capabilities()
        fast = any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))
    return torch.bfloat16 if fast else torch.float32


def available_memory() -> int | None:
    """Bytes that this process could still take, in a container no more than that may have;
    ``None`` where the system does not say."""
    limits = [_meminfo(), _container_room()]
    known = [limit for limit in limits if limit is not None]
    return min(known, default=None)


def _meminfo() -> int | None:
    with suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _container_room() -> int | None:
    """Limit less use of the control group (version 2), files that can be dropped not counted."""
    group = Path("/sys/fs/cgroup")
    with suppress(OSError, ValueError):
        limit = int((group / "memory.max").read_text(encoding="ascii"))  # "max": no limit
        used = int((group / "memory.current").read_text(encoding="ascii"))
        numbers = (group / "memory.stat").read_text(encoding="ascii").split()
        files = int(numbers[numbers.index("inactive_file") + 1])
        return limit - used + files
    return None
