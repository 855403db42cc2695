"""Citations: for each sentence of an answer, the span of a shown passage that it rests on.

A sentence without such a span is reported as unsupported, so that the page can mark it: no
number, date, price, code or address of an answer is shown unmarked unless the cited span holds it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from langchain_core.documents import Document

from chatbot.grounding.facts import missing_facts
from chatbot.grounding.injection import instructions
from chatbot.grounding.words import content_words, sentences, words

# Shares of the sentence's words that its span must hold: of all words, and of those with meaning.
_SUPPORT = 0.6
_CONTENT = 0.6
# One sentence of an answer may join so many sentences of a passage.
_JOINED = 2
# So much more of the answer's words must two sentences hold to be cited instead of one of them.
_LESS = 0.15

MARK = " \u26a0"


@dataclass(frozen=True)
class Citation:
    """``quote`` is the document's text from ``start`` to ``end``; ``passage`` counts from 1."""

    path: str
    start: int
    end: int
    quote: str
    passage: int


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
    ``rests_on`` maps where each other sentence ends to the number of its passage."""

    citations: list[Citation] = field(default_factory=list)
    unsupported: list[Unsupported] = field(default_factory=list)
    rests_on: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Span:
    """``text`` from ``start`` in the passage; ``words``, and their ``stems``, include those of
    the headings over it."""

    passage: Document
    number: int
    start: int
    text: str
    words: frozenset[str]
    stems: frozenset[str]
    joined: bool


def verify(answer: str, passages: Sequence[Document]) -> Verified:
    """Match each sentence of ``answer`` to a span of ``passages``.

    A span is one sentence or line of a passage, or two that follow each other; it holds at least
    60% of the words and 60% of the content words of the answer's sentence (headings count), and
    all of its facts (:mod:`chatbot.grounding.facts`; headings do not count). The shortest of the
    best spans is taken.
    """
    spans = [span for number, p in enumerate(passages, start=1) for span in _spans(p, number)]
    result = Verified()
    for start, end in sentences(answer):
        claim = answer[start:end]
        ranked = sorted(
            spans, key=lambda span: (-_share(claim, span) + span.joined * _LESS, len(span.text))
        )
        near = [span for span in ranked if _supports(claim, span)]
        best = next((span for span in near if not missing_facts(claim, span.text)), None)
        if best is None:
            reason = _reason(claim, near)
            result.unsupported.append(Unsupported(start, end, claim, reason))
            continue
        result.rests_on[end] = best.number
        if (citation := _citation(best)) not in result.citations:
            result.citations.append(citation)
    return result


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


def _spans(passage: Document, number: int) -> list[_Span]:
    """Each sentence of a passage, and each with the one behind it; none that gives orders."""
    text = passage.page_content
    orders = set(instructions(text))
    parts = sentences(text)
    over = (passage.metadata.get(name, "") for name in ("title", "heading", "columns"))
    headings = " ".join(map(str, over))
    above = frozenset(words(headings))
    spans = []
    for at, (start, _) in enumerate(parts):
        for more, part in enumerate(parts[at : at + _JOINED]):
            if part in orders:
                break
            quote = text[start : part[1]]
            held = above | frozenset(words(quote))
            stems = frozenset(content_words(f"{headings} {quote}"))
            spans.append(_Span(passage, number, start, quote, held, stems, joined=more > 0))
    return spans


def _citation(span: _Span) -> Citation:
    first = int(span.passage.metadata["start"]) + span.start
    path = str(span.passage.metadata["path"])
    return Citation(path, first, first + len(span.text), span.text, span.number)


def _share(claim: str, span: _Span) -> float:
    said = words(claim)
    return sum(word in span.words for word in said) / len(said)


def _supports(claim: str, span: _Span) -> bool:
    if _share(claim, span) < _SUPPORT:
        return False
    meant = content_words(claim)
    return sum(word in span.stems for word in meant) >= _CONTENT * len(meant)


def _reason(claim: str, near: Sequence[_Span]) -> str:
    if not near:
        return "no passage says it"
    missing = missing_facts(claim, near[0].text)
    return f"it says '{missing[0]}', which its source does not"
