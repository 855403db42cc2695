"""What waits for an owner, in groups of one question each, and questions that are alike."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from chatbot.desk.corrections import SAME_GAP, clusters
from chatbot.store.reviews import Waiting

# Average cosine distance of two wordings of one question; see ``SAME_GAP`` for the scale. Returns
# in the EU and in the US are nearer than that: alike groups stand together, and each is decided
# upon for itself.
SAME_QUESTION = 0.3
# Comparing more with one another takes too long for a page; the others stand alone.
COMPARED = 1000


@dataclass(frozen=True)
class Group:
    """Items of one question in the same words, newest first."""

    key: str
    items: tuple[Waiting, ...]

    @property
    def question(self) -> str:
        """As it was asked last."""
        return self.items[0].question

    @property
    def newest(self) -> str:
        """When it was asked last."""
        return self.items[0].created_at

    @property
    def oldest(self) -> str:
        """When it was asked first, of those that wait."""
        return self.items[-1].created_at

    @cached_property
    def kinds(self) -> Counter[str]:
        """How many items are of each kind."""
        return Counter(item.kind for item in self.items)

    @property
    def askers(self) -> list[str]:
        """Who asked it."""
        return sorted({item.asked_by for item in self.items if item.asked_by})


def group_items(items: Sequence[Waiting]) -> list[Group]:
    """Items, newest first, in groups by their keys; the group with the newest item first."""
    by_key: dict[str, list[Waiting]] = {}
    for item in items:
        by_key.setdefault(item.key, []).append(item)
    return [Group(key, tuple(found)) for key, found in by_key.items()]


def alike(
    groups: Sequence[Group],
    vectors: Mapping[str, NDArray[np.float32]],
    distance: float = SAME_QUESTION,
) -> list[list[Group]]:
    """Groups whose questions mean about the same, together; in the order of each one's first.

    A question without a vector stands alone.
    """
    known = [at for at, group in enumerate(groups) if group.question in vectors][:COMPARED]
    label: dict[int, int] = {}
    if len(known) > 1:
        rows = np.stack([vectors[groups[at].question] for at in known])
        label = dict(zip(known, (int(n) for n in clusters(rows, distance)), strict=True))
    together: dict[tuple[str, int], list[Group]] = {}
    for at, group in enumerate(groups):
        place = ("alike", label[at]) if at in label else ("alone", at)
        together.setdefault(place, []).append(group)
    return list(together.values())


def topics(
    groups: Sequence[Group], vectors: Mapping[str, NDArray[np.float32]]
) -> list[list[Group]]:
    """Groups of one topic each, those of most items first: what the knowledge base lacks."""
    found = alike(groups, vectors, SAME_GAP)
    return sorted(found, key=lambda topic: -sum(len(group.items) for group in topic))
