"""One score from the cosine and BM25, of passages and of their documents."""

import numpy as np
from numpy.typing import NDArray

# Share of the cosine beside BM25, and of a passage's own score beside that of its document's best
# ones; beside both counts the mean cosine of the document's chunks.
DENSE = 0.4
OWN = 0.6
TOPIC = 1.0
# Behind a conversation: share of the last question's words beside those of all turns in a passage's
# own score, and of that score beside its document's.
LAST = 0.75
OWN_LAST = 0.5
# Where the best passage by words stands at the latest, counted from 0.
_LATEST = 2


def scale(values: NDArray[np.float32], ranking: list[float]) -> NDArray[np.float32]:
    """``values`` with the best of ``ranking`` at 1 and its last, or less, at 0 (min-max over
    the candidates; Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid
    Retrieval", TOIS 2023, who find it better than reciprocal ranks)."""
    if not ranking:
        return np.zeros_like(values)
    high, low = ranking[0], min(ranking[-1], ranking[0] * (1 - 1e-6))
    return np.asarray(np.clip((values - low) / max(high - low, 1e-9), 0, None), dtype=np.float32)


def fuse(
    cosine: NDArray[np.float32],
    words: NDArray[np.float32],
    document: NDArray[np.int64],
    topics: NDArray[np.float32],
    asked: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """The fused score of each candidate passage, shape (n,) like the first three; ``document``
    says which of the m documents each is of.

    A passage's own score is the weighted mean of its cosine and BM25; its document's is that of
    the best cosine and the best BM25 in the document, wherever they stand: often one passage
    names the topic and the next one answers. ``topics``, shape (m,), are the mean cosines of all
    chunks of each document: of two with a passage that fits, the one that is about the question
    altogether. ``asked``, shape (n,), is the BM25 of the last question alone where ``words`` is
    that of a conversation: the conversation tells the document, the question the passage in it.
    """
    said = words if asked is None else (1 - LAST) * words + LAST * asked
    share = OWN if asked is None else OWN_LAST
    own = DENSE * cosine + (1 - DENSE) * said
    best_cosine = np.zeros(len(topics), dtype=np.float32)
    best_words = np.zeros(len(topics), dtype=np.float32)
    np.maximum.at(best_cosine, document, cosine)
    np.maximum.at(best_words, document, words)
    whole = (DENSE * best_cosine + (1 - DENSE) * best_words)[document]
    fused = share * own + (1 - share) * whole + TOPIC * topics[document]
    return np.asarray(fused / (1 + TOPIC), dtype=np.float32)


def promote(
    ranked: list[tuple[int, float]], lexical: list[tuple[int, float]]
) -> list[tuple[int, float]]:
    """``ranked`` with the best passage by words third at the latest: a row of a table that holds
    every word asked for is like no question as a whole."""
    if not lexical:
        return ranked
    at = next((n for n, (row, _) in enumerate(ranked) if row == lexical[0][0]), 0)
    if at <= _LATEST:
        return ranked
    moved = (ranked[at][0], ranked[_LATEST][1])  # scores stay in order
    return [*ranked[:_LATEST], moved, *ranked[_LATEST:at], *ranked[at + 1 :]]
