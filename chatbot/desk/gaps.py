"""What the knowledge base lacks: questions that were not answered well, by topic."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from chatbot.desk.review import COMPARED, Group, group_items, topics
from chatbot.store.reviews import Waiting

_EXAMPLES = 5
_NEAREST = 3


@dataclass(frozen=True)
class Gap:
    """Questions of one kind that were not answered well; ``nearest`` are the closest documents."""

    size: int
    refused: int
    thumbs_down: int
    examples: list[str]
    nearest: list[dict[str, Any]]


def find_gaps(
    waiting: Sequence[Waiting], embeddings: Embeddings, search: Callable[[str], Sequence[Any]]
) -> list[Gap]:
    """Refused and thumbed-down questions in groups of one topic each, the largest first; without
    those that an owner has decided upon. Of different questions the most asked are looked at, as
    many as can be compared.

    ``search`` gives passages (with ``path`` and ``score``) for a question.
    """
    newest = sorted(waiting, key=lambda item: item.created_at, reverse=True)
    groups = sorted(group_items(newest), key=lambda group: -len(group.items))[:COMPARED]
    if not groups:
        return []
    questions = list(dict.fromkeys(group.question for group in groups))
    made = np.asarray(embeddings.embed_documents(questions), dtype=np.float32)
    vectors = dict(zip(questions, made, strict=True))
    return [_gap(topic, vectors, search) for topic in topics(groups, vectors)]


def _gap(
    topic: Sequence[Group],
    vectors: dict[str, NDArray[np.float32]],
    search: Callable[[str], Sequence[Any]],
) -> Gap:
    """One group; its most typical questions come first."""
    items = [item for group in topic for item in group.items]
    centre = np.mean([vectors[g.question] for g in topic for _ in g.items], axis=0)
    typical = sorted(topic, key=lambda group: -float(vectors[group.question] @ centre))
    examples = list(dict.fromkeys(group.question for group in typical))[:_EXAMPLES]
    nearest: dict[str, float] = {}
    for passage in search(examples[0]):
        nearest.setdefault(passage.path, passage.score)
    refused = sum(item.kind == "refused" for item in items)
    return Gap(
        size=len(items),
        refused=refused,
        thumbs_down=len(items) - refused,
        examples=examples,
        nearest=[{"path": p, "score": s} for p, s in list(nearest.items())[:_NEAREST]],
    )
