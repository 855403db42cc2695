"""Latency and memory of the whole retriever at growing numbers of chunks, on one thread.

    python -m benchmarks.knowledge.scale --knowledge DIR --vectors INDEX/g.../vectors.npy \
        --cases CASES.jsonl --chunks 10000 100000 1000000

Beyond the folder's own chunks, texts are made from them: each made chunk takes the windows of a
real one and swaps every second word for one drawn from the whole folder's distribution (Zipf's
law), one in fifty for a rare word that the folder does not have. Vectors are real ones (rows of
an index of whatever folder) with noise: cosine 0.85 to the real one, 0.7 for those that stand in
for questions. Questions are real, follow-ups with their last four turns. Embedding the question is
not timed. Beside the clock stands the processor time, which other work on the
machine disturbs less. Prints one JSON object for each size.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import faiss
import numpy as np
from langchain_core.embeddings import Embeddings
from scipy.sparse import csr_array, vstack

from chatbot.index.counts import matrix, windows_of
from chatbot.index.generations import Generation
from chatbot.index.lexical import LexicalIndex, best
from chatbot.index.manifest import Manifest
from chatbot.index.retriever import build_retriever
from chatbot.index.stores.vectors import EXACT_UP_TO, VectorIndex, kind_for
from chatbot.knowledge.chunks import Chunk, split_document
from chatbot.knowledge.documents import list_files, load_document

_RARE = 300_000  # words that only made texts have
_BLOCK = 50_000
_TOGETHER = 8  # made chunks of one document


class Made(Sequence[Any]):
    """Chunks of made texts, made when asked for: a million of them would take longer to make
    than to search."""

    def __init__(self, real: list[Chunk], parents: np.ndarray) -> None:
        self._real, self._parents = real, parents

    def __len__(self) -> int:
        return len(self._parents)

    def __getitem__(self, row: Any) -> Chunk:
        text = self._real[self._parents[row]].text[:900]
        start = row % _TOGETHER * 1000
        path = f"made/{row // _TOGETHER}.md"
        return Chunk(f"c{row}", path, start, start + len(text), text, "Made", "")


class Texts(dict[str, str]):
    """The document of a made chunk, as long as offsets go."""

    def __missing__(self, path: str) -> str:
        return "word " * (_TOGETHER * 200)


class Given(Embeddings):
    """Gives the vector that it was given."""

    vector: list[float]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Not asked."""
        raise NotImplementedError

    def embed_query(self, text: str) -> list[float]:
        """The vector."""
        return self.vector


def noisy(real: np.ndarray, cosine: float, random: np.random.Generator) -> np.ndarray:
    """Normalised vectors at about ``cosine`` to the rows of ``real`` (n, d), float32."""
    noise = random.standard_normal(real.shape, dtype=np.float32) / real.shape[1] ** 0.5
    out = real + noise * (1 / cosine**2 - 1) ** 0.5
    return out / np.linalg.norm(out, axis=1, keepdims=True)


