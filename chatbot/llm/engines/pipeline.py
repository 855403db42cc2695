"""The pipeline of OpenVINO GenAI that serves many requests at once, set for this machine."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from chatbot.files import parse_json
from chatbot.llm.convert import PROPERTIES
from chatbot.llm.hardware import processors

# Tokens of prompts in one step: more read a prompt faster, and hold up the others' answers, and all
# of the process, longer. 512 took 9 to 15 s on two processors without bfloat16, 128 3 to 5 s, and
# the whole prompt about as long.
_STEP_TOKENS, _FOR_EACH_SLOW = 512, 64


def load_pipeline(genai: Any, folder: Path, cache_gb: int) -> Any:
    """The pipeline of the graph in ``folder``; ``genai`` is the library, and ``cache_gb`` bounds
    keys and values.

    Raises:
        RuntimeError: it does not load.
    """
    import openvino

    scheduler = genai.SchedulerConfig()
    scheduler.enable_prefix_caching = True
    scheduler.cache_size = cache_gb
    able = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    scheduler.max_num_batched_tokens = step_tokens(able, processors())
    # The processors of a container, not of the machine; and no thread is bound to one, where it
    # would wait behind whatever else is busy there.
    properties: dict[str, Any] = {
        "INFERENCE_NUM_THREADS": processors(),
        "ENABLE_CPU_PINNING": False,
        "prompt_lookup": True,
    }
    with suppress(FileNotFoundError):
        properties |= parse_json((folder / PROPERTIES).read_text(encoding="utf-8"))
    # Without a tokenizer of its own: it takes tokens and gives tokens.
    return genai.ContinuousBatchingPipeline(str(folder), scheduler, "CPU", properties)


def step_tokens(able: Sequence[str], count: int) -> int:
    """How many tokens of prompts are read in one step by ``count`` processors that are ``able`` to
    do what OpenVINO lists."""
    return _STEP_TOKENS if "BF16" in able else min(_STEP_TOKENS, _FOR_EACH_SLOW * count)
