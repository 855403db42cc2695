"""What costs nothing, said of what has a price: "a dog travels free" of "a dog costs 5 EUR; cats
travel free"."""

from chatbot.grounding.lexicon import CURRENCIES
from chatbot.grounding.opposites import sides
from chatbot.grounding.overlap import LIGHT, has_stem, longest
from chatbot.grounding.pieces import Piece, stems_of
from chatbot.grounding.reading import Reading


def is_free(text: str) -> bool:
    """Whether a text says that something is free of charge."""
    return any("free" in side for said in sides(text, "polar").values() for side in said)


def free_for_paid(claim: Reading, source: Reading) -> str | None:
    """Whether the claim says "free" of what the source has a price for, beside another thing that
    is free."""
    free = [clause for clause in source.clauses if is_free(clause.text)]
    paid = [c for c in source.clauses if _has_price(c) and not is_free(c.text)]
    if source.row or not (free and paid):
        return None
    claimed = [
        clause for clause in claim.clauses if is_free(clause.text) and not _has_price(clause)
    ]
    around = _around(free) if claimed else frozenset()
    about = frozenset[str]().union(*map(_about, free if claimed else ()))
    names = dict.fromkeys(_named(priced) for priced in paid) if claimed else {}
    for said in map(_named, claimed):
        for named in names:
            own = _held(named - around, said)
            if own and not _held(about - named, said):
                return f"it says 'free', and its source has a price for '{longest(own)}'"
    return None


def _has_price(piece: Piece) -> bool:
    return any(fact.unit in CURRENCIES for fact in piece.facts)


def _named(piece: Piece) -> frozenset[str]:
    """Stems and codes of a clause, without what says that it is free or has a price."""
    codes = {fact.text for fact in piece.facts if fact.kind == "code"}
    rates = {stem for stem in piece.stems if stem.startswith(("@rate", "@each"))}
    return (piece.stems | codes) - rates - LIGHT - stems_of("free", piece.language)


def _about(piece: Piece) -> frozenset[str]:
    """What a clause says is free; all of it, where it has no subject that is known."""
    return (piece.subject if piece.subject and not piece.elliptic else _named(piece)) - LIGHT


def _around(pieces: list[Piece]) -> frozenset[str]:
    return frozenset[str]().union(*(_named(piece) | piece.taken for piece in pieces))


def _held(some: frozenset[str], every: frozenset[str]) -> frozenset[str]:
    return frozenset(stem for stem in some if has_stem(stem, every))
