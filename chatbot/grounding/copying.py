"""What is changed in a sentence that otherwise has the words of its source, in their order."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from chatbot.grounding.fact import missing
from chatbot.grounding.facts import facts
from chatbot.grounding.lexicon import words as listed
from chatbot.grounding.opposites import undenied
from chatbot.grounding.overlap import general_words, longest
from chatbot.grounding.pieces import stems_of
from chatbot.grounding.reading import Reading

_COPIED = 0.87  # of difflib's ratio: one word of eight
_FEWEST = 6  # words
_WORD = re.compile(r"[^\W_]+(?:[.,:'’-][^\W_]+)*|[%€$£]")


def repeats(claim: Reading, source: Reading) -> bool:
    """Whether the claim has the words and numbers of a sentence, all of them and no other."""
    same = not source.row and _words(claim.text) == _words(source.text)
    return same and not missing(claim.facts, source.facts)


def copies(claim: Reading, source: Reading) -> bool:
    """Whether the claim has nearly all words of the source, in their order."""
    mine, theirs = _words(claim.text), _words(source.text)
    if min(len(mine), len(theirs)) < _FEWEST or source.row:
        return False
    return _matcher(mine, theirs).ratio() >= _COPIED


def miscopied(claim: Reading, source: Reading) -> str | None:
    """A "not" that a copy lacks or has of its own, or a word that the source has elsewhere and not
    in this place."""
    if not copies(claim, source):
        return None
    mine, theirs = _words(undenied(claim.text)), _words(undenied(source.text))
    denials = listed("no") | {"longer"}
    if (sum(w in denials for w in mine) - sum(w in denials for w in theirs)) % 2:
        return "its source says the opposite"
    for kind, a, b, c, d in _matcher(mine, theirs).get_opcodes():
        if kind != "replace":
            continue
        said, told = " ".join(mine[a:b]), " ".join(theirs[c:d])
        if (other := missing(facts(said), facts(told))) and facts(told):
            return f"it says '{other[0].text}' where its source says '{told}'"
        put, left = (_stems(part, claim.language) for part in (said, told))
        if put - left and put - left <= source.stems:
            return f"it says '{longest(put - left)}' where its source says '{told}'"
    return None


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _matcher(mine: Sequence[str], theirs: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, mine, theirs, autojunk=False)


def _stems(said: str, language: str) -> frozenset[str]:
    return stems_of(said, language) - general_words()
