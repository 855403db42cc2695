"""Citations: for each sentence of an answer, the spans of shown passages that it rests on.

A sentence without such a span is reported as unsupported, so that the page can mark it: no
number, date, price, code or address of an answer is shown unmarked unless a cited span holds it,
and none whose source says otherwise (:mod:`chatbot.grounding.meaning`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from langchain_core.documents import Document

from chatbot.grounding.asked import Asked
from chatbot.grounding.astray import astray, beneath_other, beside_code
from chatbot.grounding.conclusions import lead_verdict
from chatbot.grounding.denied_for import denied_beside, denied_for
from chatbot.grounding.elsewhere import elsewhere, left_out
from chatbot.grounding.evidence import Finding, evidence
from chatbot.grounding.halves import admits, unanswered
from chatbot.grounding.limits import limited
from chatbot.grounding.other_case import other_case
from chatbot.grounding.other_thing import by_another
from chatbot.grounding.places import regions
from chatbot.grounding.reading import Reading, read
from chatbot.grounding.sources import Span, all_spans
from chatbot.grounding.wording import as_written
from chatbot.text.sentences import sentences

MARK = " \u26a0"


@dataclass(frozen=True)
class Citation:
    """``quote`` is the document's text from ``start`` to ``end``; ``passage`` counts from 1;
    ``address`` is where the original is to be read, or empty."""

    path: str
    start: int
    end: int
    quote: str
    passage: int
    address: str = ""


@dataclass(frozen=True)
class Unsupported:
    """``text`` is the answer's text from ``start`` to ``end``; ``reason`` completes a sentence
    about it: "it says '45 days', which its source does not"."""

    start: int
    end: int
    text: str
    reason: str


@dataclass(frozen=True)
class Verified:
    """What an answer rests on, without repetition, and its sentences that rest on nothing;
    ``rests_on`` maps where each other sentence ends to the number of its passage. ``lead_agrees``
    where a "yes" or "no" before a sentence was found right for the question; ``decided_by`` is the
    sentence of a passage by which it is the other one of the two. ``unanswered`` are parts of the
    question that the answer says nothing to. ``astray`` where it is certainly about something else
    than the question, of which no passage speaks."""

    citations: list[Citation] = field(default_factory=list)
    unsupported: list[Unsupported] = field(default_factory=list)
    rests_on: dict[int, int] = field(default_factory=dict)
    lead_agrees: bool = False
    decided_by: str = ""
    unanswered: list[str] = field(default_factory=list)
    astray: bool = False


def verify(
    answer: str, passages: Sequence[Document], question: str = "", before: Sequence[str] = ()
) -> Verified:
    """Match each sentence of ``answer`` to the spans of ``passages`` that say it
    (:func:`chatbot.grounding.evidence.evidence`), or that it follows from for what the
    ``question`` gives. ``before`` are the questions that it goes on from, newest first."""
    spans = all_spans(passages)
    result, agrees, decided, gone = Verified(), False, "", None
    asked = Asked(question, before, [passage.page_content for passage in passages])
    other = elsewhere(answer, asked)
    places = list(sentences(answer))
    first = places[0][0] if places else 0
    told_by: tuple[Span, ...] = ()
    for start, end in places:
        claim = answer[start:end]
        if admits(claim):
            continue
        strange = other if regions(claim) else None
        found = Finding((), strange) if strange else evidence(claim, spans, asked.reading)
        found = _of_the_same_row(claim, found, told_by, asked)
        if start == first:
            gone = astray(read(claim), found.spans, spans, asked)
            wrong = (
                gone
                or beside_code(read(claim), found.spans, spans, asked)
                or beneath_other(read(claim), found.spans, asked)
            )
            found = Finding((), wrong) if wrong else found
        if found.spans:
            right, wrong = verdict(read(claim), found.spans, asked)
            agrees = agrees or right
            wrong = wrong or denied_beside(read(claim), found.spans, asked)
            wrong = wrong or other_case(read(claim), found.spans, spans, asked, start == first)
            other_thing = (
                None
                if wrong
                else (
                    by_another(read(claim), found.spans, spans, asked)
                    or denied_for(read(claim), found.spans, spans, asked)
                )
            )
            if other_thing:
                wrong = other_thing.reason
                decided = other_thing.span.text if other_thing.decides else ""
            found = Finding((), wrong) if wrong else found
        if not found.spans:
            told = [claim, question, *(span.text for span in spans)]
            reason = as_written(found.reason, told)
            result.unsupported.append(Unsupported(start, end, claim, reason))
            continue
        told_by += found.spans
        result.rests_on[end] = found.spans[0].number
        for citation in map(citation_of, found.spans):
            if citation not in result.citations:
                result.citations.append(citation)
    missed = unanswered(question, answer, spans)
    return replace(
        result,
        lead_agrees=agrees,
        decided_by=decided,
        unanswered=missed,
        astray=gone is not None,
    )


def verdict(claim: Reading, found: Sequence[Span], asked: Asked) -> tuple[bool, str | None]:
    """Whether a leading "yes" or "no" is right for the question, and what is wrong with a claim
    as an answer to it although the spans say it; neither where that is not decided."""
    if (decided := limited(claim, found, asked)) is not None:
        return decided
    right, wrong = lead_verdict(claim, asked.reading, [span.reading for span in found])
    wrong = wrong or left_out(claim, found, asked)
    return right and not wrong, wrong


def _of_the_same_row(claim: str, found: Finding, before: Sequence[Span], asked: Asked) -> Finding:
    """A sentence that goes on from others is about their row of a table where that says it, too:
    "The fee is £45" behind "The Plus plan runs for a year"."""
    rows = [span for span in found.spans if span.row >= 0 and span not in before]
    mates = [s for s in before if any((s.passage, s.row) == (r.passage, r.row) for r in rows)]
    again = evidence(claim, mates, asked.reading) if mates else found
    return again if again.spans else found


def mark(
    answer: str, unsupported: Sequence[Unsupported], rests_on: Mapping[int, int] | None = None
) -> str:
    """The answer with a sign behind each unsupported sentence, and the number of its passage
    behind each one of ``rests_on`` (see :class:`Verified`)."""
    signs = {end: f" [{number}]" for end, number in (rests_on or {}).items()}
    signs |= dict.fromkeys((item.end for item in unsupported), MARK)
    for end in sorted(signs, reverse=True):
        answer = answer[:end] + signs[end] + answer[end:]
    return answer


def citation_of(span: Span) -> Citation:
    """The place of a span in its document."""
    first = int(span.passage.metadata["start"]) + span.start
    meta = span.passage.metadata
    end = first + len(span.text)
    return Citation(
        str(meta["path"]), first, end, span.text, span.number, str(meta.get("address") or "")
    )
