"""Kill builds at random moments; after each, the index must open whole and build on.

    python -m benchmarks.knowledge.kill --times 200

Embeddings are made from hashed words, so that writing rather than embedding takes the time.
"""

import argparse
import os
import random
import signal
import tempfile
import time
from pathlib import Path

from chatbot.index.builder import BuildReport, update_index
from chatbot.index.generations import current_name, load_current
from chatbot.index.retriever import build_retriever
from chatbot.settings import Settings, load_settings
from tests.support.scripted import HashedEmbeddings


def build(settings: Settings) -> BuildReport:
    """One build without a model."""
    return update_index(settings, "hashed", HashedEmbeddings)


def change_and_build_for_ever(settings: Settings) -> None:
    """What is killed."""
    turn = 0
    while True:
        turn += 1
        (settings.knowledge / f"{turn % 40}.md").write_text(f"Turn {turn} of many. " * 20)
        build(settings)


def main() -> None:
    """Run it."""
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
        (settings.knowledge / "0.md").write_text("Turn 0.")
        seconds = build(settings).seconds  # the moments spread over about two builds
        half_written = advanced = 0
        for _ in range(options.times):
            before = current_name(settings.index)
            left = set(os.listdir(settings.index))
            child = os.fork()
            if child == 0:
                change_and_build_for_ever(settings)
            time.sleep(random.uniform(0.0, 2 * seconds))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            new = set(os.listdir(settings.index)) - left
            half_written += any(name.startswith(".building-") for name in new)
            advanced += current_name(settings.index) != before
            generation = load_current(settings.index, "hashed")
            found = build_retriever(generation, HashedEmbeddings(), 4, 50).invoke("Document 7")
            assert found and len(generation.chunks) >= 200
        report = build(settings)
        assert not list(settings.index.glob(".building-*"))
        print(
            f"{options.times} kills over {2 * seconds:.1f} s each: {half_written} left a new "
            f"half-written generation, {advanced} came after a new one was in use; the index "
            f"opened and answered after each; the last build has {report.documents} documents."
        )


if __name__ == "__main__":
    main()
