"""An answer in another form, once it is verified: its sentences one a line, its first one alone,
or as a letter.

Its text stays as it is, only what stands between and around its sentences changes: what was found
of each holds at its new place.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from chatbot.answering.question import Form
from chatbot.grounding.citations import Verified
from chatbot.text.sentences import sentences

_ITEM = "- "
# A sentence that is an item as it stands: "2. Press the button."
_IS_ITEM = re.compile(r"(?:[-*+•–]|\(?\d{1,2}[.)])\s")


def in_form(text: str, verified: Verified, form: Form, letter: str) -> tuple[str, Verified]:
    """The text in a form, and what it rests on; ``letter`` has ``{body}`` where the text goes."""
    if form == "letter":
        before, after = letter.split("{body}")
        return f"{before}{text}{after}", _moved(verified, lambda place: place + len(before))
    places = sentences(text)
    if form == "short" and len(places) > 1 and "\n" not in text.strip():
        end = places[0][1]
        return text[:end].rstrip(), _within(verified, end)
    if form != "list" or "\n" in text.strip() or not places:
        return text, verified
    listed, moves = "", list[tuple[int, int]]()  # from which place on, by how much
    for (start, _), (end, _) in pairwise([*places, (len(text), 0)]):
        sign = "" if _IS_ITEM.match(text, start) else _ITEM
        listed += f"\n{sign}" if listed else sign
        moves.append((start, len(listed) - start))
        listed += text[start:end].rstrip()

    def moved(place: int) -> int:
        return place + next(by for start, by in reversed(moves) if start < place)

    return listed, _moved(verified, moved)


def _within(verified: Verified, end: int) -> Verified:
    """What was found of the text before ``end``."""
    rests_on = {place: number for place, number in verified.rests_on.items() if place <= end}
    return replace(
        verified,
        citations=[each for each in verified.citations if each.passage in rests_on.values()],
        unsupported=[part for part in verified.unsupported if part.start < end],
        rests_on=rests_on,
    )


def _moved(verified: Verified, moved: Callable[[int], int]) -> Verified:
    unsupported = [
        replace(part, start=moved(part.start + 1) - 1, end=moved(part.end))
        for part in verified.unsupported
    ]
    rests_on = {moved(end): number for end, number in verified.rests_on.items()}
    return replace(verified, unsupported=unsupported, rests_on=rests_on)
