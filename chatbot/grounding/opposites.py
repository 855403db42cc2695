"""Opposites and bounds of a text: "open" or "closed", "at most" or "at least"."""

import re

from chatbot.grounding.lexicon import opposites, words
from chatbot.grounding.order import same_order

_WORD = re.compile(r"[^\W\d_]+")
# What says "free" with a word of denial.
_FREE = re.compile(
    r"\b(?:(?:(?:at|for|with) )?no (?:\w+ )?(?:costs?|charges?|fees?)|"
    r"without (?:an? |any )?(?:\w+ )?(?:costs?|charges?|fees?|payment)|"
    r"for nothing|costs? (?:you )?nothing(?: extra| more)?|free of (?:all )?(?:cost|charge)s?|"
    r"(?:do|does|did|will|would)(?: not|n't) cost (?:you |them )?(?:anything|a thing|a penny)|"
    r"(?:(?:do|does|did|will|would)(?: not|n't)(?: (?:have|need) to)?|need not|needn't) pay"
    r"(?: (?:anything|a thing|a penny|extra))?"
    r"(?= (?:for|on|in|at|to|if|when)\b|\s*(?:[.,;:!?)]|$))|"
    r"umsonst|gratis|kosten(?:los|frei)(?:e[nmrs]?)?|gratuit(?:e?s?|ement)|"
    r"ohne (?:\w+ )?(?:Kosten|Aufpreis|Gebühr)|kostet nichts(?: extra)?|"
    r"sans (?:frais|supplément)|sin (?:coste|cargo)s?|"
    r"(?:pay|pays|paying|paid)(?: (?:you|us|them))? nothing(?: extra)?"
    r"(?! (?:but|except|more|until|before))|"
    r"(?:be)?zahl(?:en|t|st)(?P<between> [^.;:,]{0,80}?)?\bnichts(?! (?:mehr|weiter)))\b",
    re.IGNORECASE,
)
_NO_DENIAL = re.compile(r"\b(?:not only|nicht nur)\b", re.IGNORECASE)
# What says "not" in other words: "is non-refundable", "ne peut plus être", "avoid using".
_DENIALS = (
    (r"\b((?:is|are|was|were|be|remains?)(?: \w+)?) non-(?=\w+[ai]ble\b)", r"\1 not "),
    (
        r"\b(n(?:e |')(?!\w+ pas\b)\w+(?: \w+)?) plus\b(?! (?:de \d|que\b|tard|tôt|\w+ que\b))",
        r"\1 pas",
    ),
    (r"\b(ne (?:peut|peuvent|doit|doivent)) (?=\w+(?:er|ir|re)\b(?![^.;]*\bqu[e']))", r"\1 pas "),
    (r"(?:^|(?<=[.;:,] )|\b((?:please|should|must) ))avoid (?=\w+ing\b)", r"\1do not "),
    (r"\bapart from (?![€$£]?\d)", "except "),
    (r"\bfree\b(?P<between>[^.;:]*)\bnot even\b", r"free\g<between>even"),
)
_DENIED = tuple((re.compile(said, re.IGNORECASE), plain) for said, plain in _DENIALS)
# What is said in front of what holds: "Once it is sent, ...", and not "After 14 days, ...".
_LEADING = re.compile(
    r"(?:once|as soon as|sobald|nachdem|bevor|dès que|une fois|aussitôt|una vez|en cuanto|"
    r"(?:after|before|until|while|après|avant|después de|antes de|hasta que|mientras)\b(?!.*\d))\b",
    re.IGNORECASE,
)
# What says that something may not be, and verbs of what may.
_FORBIDS = re.compile(
    r"\b(?:is|are|was|were|be)(?: \w+){0,2}? "
    r"(?:prohibited|forbidden|banned|(?:excluded|exempt) from)\b|"
    r"\bexcludes?\b|\b(?:ist|sind|bleib\w+)\b[^.;:,]*\b(?:verboten|untersagt|ausgeschlossen)\b|"
    r"\b(?:est|sont|reste\w*)\b[^.;:,]*\b(?:interdit|exclu)e?s?\b|"
    r"\b(?:está|están|es|son|queda|quedan)\b[^.;:,]*\b(?:prohibid|excluid)[oa]s?\b",
    re.IGNORECASE,
)
_PERMITS = re.compile(
    r"\b(?:can|cannot|can't|may|must not|mustn't|(?:do|does)(?: not|n't)|covers?|covered|"
    r"appl(?:y|ies)|valid|gets?|kann|können|dürfen|darf|gilt|peut|peuvent|pouvez|puede|puedes|pueden)\b",
    re.IGNORECASE,
)
_SPAN = re.compile(
    r"\b(?:(?P<within>within|innerhalb(?: von)?|sous|dans les|dentro de(?: los)?)|"
    r"(?P<after>after|nach|après|después de))(?: \w+)? (?:\d+|one|two|three)[ -]"
    r"(?:(?:working|business|calendar) )?(?:day|week|month|year|hour|Tag|Woche|Monat|Jahr|jour|"
    r"semaine|mois|an|día|semana|mes|año)\w*",
    re.IGNORECASE,
)
# What holds until then is over after it: "after a month it ends" of "free within one month".
_ENDS = re.compile(
    r"\b(?:ends?|ended|expires?|expired|lapses?|stops?|closes|is over|läuft\b.*\bab|laufen\b.*\bab|"
    r"endet|enden|erlischt|verfällt|verfallen|expirent?|(?:se )?terminent?|prend fin|caducan?|"
    r"vencen?|(?:se )?terminan?)\b",
    re.IGNORECASE,
)
# Two words of one denial: "neither ... nor", "ni ... ni", "no ... ningún", "sans aucun".
_FIRST = re.compile(
    r"\b(not?|\w+n't|cannot|never|neither|ni|sin|nunca|pas|sans|jamais|aucune?)\b([^.;:]*)",
    re.IGNORECASE,
)
_SECOND = re.compile(
    r"\b(?:nor|ni|ning[uú]n(?:[oa]s?)?|nunca|nada|nadie|tampoco|aucune?|jamais|rien)\b",
    re.IGNORECASE,
)
# "Must not weigh more than" and "no later than" say at most.
_BOUND = re.compile(
    r"\b(?:not|no|nicht|ne|cannot|\w+n't|must not|may not)(?: pas)?(?: [^\W\d_]+){0,2}? "
    r"(?P<how>more|later|longer|older|bigger|larger|heavier|less|fewer|earlier|sooner|younger|mehr|"
    r"später|länger|älter|weniger|früher|plus|moins|más|menos)(?: [^\W\d_]+)? "
    r"(?:than|als|que|de)\b|\b(?:not|never|cannot|\w+n't) exceed(?:ing)?\b|"
    r"\bnicht (?:überschreiten|übersteigen)\b|\bne \w+ pas (?:dépasser|excéder)\b|"
    r"\bno (?:puede|debe|podrá)n? (?:superar|exceder)\b",
    re.IGNORECASE,
)
# "Turn the device off" is "turn off the device", "is off by default" is "is switched off".
_SWITCHED = (
    (r"\b((?:turn|switch|log|sign|opt)(?:s|ed|ing|ged|ging)?) ((?:[^\W\d_]+ ){1,4}?)"
     r"(off|out|(?:on|in)(?! [^\W\d_]))\b", r"\1 \3 \2"),
    (r"\b(is|are|be|stays?|remains?)((?: \w+ly)? )(on|off)(?= by default\b|\s*(?:[.,;:]|$))",
     r"\1\2switched \3"),
    (r"\b(schalte\w*|stell\w*)\b([^.;:,]*) (an|ein)(?=\s*(?:[.;:,]|$))", r"eingeschaltet\2"),
    (r"\b(schalte\w*|stell\w*)\b([^.;:,]*) (aus|ab)(?=\s*(?:[.;:,]|$))", r"ausgeschaltet\2"),
    (r"\bmelde\w*\b([^.;:,]*) (an|ab)(?=\s*(?:[.;:,]|$))", r"\2gemeldet\1"),
    (r"\bstandardmäßig (an|ein)(?=\s*(?:[.;:,]|$))", "eingeschaltet"),
    (r"\bstandardmäßig aus(?=\s*(?:[.;:,]|$))", "ausgeschaltet"),
)  # fmt: skip
_STATES = tuple((re.compile(said, re.IGNORECASE), plain) for said, plain in _SWITCHED)
_WITHIN = re.compile(
    r"\b(?:within|limited to|capped at|maximal|max\.?|jusqu'à|hasta|un máximo de)(?= \d)",
    re.IGNORECASE,
)
# "Up to 24 hours before" is at least 24 hours before.
_AHEAD = re.compile(
    r"\b(?:up to|until|(?:no|not) later than|at the latest|spätestens|bis(?: zu)?|jusqu'à|hasta)"
    r"(?= \d+ \w+ (?:before|prior|in advance|vor|"
    r"vorher|avant|antes)\b)",
    re.IGNORECASE,
)
_IN_ORDER = frozenset({"before", "after"})
_LEAST = frozenset("less fewer earlier sooner younger weniger früher moins menos".split())  # noqa: SIM905


