"""Whether two sentences say different things about the same: rules, no model.

They must be about the very same: what one names, the other names, too, and what neither a general
verb nor a filler is stands in both. Another region, plan, product, version or condition is no
contradiction, nor is a bound beside another bound.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import permutations

from chatbot.consistency.amounts import are_other_amounts, are_ranges
from chatbot.grounding.fact import Fact, missing
from chatbot.grounding.lexicon import irregular, kinds, opposites, words
from chatbot.grounding.opposites import sides
from chatbot.grounding.places import cities_in
from chatbot.grounding.reading import Reading
from chatbot.grounding.words import content_words, meaning_words

_EXAMPLE = re.compile(
    r"\b(?:for example|e\.g\.|example|examples|suppose|assume|let's say|imagine|z\. ?B\.|"
    r"zum beispiel|par exemple|por ejemplo|similar to the following|sample)\b", re.IGNORECASE,
)  # fmt: skip
_CONDITION = re.compile(
    r"\b(?:if|when|whenever|unless|whether|once|except|in case|wenn|falls|sobald|solange|"
    r"si|lorsque|quand|cuando)\b", re.IGNORECASE,
)  # fmt: skip
_ORDER = re.compile(r"\s*(?:to|how to|don't|do not|never|um|pour|para)\b", re.IGNORECASE)
_IS = (
    r"\b(?:is|are|was|were|be|been|ist|sind|wird|werden|est|sont|es|son|está|están)"
    r"(?: (?:not|never|nicht|pas|no|always|also))?"
)
_GERMAN_IS = r"\b(?:ist|sind|war|waren|wird|werden|bleibt|bleiben)\b[^.,;:]*"
_NOT_SUCH = re.compile(  # "nicht geöffnete Pakete": which ones, and not what of them
    r"\b[Nn]icht (?:\w+ )?[a-zäöüß]+e[mnrs]? [A-ZÄÖÜ]"
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_ASIDE = re.compile(r"\([^()]*\)|^[^,.;:]{1,30}:\s")
_CAPITAL = re.compile(r"(?<![.!?:]\s)(?<=[\w,;)\"”’'/] )[A-Z][\w&-]+|\b\w+[A-Z]\w*\b")
# "Check-in" is not "check-out", though both have the same words with meaning.
_PAIRED = re.compile(
    r"\b[^\W\d_]+-(?:in|out|on|off|up|down)\b|"
    r"\b(?:check|clock|drop|log|move|opt|pick|sign) (?:in|out|on|off|up)\b", re.IGNORECASE,
)  # fmt: skip
_HEX = re.compile(r"\b0x[0-9a-f]+\b", re.IGNORECASE)
_CLAUSES = re.compile(r"[,;:]|\band\b|\bbut\b|\bund\b|\baber\b|\bmais\b|\bet\b|\bpero\b")
_OTHER_WORDS = 1  # of a sentence that says the opposite of another one
_VALUES = ("weekday", "month")  # terms that are what is said, and no condition


@dataclass(frozen=True)
class Disagreement:
    """What each of two sentences says, in its own words; whether one ``denies`` the other."""

    one: str
    other: str
    denies: bool = False


def disagreement(
    one: Reading, other: Reading, over: tuple[Reading, Reading]
) -> Disagreement | None:
    """What two sentences say otherwise of the same; ``over`` are the headings over each."""
    if one.language != other.language:
        return None
    if gives_example(one.text) or gives_example(other.text):
        return None
    if not _same_subject(one, other) or _other_place(*over):
        return None
    mine, theirs = _other_facts(one.facts, other.facts)
    if mine or theirs:
        return _other_value(one, other, mine, theirs)
    return _other_day(one, other) or _denial(one, other)


def gives_example(text: str) -> bool:
    """Whether a sentence, or a heading, says that it gives an example."""
    return _EXAMPLE.search(text) is not None


def _same_subject(one: Reading, other: Reading) -> bool:
    """Whether they name the same things under the same conditions."""
    if conditions_of(one) != conditions_of(other) or _names(one) != _names(other):
        return False
    mine, theirs = _stems(one), _stems(other)
    if any(_names_of(a) - b for a, b in ((one, theirs), (other, mine))):
        return False
    plain = _stems_of("plain", "en") if one.language == "en" else frozenset[str]()
    return not ((mine ^ theirs) - plain - _opposed(one.language))


def conditions_of(said: Reading) -> set[tuple[str, str]]:
    """Regions, plans and the like that it names."""
    return {(term.kind, term.value) for term in said.terms if term.kind not in _VALUES}


def _names(said: Reading) -> set[object]:
    """Codes, addresses, and numbers that name a version, a step or the like."""
    named: set[object] = {
        value
        for fact in said.facts
        if fact.kind in ("code", "address") or _identifies(said.text, fact)
        for value in fact.values
    }
    named.update(re.sub("[- ]", "", found).lower() for found in _PAIRED.findall(said.text))
    return named.union(found.lower() for found in _HEX.findall(said.text))


def _identifies(text: str, fact: Fact) -> bool:
    """Whether a number without a unit is part of a name: "version 3", "Exchange 2016"."""
    if fact.kind != "quantity" or fact.unit is not None:
        return False
    number = next(iter(fact.values), None)
    if not isinstance(number, Fraction) or text[fact.end : fact.end + 1] == "-":
        return True
    before = text[: fact.start].rstrip(" #.:(")
    word = re.search(r"[^\W\d_]+$", before)
    if word is None or _after_month(before):
        return False
    named = word[0].lower() in words("versioned") | words("counted_off")
    return named or (word[0][:1].isupper() and word.start() > 0)


def _after_month(before: str) -> bool:
    last = before.rpartition(" ")[2]
    return any(term.kind == "month" for term in kinds().find(last))


def _stems(said: Reading) -> frozenset[str]:
    """Words with meaning, without terms, numbers and denials."""
    return frozenset(word for word in said.stems if not word.startswith("@"))


def _names_of(said: Reading) -> set[str]:
    """Stems of words with a capital that is not the sentence's first."""
    found = {stem for name in _CAPITAL.findall(said.text) for stem in content_words(name)}
    return {name for name in found if name in said.stems}


