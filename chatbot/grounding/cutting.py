"""Where a sentence is cut into the pieces that belong to its numbers, and into clauses."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate
from typing import TypeVar

from chatbot.grounding.fact import Fact
from chatbot.grounding.lexicon import CURRENCIES, Term, kinds, numbers, words
from chatbot.grounding.opposites import is_leading
from chatbot.grounding.pieces import JOINED, WORD, Piece, short_answer

_CUT = re.compile(
    r"(?= (?:without|ohne|sans|sin)\b)|[;:|]|,(?!\d)|(?<=[\w%€$£)])[.!?] |\s[-–—]\s|"
    r"\b(?:and|or|but|(?<!\bnot )while|whereas|instead|because|und|oder|aber|während|et|ou|mais|y|"
    r"o|pero)\b"
    r"(?! (?:later|newer|higher|above|up(?! to)|more|less|older|lower|below|neuer|höher|mehr|"
    r"weniger)\b)",
    re.IGNORECASE,
)
# Where the condition of a clause begins: a clause of its own for "not", not for numbers.
_SUBORDINATE = re.compile(
    r"(?<=[\w,] )(?:(?:except|außer|sauf|excepto|salvo) (?:if|when|wenn|si|cuando)|if|unless|"
    r"(?:as|so) long as|solange|tant que|siempre que|"
    r"except|when|provided|wenn|falls|sofern|außer|si|sauf|lorsque|quand|cuando|excepto|salvo)\b",
    re.IGNORECASE,
)
_HARD = re.compile(r"[;|.!?]|but|while|whereas|aber|während|mais|pero", re.IGNORECASE)
_CONDITION = re.compile(
    r"[\s,;:|.()]*+(?:for|in|on|at|after|before|from|if|when|with|during|by|until|within|bei|für|im|"
    r"am|ab|nach|vor|wenn|mit|pour|en|dans|si|avec|après|avant|para|con|desde|tras)\b",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"[\s,]*(?:and|or|und|oder|et|ou|y|o)?\s*(?:in|the|den|der|le|la)?\s*", re.IGNORECASE
)
_BE = frozenset("is are was were can may must will ist sind wird werden est sont es son".split())  # noqa: SIM905
_DETERMINERS = frozenset("the a an your our its their it them us".split())  # noqa: SIM905
_GAPPED = 8  # words
_ITEM = 4  # words of an item of a list
_RELATIVE = re.compile(r" (?:that|who|which) \w+(?: \w+)?$")  # "greyhounds that race"
_AMPERES = re.compile(r"\d A\b")
_Placed = TypeVar("_Placed", Fact, Term)
_OR = re.compile(r"(?:or|nor|oder|ou|ni|o)\b", re.IGNORECASE)


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


def _cut_at(spans: Sequence[tuple[int, int]], more: Sequence[int]) -> list[tuple[int, int]]:
    ends = sorted({end for _, end in spans}.union(more))
    return list(zip([0, *ends[:-1]], ends, strict=True))


def _parts_items(text: str, sign: re.Match[str], items: Sequence[tuple[int, int, str]]) -> bool:
    """Whether a sign or a conjunction parts items of one list, such as "C4, C5 and C6"; ``items``
    are (start, end, kind), sorted."""
    before = bisect_left(items, (sign.start(),)) - 1
    while before >= 0 and items[before][1] > sign.start():
        before -= 1
    after = bisect_left(items, (sign.end(),))
    if before < 0 or after == len(items) or items[before][2] != items[after][2]:
        return False
    return _LIST.fullmatch(text[items[before][1] : items[after][0]]) is not None


def _split_clauses(
    text: str, found: Sequence[Fact], terms: Sequence[Term]
) -> tuple[list[tuple[int, int]], set[int]]:
    """(start, end) between signs and conjunctions, and the starts of clauses of their own; the
    facts are sorted."""
    cuts, hard = [0], {0}
    items = sorted(
        [(fact.start, fact.start + len(fact.full), fact.kind) for fact in found if not fact.implied]
        + [(term.start, term.start + len(term.text), term.kind) for term in terms]
    )
    begins = [fact.start for fact in found]
    reached = [0, *accumulate((fact.end for fact in found), max)]
    for match in _CUT.finditer(text):
        inside = reached[bisect_left(begins, match.end())] > match.start()
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
    facts_at, terms_at = (sorted(one.start for one in some) for some in (found, terms))
    waiting: int | None = None
    led: tuple[int, int] | None = None  # a piece that waits, and where its condition begins
    for n, (start, end) in enumerate(spans):
        after = spans[n + 1] if n + 1 < len(spans) and spans[n + 1][0] not in hard else None
        begin = waiting if waiting is not None else start
        first = begin in hard
        waiting = None
        own = _any_within(facts_at, begin, end)
        leads = False
        if first and text[end : end + 1] == ",":
            if led is None or led[0] != begin:
                match = _CONDITION.match(text, begin)
                led = begin, match.end() if match else len(text) + 1
            leads = led[1] <= end
        tail = not own and not first
        if after and (leads or (not own and (first or _leads(terms_at, (start, end), after)))):
            waiting = begin
        elif tail and merged:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((begin, end))
    return merged


def _leads(terms: Sequence[int], span: tuple[int, int], after: tuple[int, int]) -> bool:
    """ "in the EU" belongs to what follows, unless that has a region of its own."""
    return _any_within(terms, *span) and not _any_within(terms, *after)


def _build_pieces(
    text: str,
    spans: Sequence[tuple[int, int]],
    hard: set[int],
    found: Sequence[Fact],
    terms: Sequence[Term],
    language: str,
) -> list[Piece]:
    built: list[Piece] = []
    clause: Piece | None = None  # the last one
    begins = [start for start, _ in spans]
    every = zip(spans, _in_spans(found, begins), _in_spans(terms, begins), strict=True)
    for (a, b), facts, named in every:
        said = text[a:b].strip(" ,;:|.()")
        if not said:
            continue
        parted = a not in hard or text[a:b].lstrip()[:1] not in ";|.!?"
        how = _begins(said, parted) if built else ""
        parts = replace(
            Piece(
                said, facts, named, language=language, before=(clause or built[-1]) if how else None
            ),
            elliptic=how == "elliptic",
            gapped=how == "gapped",
        )
        built.append(parts)
        if _is_clause(parts, len(built) == 1):
            clause = parts
    return _with_denied_lists(built, [a not in hard and text[a] != ":" for a, _ in spans])


def _is_clause(piece: Piece, is_first: bool) -> bool:
    """Whether a piece is no item of a list (not "Canopy" of "on Stem and Canopy, but not on Seed")
    and no condition behind another one: "paid on Plus if it was checked; on Basic it is not"."""
    first = WORD.search(piece.text)
    if first is not None and first[0].lower() in words("if") and not is_first:
        return False
    return bool(piece.facts or piece.terms or not _is_item(piece.text, True))


def _with_denied_lists(built: list[Piece], joined: Sequence[bool]) -> list[Piece]:
    """The pieces, where items of a list have the "not" of the verb before or behind them: "we take
    no food, plants or animals", "jewellery, cash and art are not insured"."""
    if len(built) != len(joined):
        return built
    for at in range(1, len(built)):
        before = built[at - 1]
        listed = joined[at] and before.negative and not _is_condition(before.text)
        if listed and _is_item(built[at].text, before.denies):
            built[at] = replace(built[at], in_denied_list=True)
    for at in range(len(built) - 2, -1, -1):
        after = built[at + 1]
        alone = at == 0 or not joined[at] or _is_item(built[at - 1].text, False)
        either = _OR.match(after.text) is not None
        verb = after.denies or after.in_denied_list  # not "no cost" behind something else
        listed = joined[at + 1] and after.negative and (verb or either)
        if listed and alone and _is_item(built[at].text, either):
            one_more = not built[at].negative or built[at].in_denied_list
            built[at] = replace(built[at], in_denied_list=one_more)
    return built


