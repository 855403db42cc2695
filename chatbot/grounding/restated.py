"""A sentence with its numbers as its source writes them: "within two weeks" as "within 14 days"."""

from collections.abc import Sequence

from chatbot.grounding.fact import Fact
from chatbot.grounding.facts import facts, unify_spelling


def restated(claim: str, source: str) -> str:
    """The claim, where each number, date or time that the source has in other figures, words or
    units is written as there; as it is where there is none. A model that was taught to judge reads
    what is written alike much better than what is as much."""
    said, told = unify_spelling(claim), unify_spelling(source)
    held = [fact for fact in facts(told) if _is_written(fact, told)]
    wordings = {fact.full for fact in held}
    changed, other_spelling = said, False
    for fact in sorted(facts(claim), key=lambda fact: -fact.start):
        if not _is_written(fact, said):
            continue
        if fact.full in wordings:  # "3 pm" as "15:00" is one of all spellings already
            other_spelling |= fact.full not in claim
            continue
        if (other := _same(fact, held)) is not None:
            whole = other.full != other.text  # with its unit
            start, end = fact.start, fact.start + len(fact.full if whole else fact.text)
            changed = changed[:start] + (other.full if whole else other.text) + changed[end:]
    return claim if changed == said and not other_spelling else changed


def _is_written(fact: Fact, text: str) -> bool:
    """Whether it stands in the text as it is shown, and does not only follow from it."""
    return not fact.implied and text.startswith(fact.full, fact.start)


def _same(fact: Fact, held: Sequence[Fact]) -> Fact | None:
    """What says as much in other words; of a bare number what is a bare number."""
    same = (other for other in held if fact.held_by(other))
    return next((o for o in same if fact.unit or not o.unit), None)
