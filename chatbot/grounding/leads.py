"""Whether the "yes" or "no" before a sentence agrees with the sentence itself, as an answer to its
question."""

import re

from chatbot.grounding.binding import has_rival
from chatbot.grounding.denial import conditional, other_state
from chatbot.grounding.fact import missing
from chatbot.grounding.lexicon import CURRENCIES
from chatbot.grounding.opposites import other_side, sides, undenied
from chatbot.grounding.overlap import coverage, has_stem
from chatbot.grounding.pieces import Piece, stems_of
from chatbot.grounding.reading import Reading

_SAME_QUESTION = 0.8  # of a question's words in a sentence that affirms it
_RESTATED = 0.6  # of them, in a clause behind "but"
_OPPOSITE = "it says 'yes' and then the opposite"
# A question to which "yes" means that something is not so.
_TURNED = re.compile(
    r"\b(?:too|free of|"
    r"lose|loses|lost|miss|misses|expires?|forfeit\w*|refuse\w*|reject\w*|forbid\w*|"
    r"forbidden|prohibited|banned|exclud\w+|impossible|closed|stop|stops|limited|only|just|myself|"
    r"ourselves|yourself|fail\w*|wrong|invalid|avoid|skip|waive\w*|unavailable|sold out|"
    r"zu (?:spät|viele?|früh|alt|jung|groß|klein|schwer)|verlier\w*|verfall\w*|verfällt|verboten|"
    r"ausgeschlossen|unmöglich|geschlossen|nur|selbst|selber|ungültig|"
    r"trop|perd\w*|interdit\w*|impossible|fermé\w*|seulement|demasiado|pierd\w*|prohibid\w*|"
    r"imposible|cerrad\w*|solo|sólo)\b",
    re.IGNORECASE,
)
_NO_WHAT = re.compile(
    r"\b(?:no|kein(?:e[nmrs]?)?|aucune?|ning[uú]n[ao]?)\s((?:[^\W\d_]+[\s-]?){1,3})", re.IGNORECASE
)
_BUT = re.compile(r"\s*(?:but|aber|mais|pero|although|though|unless|except)\b", re.IGNORECASE)
# Sides of [polar] that answer a question for the other side with "no".
_DECISIVE = (
    "free", "allowed", "possible", "accept", "include", "valid", "enable", "public", "lose",
)  # fmt: skip
_TO_PAY = re.compile(
    r"\b(?:(?:do|does|must|should|will|would) (?:i|we|they|he|she|you|customers?|members?) "
    r"(?:have to |need to )?pay|(?:is|are) there (?:an? |any )?(?:\w+ )?(?:fee|charge|cost)s?|"
    r"(?:do|does) (?:it|this|that|they) cost|muss (?:ich|man) .*zahlen)\b",
    re.IGNORECASE,
)


# What answers "is it open" and "is it free" with "no", unless it is said of a part.
_SHUT = re.compile(
    r"\b(?:is|are|stays?|remains?|be) (?:\w+ ){0,2}(?:closed|shut)\b|"
    r"\b(?:geschlossen|zu)(?=[.,;]|$)|\b(?:fermée?s?|cerrad[oa]s?)\b",
    re.IGNORECASE,
)
_COSTS = re.compile(r"\b(?:costs?|charged?|kostet|kosten|coûtent?|cuestan?)\b", re.IGNORECASE)
_PART = re.compile(
    r"\b(?:only|just|except|apart|otherwise|nur|außer|sonst|seulement|sauf|sólo|solo|salvo)\b",
    re.IGNORECASE,
)


def denied_lead(claim: Reading, asked: Reading) -> str | None:
    """Whether the claim says "yes" and then denies what was asked, or says the other of two
    opposites; without a question, whether it denies."""
    if claim.lead != "yes" or not claim.clauses or _turned(asked):
        return None
    first = main_clause(claim)
    if _BUT.match(first.text) and coverage(asked, first) < _RESTATED:
        return None
    if first.denies or _no_such(first, asked) or says_other(claim, asked):
        return _OPPOSITE
    return None