@cache
def _stems_of(name: str, language: str) -> frozenset[str]:
    """Stems of a list of the lexicon, as sentences of a language have them."""
    return _as_stems(words(name), language)


@cache
def _opposed(language: str) -> frozenset[str]:
    """Stems of fillers, and of opposites and denials, which are looked at apart."""
    forms = [form for form in opposites("polar").forms() if " " not in form]
    denials = frozenset[str]() if language == "en" else _stems_of("no", language)
    return _as_stems(forms, language) | _stems_of("filler", language) | denials


def _as_stems(forms: Iterable[str], language: str) -> frozenset[str]:
    return frozenset(meaning_words(" ".join(forms), language, frozenset(), irregular()))


def _other_place(one: Reading, other: Reading) -> bool:
    """Whether the headings over them name another region, city, plan, version or date."""
    for kind in {term.kind for term in one.terms} & {term.kind for term in other.terms}:
        mine = {term.value for term in one.terms if term.kind == kind}
        if not mine & {term.value for term in other.terms if term.kind == kind}:
            return True
    said, others = _editions(one), _editions(other)
    if any(not said[kind] & others[kind] for kind in said.keys() & others.keys()):
        return True
    mine, theirs = cities_in(one.text), cities_in(other.text)
    return bool(mine and theirs) and mine.isdisjoint(theirs)


def _editions(over: Reading) -> dict[str, set[object]]:
    """Dates, and numbers that name a version or a year, each by what they stand behind."""
    found: dict[str, set[object]] = defaultdict(set)
    for fact in over.facts:
        if fact.kind == "date":
            found["date"] |= fact.values
        elif fact.kind == "code":
            found[re.split(r"\d", fact.text)[0].upper()] |= fact.values
        elif _is_year(fact) or (_identifies(over.text, fact) and not _is_step(over.text, fact)):
            found["number"] |= fact.values
    return found


def _is_year(fact: Fact) -> bool:
    return fact.unit is None and len(fact.text) == 4 and fact.text[:2] in ("19", "20")


def _is_step(text: str, fact: Fact) -> bool:
    word = re.search(r"[^\W\d_]+$", text[: fact.start].rstrip(" #.:("))
    return bool(word and word[0].lower() in words("counted_off"))


def _other_facts(
    one: Sequence[Fact], other: Sequence[Fact]
) -> tuple[Sequence[Fact], Sequence[Fact]]:
    """What differs place by place, where that is one fact; else what the other does not hold."""
    if len(one) == len(other):
        pairs = [(a, b) for a, b in zip(one, other, strict=True) if not a.held_by(b)]
        if len(pairs) == 1:
            return [pairs[0][0]], [pairs[0][1]]
    return missing(one, other), missing(other, one)


