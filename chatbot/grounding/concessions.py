"""What holds on a condition, said of all cases: "even if you have made a claim" of "provided you
have made no claim", "at any time" of "at renewal only"."""

import re

from chatbot.grounding.overlap import LIGHT, general_words, has_stem
from chatbot.grounding.pieces import stems_of
from chatbot.grounding.reading import Reading

_EVEN = re.compile(
    r"\b(?:even (?:if|when|while|though|after|without|before|during|with)|whether or not|"
    r"regardless of|no matter|also (?:if|when|while|after|during)|auch (?:wenn|während|nach|ohne)|"
    r"selbst (?:wenn|nach|ohne)|egal ob|même (?:si|quand|après|sans|pendant)|"
    r"(?:incluso|aun) (?:si|cuando|después|sin|durante)|aunque)\b(?P<what>[^.;!?]*)|"
    r"\b(?P<either>(?:\w+ ){1,3})or not\b|"
    r"\b(?:after|if|when|while|during)\b(?P<also>[^.,;!?]*) (?:as well|too)\s*(?:[.,;!?]|$)",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:provided(?: that)?|(?:as|so) long as|on condition that|"
    r"only (?:if|when|while|after|before)|unless|"
    r"(?:but )?(?:not|never) (?:if|when|while|after|before|during)|"
    r"except (?:if|when|while|after|during)|sofern|vorausgesetzt|solange|es sei denn|"
    r"(?:nur|nicht|außer) (?:wenn|während|nach)|à condition (?:que|de|d')|tant que|à moins que|"
    r"(?:sauf|pas|seulement) (?:si|quand|pendant|après)|siempre que|a menos que|"
    r"(?:salvo|no|solo|sólo) (?:si|cuando|mientras|durante|después))\b(?P<what>[^.;!?]*)",
    re.IGNORECASE,
)
_ANY_TIME = re.compile(
    r"\b(?:(?:at )?any ?time|at any (?:point|moment)|whenever you (?:like|want|wish)|jederzeit|"
    r"à tout moment|n'importe quand|en cualquier momento|cuando quiera)\b",
    re.IGNORECASE,
)
_TIME_LIMIT = re.compile(
    r"\b(?:only|until|till|before|unless|not (?:while|during|after|before)|no later than|"
    r"within (?:the first )?\d|nur|bis|spätestens|innerhalb|seulement|uniquement|jusqu'|sauf|"
    r"dans les \d|solo|sólo|hasta|salvo)\b",
    re.IGNORECASE,
)

_WHICHEVER = re.compile(
    r"\b(?:whichever|whatever|no matter (?:which|what)|egal welche[nrms]?|"
    r"quel(?:le)?s? que soi(?:en)?t (?:les?|la)|sea cual sea (?:el|la))\s(?P<kind>\w+)",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"\b(?:any|all|every|each|whichever|whatever|alle[nrms]?|jede[nrms]?|tous|toutes|chaque|todos|"
    r"todas|cualquier)\b",
    re.IGNORECASE,
)
# "In zones A and B", "on a 12-month term".
_NAMED = re.compile(r"\b(?P<kind>[a-z]{3,}) (?:[A-Z]\w*|\d+)\b|\b\d+-\w+ (?P<size>[a-z]{3,})\b")


def conceded(claim: Reading, source: Reading) -> str | None:
    """What the source makes a condition, and of which the claim says that it does not matter; both
    deny, or neither does."""
    if source.row:
        return None
    if _ANY_TIME.search(claim.text) and not _ANY_TIME.search(source.text):
        limit = _TIME_LIMIT.search(source.text)
        if limit and not claim.denies and limit[0].lower() not in claim.text.lower():
            return f"its source says '{limit[0].lower()}'"
    if (kind := _any_kind(claim, source)) is not None:
        return f"its source says of which '{kind}'"
    told = [match["what"] for match in _CONDITION.finditer(source.text)]
    for match in _EVEN.finditer(claim.text) if told and not _EVEN.search(source.text) else ():
        mine = _marks(match["what"] or match["also"] or match["either"] or "", claim)
        rest = claim.text[: match.start()]
        if claim.denies and any(c.denies and c.text in rest for c in claim.clauses):
            continue
        if any(has_stem(mark, _marks(what, source)) for mark in mine for what in told):
            return "its source makes that a condition"
    return None


def _any_kind(claim: Reading, source: Reading) -> str | None:
    """ "Whichever zone you live in" of "in zones A and B"."""
    for match in _WHICHEVER.finditer(claim.text) if not _ALL.search(source.text) else ():
        for stem in _marks(match["kind"], claim):
            named = [
                m
                for m in _NAMED.finditer(source.text)
                if stem in _marks(m["kind"] or m["size"], source)
            ]
            if named:
                return named[0][0].strip()
    return None


def _marks(text: str, reading: Reading) -> frozenset[str]:
    return frozenset(stems_of(text, reading.language) - LIGHT - general_words())
