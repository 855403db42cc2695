"""What of a question of two parts an answer leaves out: "Express takes 2 days" to "how long does
express take and who carries it?".

A part is missed only where nothing of the kind that it asks for is in the answer: no money for a
price, no time for a "when", no new word for a "who". What cannot be told apart counts as answered.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from chatbot.grounding.bounds import comparable
from chatbot.grounding.fact import TIMES
from chatbot.grounding.free import is_free
from chatbot.grounding.lexicon import CURRENCIES, capitalised
from chatbot.grounding.overlap import LIGHT, has_stem, plain_stems
from chatbot.grounding.pieces import Piece
from chatbot.grounding.reading import Reading, read
from chatbot.grounding.sources import Span

_JOINT = re.compile(
    r"[?!;,.:\n]+\s*|(?<!\s)\s+(?:and|und|et|y|plus|sowie|n|&|\+)\s+|\s[-–—]\s", re.IGNORECASE
)
_BEFORE = (
    r"(?:(?:also|and|und|auch|dann|then|so|ok|please|bitte|on|at|in|from|by|until|for|ab|bis|um|an|"
    r"seit|von|zu|mit)\s+){0,2}"
)
_KINDS = {
    "price": r"(?:how much|whats?|what's|was|which|wie ?viel)\b.{0,60}\b(?:costs?|prices?|pay|"
    r"charge|fee|fine|kostet|kosten|zahle|zahlen|preis|gebühr)\b|(?:price|cost) (?:of|for)\b|"
    r"wie teuer",
    "duration": r"how (?:long|soon|quickly)\b|wie (?:lange|schnell)\b|"
    r"how many (?:days|nights|weeks|months|mths|years|yrs|hours|hrs|minutes|mins)\b|"
    r"what(?:'?s| is) (?:\w+ ){1,4}(?:period|deadline|term)\b(?! of\b)",
    "time": r"when\b|what (?:time|day)\b|which day\b|wann\b|an welchem tag\b|um wie ?viel uhr\b",
    "number": r"how (?:many|much|high|big|large|heavy|fast|often)\b|wie (?:viele?|hoch|groß|schwer|"
    r"oft)\b|wieviel\w*\b",
    "person": r"who\b|wer\b|wem\b|wen\b",
    "place": r"where\b|wo\b|wohin\b",
    "open": r"how\b|what(?:'?s)?\b|which\b|why\b|was\b|wie\b|welche\w*\b|warum\b|wofür\b|womit\b",
    "whether": r"(?:may|must|should|was|were|did|will|would|has|have) "
    r"(?:i|we|you|they|he|she|it|there|the|my|our|your|an?|this|that|these|those|cust\w*)\b|"
    r"(?:is|are|can|could|do|does) (?!be\b|not\b|to\b|so\b|then\b)\w+|"
    r"(?:kann|können|darf|dürfen|muss|müssen|ist|sind|hat|haben|habe|gibt|bekomm\w*|zahl\w*|wird|"
    r"werden|geht) (?:ich|man|wir|sie|er|es|der|die|das|den|dem|mein\w*|unser\w*|ihr\w*)\b",
}  # fmt: skip
_ASKS = {kind: re.compile(rf"\s*{_BEFORE}(?:{said})", re.I) for kind, said in _KINDS.items()}
_PAID = re.compile(
    r"\b(?:free|paid|pays?|costs?|charge[ds]?|prices?|fees?|included?|refund\w*|kost\w*|zahl\w*|"
    r"preis\w*|gebühr\w*|inklusive|inbegriffen|gratis|umsonst)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:immediate\w*|at once|next|until|till|unlimited|indefinite\w*|lifetime|same|today|"
    r"tomorrow|permanent\w*|as (?:long|soon) as|once|after|before|within|during|while|when|"
    r"expires?|never|always|any ?time|no wait\w*|no delay|keine wartezeit|end of|"
    r"overnight|dai?ly|weekly|monthly|yearly|arrival|request|sofort|bis|"
    r"unbegrenzt|dauerhaft|heute|morgen|solange|sobald|nach (?=\w+ung|de[rm]|eine)|"
    r"vor (?=de[rm]|eine)|während|wenn|nie|immer|jederzeit|"
    r"ende|täglich|wöchentlich|monatlich|jährlich|ankunft)\b",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\b(?:until|till|bis|when|wenn|while|once)\b", re.IGNORECASE)
_TAKES = re.compile(r"\b(?:takes?|dauer\w*)\b", re.IGNORECASE)
_SOME = re.compile(
    r"\b(?:unlimited|as many|no|none|any|all|every|each|both|one|an?|several|once|twice|keine?\w*|"
    r"alle\w*|jede\w*|beide\w*|eine?\w*|unbegrenzt)\b",
    re.IGNORECASE,
)
_OF_ALL = re.compile(
    r"\b(?:both|all|each|every|either|any|same|neither|none|beide\w*|alle\w*|jede\w*|gleich\w*|"
    r"keine\w*|tou[ts]\w*|les deux|ambos|todos?)\b",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"\b(?:(?:do|does)(?: not|n't) (?:say|tell|mention|state|cover)|not (?:mentioned|stated|given)|"
    r"(?:sagen|nennen|steht|stehen|erwähnen)\b.{0,40}\b(?:nicht|nichts)|don't know|"
    r"ne (?:dit|disent|précise\w*)|no (?:dicen?|mencionan?|indican?))\b",
    re.IGNORECASE,
)
_ADMITS = re.compile(
    r"(?:the|these|our|die|unsere|les|nos|los|nuestros)? ?(?:documents?|passages?|documentation|"
    r"articles?|"
    r"pages?|knowledge base|sources?|dokumente?|unterlagen|artikel|seiten?|documentos?|artículos)\b"
    r"[^.;]{0,30}?" + _UNKNOWN.pattern,
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(?:customers?|clients?|users?|buyers?|sellers?|people|person|you|we|us|your|our|they|wir|uns|"
    r"sie|ihr|kund\w+|nutzer\w*|nous|vous|client\w*|nosotros|usted\w*)\b",
    re.IGNORECASE,
)
_FAST = re.compile(r"\b(?:fast|often|much|oft)\b", re.IGNORECASE)
_NTH = re.compile(r"\b(?:day|week|month|tag|woche|monat|jour|día) \d", re.IGNORECASE)
_EDGE = re.compile(r"^(?:and|und|et|y)\s+|\s+(?:and|und|et|y|n|plus|sowie)$", re.IGNORECASE)
_PAIR = re.compile(
    r"(?<![\w'’-])(?P<one>[\w'’-]++(?: [\w'’-]++)?) ?(?:and|und|&|\+|et|y|vs\.?|versus)\s"
    r"(?:the |an? |our |de[rmn] |die |das |im |in |la |le |el )?(?P<other>[\w'’-]+(?: [\w'’-]+)?)",
    re.IGNORECASE,
)
_NUMBERED = frozenset({"price", "duration", "time", "number"})


@dataclass(frozen=True)
class _Part:
    """A part of a question: its words as they are written, and what kind of answer it wants."""

    text: str
    kind: str

    @cached_property
    def reading(self) -> Reading:
        return read(capitalised(self.text))

    @cached_property
    def named(self) -> frozenset[str]:
        """What it names, without words that stand in questions about anything."""
        return (self.reading.stems | _codes(self.reading)) - LIGHT - plain_stems()


def unanswered(question: str, answer: str, spans: Sequence[Span] = ()) -> list[str]:
    """The parts of a question that an answer says nothing to, in the question's words; none where
    that is not certain, the answer is a "no", or says itself what is not known. The ``spans`` of
    its passages tell of which of two things it speaks."""
    said = read(answer)
    if said.lead == "no" or _UNKNOWN.search(answer):
        return []
    return _parts_missed(question, said, spans) or _things_missed(question, said, spans)


def has_parts(question: str) -> bool:
    """Whether a question asks for more than one thing."""
    return len(list(_parts(question))) > 1


def admits(sentence: str) -> bool:
    """Whether a sentence only says that the documents do not say something: it claims nothing that
    could rest on them."""
    return _ADMITS.match(sentence.strip()) is not None


def _parts_missed(question: str, said: Reading, spans: Sequence[Span]) -> list[str]:
    parts = list(_parts(question))
    if len(parts) < 2:
        return [part.text for part in parts if _has_nothing(part, said)]
    new = said.stems - LIGHT - plain_stems() - read(capitalised(question)).stems
    new = frozenset(o for o in new if not any(has_stem(o, p.reading.stems) for p in parts))
    known = frozenset[str]().union(*(span.reading.stems for span in spans))
    missed = [part for part in parts if not _is_answered(part, parts, said, new, known)]
    return [part.text for part in missed] if len(missed) < len(parts) else []


def _has_nothing(part: _Part, said: Reading) -> bool:
    """Whether the only part asks for a price, a time or a number, and the answer has no value and
    does not deny what is asked about: "lamps are not covered" to "how long are lamps covered"."""
    if part.kind not in _NUMBERED or said.facts or _HELD[part.kind](part, said):
        return False
    denied = any(clause.negative for clause in said.clauses)
    return not (denied and any(has_stem(one, said.stems) for one in part.named))


def _parts(question: str) -> Iterator[_Part]:
    """What is asked, one after the other; what asks nothing goes with what is before it."""
    start, kind = 0, ""
    at = 0
    for end, after in [*((m.start(), m.end()) for m in _JOINT.finditer(question)),
                       (len(question), len(question))]:  # fmt: skip
        found = next((name for name, asks in _ASKS.items() if asks.match(question[at:end])), "")
        if found:
            if kind:
                yield _Part(_trimmed(question[start:at]), kind)
            start, kind = at, found
        at = after
    if kind:
        yield _Part(_trimmed(question[start:]), kind)


def _trimmed(text: str) -> str:
    said = _EDGE.sub("", text.strip(" ?!;,.:\n-–—&+"))
    return re.split(r"[?!;,\n]|[.:](?=\s)", said, maxsplit=1)[0].strip()


def _is_answered(
    part: _Part, parts: Sequence[_Part], said: Reading, new: frozenset[str], known: frozenset[str]
) -> bool:
    """Whether the answer may have it: ``new`` are words that the question does not have, ``known``
    those of the passages."""
    if part.kind == "open":
        return True
    if part.kind in _NUMBERED:
        held = _HELD[part.kind](part, said)
        return held and not _is_of_other(part, parts, said, known)
    if part.kind == "whether" and (said.lead or said.denies):
        return True
    others = frozenset[str]().union(*(p.named for p in parts if p is not part))
    own = part.named - others if part.kind == "whether" else ()
    if part.kind == "person" and _names_somebody(part, parts, said):
        return True
    own_kind = "@region:" if part.kind == "place" else "@client:"
    told = any(one[0] != "@" or one.startswith(own_kind) for one in new)
    return told or any(has_stem(one, said.stems | _codes(said)) for one in own)


def _names_somebody(part: _Part, parts: Sequence[_Part], said: Reading) -> bool:
    """Whether it has the verb of "who pays", or "we" or "the buyer", of whom nothing is asked."""
    verb = read(" ".join(part.text.split()[1:2]), said.language).stems
    asked = " ".join(each.text.lower() for each in parts)
    persons = {match[0].lower() for match in _PERSON.finditer(said.text)}
    return bool(verb & said.stems) or any(person not in asked for person in persons)


def _is_of_other(part: _Part, parts: Sequence[_Part], said: Reading, known: frozenset[str]) -> bool:
    """Whether the only value that the answer has is that of another part of the same kind, and the
    passages would say that of this part in its words."""
    alike = [p for p in parts if p is not part and p.kind == part.kind]
    if not alike or len({(f.unit, f.values) for f in said.facts}) > 1 or _OF_ALL.search(said.text):
        return False
    theirs = frozenset[str]().union(*(p.named for p in alike))
    own = part.named - theirs
    others = theirs - part.named
    return (
        bool(own)
        and all(has_stem(one, known) for one in own)
        and not any(has_stem(one, said.stems) for one in own)
        and any(has_stem(one, said.stems) for one in others)
    )


def _has_price(part: _Part, said: Reading) -> bool:
    paid = any(f.unit in CURRENCIES or f.unit in ("percent", "cent") for f in said.facts)
    return paid or is_free(said.text) or bool(_PAID.search(said.text))


def _has_time(part: _Part, said: Reading) -> bool:
    timed = any(f.unit in TIMES or f.kind in ("time", "date") for f in said.facts)
    if timed or said.days[2]:
        return True
    text = said.text
    if part.kind == "duration" and _TAKES.search(part.text):
        text = _UNTIL.sub(" ", text)
    return bool(_WHEN.search(text) or _NTH.search(text))


def _has_number(part: _Part, said: Reading) -> bool:
    timed = bool(_FAST.search(part.text))
    if timed and _WHEN.search(said.text):
        return True
    counted = any(f.kind == "quantity" and (timed or f.unit not in TIMES) for f in said.facts)
    return counted or bool(_SOME.search(said.text) or _PAID.search(said.text))


_HELD: dict[str, Callable[[_Part, Reading], bool]] = {
    "price": _has_price,
    "duration": _has_time,
    "time": _has_time,
    "number": _has_number,
}


def _things_missed(question: str, said: Reading, spans: Sequence[Span]) -> list[str]:
    """Which of "the Seed and the Tree plan" an answer that names the other one leaves out."""
    if said.lead or _OF_ALL.search(said.text):
        return []
    for match in _PAIR.finditer(question):
        (first, name), (second, second_name) = (
            _named_in(match[side], side, said.language) for side in ("one", "other")
        )
        one, other = first - second, second - first
        if not (one and other) or not (
            _of_one_kind(one, other) or _parallel(one, other, said, spans)
        ):
            continue
        held = said.stems | _codes(said)
        has_one, has_other = (any(has_stem(mark, held) for mark in own) for own in (one, other))
        if has_one != has_other:
            return [second_name if has_one else name]
    return []


def _named_in(text: str, side: str, language: str) -> tuple[frozenset[str], str]:
    """The marks of a name in the words beside an "and", and the name as it is written."""
    said = text.split()
    words = said if side == "other" else said[::-1]
    name: list[str] = []
    marks: frozenset[str] = frozenset()
    for word in words:
        part = read(capitalised(word), language)
        own = (part.stems | _codes(part)) - LIGHT - plain_stems()
        if not own:
            break
        name.append(word)
        marks |= own
    return marks, " ".join(name if side == "other" else name[::-1])


def _codes(reading: Reading) -> frozenset[str]:
    return frozenset(f"code {v}" for f in reading.facts if f.kind == "code" for v in f.values)


def _of_one_kind(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both are regions, plans, or codes of one series."""
    first, second = ({_kind(mark) for mark in marks} for marks in (one, other))
    return bool(first & second - {""})


def _kind(mark: str) -> str:
    if mark.startswith("code "):
        return re.split(r"\d", mark)[0]
    return mark.partition(":")[0] if mark.startswith("@") else ""


def _parallel(
    one: frozenset[str], other: frozenset[str], said: Reading, spans: Sequence[Span]
) -> bool:
    """Whether the passages say values of one unit of both, and the answer says one of them."""
    parts = [piece for span in spans for piece in span.reading.pieces if piece.facts]
    mine, theirs = (
        [p for p in parts if _is_about(p, a) and not _is_about(p, b)]
        for a, b in ((one, other), (other, one))
    )
    return any(
        comparable(fact, value) and comparable(fact, more)
        for fact in said.facts
        for value in (f for p in mine for f in p.facts)
        for more in (f for p in theirs for f in p.facts)
    )


def _is_about(piece: Piece, marks: frozenset[str]) -> bool:
    return any(has_stem(mark, piece.stems | piece.taken) for mark in marks)