def undenied(text: str) -> str:
    """A text with one word of ``no`` for each denial, and without those that deny nothing: "at no
    cost", "no later than"."""
    text = _NO_DENIAL.sub(" ", plain_bounds(with_free(text)))
    for pattern, plain in _DENIED:
        text = pattern.sub(plain, text)
    return _FIRST.sub(lambda match: match[1] + _SECOND.sub(" ", match[2]), text)


def is_leading(text: str) -> bool:
    """Whether a clause says after what another one holds: "once it is sent"."""
    return _LEADING.match(text) is not None


def forbids(text: str, other: str) -> bool:
    """Whether a text forbids, in words that the ``other`` has no opposite of, what that permits or
    denies: "food is prohibited", of "you may bring food"."""
    if not (_FORBIDS.search(text) and _PERMITS.search(other)):
        return False
    return not sides(text, "polar").keys() & sides(other, "polar").keys()


def other_span(text: str, other: str) -> bool:
    """Whether one says "within 14 days" where the other says, not of an end, "after 14 days"."""
    mine, theirs = ({m.lastgroup for m in _SPAN.finditer(said)} for said in (text, other))
    if not (mine and theirs) or mine & theirs:
        return False
    late, early = (text, other) if "after" in mine else (other, text)
    return not _ENDS.search(late) or bool(_ENDS.search(early))


