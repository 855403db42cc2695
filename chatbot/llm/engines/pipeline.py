"""The pipeline of OpenVINO GenAI that serves many requests at once, set for this machine."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from chatbot.files import parse_json
from chatbot.llm.convert import PROPERTIES
from chatbot.llm.hardware import processors

# Tokens of prompts in one step: more read a prompt faster, and hold up the others' answers, and all
# of the process, longer. 512 took 9 to 15 s on a processor without bfloat16, 128 3 to 5 s, and the
# whole prompt about as long.
_STEP_TOKENS, _STEP_TOKENS_SLOW = 512, 128


def load_pipeline(genai: Any, folder: Path, cache_gb: int) -> Any:
    """The pipeline of the graph in ``folder``; ``genai`` is the library, and ``cache_gb`` bounds
    keys and values.

    Raises:
        RuntimeError: it does not load.
    """
    scheduler = genai.SchedulerConfig()
    scheduler.enable_prefix_caching = True
    scheduler.cache_size = cache_gb
    scheduler.max_num_batched_tokens = _step_tokens()
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


def _step_tokens() -> int:
    from openvino import Core

    able = Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return _STEP_TOKENS if "BF16" in able else _STEP_TOKENS_SLOW
