"""What the processor is good at."""

import os
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
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    capabilities = torch.cpu.get_capabilities()
    known = ("avx512_bf16", "amx_bf16", "bf16")
    return torch.bfloat16 if any(capabilities.get(n) for n in known) else torch.float32