def says_other(claim: Reading, asked: Reading) -> bool:
    """Whether the claim says the other of two opposites that it is asked for: that something is
    lost, where it is asked whether one keeps it."""
    if not claim.clauses or _turned(asked):
        return False
    first = main_clause(claim)
    if _is_shut(first, asked) or _is_charged(first, asked):
        return True
    agrees = not first.negative and not missing(first.facts, asked.facts)
    return agrees and _other_answer(first, asked)


def main_clause(claim: Reading) -> Piece:
    """The first clause that says more than when something holds."""
    return next((c for c in claim.clauses if not conditional(c)), claim.clauses[0])


def _is_shut(clause: Piece, asked: Reading) -> bool:
    """ "The desk is closed on Sunday" where it is asked whether it is open."""
    wanted = _names_side("open", asked.text) and not _names_side("closed", asked.text)
    return bool(wanted and _SHUT.search(clause.text) and not _PART.search(clause.text))


def _is_charged(clause: Piece, asked: Reading) -> bool:
    """ "The first visit costs 20 EUR" where it is asked whether it is free."""
    paid = any(fact.unit in CURRENCIES and 0 not in fact.values for fact in clause.facts)
    free = _names_side("free", asked.text) and not _names_side("free", clause.text)
    return bool(paid and free and _COSTS.search(clause.text) and not _PART.search(clause.text))


def _names_side(first: str, text: str) -> bool:
    """Whether a text has words of the side of a pair of opposites that begins with ``first``."""
    found = sides(text, "polar").values()
    return any(side.strip().startswith(f"{first},") for said in found for side in said)


def _turned(asked: Reading) -> bool:
    return bool(_TURNED.search(asked.text)) or any(clause.negative for clause in asked.clauses)


def _no_such(clause: Piece, asked: Reading) -> bool:
    """ "There is no charity discount" where a charity asks for a discount."""
    match = _NO_WHAT.search(undenied(clause.text)) if clause.negative else None
    if match is None:
        return False
    named = stems_of(match[1], clause.language)
    return any(has_stem(stem, asked.stems) for stem in named if stem[0] != "@")


def _other_answer(clause: Piece, asked: Reading) -> bool:
    mine, theirs = sides(clause.text, "polar"), sides(asked.text, "polar")
    free = any(side.startswith("free") for said in mine.values() for side in said)
    if free and _TO_PAY.search(asked.text):
        return True
    return any(
        not mine[kind] & theirs[kind]
        and any(side.startswith(_DECISIVE) for side in mine[kind] | theirs[kind])
        for kind in mine.keys() & theirs.keys()
    )


def lead_objection(claim: Reading, question: Reading) -> str | None:
    """What is wrong with the "yes" or "no" before the claim as an answer to the question."""
    if not claim.lead or any(clause.denies for clause in question.clauses):
        return None
    other = [fact for fact in question.facts if not missing([fact], claim.facts)]
    asked = [fact for fact in question.facts if fact not in other]
    differs = [fact for fact in asked if has_rival(fact, claim.facts)]
    denied = any(clause.negative for clause in claim.clauses)
    if claim.lead == "yes" and differs:
        return f"it says 'yes' to '{differs[0].full}' and then something else"
    sides_differ = other_side(claim.text, question.text) or other_state(claim, question, question)
    named = {term.value for term in claim.terms}
    other_terms = any(term.value not in named for term in question.terms)
    same = not (denied or asked or sides_differ or other_terms)
    limits = {"only", "just", "nur", "seulement", "solo"} & set(claim.text.lower().split())
    affirms = same and not limits and coverage(question, claim) >= _SAME_QUESTION
    if claim.lead == "no" and affirms:
        return "it says 'no' and then what was asked"
    return None
