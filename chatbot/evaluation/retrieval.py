"""Retrieval metrics over labelled cases, per mode, first turns and follow-ups apart."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from langchain_core.documents import Document
from langchain_core.messages import BaseMessage

from chatbot.answering.conversation import ConversationSearch
from chatbot.cases import Case, Relevant
from chatbot.evaluation.metrics import ranking_metrics
from chatbot.evaluation.rewrites import Rewrite
from chatbot.memory import to_messages

Found = TypeVar("Found")
Wanted = TypeVar("Wanted")
# (history, question) to passages, best first.
Find = Callable[[Sequence[BaseMessage], str], Sequence[Document]]

_DEPTH = 10
# Passages to ask for, so that ten documents are among them.
PASSAGES = 50
# Characters from which on a quote tells its pages from others.
_TELLING = 40


def evaluate_retrieval(
    searches: dict[str, Find],
    cases: Sequence[Case],
    text_of: Callable[[str], str],
    progress: Callable[[int, int], None],
) -> dict[str, Any]:
    """``{"modes": {name: {"first_turn": {...}, "follow_up": {...}, "all": {...}}}}``.

    The metrics of a group rank documents, each at the place of its best passage (documents that
    say the same as a passage follow its own), as public benchmarks do: a document is relevant
    when the case names it. Under ``passages`` are those of the passages themselves: one is
    relevant when it overlaps a quote of the case in the quote's document; without a quote every
    passage of the document is. Each quote is found once: later passages that overlap it too
    count as not relevant. Under ``verbatim`` are those of documents when one that holds a quote of
    the case word for word is as good as the named one: where pages repeat each other, the label is
    one of several that answer.
    """
    labelled = [case for case in cases if case.relevant]
    modes: dict[str, Any] = {}
    for number, (name, find) in enumerate(searches.items()):
        scored: list[tuple[bool, _Scores]] = []
        for at, case in enumerate(labelled):
            progress(number * len(labelled) + at, len(searches) * len(labelled))
            found = find(to_messages(case.history), case.question)
            scored.append((bool(case.history), _scores(found, case.relevant, text_of)))
        modes[name] = {
            "first_turn": _group([scores for follows, scores in scored if not follows]),
            "follow_up": _group([scores for follows, scores in scored if follows]),
            "all": _group([scores for _, scores in scored]),
        }
    return {"modes": modes}


def find_served(search: ConversationSearch) -> Find:
    """The passages of the search behind a conversation, which may be of two searches."""
    return lambda history, question: search.find(history, question).passages


def find_by(query: Rewrite, retriever: Any) -> Find:
    """One search by the ``retriever``, for what ``query`` makes of a conversation."""

    def find(history: Sequence[BaseMessage], question: str) -> Sequence[Document]:
        found: Sequence[Document] = retriever.invoke(query(history, question), asked=question)
        return found

    return find


@dataclass(frozen=True)
class _Scores:
    """The metrics of one case, by what counts as relevant."""

    documents: dict[str, float]
    passages: dict[str, float]
    verbatim: dict[str, float]


def _scores(
    found: Sequence[Document], relevant: Sequence[Relevant], text_of: Callable[[str], str]
) -> _Scores:
    wanted = {item.path for item in relevant}
    places = (
        path
        for passage in found
        for path in (passage.metadata["path"], *passage.metadata.get("also", ()))
    )
    ranked = list(dict.fromkeys(places))[:_DEPTH]

    def overlaps(passage: Document, item: Relevant) -> bool:
        return _overlaps(passage, item, text_of)

    def is_as_good(path: str, named: str) -> bool:
        quoted = (item for item in relevant if item.path == named)
        return path == named or any(_repeats(item, text_of(path)) for item in quoted)

    return _Scores(
        documents=ranking_metrics([path in wanted for path in ranked], len(wanted)),
        passages=ranking_metrics(_new_hits(found[:_DEPTH], relevant, overlaps), len(relevant)),
        verbatim=ranking_metrics(_new_hits(ranked, wanted, is_as_good), len(wanted)),
    )


def _group(rows: Sequence[_Scores]) -> dict[str, Any]:
    if not rows:
        return {"n": 0}
    return {
        "n": len(rows),
        **_mean([row.documents for row in rows]),
        "passages": _mean([row.passages for row in rows]),
        "verbatim": _mean([row.verbatim for row in rows]),
    }


def _repeats(item: Relevant, text: str) -> bool:
    """A few words may stand anywhere and prove nothing."""
    return len(item.quote) >= _TELLING and _span(text, item.quote) is not None


def _new_hits(
    found: Sequence[Found], wanted: Iterable[Wanted], meets: Callable[[Found, Wanted], bool]
) -> list[int]:
    """How much that is wanted each result meets that none before it met."""
    left = list(wanted)
    hits = []
    for result in found:
        met = [item for item in left if meets(result, item)]
        left = [item for item in left if item not in met]
        hits.append(len(met))
    return hits


def _overlaps(passage: Document, item: Relevant, text_of: Callable[[str], str]) -> bool:
    if passage.metadata["path"] != item.path:
        return False
    span = _span(text_of(item.path), item.quote)
    if span is None:
        return True
    return bool(passage.metadata["start"] < span[1] and span[0] < passage.metadata["end"])


def _span(text: str, quote: str) -> tuple[int, int] | None:
    """Where the quote stands, white space aside; ``None`` for an empty or unknown quote."""
    words = quote.split()
    if not words:
        return None
    match = re.search(r"\s+".join(re.escape(word) for word in words), text)
    return match.span() if match else None


def _mean(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    return {key: round(sum(row[key] for row in rows) / len(rows), 4) for key in rows[0]}
