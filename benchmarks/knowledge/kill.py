"""Kill builds at random moments; after each, the index must open whole and build on.

    python benchmarks/knowledge/kill.py --times 200

Embeddings are made from hashed words, so that writing rather than embedding takes the time.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from conftest import HashedEmbeddings

from chatbot.index.builder import BuildReport, update_index
from chatbot.index.generations import load_current
from chatbot.index.retriever import build_retriever
from chatbot.settings import Settings, load_settings


def build(settings: Settings) -> BuildReport:
    return update_index(settings, "hashed", HashedEmbeddings)


def change_and_build_for_ever(settings: Settings) -> None:
    turn = 0
    while True:
        turn += 1
        (settings.knowledge / f"{turn % 40}.md").write_text(f"Turn {turn} of many. " * 20)
        build(settings)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    options = parser.parse_args()
    random.seed(0)
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(knowledge=Path(folder) / "knowledge", index=Path(folder) / "index")
        settings.knowledge.mkdir()
        for number in range(200):
            (settings.knowledge / f"kept-{number}.md").write_text(f"Document {number}. " * 40)
        build(settings)
        half_written = 0
        for _ in range(options.times):
            child = os.fork()
            if child == 0:
                change_and_build_for_ever(settings)
            time.sleep(random.uniform(0.0, 0.5))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            half_written += bool(list(settings.index.glob(".building-*")))
            generation = load_current(settings.index, "hashed")
            found = build_retriever(generation, HashedEmbeddings(), 4, 50).invoke("Document 7")
            assert found and len(generation.chunks) >= 200
        report = build(settings)
        assert not list(settings.index.glob(".building-*"))
        print(
            f"{options.times} kills, {half_written} while a generation was being written; the "
            f"index opened and answered after each; the last build has {report.documents} "
            "documents."
        )


if __name__ == "__main__":
    main()
