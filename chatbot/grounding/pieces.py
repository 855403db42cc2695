"""Pieces of a sentence: what belongs to each number, and clauses by themselves."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from chatbot.grounding.fact import Fact
from chatbot.grounding.facts import facts
from chatbot.grounding.lexicon import Term, empty_words, irregular, kinds, numbers, units, words
from chatbot.grounding.opposites import undenied
from chatbot.grounding.words import meaning_words

_CUT = re.compile(
    r"(?= (?:without|ohne|sans|sin)\b)|[;:|]|,(?!\d)|(?<=[\w%)])[.!?] |\s[-–—]\s|"
    r"\b(?:and|or|but|while|whereas|instead|because|und|oder|aber|während|et|ou|mais|y|o|pero)\b"
    r"(?! (?:later|newer|higher|above|up|more|less|older|lower|below|neuer|höher|mehr|weniger)\b)",
    re.IGNORECASE,
)
# Where the condition of a clause begins: a clause of its own for "not", not for numbers.
_SUBORDINATE = re.compile(
    r"(?<=[\w,] )(?:(?:except|außer|sauf|excepto|salvo) (?:if|when|wenn|si|cuando)|if|unless|"
    r"except|when|provided|wenn|falls|sofern|außer|si|sauf|lorsque|quand|cuando|excepto|salvo)\b",
    re.IGNORECASE,
)
_HARD = re.compile(r"[;|.!?]|but|while|whereas|aber|während|mais|pero", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_CONDITION = re.compile(
    r"[\s,;:|.()]*(?:for|in|on|at|after|before|from|if|when|with|during|by|until|within|bei|für|im|"
    r"am|ab|nach|vor|wenn|mit|pour|en|dans|si|avec|après|avant|para|con|desde|tras)\b",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"[\s,]*(?:and|or|und|oder|et|ou|y|o)?\s*(?:in|the|den|der|le|la)?\s*", re.IGNORECASE
)
_JOINED = re.compile(
    r"^[\s,;:]*(?:and|or|but|while|whereas|und|oder|aber|während|et|ou|mais|y|o|pero)\b\s*",
    re.IGNORECASE,
)
_BE = frozenset("is are was were can may must will ist sind wird werden est sont es son".split())  # noqa: SIM905
_RELATIVE = frozenset("when which who where wobei wo qui où que donde".split())  # noqa: SIM905
_DETERMINERS = frozenset("the a an your our its their it them us".split())  # noqa: SIM905
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
_GAPPED = 6  # words
_ELLIPTIC = 6  # words
_UNITS_OF_RATES = frozenset("second minute hour day workday night week month year".split())  # noqa: SIM905
_RATE = re.compile(
    r"(?:\b(?:per|pro|par|por)\s|/\s?)(?P<each>[^\W\d_]+)|"
    r"(?<=[\d€$£] )(?:an?|each|every|le|la|im|al)\s(?P<one>[^\W\d_]+)|"
    r"\b(?:EUR|USD|GBP|CHF|euros?|dollars?|pounds?|Euro|€)\s(?:an?|each|every|le|la|im|al)\s"
    r"(?P<paid>[^\W\d_]+)"
)
_PRICED = re.compile(r"(?:[\d%€$£]|\b(?:EUR|USD|GBP|CHF|euros?|dollars?|pounds?|Euro|francs?))\s?$")
_REGULAR = {
    "hourly": "hour", "stündlich": "hour", "daily": "day", "täglich": "day", "weekly": "week",
    "wöchentlich": "week", "monthly": "month", "monatlich": "month", "mensuel": "month",
    "mensuelle": "month", "mensual": "month", "yearly": "year", "annual": "year",
    "annually": "year", "jährlich": "year", "annuel": "year", "annuelle": "year", "anual": "year",
}  # fmt: skip


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
            return (self.before.stems | self.before.taken) - self.before.subject
        subject = self.before.subject if not self.elliptic else frozenset[str]()
        first = _WORD.search(self.text)
        if self.short or (first is not None and first[0].lower() in _RELATIVE):
            subject = self.before.stems  # "Sunday, when it closes at 6"
        more = (subject or self.before.head) | self.before.taken
        return frozenset(mark for mark in more if not (own and mark.startswith(own)))

    @cached_property
    def short(self) -> bool:
        """Whether it only says yes or no to the piece before: "firmware 2.3 does not"."""
        said = [word.lower() for word in _WORD.findall(self.text)]
        return self.before is not None and bool(said) and _short_answer(said)

    @cached_property
    def around(self) -> frozenset[str]:
        """The same with all that a verb before says, where this piece has none."""
        if self.before is None or not self.elliptic:
            return self.taken
        return self.taken | self.before.stems | self.before.around

    @cached_property
    def head(self) -> frozenset[str]:
        """The stems before its first number: not "adults" of "costs 9 EUR for adults"."""
        said = min((self.text.find(fact.text) for fact in self.facts), default=-1)
        if said <= 0:
            return self.stems
        terms = [term for term in self.terms if term.text in self.text[:said]]
        return _stems(self.text[:said], (), terms, self.language)

    @cached_property
    def denies(self) -> bool:
        """Whether it says "not" of what it is about: "without" and "no" aside."""
        said = {word.lower() for word in _WORD.findall(undenied(self.text))}
        return bool(said & words("no") - words("no_thing"))

    @cached_property
    def negative(self) -> bool:
        """Whether it denies: an odd number of "not" and the like."""
        said = [w.lower() for w in _WORD.findall(undenied(self.text))]
        return sum(word in words("no") | words("exception") for word in said) % 2 == 1

    @cached_property
    def subject(self) -> frozenset[str]:
        """Stems of the words before the verb, where one is known."""
        said = self.text.split()
        for at, word in enumerate(said[1:], start=1):
            if word.lower() in words("goes_on") - words("no"):
                return stems_of(" ".join(said[:at]), self.language)
        named = _JOINED.sub("", self.text, count=1).split()[:_NOUN]
        if named and named[0].lower() in _ARTICLES:  # the verb is not known
            return stems_of(" ".join(named), self.language)
        return frozenset()

    @cached_property
    def qualifies(self) -> bool:
        """Whether it begins with a condition of what stands before it: "for visits ..."."""
        first = _WORD.search(_JOINED.sub("", self.text, count=1))
        return first is not None and first[0].lower() in words("condition")


def cut(
    text: str, found: Sequence[Fact], terms: Sequence[Term], language: str
) -> tuple[list[Piece], list[Piece]]:
    """The pieces of a sentence, which keep together what belongs to a number, and its clauses, cut
    at every sign and conjunction."""
    spans, hard = _split_clauses(text, found, terms)
    subordinate = [match.start() for match in _SUBORDINATE.finditer(text)]
    merged = _merge(text, spans, hard, found, terms)
    every = _cut_at(spans, subordinate)
    return (
        _build_pieces(text, merged, hard, found, terms, language),
        _build_pieces(text, every, hard, found, terms, language),
    )


def rates(text: str) -> Iterator[Term]:
    """Terms such as "per day": what a price or a number is for."""
    for match in _RATE.finditer(text):
        word = next(filter(None, match.groups()))
        unit = units().get(word) or units().get(word.lower())
        if unit in _UNITS_OF_RATES:
            yield Term("rate", unit, match.start(), match[0])
        elif unit is None and match["each"] and _PRICED.search(text, 0, match.start()):
            yield Term("each", word.lower(), match.start(), match[0])
    for match in _WORD.finditer(text):
        if (unit := _REGULAR.get(match[0].lower())) is not None:
            yield Term("rate", unit, match.start(), match[0])


def _cut_at(spans: Sequence[tuple[int, int]], more: Sequence[int]) -> list[tuple[int, int]]:
    ends = sorted({end for _, end in spans}.union(more))
    return list(zip([0, *ends[:-1]], ends, strict=True))


def _parts_items(text: str, sign: re.Match[str], items: Sequence[tuple[int, int, str]]) -> bool:
    """Whether a sign or a conjunction parts items of one list, such as "C4, C5 and C6"."""
    before = [item for item in items if item[1] <= sign.start()]
    after = [item for item in items if item[0] >= sign.end()]
    if not before or not after or before[-1][2] != after[0][2]:
        return False
    return _LIST.fullmatch(text[before[-1][1] : after[0][0]]) is not None


def _split_clauses(
    text: str, found: Sequence[Fact], terms: Sequence[Term]
) -> tuple[list[tuple[int, int]], set[int]]:
    """(start, end) between signs and conjunctions, and the starts of clauses of their own."""
    cuts, hard = [0], {0}
    items = sorted(
        [(fact.start, fact.start + len(fact.full), fact.kind) for fact in found if not fact.implied]
        + [(term.start, term.start + len(term.text), term.kind) for term in terms]
    )
    for match in _CUT.finditer(text):
        inside = any(fact.start < match.end() and match.start() < fact.end for fact in found)
        if not inside and match.start() > 0 and not _parts_items(text, match, items):
            cuts.append(match.start())
            if _HARD.fullmatch(match[0].strip()):
                hard.add(match.start())
    return list(zip(cuts, [*cuts[1:], len(text)], strict=True)), hard


def _merge(
    text: str,
    spans: Sequence[tuple[int, int]],
    hard: set[int],
    found: Sequence[Fact],
    terms: Sequence[Term],
) -> list[tuple[int, int]]:
    """What has no fact, or only says when or for whom, goes to the piece that it belongs to."""
    merged: list[tuple[int, int]] = []
    waiting: int | None = None
    for n, (start, end) in enumerate(spans):
        after = spans[n + 1] if n + 1 < len(spans) and spans[n + 1][0] not in hard else None
        begin = waiting if waiting is not None else start
        first = begin in hard
        waiting = None
        own = _within(found, begin, end)
        leads = first and text[end : end + 1] == "," and _CONDITION.match(text, begin, end)
        tail = not own and not first
        if after and (leads or (not own and (first or _leads(terms, (start, end), after)))):
            waiting = begin
        elif tail and merged:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((begin, end))
    return merged


def _leads(terms: Sequence[Term], span: tuple[int, int], after: tuple[int, int]) -> bool:
    """ "in the EU" belongs to what follows, unless that has a region of its own."""
    return bool(_within(terms, *span)) and not _within(terms, *after)


def _build_pieces(
    text: str,
    spans: Sequence[tuple[int, int]],
    hard: set[int],
    found: Sequence[Fact],
    terms: Sequence[Term],
    language: str,
) -> list[Piece]:
    built: list[Piece] = []
    for a, b in spans:
        said = text[a:b].strip(" ,;:|.()")
        if not said:
            continue
        own = tuple(_within(found, a, b)), tuple(_within(terms, a, b))
        parted = a not in hard or text[a:b].lstrip()[:1] not in ";|.!?"
        how = _begins(said, parted) if built else ""
        parts = replace(
            Piece(said, *own, language=language, before=built[-1] if how else None),
            elliptic=how == "elliptic",
            gapped=how == "gapped",
        )
        built.append(parts)
    return built


def _begins(text: str, verbs: bool) -> str:
    """``elliptic`` where a clause has neither subject nor verb of its own ("for visits 3 EUR",
    "firmware 2.3 does not"), ``verb`` where only the subject is lacking ("it costs 5 EUR", and
    where ``verbs`` count "and costs 5 EUR"), ``gapped`` where it has another subject and no verb
    ("students £9"), else empty."""
    said = [word.lower() for word in _WORD.findall(_JOINED.sub("", text, count=1))]
    if not said or said[0].isdigit() or said[0] in ("one", "eins", *numbers()):
        return "elliptic"
    if _short_answer(said):
        return "elliptic"
    if said[0] in words("condition") or said[0] in _weekdays():
        verb = set(said[2:]) & (words("goes_on") - words("condition") - words("no"))
        return "" if verb and not set(said) & words("pronoun") else "elliptic"
    if said[0] in words("no"):
        if len(said) < 2 or said[1] in words("condition"):
            return "elliptic"
        return "" if said[0] in words("no_thing") - {"no"} else "verb"
    follows = said[1] if len(said) > 1 else ""
    if said[0] in words("pronoun"):
        return "verb"
    if not verbs:
        return ""
    known = said[0] in words("goes_on") and follows not in _BE
    participle = said[0].endswith("ed") and follows in words("condition")
    if said[0] not in _DETERMINERS and (known or follows in _DETERMINERS or participle):
        return "verb"
    gapped = not set(said) & words("goes_on") and any(map(str.isdigit, text))
    return "gapped" if gapped and len(said) <= _GAPPED else ""


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(form.lower() for form in kinds().forms_of("weekday"))


def _short_answer(said: Sequence[str]) -> bool:
    """ "Firmware 2.3 does not", "normale Reifen schon": of what the clause before says."""
    return len(said) <= _ELLIPTIC and said[-1] in words("no") | words("short_yes")


def _within(found: Sequence, start: int, end: int) -> list:  # type: ignore[type-arg]
    return [one for one in found if start <= one.start < end]


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


def stems_of(text: str, language: str) -> frozenset[str]:
    """The stems of a text that is no sentence."""
    terms = [term for term in kinds().find(text) if term.kind != "month"]
    return _stems(text, facts(text), terms, language)


def meaning_of(text: str, language: str) -> set[str]:
    """Stems of the words with meaning, in the forms that :class:`Piece` has them."""
    text = _CONTRACTED.sub(" ", text) if language == "en" else text
    return meaning_words(text, language, empty_words(language), irregular())
