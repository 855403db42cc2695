"""Whether a question leaves the topic of the conversation, so that old turns would mislead."""

import re
from collections.abc import Sequence

from chatbot.grounding.words import content_words, words

_TURNS = 4
# A question of fewer words with meaning leans on what was said before.
_ENOUGH = 4
# Words that point back at something said before.
_POINTERS = frozenset(
    re.findall(
        r"\w+",
        """it its that this these those they them their theirs there he she his her him one ones
    also too else same other another more then instead both either neither still again so yes no
    yeah nope okay ok""",
    )
)
_OPENERS = ("and", "but", "or", "what about", "how about", "what if", "then", "because")


def changes_topic(turns: Sequence[str], question: str) -> bool:
    """Whether ``question`` stands by itself and shares no word of meaning with the last turns.

    It must have at least four words with meaning, none that points back ("it", "those", "else"),
    and no opening that goes on ("and", "what about"). In doubt the topic is the same: a
    follow-up without its conversation is lost, a new question with old turns is only blurred.
    """
    if not stands_alone(question):
        return False
    before = set().union(*(content_words(turn) for turn in turns[-_TURNS:]), set())
    return not content_words(question) & before


def stands_alone(question: str) -> bool:
    """Whether a question can be read without what was said before: at least four words with
    meaning, none that points back, and no opening that goes on."""
    if len(content_words(question)) < _ENOUGH or _POINTERS.intersection(words(question)):
        return False
    return not goes_on(question)


def goes_on(question: str) -> bool:
    """Whether a question begins as one that goes on: "and", "what about"."""
    said = words(question)
    opening = " ".join(said[:2])
    return bool(said) and any(opening == start or said[0] == start for start in _OPENERS)


def points_back(sentence: str) -> bool:
    """Whether a sentence begins with a word that points at what was said before."""
    return bool(_POINTERS.intersection(words(sentence)[:1]))