def made_vectors(real: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """(count, d) in float16: the real ones first, then noisy ones."""
    out = np.empty((count, real.shape[1]), dtype=np.float16)
    out[: len(real)] = real[:count]
    for first in range(len(real), count, _BLOCK):
        size = min(_BLOCK, count - first)
        out[first : first + size] = noisy(real[random.integers(0, len(real), size)], 0.85, random)
    return out


def counted(rows: np.ndarray, words: np.ndarray, count: int, vocabulary: int) -> csr_array:
    """Word counts of ``count`` texts from (row, word) of every token."""
    keys, times = np.unique(rows.astype(np.int64) << 32 | words, return_counts=True)
    starts = np.searchsorted(keys >> 32, np.arange(count + 1))
    numbers = (keys & 0xFFFFFFFF).astype(np.int32)
    return matrix(starts, numbers, times.astype(np.uint16), vocabulary)


def made_words(
    real: LexicalIndex, parents: np.ndarray, random: np.random.Generator
) -> LexicalIndex:
    """The word counts of made texts, one for each of ``parents`` (rows of ``real``)."""
    windows, owners = real._counts[1], real._owners
    vocabulary = dict(real._vocabulary)
    known = len(vocabulary)
    vocabulary |= {f"zz{number}": known + number for number in range(_RARE)}
    shares = np.cumsum(np.bincount(windows.indices, windows.data, minlength=known))
    texts, parts, whose = [], [], []
    for first in range(0, len(parents), _BLOCK):
        block = parents[first : first + _BLOCK]
        numbers, many = windows_of(owners, block)
        owner = np.repeat(np.arange(len(block)), many)
        chosen = windows[numbers]
        words = np.repeat(chosen.indices, chosen.data).astype(np.int64)
        window = np.repeat(chosen.tocoo().row, chosen.data)
        if first >= real.size:  # the first ones are real
            drawn = random.random(len(words))
            swap = np.flatnonzero(drawn < 0.5)
            words[swap] = np.searchsorted(shares, random.random(len(swap)) * shares[-1])
            swap = np.flatnonzero(drawn > 0.98)
            words[swap] = known + (random.zipf(1.1, len(swap)) - 1) % _RARE
        parts.append(counted(window, words, len(numbers), len(vocabulary)))
        texts.append(counted(owner[window], words, len(block), len(vocabulary)))
        whose.append(owner + first)
    whole, windows = vstack(texts, format="csr"), vstack(parts, format="csr")
    return LexicalIndex(vocabulary, whole, windows, np.concatenate(whose))


def memory() -> dict[str, float]:
    """GB of this process, now: all, and without what is mapped from files."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    size = {name: int(lines[name].split()[0]) / 1e6 for name in ("VmRSS", "RssAnon", "VmHWM")}
    return {name: round(value, 2) for name, value in size.items()}


def quantiles(values: list[float]) -> dict[str, float]:
    """p50 and p95 in ms."""
    p50, p95 = np.percentile(np.asarray(values) * 1000, [50, 95])
    return {"p50": round(float(p50), 2), "p95": round(float(p95), 2)}


class Clock:
    """Seconds by the clock and of processor time, many times."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.processor: list[float] = []

    def __enter__(self) -> None:
        self._begun = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.wall.append(time.perf_counter() - self._begun[0])
        self.processor.append(time.process_time() - self._begun[1])

    def figures(self) -> dict[str, Any]:
        """Both as quantiles."""
        return {"wall_ms": quantiles(self.wall), "cpu_ms": quantiles(self.processor)}


def exact(stored: np.ndarray, queries: np.ndarray, k: int) -> list[set[int]]:
    """The ``k`` nearest rows of each query."""
    scores = np.concatenate(
        [
            queries @ stored[first : first + _BLOCK].astype(np.float32).T
            for first in range(0, len(stored), _BLOCK)
        ],
        axis=1,
    )
    return [set(map(int, np.argpartition(-row, k)[:k])) for row in scores]


def dense(stored: np.ndarray, queries: np.ndarray, kinds: list[int]) -> dict[str, Any]:
    """Latency and recall@10 of each kind of vector search; ``kinds`` are values of exact_up_to."""
    truth = exact(stored, queries, 10)
    out: dict[str, Any] = {}
    for limit in kinds:
        with (built := Clock()):
            index = VectorIndex.build(stored, exact_up_to=limit)
        timed, right = Clock(), 0
        for query, nearest in zip(queries, truth, strict=True):
            with timed:
                found = index.search(query, 50)
            right += len(nearest & {row for row, _ in found[:10]})
        out[index.kind] = timed.figures() | {
            "recall_at_10": round(right / 10 / len(queries), 4),
            "build_cpu_s": round(built.processor[0], 1),
        }
    return out


def questions(cases: list[Path], limit: int, random: np.random.Generator) -> list[str]:
    """What is searched for: the question under the last four turns."""
    found = []
    for path in cases:
        for case in map(json.loads, path.read_text().splitlines()):
            turns = [turn["content"] for turn in case.get("history", [])[-4:]]
            found.append("\n".join([*turns, case["question"]]))
    return [found[at] for at in random.choice(len(found), min(limit, len(found)), replace=False)]


def measure(
    count: int, real: tuple[list[Chunk], LexicalIndex, np.ndarray], asked: list[str], both: bool
) -> dict[str, Any]:
    """All figures of one size."""
    random = np.random.default_rng(count)
    chunks, words, vectors = real
    stored = made_vectors(vectors, count, random)
    parents = np.concatenate(
        [
            np.arange(min(count, len(chunks))),
            random.integers(0, len(chunks), max(0, count - len(chunks))),
        ]
    )
    queries = noisy(vectors[random.integers(0, min(count, len(vectors)), len(asked))], 0.7, random)
    limits = [10**9, 0] if both else [EXACT_UP_TO]
    out: dict[str, Any] = {"chunks": count, "dense": dense(stored, queries, limits)}
    with tempfile.TemporaryDirectory() as folder:
        made_words(words, parents, random).save(Path(folder))
        lexical = LexicalIndex.load(Path(folder))
        np.save(Path(folder) / "vectors.npy", stored)
        del stored
        stored = np.load(Path(folder) / "vectors.npy", mmap_mode="r")
        kind = kind_for(count)
        manifest = Manifest("g1", "given", 900, {}, {}, count, {}, search=kind)
        generation = Generation(manifest, Made(chunks, parents), Texts(), stored, lexical)  # type: ignore[arg-type]
        given = Given()
        given.vector = queries[0].tolist()
        retriever = build_retriever(generation, given, k=4, candidates=50)
        with (first := Clock()):
            retriever.invoke(asked[0])
        whole, sparse = Clock(), Clock()
        for text, query in zip(asked, queries, strict=True):
            given.vector = query.tolist()
            with whole:
                retriever.invoke(text)
            with sparse:
                best(lexical.scores(text), 50)
        out |= {
            "search": kind,
            "questions": len(asked),
            "whole": whole.figures(),
            "lexical": sparse.figures(),
            "first_question_cpu_s": round(first.processor[0], 2),
            "memory_gb": memory(),
            "lexical_against_all_entries": agreement(lexical, asked),
        }
    return out


def agreement(lexical: LexicalIndex, asked: list[str]) -> float | None:
    """Share of the best 50 of the exhaustive search that the search with candidates finds."""
    import chatbot.index.lexical as module

    limit = module._MANY
    if lexical.size <= limit:
        return None
    shares = []
    for text in asked[:40]:
        quick = {row for row, _ in best(lexical.scores(text), 50)}
        module._MANY = lexical.size
        full = {row for row, _ in best(lexical.scores(text), 50)}
        module._MANY = limit
        shares.append(len(quick & full) / max(1, len(full)))
    return round(float(np.mean(shares)), 4)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--knowledge", type=Path, required=True)
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--cases", type=Path, nargs="+", required=True)
    parser.add_argument("--chunks", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--both", type=int, default=200_000, help="flat and lists up to this size")
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    chunks: list[Chunk] = []
    for path in list_files(options.knowledge):
        chunks += split_document(load_document(options.knowledge, path, 10**8), 900)
    words = LexicalIndex.build([chunk.search_text for chunk in chunks])
    vectors = np.load(options.vectors).astype(np.float32)
    asked = questions(options.cases, options.queries, np.random.default_rng(0))
    for count in options.chunks:
        both = count <= options.both
        print(json.dumps(measure(count, (chunks, words, vectors), asked, both)), flush=True)


if __name__ == "__main__":
    main()
