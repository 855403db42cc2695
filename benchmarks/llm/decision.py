"""What it costs that the gate decides before the answer begins: seconds to the first text.

Prompts of about 900 tokens that no cache has, in pairs, in one process and by turns: with the
decision the model is asked for the probability of its refusal, writes its quotes, is asked once
more behind them, and goes on; without it, it writes quotes and answer in one go.

    CHATBOT_LLM=bundled python -m benchmarks.llm.decision [--tries 14]
"""

import argparse
import itertools
import time
from typing import Any

import numpy as np
from langchain_core.messages import HumanMessage

from benchmarks.llm.prompts import conversation
from benchmarks.served import ENTRY, SETTINGS, adapter
from chatbot.llm.factory import load_chat_model
from chatbot.prompts import load_prompts


def first_text(llm: Any, prompt: str, unknown: str, decides: bool) -> float:
    """Seconds until the first text of an answer."""
    messages, quoted = [HumanMessage(prompt)], ""
    started = time.perf_counter()
    if decides:
        llm.probability(messages, unknown)
        if quoted := llm.quote(messages):
            llm.probability(messages, unknown, behind=quoted)
    for chunk in llm.stream(messages, begins=quoted):
        if chunk.text:
            break
    return time.perf_counter() - started


def main() -> None:
    """Measure by turns, each second pair the other way round, and print quartiles."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tries", type=int, default=14)
    options = parser.parse_args()
    llm = load_chat_model(ENTRY, SETTINGS, adapter())
    # The prompts are rendered already.
    object.__setattr__(llm, "render", lambda messages: str(messages[0].content))
    unknown, numbers = load_prompts(SETTINGS.prompts).unknown, itertools.count()
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for attempt in range(-1, options.tries):
        for decides in (True, False) if attempt % 2 else (False, True):
            took = first_text(llm, conversation(next(numbers)).first, unknown, decides)
            if attempt >= 0:  # the first ones load what they need
                seconds[decides].append(took)
    with_it, without = np.array(seconds[True]), np.array(seconds[False])  # (tries,) each
    quartiles = np.percentile(with_it / without, (25, 50, 75))
    print(f"without {np.median(without):.2f} s, with {np.median(with_it):.2f} s")
    print("with / without: {1:.2f} (quartiles {0:.2f} and {2:.2f})".format(*quartiles))


if __name__ == "__main__":
    main()
