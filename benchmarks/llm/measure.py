"""One contender, measured in this process: run by ``compare.py``, which says with what."""

import json
import sys
import time
from pathlib import Path
from typing import Any

STARTED = time.perf_counter()


def peak_memory_mb() -> int:
    """The most that this process has held, from Linux; ``ru_maxrss`` would start with what the
    process that started this one held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def first_and_rate(contender: Any, prompt: str, tokens: int) -> tuple[float, float]:
    """Seconds to the first readable text, and tokens a second from there to the end."""
    started = time.perf_counter()
    pieces = iter(contender.stream(prompt, tokens))
    next(pieces)
    first = time.perf_counter()
    for _ in pieces:
        pass
    return first - started, (tokens - 1) / (time.perf_counter() - first)


def one_person(contender: Any, tries: int, tokens: int) -> dict[str, float]:
    """The best of several conversations of two turns, after one to warm up."""
    from benchmarks.llm.prompts import conversation

    cold, follow_up, rates = [], [], []
    for number in range(tries + 1):
        talk = conversation(1000 + number)
        first, rate = first_and_rate(contender, talk.first, tokens)
        again, _ = first_and_rate(contender, talk.follow_up, 8)
        if number:
            cold.append(first)
            follow_up.append(again)
            rates.append(rate)
    return {
        "first_token_cold_s": min(cold),
        "first_token_follow_up_s": min(follow_up),
        "decode_tokens_s": max(rates),
    }


def many_people(contender: Any, users: int, tokens: int, offset: int) -> dict[str, float]:
    """Tokens a second of all together: on their first turns, then on their next ones."""
    from benchmarks.llm.prompts import conversation

    talks = [conversation(offset + user) for user in range(users)]
    rates = {}
    for name, texts in (
        ("cold", [talk.first for talk in talks]),
        ("follow_up", [talk.follow_up for talk in talks]),
    ):
        started = time.perf_counter()
        contender.together(texts, tokens)
        rates[f"{name}_tokens_s"] = users * tokens / (time.perf_counter() - started)
    return rates


def main(name: str, gguf: str, dense: str, out: str, tries: str, tokens: str, users: str) -> None:
    """Measure and write after each step, on top of what an earlier run has written."""
    from benchmarks.llm.contenders import CONTENDERS

    file = Path(out)
    result = json.loads(file.read_text()) if file.exists() else {"users": {}}

    def keep(**values: object) -> None:
        result.update(values)
        result["peak_memory_mb"] = max(result.get("peak_memory_mb", 0), peak_memory_mb())
        file.write_text(json.dumps(result, indent=1))

    contender = CONTENDERS[name](Path(gguf), Path(dense))
    keep(title=contender.title, load_s=round(time.perf_counter() - STARTED, 2))
    if int(tries):
        keep(one=one_person(contender, int(tries), int(tokens)))
    for count in [int(count) for count in users.split(",") if count != "-"]:
        rates = many_people(contender, count, int(tokens), 2000 + 100 * count)
        keep(users=result["users"] | {str(count): rates})


if __name__ == "__main__":
    main(*sys.argv[1:])
