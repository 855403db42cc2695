"""A pass where nothing changed, and how soon one changed document is found, at full size.

    python -m benchmarks.knowledge.passes --knowledge DIR --times 5

The folder is copied. Its first index gets stand-in vectors (numbers drawn from each text), since
embedding tens of thousands of chunks takes long; every change after it is embedded by the real
model. A change counts as found when a retriever of this process, which looks for a new generation
every 50 ms as the service does with each question, returns it for a word that only it holds. Prints
JSON; ``cpu_s`` is processor time, which other work on the machine disturbs less.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings

from chatbot.index.builder import update_index
from chatbot.index.embeddings import load_embeddings
from chatbot.index.generations import current_name, load_current
from chatbot.index.retriever import build_retriever
from chatbot.llm.catalogue import load_catalogue, require_weights
from chatbot.settings import Settings, load_settings

_HEAVY = ("torch", "faiss", "transformers", "sentence_transformers", "scipy", "langchain_core")


class StandIn(Embeddings):
    """Vectors of length 1 drawn from each text's checksum."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One for each text, 384 wide."""
        drawn = [np.random.default_rng(zlib.crc32(t.encode())).standard_normal(384) for t in texts]
        vectors = np.stack(drawn)
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).tolist()

    def embed_query(self, text: str) -> list[float]:
        """As a passage."""
        return self.embed_documents([text])[0]


def command(settings: Settings, *more: str) -> list[str]:
    """``chatbot index`` in another process."""
    folders = ("--knowledge", str(settings.knowledge), "--index", str(settings.index))
    return [sys.executable, "-m", "chatbot", "index", *folders, "--json", *more]


def timed(line: list[str]) -> dict[str, Any]:
    """Seconds of a whole command, by the clock and of processor time, and its report."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall_s": wall, "cpu_s": used, "report": json.loads(done.stdout or "{}")}


def middle(runs: list[dict[str, Any]]) -> dict[str, float]:
    """Medians of the numbers of several runs."""
    names = [name for name, value in runs[0].items() if isinstance(value, float)]
    return {name: round(median(run[name] for run in runs), 3) for name in names}


def imported(settings: Settings) -> list[str]:
    """Which of the heavy libraries a pass without a change imports."""
    code = (
        "import sys; from chatbot.cli import main; main(sys.argv[1:]); "
        f"print([n for n in {_HEAVY!r} if n in sys.modules], file=sys.stderr)"
    )
    line = [sys.executable, "-c", code, *command(settings)[3:]]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    return list(json.loads(done.stderr.strip().splitlines()[-1].replace("'", '"')))


class Service:
    """What a running service does to take up a new generation."""

    def __init__(self, settings: Settings, name: str, embeddings: Embeddings) -> None:
        self._settings, self._name, self._embeddings = settings, name, embeddings
        self._loaded: str | None = None
        self.load_s = self.load_cpu_s = 0.0

    def finds(self, path: str, query: str) -> bool:
        """Whether there is a newer generation, and ``path`` is the first passage from it."""
        if current_name(self._settings.index) == self._loaded:
            return False
        began, used = time.perf_counter(), time.process_time()
        generation = load_current(self._settings.index, self._name)
        found = build_retriever(generation, self._embeddings, 4, 50).invoke(query)
        self.load_s = time.perf_counter() - began
        self.load_cpu_s = time.process_time() - used
        self._loaded = generation.manifest.generation
        return bool(found) and found[0].metadata["path"] == path


def change(settings: Settings, turn: int) -> tuple[str, str]:
    """Write a new sentence into a document; its path and what to search for."""
    files = sorted(settings.knowledge.rglob("*.md"))
    path = files[turn * 37 % len(files)]
    word = f"quagga{turn}x{time.time_ns()}"
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f"\n\nThe {word} is the newest sentence.\n")
    return path.relative_to(settings.knowledge).as_posix(), f"Where is the {word}?"


def processor(process: int) -> float:
    """Processor time of a process so far, in seconds."""
    ticks = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def watched(settings: Settings, service: Service, times: int) -> list[dict[str, Any]]:
    """Changes under ``chatbot index --watch``."""
    process = subprocess.Popen(
        command(settings, "--watch"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    runs = []
    try:
        process.stdout.readline()
        for turn in range(times + 1):
            time.sleep(2.5)  # a change right after another takes longer: its times may be equal
            used = processor(process.pid)
            path, query = change(settings, turn)
            began = time.perf_counter()
            while not service.finds(path, query):
                if time.perf_counter() - began > 300:
                    raise SystemExit("a change was not found within 300 seconds")
                time.sleep(0.05)
            wall = time.perf_counter() - began
            report = json.loads(process.stdout.readline())
            if turn:  # the first one waits for the model to be loaded
                runs.append(
                    {
                        "found_s": wall,
                        "build_s": report["seconds"],
                        "watch_cpu_s": processor(process.pid) - used,
                        "load_s": service.load_s,
                        "load_cpu_s": service.load_cpu_s,
                    }
                )
    finally:
        process.terminate()
        process.wait()
    return runs


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--knowledge", type=Path, required=True)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(knowledge=Path(folder) / "knowledge", index=Path(folder) / "index")
        shutil.copytree(options.knowledge, settings.knowledge)
        entry = load_catalogue(settings.models).choose_embeddings("bundled")
        time.sleep(2.5)  # files that were just written are read again
        before = time.process_time()
        first = update_index(settings, entry.name, StandIn)
        figures: dict[str, Any] = {
            "documents": first.documents,
            "chunks": first.chunks,
            "first_build_without_model_cpu_s": round(time.process_time() - before, 1),
        }
        # The first command compares all documents with each other; the next ones have that.
        figures["all_compared"] = middle([timed(command(settings))])
        runs = [timed(command(settings)) for _ in range(options.times)]
        figures["nothing_changed"] = middle(runs)
        figures["imported_then"] = imported(settings)
        runs = []
        for turn in range(options.times):
            change(settings, 1000 + turn)
            run = timed(command(settings))
            runs.append(run | {"report_s": run["report"]["seconds"]})
        figures["one_changed_by_command"] = middle(runs)
        embeddings = load_embeddings(require_weights(entry), entry.query_prefix)
        service = Service(settings, entry.name, embeddings)
        found = watched(settings, service, options.times)
        figures["one_changed_under_watch"] = middle(found)
        figures["one_changed_under_watch"]["found_max_s"] = round(
            max(run["found_s"] for run in found), 3
        )
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
