"""Answers that tell of another region than their question asks about: "In the Netherlands delivery
costs 6.90 EUR" to "what does shipping to Belgium cost?".
"""

from chatbot.grounding.lexicon import capitalised, kinds, part_of, words

_REGION = "region"
# Abbreviations of countries in two letters are units and codes more often ("5 GB", "DE-100").
_SURE = frozenset({"EU", "US", "UK"})


def elsewhere(answer: str, question: str) -> str | None:
    """What is wrong with an answer that names regions, and none that the question names, or that
    holds one of those or lies in one; ``None`` where nothing is.

    A "no" may name where it would be a yes.
    """
    first = answer.split(maxsplit=1)[:1]
    if first and first[0].lower().strip(",.!") in words("no_lead"):
        return None
    asked, told = regions(capitalised(question)), regions(answer)
    if not asked or not told or any(_meet(one, other) for one in asked for other in told):
        return None
    return f"the question asks about '{asked[0]}', and it tells of '{told[0]}'"


def regions(text: str) -> list[str]:
    """The regions that a text names, in order."""
    return [
        term.value
        for term in kinds().find(text)
        if term.kind == _REGION and (len(term.text) > len("UK") or term.text in _SURE)
    ]


def _meet(one: str, other: str) -> bool:
    return one == other or part_of(one) == other or part_of(other) == one
