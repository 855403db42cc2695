"""Answers that tell of another region than their question asks about: "In the Netherlands delivery
costs 6.90 EUR" to "what does shipping to Belgium cost?".
"""

import re
from collections.abc import Sequence

from chatbot.grounding.lexicon import capitalised, part_of, words
from chatbot.grounding.places import areas_of, regions

_OUTSIDE = re.compile(
    r"\b(?:outside|beyond|except|außerhalb|außer|hors|sauf|fuera|excepto|salvo)\b", re.IGNORECASE
)


def elsewhere(answer: str, question: str, passages: Sequence[str] = ()) -> str | None:
    """What is wrong with an answer that names regions, and none that the question names, or that
    holds one of those or lies in one; ``None`` where nothing is. A city of the question stands for
    its country, where the ``passages`` tell of that.

    A "no" may name where it would be a yes, and "not outside Europe" is of all other places.
    """
    first = answer.split(maxsplit=1)[:1]
    if first and first[0].lower().strip(",.!") in words("no_lead"):
        return None
    told = [] if _OUTSIDE.search(answer) else regions(answer)
    asked = regions(capitalised(question))
    if not told or _meet(asked, told):
        return None
    cities = areas_of(question, passages)
    if not (asked or cities) or _meet(cities, told):
        return None
    return f"the question asks about '{[*asked, *cities][0]}', and it tells of '{told[0]}'"


def _meet(asked: Sequence[str], told: Sequence[str]) -> bool:
    """Whether any of the ones is one of the others, lies in it, or holds it."""
    return any(
        one == other or part_of(one) == other or part_of(other) == one
        for one in asked
        for other in told
    )
