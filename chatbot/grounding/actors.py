"""Who does it: "we pay the duty" of "the recipient pays the duty", "ask your vet for it" of "we ask
the practice ourselves"."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from chatbot.grounding.lexicon import irregular, words
from chatbot.grounding.overlap import LIGHT, general_words, has_stem
from chatbot.grounding.pieces import stems_of
from chatbot.grounding.reading import Reading
from chatbot.grounding.words import stem

_OURS = r"we|I|our (?:team|staff|support|office|colleagues?|drivers?|crew|engineers?|technicians?)"
# Who a help centre writes for, and what it calls them.
_THEIRS = (
    r"you|(?:the|a|an|each|every|your) (?:\w+ )?(?:customers?|recipients?|senders?|buyers?|"
    r"tenants?|guests?|passengers?|owners?|members?|users?|participants?|students?|parents?|"
    r"policyholders?|account holders?|hirers?|renters?|subscribers?|visitors?)"
)
_HELPING = (
    r"(?:(?:'ll|'d|'ve|can|could|may|might|must|will|would|shall|should|do|does|did|have|has|had|"
    r"need|needs|also|always|only|then|usually|normally|generally|simply|just|still|gladly|"
    r"happily|automatically|to)\s+)*"
)
_SAID = re.compile(
    rf"\b(?:(?P<ours>{_OURS})|(?P<theirs>{_THEIRS}))(?=['\s])\s?{_HELPING}(?P<verb>[a-z]{{2,}})"
    r"(?P<rest>(?:(?!\b(?:and|but|while) (?:we|you|I)\b)[^.;:!?,])*)",
    re.IGNORECASE,
)
_BY = re.compile(
    rf"\b(?:is|are|be|been|was|were|gets?) (?:\w+ly )?(?P<verb>[a-z]{{3,}}) by "
    rf"(?:(?P<ours>us|{_OURS})|(?P<theirs>{_THEIRS}))\b",
    re.IGNORECASE,
)
_CUSTOMERS = re.compile(r"\b(?:customer|client|caller)s?\b(?! service)", re.IGNORECASE)
# "Send us the form", and not "Print quality is checked".
_ORDER = re.compile(
    r"(?:^|[.;:!]\s+|,? (?:and|then|so) |\b(?:please|simply|just|first|then)\s)"
    r"(?:please |simply |just |first |then )*(?P<verb>[A-Za-z]{3,})"
    r"(?P<rest> (?:your|the|it|us|them|an?|any|this|that|these|those|both|all|one|two|every)\b"
    r"[^.;:!?]*)",
    re.IGNORECASE,
)
# What everybody does, each in a way of their own.
_OPEN = frozenset(
    re.findall(
        r"\w+",
        """be have get do make let want wish like hope know see find think receive agree look come
        go need hear say mean use rent hire lease""",
    )
)
_NO_VERB = frozenset("not never been being a an the your our it this that who which".split())  # noqa: SIM905


class _Deed(NamedTuple):
    """What somebody does: the stem of the verb and what stands behind it, and whether we do it."""

    verb: str
    about: frozenset[str]
    ours: bool
    shown: str


def other_actor(claim: Reading, source: Reading) -> str | None:
    """What the claim says that we do, where its source says that who reads it does the same, or
    the other way round. Instructions for staff speak of customers and call nobody else "you"."""
    if source.row or claim.language != "en" or source.language != "en":
        return None
    theirs = [d for d in _deeds(source) if d.ours or not _CUSTOMERS.search(source.text)]
    if not theirs or any(clause.negative for clause in (*claim.clauses, *source.clauses)):
        return None
    mine = list(_deeds(claim))
    for deed in mine:
        same = [d for d in theirs if d.verb == deed.verb and _about_the_same(deed, d)]
        both = any(d.verb == deed.verb and d.ours != deed.ours for d in mine)
        if same and not both and all(other.ours != deed.ours for other in same):
            return f"it says '{deed.shown}' where its source says '{same[0].shown}'"
    return None


def _about_the_same(one: _Deed, other: _Deed) -> bool:
    return any(has_stem(mark, other.about) for mark in one.about)


def _deeds(reading: Reading) -> Iterator[_Deed]:
    told = reading.text
    for match in (*_SAID.finditer(told), *_BY.finditer(told)):
        rest = match.groupdict().get("rest") or ""
        rest = rest if _marks(rest, reading) else told[: match.start()]
        shown = f"{match['ours'] or match['theirs']} {match['verb']}"
        if verb := _verb(match["verb"]):
            yield _Deed(verb, _marks(rest, reading), match["ours"] is not None, shown)
    for match in _ORDER.finditer(told):
        said = match["verb"].lower()
        if said.endswith(("ing", "ed")) or said in words("goes_on"):
            continue
        if verb := _verb(said):
            yield _Deed(verb, _marks(match["rest"], reading), False, f"you {match['verb'].lower()}")


def _verb(word: str) -> str:
    plain = irregular().get(word.lower(), word.lower())
    return "" if plain in _OPEN or plain in _NO_VERB else stem(plain)


def _marks(text: str, reading: Reading) -> frozenset[str]:
    """What something is done to: the words behind the verb, without those of any sentence."""
    return frozenset(stems_of(text, reading.language) - LIGHT - general_words())
