"""Fusion of the two rankings."""

import numpy as np
import pytest

from chatbot.index.fusion import fuse, promote, scale


def test_fusion_follows_the_formula() -> None:
    cosine = scale(np.asarray([0.9, 0.8, 0.5], dtype=np.float32), [0.9, 0.5])
    assert cosine == pytest.approx([1, 0.75, 0])
    words = np.asarray([0, 1, 0.5], dtype=np.float32)
    topics = np.asarray([0.2, 0.6], dtype=np.float32)
    fused = fuse(cosine, words, np.asarray([0, 0, 1]), topics)
    # The first document has the best of both, so each of its passages gets 0.4 of 1 beside 0.6 of
    # its own score, in which cosines count for 0.4. Then the mean with the topic.
    own = [0.4, 0.4 * 0.75 + 0.6, 0.6 * 0.5]
    whole = [1, 1, 0.3]
    about = [0.2, 0.2, 0.6]
    wanted = [(0.6 * o + 0.4 * w + t) / 2 for o, w, t in zip(own, whole, about, strict=True)]
    assert fused == pytest.approx(wanted)

    # Behind a conversation the words of the last question count for most of a passage's own score.
    asked = np.asarray([1, 0, 0], dtype=np.float32)
    own = [0.4 + 0.6 * 0.75, 0.4 * 0.75 + 0.6 * 0.25, 0.6 * 0.25 * 0.5]
    wanted = [(0.5 * o + 0.5 * w + t) / 2 for o, w, t in zip(own, whole, about, strict=True)]
    fused = fuse(cosine, words, np.asarray([0, 0, 1]), topics, asked)
    assert fused == pytest.approx(wanted)


def test_the_best_passage_by_words_is_third_at_the_latest() -> None:
    ranked = [(4, 0.9), (3, 0.8), (2, 0.7), (1, 0.6), (0, 0.5)]
    assert promote(ranked, [(0, 7.0), (4, 6.0)]) == [
        (4, 0.9),
        (3, 0.8),
        (0, 0.7),
        (2, 0.7),
        (1, 0.6),
    ]
    assert promote(ranked, [(3, 7.0)]) == ranked
    assert promote(ranked, []) == ranked