def with_free(text: str) -> str:
    """ "At no cost" and "costs nothing" as "free"; "zahlen Kinder nichts" as "free Kinder"."""
    return _FREE.sub(lambda match: f"free{(match['between'] or '').rstrip()}", text)


def plain_bounds(text: str) -> str:
    """ "Not more than" and "within 3" as "at most", and "not less than" as "at least"."""

    def plain(match: re.Match[str]) -> str:
        least = (match["how"] or "").lower() in _LEAST
        return "at least, more than" if least else "at most, less than"

    return _WITHIN.sub("at most", _BOUND.sub(plain, _AHEAD.sub("at least", text)))


def sides(text: str, section: str) -> dict[str, set[str]]:
    """The pairs of ``opposites`` or ``polar`` that a text has words of, with those sides."""
    found: dict[str, set[str]] = {}
    text = plain_bounds(with_free(text))
    for pattern, plain in _STATES:
        text = pattern.sub(plain, text)
    for term in opposites(section).find(text):
        found.setdefault(term.kind, set()).add(term.value)
    return found


def other_side(claim: str, source: str) -> str | None:
    """The other of two opposites that the source has where the claim has the one."""
    mine, theirs = sides(claim, "opposites"), sides(source, "opposites")
    for kind in mine.keys() & theirs.keys():
        said = mine[kind] | theirs[kind]
        if _IN_ORDER & {side.split(",")[0] for side in said} and same_order(claim, source):
            continue
        if not mine[kind] & theirs[kind] and not _turned(mine[kind] | theirs[kind], claim, source):
            return f"its source says '{min(theirs[kind]).split(',')[0]}'"
    return None


def _turned(said: set[str], claim: str, source: str) -> bool:
    """ "No more than 500 can be sent" is "Sending more than 500 is blocked"."""
    if not any(side.startswith(("more than", "less than")) for side in said):
        return False
    return _blocks(claim) != _blocks(source)


def _blocks(text: str) -> bool:
    said = {word.lower() for word in _WORD.findall(plain_bounds(text))}
    return bool(said & (words("no") | words("forbids")))
