"""The parts of a claim, each as a claim of its own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from chatbot.grounding.fact import Fact
from chatbot.grounding.pieces import WORD, Piece
from chatbot.grounding.reading import Reading, read

_LEAST = 2  # words and facts of a part
_SENTENCE = 3  # words at least
_BETWEEN = re.compile(
    r"(?P<semicolon>;\s+)|,\s+(?P<joint>(?:and|but|while|whereas|und|aber|während|et|mais|y|pero)\s)",
    re.IGNORECASE,
)


def main_clauses(claim: Reading) -> list[str]:
    """What stands before and behind each semicolon, and each "and" behind a comma that a clause
    with a subject of its own follows: "a Mac can be used" of "A1 is taken at home, and a Mac can be
    used"; only the claim itself where one of them is no sentence."""
    parts, start = [], 0
    for match in _BETWEEN.finditer(claim.text):
        begins = match.start("joint") if match["joint"] else match.end()
        rest = claim.text[begins:]
        clause = next((c for c in claim.clauses if rest.startswith(c.text)), None)
        if match["joint"] and (clause is None or not (clause.before is None or clause.subject)):
            continue
        parts.append(claim.text[start : match.start()])
        start = match.end()
    parts.append(claim.text[start:])
    whole = all(len(WORD.findall(part)) >= _SENTENCE for part in parts)
    return parts if whole else [claim.text]


def readings(claim: Reading) -> Iterator[Reading]:
    """The parts of a claim; each keeps the region, tier and codes of the one before."""
    kept: dict[str, Piece] = {}
    codes: tuple[Fact, ...] = ()
    own_subject = {piece.text for piece in claim.pieces if piece.before is None and piece.subject}
    for text in _large_enough(claim.pieces):
        said = read(text, claim.language)
        own = {term.kind for term in said.terms}
        kept |= dict.fromkeys(own, Piece(text, said.facts, said.terms))
        more = [t for kind, p in kept.items() if kind not in own for t in p.terms if t.kind == kind]
        mine = tuple(fact for fact in said.facts if fact.kind == "code")
        codes = mine or (() if text in own_subject else codes)
        inherited = () if mine else codes
        yield replace(said, carried=tuple(more), inherited=inherited)


def _large_enough(pieces: Sequence[Piece]) -> list[str]:
    """Texts of pieces, small ones with the one before."""
    texts: list[str] = []
    for piece in pieces:
        if texts and len(piece.stems) + len(piece.facts) < _LEAST:
            texts[-1] += f", {piece.text}"
        else:
            texts.append(piece.text)
    if len(texts) > 1 and len(read(texts[0]).stems) + len(read(texts[0]).facts) < _LEAST:
        texts[:2] = [f"{texts[0]}, {texts[1]}"]
    return texts
