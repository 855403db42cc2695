"""How fast an index is built beside the embedding model alone, on the same texts, by turns.

    python -m benchmarks.knowledge.rate --knowledge DIR --documents 300 --turns 2

One process, one loaded model. A turn is a whole build from nothing (listing, reading, splitting,
counting words, embedding, writing, flushing to the disk) and one call of the model's own
``encode`` with the distinct texts of its chunks: that sorts them all by length, as the build does.
Prints JSON: chunks a second of each by the clock and by processor time (readers included), and
the ratio of the medians; the wanted ratio is 0.95. Loading the model is in neither.
"""

import argparse
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from chatbot.index.builder import update_index
from chatbot.index.embeddings import load_embeddings
from chatbot.index.generations import load_current
from chatbot.knowledge.documents import list_files
from chatbot.llm.catalogue import load_catalogue, require_weights
from chatbot.settings import load_settings


def clocks() -> tuple[float, float]:
    """Seconds by the clock, and of processor time of this process and its ended children."""
    times = os.times()
    used = times.user + times.system + times.children_user + times.children_system
    return time.perf_counter(), used


def seconds(work: Any) -> tuple[float, float]:
    """Both clocks around ``work()``."""
    began = clocks()
    work()
    return tuple(end - start for start, end in zip(began, clocks(), strict=True))  # type: ignore[return-value]


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--knowledge", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=300, help="every so many of the folder")
    parser.add_argument("--turns", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        knowledge, index = Path(folder) / "knowledge", Path(folder) / "index"
        settings = load_settings(knowledge=knowledge, index=index)
        paths = list(list_files(options.knowledge))
        for path in paths[:: max(1, len(paths) // options.documents)]:
            (knowledge / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(options.knowledge / path, knowledge / path)
        entry = load_catalogue(settings.models).choose_embeddings("bundled")
        model = load_embeddings(require_weights(entry), entry.query_prefix)
        encode = model._client.encode  # type: ignore[attr-defined]
        model.embed_documents(["warm up"] * 64)

        def build() -> None:
            shutil.rmtree(index, ignore_errors=True)
            update_index(settings, entry.name, lambda: model)

        rows: dict[str, list[tuple[float, float]]] = {"build": [seconds(build)], "model": []}
        generation = load_current(index)
        texts = list({chunk.search_text.replace("\n", " ") for chunk in generation.chunks})
        for turn in range(options.turns):
            rows["model"].append(
                seconds(lambda: encode(texts, batch_size=32, normalize_embeddings=True))
            )
            if turn + 1 < options.turns:
                rows["build"].append(seconds(build))
    wall, used = (
        {name: len(texts) / median(run[at] for run in runs) for name, runs in rows.items()}
        for at in (0, 1)
    )
    print(
        json.dumps(
            {
                "documents": len(generation.texts),
                "chunks": len(generation.chunks),
                "distinct": len(texts),
                "chunks_a_second": {name: round(value, 1) for name, value in wall.items()},
                "chunks_a_cpu_second": {name: round(value, 1) for name, value in used.items()},
                "ratio": round(wall["build"] / wall["model"], 3),
                "ratio_cpu": round(used["build"] / used["model"], 3),
                "runs_s": {n: [[round(x, 2) for x in r] for r in runs] for n, runs in rows.items()},
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
