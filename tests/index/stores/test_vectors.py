"""Approximate search in lists of vectors."""

import numpy as np

from chatbot.index.stores.vectors import VectorIndex


def test_lists_of_vectors_find_nearly_what_exact_search_finds() -> None:
    random_ = np.random.default_rng(0)
    centres = random_.standard_normal((50, 32))
    vectors = centres[random_.integers(0, 50, 6000)] + random_.standard_normal((6000, 32)) * 0.3
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    exact, lists = VectorIndex.build(vectors), VectorIndex.build(vectors, exact_up_to=100)
    assert (exact.kind, lists.kind.startswith("ivf")) == ("flat", True)
    same = [
        len({row for row, _ in exact.search(v, 10)} & {row for row, _ in lists.search(v, 10)})
        for v in vectors[:50]
    ]
    assert sum(same) > 0.9 * 500
