"""Latency of hybrid search at growing numbers of chunks, without embedding the query.

    python benchmarks/knowledge/scale.py --chunks 10000 100000 1000000

Vectors are random around 2,000 centres and texts are word numbers drawn by Zipf's law, eight
queries' words likewise; what is timed is what the retriever does for a question.
"""

import argparse
import resource
import time

import numpy as np

from chatbot.index.lexical import Counts, LexicalIndex, best
from chatbot.index.vectors import VectorIndex

WIDTH = 384
VOCABULARY = 60_000
WORDS = 60  # distinct words of a chunk


def vectors(count: int, random: np.random.Generator) -> np.ndarray:
    """Normalised vectors (count, 384) in float16."""
    centres = random.standard_normal((2000, WIDTH), dtype=np.float32)
    out = np.empty((count, WIDTH), dtype=np.float16)
    for first in range(0, count, 50_000):
        size = min(50_000, count - first)
        block = centres[random.integers(0, 2000, size)]
        block += random.standard_normal((size, WIDTH), dtype=np.float32)
        out[first : first + size] = block / np.linalg.norm(block, axis=1, keepdims=True)
    return out


def lexical(count: int, random: np.random.Generator) -> LexicalIndex:
    """Word counts of as many texts, each with one window."""

    def rows(words: int) -> Counts:
        drawn = (random.zipf(1.3, size=count * words) - 1) % VOCABULARY
        return Counts(
            np.arange(0, count * words + 1, words, dtype=np.int64),
            drawn.astype(np.uint32),
            np.ones(count * words, dtype=np.uint16),
        )

    vocabulary = {f"w{number}": number for number in range(VOCABULARY)}
    return LexicalIndex(vocabulary, rows(WORDS), rows(WORDS // 2), np.arange(count))


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--queries", type=int, default=200)
    options = parser.parse_args()
    for count in options.chunks:
        random = np.random.default_rng(0)
        stored = vectors(count, random)
        started = time.perf_counter()
        index = VectorIndex.build(stored)
        built = time.perf_counter() - started
        words = lexical(count, random)
        words.scores("w5")
        dense, sparse, both, right = [], [], [], 0
        for at in random.integers(0, count, options.queries):
            query = stored[at].astype(np.float32)
            query += random.standard_normal(WIDTH, dtype=np.float32) * 0.03
            query /= np.linalg.norm(query)
            drawn = (random.zipf(1.3, size=8) - 1) % VOCABULARY
            began = time.perf_counter()
            found = index.search(query, 50)
            middle = time.perf_counter()
            best(words.scores(" ".join(f"w{number}" for number in drawn)), 50)
            done = time.perf_counter()
            dense.append(middle - began)
            sparse.append(done - middle)
            both.append(done - began)
            right += any(row == at for row, _ in found[:10])
        print(f"{count:,} chunks, {index.kind}, built in {built:.0f} s")
        for name, values in (("dense", dense), ("lexical", sparse), ("both", both)):
            p50, p95 = np.percentile(np.asarray(values) * 1000, [50, 95])
            print(f"  {name:8} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"  the query's own vector among ten: {right / options.queries:.3f}")
        print(f"  memory at most {memory:.1f} GB", flush=True)


if __name__ == "__main__":
    main()
