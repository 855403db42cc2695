"""What the passages say of all holds for the one that is asked about: "devices have a warranty of 3
years" for "the Harbor Pro has a warranty of 3 years"."""

import re
from collections.abc import Sequence

from chatbot.grounding.overlap import LIGHT, has_stem
from chatbot.grounding.reading import Reading, read
from chatbot.grounding.sources import Span

# Names of two words or more: one alone may begin a sentence, or be a German noun.
_NAME = re.compile(
    r"(?:\b(?:[Tt]he|[Aa]n?|[Dd]er|[Dd]ie|[Dd]as|[Ll][ea]|[Ee]l)\s+)?"
    r"\b([A-ZÄÖÜ][\w'’-]*(?:\s+(?:[A-ZÄÖÜ][\w'’-]*|\d+)\b)+)"
)
_ALL = re.compile(
    r"\b(?:devices?|products?|items?|goods|appliances?|machines?|models?|Geräten?|Geräte|Produkte?n?"
    r"|Artikeln?|Modellen?|Modelle|appareils?|produits?|articles?|modèles?|aparatos?|productos?"
    r"|artículos?|modelos?|dispositivos?)\b",
    re.IGNORECASE,
)
_APART = re.compile(
    r"\b(?:except\w*|unless|exclud\w*|only|außer|ausgenommen|nur|sauf|excepté|hormis|seulement"
    r"|excepto|salvo|solo|sólo)\b",
    re.IGNORECASE,
)
_HALF = 0.5


def said_of_all(
    claim: Reading, asked: Reading, spans: Sequence[Span]
) -> list[tuple[str, list[Span]]]:
    """The claim with what all are called in the place of a name that the question has, and the
    spans that may say so; nothing where the passages do not know the name, or tell of it apart."""
    found = []
    for match in _NAME.finditer(claim.text) if any(fact.unit for fact in claim.facts) else ():
        name = match[1].lower()
        if name not in asked.text.lower():
            continue
        own = [span for span in spans if name in _told(span)]
        if not own or any(_tells_apart(claim, span, name) for span in own):
            continue
        kinds = {term.kind for term in read(match[1]).terms}
        first = name.split()[0]
        general = [
            span
            for span in spans
            if first not in _told(span)
            and not kinds & {term.kind for term in (*span.reading.terms, *span.over.terms)}
        ]
        words = dict.fromkeys(one[0] for span in general for one in _ALL.finditer(span.text))
        found += [(claim.text.replace(match[0], word, 1), general) for word in words]
    return found


def _told(span: Span) -> str:
    return f"{span.over.text}\n{span.text}".lower()


def _tells_apart(claim: Reading, span: Span, name: str) -> bool:
    """Whether a span says of the name what the claim may not: a number in the same unit, or that
    it is left out of what the claim is about."""
    units = {fact.unit for fact in claim.facts if fact.unit}
    if units & {fact.unit for fact in span.reading.facts}:
        return True
    if name not in span.text.lower():
        return False
    apart = _APART.search(span.text) or span.reading.denies
    stems = {one for one in span.reading.stems - LIGHT if not has_stem(one, read(name).stems)}
    shared = [one for one in stems if has_stem(one, claim.stems)]
    return bool(apart) and len(shared) >= _HALF * len(stems)
