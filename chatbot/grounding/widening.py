"""What holds of some only, said of all: "at any terminal" of "at the Haven terminal only", "for
every order" of "for orders above 400 EUR"."""

import re

from chatbot.grounding.fact import TIMES, missing
from chatbot.grounding.lexicon import units, words
from chatbot.grounding.overlap import LIGHT, general_words, has_stem
from chatbot.grounding.pieces import WORD, Piece, stems_of
from chatbot.grounding.reading import Reading

_EVERY = frozenset(
    re.findall(
        r"\w+",
        """all any every both each everyone everybody everywhere anywhere anyone anybody alle allen
    jede jeder jedem jeden jedes beide beiden überall tous toutes chaque partout todos todas cada
    ambos""",
    )
)
# "Every 2 months", "every other week", "jeden Tag" say how often, and of nobody.
_OFTEN = re.compile(
    r"\b(?:every|each|alle|jede[nrs]?|chaque|(?:tous|toutes) les|cada|todos los|todas las)\s"
    r"(?:[^\W_]+\s)?(?P<unit>[^\W\d_]+)",
    re.IGNORECASE,
)
_ONLY = frozenset("only nur seulement uniquement solo sólo solamente".split())  # noqa: SIM905
_EACH = re.compile(r"\b(?:all|any|every|each)\s(?:the\s|our\s|your\s)?(?P<what>[^\W\d_]+)", re.I)
_BOUNDED = re.compile(
    r"\b(?P<what>[^\W\d_]+)\s(?P<how>above|over|below|under|of (?:more|less|fewer) than|"
    r"(?:costing|worth) more than)\s(?=[€$£]?\d)",
    re.IGNORECASE,
)
# "Only the owner can invite people"
_ONLY_WHO = re.compile(
    r"\bonly (?P<who>(?:[\w'-]+ ){0,3}?[\w'-]+) (?:can|may|is|are|has|have|gets?|must|will) "
    r"(?P<what>[^;.,]*)",
    re.IGNORECASE,
)
# "Only the owner", "at Eugene Yard only"; "the owner and all bookkeepers".
_ONLY_ONE = re.compile(
    r"\b[Oo]nly (?:the |our |your )?(?P<one>[\w'-]+)|"
    r"\b(?:in|at|on|for|to) (?:the |our |your )?(?P<name>[\w'-]+(?: [\w'-]+)?) only\b"
)
_TWO = re.compile(
    r"\b(?P<one>[\w'-]+(?: [\w'-]+)?) (?:and|or|as well as) (?:also )?(?:in |at |on |for |to )?"
    r"(?:all |the |our |your |any )*(?P<other>[\w'-]+(?: [A-Z][\w'-]+)?)"
)
_REACH = 5  # words on either side of "only"


def widened(claim: Reading, source: Reading) -> str | None:
    """Whether the claim says of all what the source says "only" of a name that the claim has not,
    or of those above or below a number; neither may deny."""
    if not claim.denies and _lets_others(claim, source):
        return "its source says 'only'"
    if not claim.denies and (other := _one_of_two(claim, source)):
        return f"it says 'only', and its source says it of '{other}', too"
    said = {word.lower() for word in WORD.findall(_OFTEN.sub(_without_times, claim.text))}
    if not said & _EVERY or said & (_ONLY | words("no") | words("exception")):
        return None
    if limit := _limit_of(claim, source):
        return f"its source says '{limit}'"
    for clause in source.clauses:
        names = _only_of(clause)
        shared = [stem for stem in source.stems - names if has_stem(stem, claim.stems)]
        if names and shared and not any(has_stem(name, claim.stems) for name in names):
            return "its source says 'only'"
    return None


def _lets_others(claim: Reading, source: Reading) -> bool:
    """Whether somebody else does what the source says that only one does."""
    if _ONLY.intersection(word.lower() for word in WORD.findall(claim.text)):
        return False
    for match in _ONLY_WHO.finditer(source.text):
        who = stems_of(match["who"], source.language) - LIGHT
        what = stems_of(match["what"], source.language) - LIGHT - general_words()
        for clause in claim.clauses:
            said = {word.lower() for word in WORD.findall(clause.text)}
            others = clause.subject - LIGHT - (frozenset() if said & _EVERY else what)
            same = any(has_stem(stem, clause.stems - clause.subject) for stem in what)
            if who and others and same and not any(has_stem(stem, claim.stems) for stem in who):
                return True
    return False


def _one_of_two(claim: Reading, source: Reading) -> str | None:
    """The other of two of which the claim says it of one only: "only the owner is told" of "the
    owner and all bookkeepers are told"."""
    if source.row or _ONLY.intersection(w.lower() for w in WORD.findall(source.text)):
        return None
    for match in _ONLY_ONE.finditer(claim.text):
        name = stems_of(match["one"] or match["name"], claim.language) - LIGHT - general_words()
        for both in _TWO.finditer(source.text) if name else ():
            for side, rest in (("one", "other"), ("other", "one")):
                one, other = (stems_of(both[s], source.language) - LIGHT for s in (side, rest))
                strange = not any(has_stem(stem, claim.stems) for stem in other)
                if other and strange and all(has_stem(stem, one) for stem in name):
                    return both[rest]
    return None


def _without_times(match: re.Match[str]) -> str:
    """Nothing where the match says how often; itself elsewhere."""
    said = [match["unit"], *match[0].split()[-2:-1]]
    often = any(units().get(word.lower()) in TIMES for word in said)
    return " " if often else match[0]


def _limit_of(claim: Reading, source: Reading) -> str | None:
    """The bound that the source sets, behind their name, to those of which the claim says all."""
    for every in _EACH.finditer(claim.text):
        for match in _BOUNDED.finditer(source.text):
            same = stems_of(every["what"], claim.language) & stems_of(
                match["what"], source.language
            )
            bounds = [fact for fact in source.facts if fact.start >= match.end("how")][:1]
            if same and missing(bounds, claim.facts):
                return match["how"]
    return None


def _only_of(clause: Piece) -> frozenset[str]:
    """Stems of the names around "only"."""
    said = WORD.findall(clause.text)
    at = next((n for n, word in enumerate(said) if word.lower() in _ONLY), None)
    if at is None or clause.negative or clause.language == "de":
        return frozenset()
    near = [*said[max(1, at - _REACH) : at], *said[at + 1 : at + 1 + _REACH]]
    names = " ".join(word for word in near if word[:1].isupper())
    return stems_of(names, clause.language)
