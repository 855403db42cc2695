"""Pieces of a sentence: what belongs to each number, and clauses by themselves."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from chatbot.grounding.fact import Fact
from chatbot.grounding.facts import facts
from chatbot.grounding.lexicon import Term, empty_words, irregular, kinds, units, words
from chatbot.grounding.opposites import undenied, with_free
from chatbot.grounding.words import meaning_words

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
JOINED = re.compile(
    r"^[\s,;:]*(?:and|or|but|while|whereas|und|oder|aber|während|et|ou|mais|y|o|pero)\b\s*",
    re.IGNORECASE,
)
_RELATIVE = frozenset("when which who where wobei wo qui où que donde".split())  # noqa: SIM905
_ARTICLES = frozenset(
    re.findall(
        r"\w+",
        "the a an every each der die das ein eine jede le la les un une el los las una",
    )
)
_NOUN = 3  # words
_CONTRACTED = re.compile(
    r"\b(?:ca|wo|do|does|did|is|are|was|were|would|could|should|must|need|have|has|had)n't\b|"
    r"\bcan't\b|\bwon't\b|(?<=\w)'(?:s|re|ve|ll|d|m)\b",
    re.IGNORECASE,
)
_ELLIPTIC = 6  # words
_CONDITION = 5  # words
_WITHOUT = frozenset({"without", "ohne", "sans", "sin"})


@dataclass(frozen=True)
class Piece:
    """A sentence, or a part of one."""

    text: str
    facts: tuple[Fact, ...]
    terms: tuple[Term, ...]
    language: str = field(default="en", kw_only=True)
    # The piece before it, where it begins without a subject of its own, and whether it has no
    # verb either: "for visits 3 EUR".
    before: "Piece | None" = field(default=None, kw_only=True)
    elliptic: bool = field(default=False, kw_only=True)
    # Whether it has another subject and the verb of the piece before: "students £9".
    gapped: bool = field(default=False, kw_only=True)
    # Whether the "not" of a list that it is an item of is its own: "no food, plants or animals".
    in_denied_list: bool = field(default=False, kw_only=True)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Words with meaning and terms in one form, without numbers."""
        return _stems(self.text, self.facts, self.terms, self.language)

    @cached_property
    def taken(self) -> frozenset[str]:
        """What the pieces before are about, but for terms of a kind that it has itself."""
        if self.before is None:
            return frozenset()
        own = tuple(f"@{term.kind}:" for term in self.terms)
        if self.gapped:
            return (self.before.stems | self.before.taken) - self.before.counterpart
        subject = self.before.subject if not self.elliptic else frozenset[str]()
        first = WORD.search(self.text)
        if self.short or (first is not None and first[0].lower() in _RELATIVE):
            subject = self.before.stems  # "Sunday, when it closes at 6"
        more = (subject or self.before.head) | self.before.taken
        return frozenset(mark for mark in more if not (own and mark.startswith(own)))

    @cached_property
    def short(self) -> bool:
        """Whether it only says yes or no to the piece before: "firmware 2.3 does not"."""
        said = [word.lower() for word in WORD.findall(self.text)]
        return self.before is not None and bool(said) and short_answer(said)

    @cached_property
    def around(self) -> frozenset[str]:
        """The same with all that a verb before says, where this piece has none."""
        if self.before is None or not self.elliptic:
            return self.taken
        return self.taken | self.before.stems | self.before.around

    @cached_property
    def head(self) -> frozenset[str]:
        """The stems before its first number, or else code: not "adults" of "a CH3 costs 9 EUR for
        adults"."""
        numbers = [fact for fact in self.facts if fact.kind != "code"]
        found = [self.text.find(fact.text) for fact in numbers or self.facts]
        said = min((at for at in found if at > 0), default=min(found, default=-1))
        if said < 0:
            return self.stems
        terms = [term for term in self.terms if term.text in self.text[:said]]
        return _stems(self.text[:said], (), terms, self.language)

    @cached_property
    def counterpart(self) -> frozenset[str]:
        """What another thing takes the place of behind it ("leave the room by 10, the pod by 9"):
        its subject, or the last word with meaning before its number."""
        if self.subject or not self.facts:
            return self.subject
        said = WORD.findall(self.text[: self.text.find(self.facts[0].text)])
        named = (stems_of(word, self.language) for word in reversed(said))
        return next((stems for stems in named if stems), frozenset())

    @cached_property
    def denies(self) -> bool:
        """Whether it says "not" of what it is about: "without" and "no" aside."""
        said = {word.lower() for word in WORD.findall(undenied(self.text))}
        return bool(said & words("no") - words("no_thing"))

    @cached_property
    def negative(self) -> bool:
        """Whether it denies: an odd number of "not" and the like."""
        said = [w.lower() for w in WORD.findall(undenied(self.text))]
        denies = any(word in words("no") for word in said[1:])
        if said and said[0] in _WITHOUT and (denies or len(said) >= _CONDITION):
            said = said[1:]  # "without them it drops", "ohne Beleg nicht möglich"
        denied = sum(word in words("no") | words("exception") for word in said)
        return (denied + self.in_denied_list) % 2 == 1

    @cached_property
    def subject(self) -> frozenset[str]:
        """Stems of the words before the verb, where one is known."""
        said = self.text.split()
        for at, word in enumerate(said[1:], start=1):
            if word.lower() in words("goes_on") - words("no"):
                return stems_of(" ".join(said[:at]), self.language)
        named = JOINED.sub("", self.text, count=1).split()[:_NOUN]
        if named and named[0].lower() in _ARTICLES:  # the verb is not known
            return stems_of(" ".join(named), self.language)
        return frozenset()

    @cached_property
    def qualifies(self) -> bool:
        """Whether it begins with a condition of what stands before it: "for visits ..."."""
        first = WORD.search(JOINED.sub("", self.text, count=1))
        return first is not None and first[0].lower() in words("condition")


def short_answer(said: Sequence[str]) -> bool:
    """ "Firmware 2.3 does not", "normale Reifen schon": of what the clause before says."""
    return len(said) <= _ELLIPTIC and said[-1] in words("no") | words("short_yes")


def _stems(
    text: str, found: Sequence[Fact], terms: Sequence[Term], language: str
) -> frozenset[str]:
    left = text
    taken = [fact.full for fact in found if not fact.implied] + [term.text for term in terms]
    for form in sorted(taken, key=len, reverse=True):
        left = left.replace(form, " ")
    named = {f"@{term.kind}:{term.value}" for term in terms}
    counted = {fact.unit for fact in found}
    bare = {
        word
        for word in meaning_of(left, language)
        if not word[:1].isdigit() and units().get(word, "") not in counted
    }
    return frozenset(named | (bare - words("no")))


def codes_of(parts: Iterable[Piece]) -> frozenset[str]:
    """The codes that parts have."""
    return frozenset(
        str(value)
        for part in parts
        for fact in part.facts
        if fact.kind == "code"
        for value in fact.values
    )


@lru_cache(maxsize=20_000)  # the words of one answer are compared with many sources
def stems_of(text: str, language: str) -> frozenset[str]:
    """The stems of a text that is no sentence."""
    terms = [term for term in kinds().find(text) if term.kind != "month"]
    return _stems(text, facts(text), terms, language)


def meaning_of(text: str, language: str) -> set[str]:
    """Stems of the words with meaning, in the forms that :class:`Piece` has them."""
    text = with_free(text)
    text = _CONTRACTED.sub(" ", text) if language == "en" else text
    return meaning_words(text, language, empty_words(language), irregular())
