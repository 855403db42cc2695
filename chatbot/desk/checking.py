"""A reply that a person wrote, sentence by sentence against the whole knowledge folder.

A blank line parts statements. Each sentence is searched for by itself and with its statement, and
is supported where a passage says just that (:mod:`chatbot.grounding.evidence`, with the second
thoughts of :mod:`chatbot.grounding.entailment`); the language model is not asked.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from chatbot.audience import Asker
from chatbot.errors import ModelUnavailableError, QuestionError
from chatbot.grounding.asked import Asked
from chatbot.grounding.citations import Citation, citation_of, verdict
from chatbot.grounding.entailment import Doubt, doubt, settled
from chatbot.grounding.evidence import Finding, evidence
from chatbot.grounding.leads import lead_objection
from chatbot.grounding.lexicon import is_polite
from chatbot.grounding.other_thing import by_another
from chatbot.grounding.reading import read
from chatbot.grounding.sources import Span, all_spans
from chatbot.grounding.wording import as_written
from chatbot.llm.stopping import new_cancel
from chatbot.service import ChatService
from chatbot.text.sentences import sentences
from chatbot.text.unicode import is_blank, require_unicode

log = logging.getLogger(__name__)

LONGEST = 20_000  # characters of a reply
_MOST = 400  # sentences of one: each is searched for, and prose of that length has 300
_PASSAGES = 8  # for each sentence, and again for its statement
_POLITE = "a greeting or closing line, which needs no source"
_BLANK = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True)
class CheckedSentence:
    """A sentence of a reply; ``reason`` says why it is not supported, and is empty where it is.
    ``near`` is then what says otherwise, or what is nearest, where anything is."""

    text: str
    supported: bool
    reason: str = ""
    citation: Citation | None = None
    near: Citation | None = None

    @property
    def is_polite(self) -> bool:
        """Whether it is a greeting or a closing line, which needs no source."""
        return not self.supported and self.reason == _POLITE

    def as_dict(self) -> dict[str, Any]:
        """The sentence with the keys of the command contract."""
        told = asdict(self)
        left_out = {name for name in ("citation", "near") if told[name] is None}
        return {key: value for key, value in told.items() if key not in left_out}


def check_reply(
    service: ChatService, reply: str, asker: Asker, question: str = ""
) -> list[CheckedSentence]:
    """Every sentence of ``reply`` in order, against what the asker may see. Blocks while the
    search loads.

    The ``question`` tells what a leading "yes" or "no" affirms or denies. Within
    :func:`chatbot.llm.stopping.stopped_when_left` it ends with the sentence that it is at once
    nobody waits, and what it gives is not whole.

    Raises:
        QuestionError: the reply is empty, too long, of too many sentences, or no Unicode.
        IndexUnavailableError: there is no index, or it does not fit.
    """
    if is_blank(reply):
        raise QuestionError("The reply is empty; there is nothing to check.")
    if len(reply) > LONGEST:
        raise QuestionError(f"The reply has {len(reply):,} characters; the limit is {LONGEST:,}.")
    require_unicode(reply, question)
    parts = [(said, list(sentences(said))) for said in statements(reply)]
    if (count := sum(len(places) for _, places in parts)) > _MOST:
        raise QuestionError(
            f"The reply has {count:,} lines and sentences, and the limit is {_MOST:,}; check it in "
            "parts."
        )
    retriever, alike = service.retriever(asker, _PASSAGES), service.likeness()
    doubts, about, left = list[Doubt](), list[tuple[Asked, list[Span]]](), new_cancel()
    for statement, places in parts:
        if not places:
            continue
        around = all_spans(retriever.search(f"{question}\n{statement}".strip()))
        for start, end in places:
            if left.is_set():
                return []
            text = statement[start:end]
            if is_polite(text):
                doubts.append(Doubt(text, Finding((), _POLITE)))
                about.append((Asked(""), []))
                continue
            spans = around + all_spans(retriever.search(text), 1 + _PASSAGES)
            asked = Asked(question, passages=[span.text for span in spans])
            found = evidence(text, spans, asked.reading, alike)
            doubts.append(doubt(text, found, spans))
            about.append((asked, spans))
    told = zip(doubts, _findings(service, doubts), about, strict=True)
    return [_checked(one.claim, found, *place) for one, found, place in told]


def _findings(service: ChatService, doubts: list[Doubt]) -> list[Finding]:
    """What holds after the judge's second thoughts; without one, or where it fails, the rules'
    word."""
    try:
        if entailment := service.entailment():
            return settled(doubts, entailment)
    except ModelUnavailableError as exc:
        log.warning("Checked by rules alone: %s", exc)
    return [one.found for one in doubts]


def statements(reply: str) -> Iterator[str]:
    """The parts between blank lines."""
    return (part for part in _BLANK.split(reply.replace("\r\n", "\n")) if part.strip())


def _checked(text: str, found: Finding, asked: Asked, spans: list[Span]) -> CheckedSentence:
    told = [text, asked.reading.text, *(span.text for span in spans)]
    if not found.spans:
        near = citation_of(found.near) if found.near else None
        return CheckedSentence(text, False, as_written(found.reason, told), near=near)
    said = read(text)
    right, wrong = verdict(said, found.spans, asked)
    other = None if wrong else by_another(said, found.spans, spans, asked)
    wrong = other.reason if other else wrong
    by_lead = lead_objection(said, asked.reading) if asked.reading.text and not right else None
    if wrong := wrong or by_lead:
        near = citation_of(found.spans[0])
        return CheckedSentence(text, False, as_written(wrong, told), near=near)
    return CheckedSentence(text, True, citation=citation_of(found.spans[0]))
