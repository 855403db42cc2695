"""Retrieval metrics over labelled cases, per mode, first turns and follow-ups apart."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.documents import Document

from chatbot.cases import Case, Relevant
from chatbot.chain import search_query
from chatbot.evaluation.metrics import ranking_metrics
from chatbot.memory import to_messages

_DEPTH = 10
# Passages to ask for, so that ten documents are among them.
PASSAGES = 50


def evaluate_retrieval(
    retrievers: dict[str, Any],
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
    count as not relevant.
    """
    labelled = [case for case in cases if case.relevant]
    modes: dict[str, Any] = {}
    for number, (name, retriever) in enumerate(retrievers.items()):
        scored: list[tuple[bool, dict[str, float], dict[str, float]]] = []
        for at, case in enumerate(labelled):
            progress(number * len(labelled) + at, len(retrievers) * len(labelled))
            found = retriever.invoke(search_query(to_messages(case.history), case.question))
            hits = _new_hits(found[:_DEPTH], case.relevant, text_of)
            scored.append(
                (
                    bool(case.history),
                    _documents(found, case.relevant),
                    ranking_metrics(hits, len(case.relevant)),
                )
            )
        modes[name] = {
            "first_turn": _group([row for row in scored if not row[0]]),
            "follow_up": _group([row for row in scored if row[0]]),
            "all": _group(scored),
        }
    return {"modes": modes}


def _documents(found: Sequence[Document], relevant: Sequence[Relevant]) -> dict[str, float]:
    """Metrics of the documents in the order of their best passages."""
    wanted = {item.path for item in relevant}
    places = (
        path
        for passage in found
        for path in (passage.metadata["path"], *passage.metadata.get("also", ()))
    )
    ranked = list(dict.fromkeys(places))[:_DEPTH]
    return ranking_metrics([path in wanted for path in ranked], len(wanted))


def _group(rows: Sequence[tuple[bool, dict[str, float], dict[str, float]]]) -> dict[str, Any]:
    passages = _mean([passages for _, _, passages in rows])
    return _mean([documents for _, documents, _ in rows]) | (
        {"passages": {key: value for key, value in passages.items() if key != "n"}} if rows else {}
    )


def _new_hits(
    found: Sequence[Document], relevant: Sequence[Relevant], text_of: Callable[[str], str]
) -> list[bool]:
    left = list(relevant)
    hits = []
    for passage in found:
        met = [item for item in left if _overlaps(passage, item, text_of)]
        left = [item for item in left if item not in met]
        hits.append(bool(met))
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


def _mean(rows: Sequence[dict[str, float]]) -> dict[str, Any]:
    means = (
        {key: round(sum(r[key] for r in rows) / len(rows), 4) for key in rows[0]} if rows else {}
    )
    return {"n": len(rows), **means}
