"""Build an index over 1,000 damaged and hostile files among good ones; what it cost, as JSON.

    python -m benchmarks.knowledge.fuzz --count 1000 --seed 0

The files (benchmarks/knowledge/hostile.py) are made in a temporary folder. A process of its own
builds, with vectors of hashed words: what is still readable would take the real model hours. The
status is 1 unless the build ends by itself, each file is either indexed or listed with a reason,
the good ones are indexed whole, nothing from outside the folder is, and the index answers.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks import ROOT
from tests.support.scripted import HashedEmbeddings


def build(knowledge: Path, index: Path, seconds: float) -> None:
    """What the process apart does: two builds; their reports to stdout."""
    from functools import partial

    from chatbot.index.builder import update_index
    from chatbot.knowledge import apart
    from chatbot.settings import load_settings

    apart.extract_apart = partial(apart.extract_apart, seconds=seconds)
    settings = load_settings(knowledge=knowledge, index=index)
    for _ in range(2):
        report = update_index(settings, "hashed", HashedEmbeddings)
        print(json.dumps(report.as_dict()), flush=True)


class Watched(threading.Thread):
    """The largest memory of a process and of its children, in MB, as the system counts it."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self._process = process
        self.largest: dict[str, float] = {"build": 0.0, "reader": 0.0}
        self.readers: set[int] = set()

    def run(self) -> None:
        """Look every 20 ms; the system keeps the highest value itself."""
        while (own := _peak(self._process)) is not None:
            self.largest["build"] = max(self.largest["build"], own)
            for child in _children(self._process):
                self.readers.add(child)
                self.largest["reader"] = max(self.largest["reader"], _peak(child) or 0.0)
            time.sleep(0.02)


def _peak(process: int) -> float | None:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return None


def _children(process: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        return [int(c) for task in tasks for c in (task / "children").read_text().split()]
    except OSError:
        return []


def shown(path: str) -> str:
    """As the report writes a path."""
    return path.encode("utf-8", "backslashreplace").decode()


def fuzz(
    folder: Path, count: int, seed: int, size: int, limit: float, seconds: float
) -> dict[str, Any]:
    """Make, build and check; the figures, with ``problems``."""
    import shutil

    from benchmarks.knowledge.hostile import make
    from chatbot.index.generations import load_current
    from chatbot.index.retriever import build_retriever

    knowledge, index = folder / "knowledge", folder / "index"
    shutil.copytree(ROOT / "knowledge", knowledge / "good")
    good = [p for p in (knowledge / "good").rglob("[!.]*.*") if p.is_file()]
    made = make(knowledge, ROOT / "knowledge", count, seed, size)
    command = [
        sys.executable,
        "-m",
        "benchmarks.knowledge.fuzz",
        "--build",
        str(knowledge),
        str(index),
    ]
    command += ["--reader-seconds", str(seconds)]
    began = time.perf_counter()
    used = os.times()
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    watched = Watched(process.pid)
    watched.start()
    try:
        out, err = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        process.kill()
        return {"problems": [f"not done after {limit:.0f} s"]}
    took = time.perf_counter() - began
    if process.returncode:
        return {"problems": [f"status {process.returncode}: {err[-2000:]}"]}
    first, second = map(json.loads, out.splitlines())
    reasons = {failure["path"]: failure["reason"] for failure in first["failed"]}
    generation = load_current(index, "hashed")
    problems = [
        *(f"{p}: neither indexed nor listed" for p in _lost(made, generation.texts, reasons)),
        *(f"{p}: no reason" for p, reason in reasons.items() if not reason.strip()),
        *(f"{p}: a good file is not indexed" for p in good
          if p.relative_to(knowledge).as_posix() not in generation.texts),
        *(f"{p}: from outside" for p, text in generation.texts.items() if "A secret that" in text),
    ]  # fmt: skip
    if second["generation"] != first["generation"] or second["failed"] != first["failed"]:
        problems.append("the second build found a change")
    found = build_retriever(generation, HashedEmbeddings(), 4, 50).invoke("return within 30 days")
    if not any(d.metadata["path"].startswith("good/") for d in found):
        problems.append("a question about the good files finds none of them")
    kinds = {
        kind: {"files": len(paths), "with a reason": sum(shown(p) in reasons for p in paths)}
        for kind, paths in made.items()
    }
    return {
        "files": sum(map(len, made.values())),
        "with a reason": sum(kind["with a reason"] for kind in kinds.values()),
        "still readable": sum(p in generation.texts for paths in made.values() for p in paths),
        "kinds": kinds,
        "reasons": dict(Counter(r.split("(")[0][:70] for r in reasons.values()).most_common(25)),
        "chunks": first["chunks"],
        "build_s": first["seconds"],
        "second_build_s": second["seconds"],
        "process_s": round(took, 1),
        "peak_mb": {name: round(value) for name, value in watched.largest.items()},
        "readers": len(watched.readers),
        "cpu_s": round(
            os.times().children_user
            + os.times().children_system
            - used.children_user
            - used.children_system,
            1,
        ),
        "problems": problems,
    }


def _lost(made: dict[str, list[str]], texts: dict[str, str], reasons: dict[str, str]) -> list[str]:
    every = [path for paths in made.values() for path in paths]
    return [shown(path) for path in every if path not in texts and shown(path) not in reasons]


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--line", type=int, default=100_000_000, help="bytes of the longest lines")
    parser.add_argument("--limit", type=float, default=3600, help="seconds that are a hang")
    parser.add_argument(
        "--reader-seconds", type=float, default=60, help="by the clock, for one file"
    )
    parser.add_argument("--build", type=Path, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.build:
        build(*options.build, options.reader_seconds)
        return
    with tempfile.TemporaryDirectory() as folder:
        report = fuzz(
            Path(folder),
            options.count,
            options.seed,
            options.line,
            options.limit,
            options.reader_seconds,
        )
    print(json.dumps(report, indent=1, ensure_ascii=False))
    sys.exit(1 if report["problems"] else 0)


if __name__ == "__main__":
    main()
