"""What holds of one name only, said of all: "at any terminal" of "at the Haven terminal only"."""

import re

from chatbot.grounding.lexicon import words
from chatbot.grounding.overlap import has_stem
from chatbot.grounding.pieces import WORD, Piece, stems_of
from chatbot.grounding.reading import Reading

_EVERY = frozenset(
    re.findall(
        r"\w+",
        """all any every both each everyone everybody everywhere anywhere anyone anybody alle allen
    jede jeder jedem jeden jedes beide beiden überall tous toutes chaque partout todos todas cada
    ambos""",
    )
)
_ONLY = frozenset("only nur seulement uniquement solo sólo solamente".split())  # noqa: SIM905
_REACH = 5  # words on either side of "only"


def widened(claim: Reading, source: Reading) -> str | None:
    """Whether the claim says of all what the source says "only" of a name that the claim has not;
    neither may deny."""
    said = {word.lower() for word in WORD.findall(claim.text)}
    if not said & _EVERY or said & (_ONLY | words("no") | words("exception")):
        return None
    for clause in source.clauses:
        names = _only_of(clause)
        shared = [stem for stem in clause.stems - names if has_stem(stem, claim.stems)]
        if names and shared and not any(has_stem(name, claim.stems) for name in names):
            return "its source says 'only'"
    return None


def _only_of(clause: Piece) -> frozenset[str]:
    """Stems of the names around "only"."""
    said = WORD.findall(clause.text)
    at = next((n for n, word in enumerate(said) if word.lower() in _ONLY), None)
    if at is None or clause.negative or clause.language == "de":
        return frozenset()
    near = [*said[max(1, at - _REACH) : at], *said[at + 1 : at + 1 + _REACH]]
    names = " ".join(word for word in near if word[:1].isupper())
    return stems_of(names, clause.language)