def _other_value(
    one: Reading, other: Reading, mine: Sequence[Fact], theirs: Sequence[Fact]
) -> Disagreement | None:
    """Another value, or another range, unless they are bounds of two sides."""
    if len(mine) != len(theirs) or len(mine) > 2 or _denials(one) % 2 != _denials(other) % 2:
        return None
    if len(mine) == 2 and not are_ranges(mine, theirs):
        return None  # two dates are a period, a date beside a price is since when
    if _days_exclude(one, other):
        return None
    if not all(map(are_other_amounts, mine, theirs)) or _sides_exclude(one, other):
        return None
    said, others = (" – ".join(fact.full for fact in found) for found in (mine, theirs))
    return Disagreement(said, others)


def _days_exclude(one: Reading, other: Reading) -> bool:
    """Whether they speak of other weekdays, or one of some and the other of every day."""
    mine, theirs = (
        {term.value for term in said.terms if term.kind == "weekday"} for said in (one, other)
    )
    return mine.isdisjoint(theirs) and bool(mine or theirs)


def _sides_exclude(one: Reading, other: Reading) -> bool:
    """ "At least 8" and "at most 64" are both true."""
    for section in ("opposites", "polar"):
        mine, theirs = sides(one.text, section), sides(other.text, section)
        if any(not mine[kind] & theirs[kind] for kind in mine.keys() & theirs.keys()):
            return True
    return False


def _sides_differ(one: Reading, other: Reading) -> bool:
    return any(
        sides(one.text, section) != sides(other.text, section) for section in ("opposites", "polar")
    )


def _other_day(one: Reading, other: Reading) -> Disagreement | None:
    days = [[t for t in said.terms if t.kind == "weekday"] for said in (one, other)]
    mine, theirs = ([t for t in a if t.value not in {o.value for o in b}]
                    for a, b in (days, days[::-1]))  # fmt: skip
    if len(mine) != 1 or len(theirs) != 1 or _denials(one) % 2 != _denials(other) % 2:
        return None
    return None if _sides_differ(one, other) else Disagreement(mine[0].text, theirs[0].text)


def _denials(said: Reading) -> int:
    return len(_denying(said.text))


def _denying(text: str) -> list[re.Match[str]]:
    """The words that deny, but for those in brackets and in a label before a colon."""
    text = _ASIDE.sub(lambda aside: " " * len(aside[0]), text)
    return [m for m in _WORD.finditer(text) if m[0].lower() in words("no")]


def _denial(one: Reading, other: Reading) -> Disagreement | None:
    """One says "not", or "closed" where the other says "open", of the same, without a condition."""
    if any(_ORDER.match(said.text) or _NOT_SUCH.search(said.text) for said in (one, other)):
        return None
    if _days_exclude(one, other):
        return None
    # "X can be used" and "X is not supported for Y" have the same words, but for plain ones.
    own, others = (
        a - b - _opposed(one.language) for a, b in permutations((_stems(one), _stems(other)))
    )
    if max(len(own), len(others)) > _OTHER_WORDS:
        return None
    mine, theirs = _denying(one.text), _denying(other.text)
    if len(mine) % 2 == len(theirs) % 2:
        turned = _turned(one.text, other.text)
        return Disagreement(*turned, denies=True) if turned else None
    if _sides_differ(one, other):
        return None
    denying, text = (mine, one.text) if len(mine) > len(theirs) else (theirs, other.text)
    if _hypothetical(text, denying[-1].start()):
        return None
    said = (_near(one.text, mine), _near(other.text, theirs))
    return Disagreement(*said, denies=True)


def _near(text: str, denying: Sequence[re.Match[str]]) -> str:
    return denying[-1][0] if denying else ""


def _hypothetical(text: str, at: int) -> bool:
    """Whether the clause at a place is a condition."""
    begin = max((m.end() for m in _CLAUSES.finditer(text, 0, at)), default=0)
    return _CONDITION.search(text, begin, at) is not None


def _turned(one: str, other: str) -> tuple[str, str] | None:
    """The two opposites that two sentences predicate: "is open", "is closed"."""
    if sides(one, "opposites") != sides(other, "opposites"):
        return None
    mine, theirs = sides(one, "polar"), sides(other, "polar")
    differ = [k for k in mine.keys() | theirs.keys() if mine.get(k) != theirs.get(k)]
    if len(differ) != 1 or differ[0] not in mine or differ[0] not in theirs:
        return None
    if mine[differ[0]] & theirs[differ[0]]:
        return None
    found = [_predicated(text, differ[0]) for text in (one, other)]
    return (found[0], found[1]) if all(found) else None


def _predicated(text: str, kind: str) -> str:
    for term in opposites("polar").find(text):
        if term.kind == kind and re.search(
            rf"(?:{_IS}|{_GERMAN_IS}) $", text[: term.start], re.IGNORECASE
        ):
            return "" if _hypothetical(text, term.start) else term.text
    return ""
