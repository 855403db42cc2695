"""Products whose names begin alike, "Harbor One" and "Harbor Pro": what a page about the one says
is not said of the other, whether or not each sentence names it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

# Two words with capitals within a sentence, or a name and a number; "Harbor" in "the Harbor One".
_NAME = re.compile(
    r"(?:(?<=[a-zà-ÿ,;:(] )|\b(?:The|A|An|Your|Our|Der|Die|Das|Ein|Le|La|Les|El|Los) )"
    r"(?P<head>[A-ZÀ-Þ][a-zà-ÿ]{2,}) (?P<member>[A-ZÀ-Þ][\w+]*|\d{1,4}[A-Z]?)(?![\w-])"
)
_MEMBER = r"(?P<{}>[^\W_][\w+]*)"
_LISTED = r"(?:(?:,? (?:and|or|und|oder|et|ou|y|o)|[,/]) (?:the |der |die |das )?" + _MEMBER + r")?"


class Series(NamedTuple):
    """The word that names begin with, and those that tell them apart."""

    head: str
    members: frozenset[str]

    def named(self, text: str) -> frozenset[str]:
        """The members that a text names, in any case: "the harbor one and pro"."""
        pattern = rf"\b{re.escape(self.head)}[ -]{_MEMBER.format('one')}{_LISTED.format('other')}"
        found = re.finditer(pattern, text, re.IGNORECASE)
        said = {(match[name] or "").lower() for match in found for name in ("one", "other")}
        return frozenset(member for member in self.members if member.lower() in said)


@lru_cache(maxsize=64)
def series_of(texts: tuple[str, ...]) -> tuple[Series, ...]:
    """The series that texts name within their sentences."""
    members: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for match in _NAME.finditer(text):
            members[match["head"]].add(match["member"])
    return tuple(Series(head, frozenset(own)) for head, own in members.items() if len(own) > 1)


def other_member(
    said: str, source: str, over: str, known: Iterable[Series]
) -> tuple[str, str] | None:
    """The member of a series that is ``said`` and the one that the source and what stands ``over``
    it are about; ``None`` where they are about the same, or about none."""
    for series in known:
        mine = series.named(said)
        theirs = series.named(source) | series.named(over) if mine else frozenset[str]()
        if theirs and not mine & theirs:
            return f"{series.head} {min(mine)}", f"{series.head} {min(theirs)}"
    return None
