"""What a question is about: the regions, tiers, products and codes that it names, and what the
conversation before it named.
"""

import re
from collections.abc import Sequence
from functools import cached_property

from chatbot.grounding.lexicon import Term, capitalised, lies_in
from chatbot.grounding.places import areas_of, regions
from chatbot.grounding.reading import Reading, read

# "Personal data" and "our company" tell no customers apart, "business customers" do.
_CLIENTS = re.compile(
    r"(?:kunden|es|s)\b|^\w+[ -](?:customer|client|account|order|user|buyer|member|plan|contract)",
    re.IGNORECASE,
)


class Asked:
    """A question and those ``before`` it in the conversation, newest first; a city stands for its
    country where the ``passages`` tell of that."""

    def __init__(
        self, question: str, before: Sequence[str] = (), passages: Sequence[str] = ()
    ) -> None:
        self._texts = [capitalised(text) for text in (question, *before)]
        self._plain = (question, *before)
        self._passages = passages
        self.readings = [read(text) for text in self._texts]

    @property
    def reading(self) -> Reading:
        """The question itself, with the capitals of what it names."""
        return self.readings[0]

    @cached_property
    def own_regions(self) -> list[str]:
        """The regions that the question names itself, and those that its cities lie in."""
        return self._regions(0)

    @cached_property
    def regions(self) -> list[str]:
        """The same, or where it names none, those of the newest question before it that does."""
        found = (self._regions(at) for at in range(len(self._texts)))
        return next((named for named in found if named), [])

    def _regions(self, at: int) -> list[str]:
        return [*regions(self._texts[at]), *areas_of(self._plain[at], self._passages)]

    @property
    def stems(self) -> frozenset[str]:
        """Words with meaning of the question itself."""
        return self.reading.stems

    def values(self, kind: str) -> frozenset[str]:
        """What it names of a kind of the lexicon."""
        if kind == "region":
            return frozenset(self.regions)
        found = (values_of(one.terms, one.text, kind) for one in self.readings)
        return next((values for values in found if values), frozenset())


def values_of(terms: Sequence[Term], text: str, kind: str) -> frozenset[str]:
    """The values of one kind among the terms of a text, where they tell things apart."""
    if kind == "region":
        return frozenset(regions(text))
    mine = (term for term in terms if term.kind == kind)
    if kind == "client":
        mine = (term for term in mine if _CLIENTS.search(text[text.find(term.text) :][:40]))
    return frozenset(term.value for term in mine)


def meet(some: Sequence[str] | frozenset[str], others: Sequence[str] | frozenset[str]) -> bool:
    """Whether any of the ones is one of the others, lies in it, or holds it."""
    return any(
        one == other or lies_in(one, other) or lies_in(other, one)
        for one in some
        for other in others
    )