def _is_condition(text: str) -> bool:
    """Whether no list goes on behind a piece: "If it does not stop, press the button"."""
    first = WORD.search(text)
    return (first is not None and first[0].lower() in words("if")) or is_leading(text)


def _is_item(text: str, denied: bool) -> bool:
    """Whether a piece is a few words without a verb, condition or "not"; with a condition of its
    own where the piece before it has denied something: "not by card or in cash"."""
    plain = _RELATIVE.sub("", JOINED.sub("", text, count=1))
    said = [word.lower() for word in WORD.findall(plain)]
    verbs = words("goes_on") - words("condition") | words("pronoun") | words("exception")
    other = verbs | words("no") | words("limiting") | words("short_yes")
    if not said or len(said) > _ITEM or set(said) & other:
        return False
    return denied or not set(said) & words("condition")


def _begins(text: str, verbs: bool) -> str:
    """``elliptic`` where a clause has neither subject nor verb of its own ("for visits 3 EUR",
    "firmware 2.3 does not"), ``verb`` where only the subject is lacking ("it costs 5 EUR", and
    where ``verbs`` count "and costs 5 EUR"), ``gapped`` where it has another subject and no verb
    ("students £9"), else empty."""
    said = [word.lower() for word in WORD.findall(JOINED.sub("", text, count=1))]
    if not said or said[0].isdigit() or said[0] in ("one", "eins", *numbers()):
        return "elliptic"
    if short_answer(said) or (said[0] in CURRENCIES and said[1:2] and said[1][0].isdigit()):
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
    counted = any(map(str.isdigit, text)) or any(word in numbers() for word in said)
    verb = set(said) & words("goes_on") - ({"a"} if _AMPERES.search(text) else set())
    gapped = not verb and counted
    return "gapped" if gapped and len(said) <= _GAPPED else ""


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(form.lower() for form in kinds().forms_of("weekday"))


def _in_spans(some: Sequence[_Placed], begins: Sequence[int]) -> list[tuple[_Placed, ...]]:
    """Those of each span; a span goes on to where the next one ``begins``."""
    found: list[list[_Placed]] = [[] for _ in begins]
    for one in some:
        found[bisect_right(begins, one.start) - 1].append(one)
    return [tuple(each) for each in found]


def _any_within(places: Sequence[int], start: int, end: int) -> bool:
    """Whether any of sorted places lies from ``start`` on and before ``end``."""
    return bisect_left(places, start) < bisect_left(places, end)
