"""Answers to labelled cases, by the same service that serves the page."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from chatbot.answering.answer import Answer
from chatbot.answering.events import Answered
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.cases import Case, to_documents
from chatbot.errors import BusyError, GenerationError, QuestionError
from chatbot.evaluation.metrics import contains_gold, risk_area, risk_coverage, rouge_l, token_f1
from chatbot.grounding.facts import missing_facts
from chatbot.service import ChatService

# Requests in flight together: the engine batches them, and the waiting line has room for them.
_TOGETHER = 4
_AGAIN = 1.0  # seconds after which a case that found the line full is asked again

_DIGITS = re.compile(r"\d[\d.,]*\d|\d")


async def answer_cases(
    service: ChatService, cases: Sequence[Case], progress: Callable[[int, int], None]
) -> list[dict[str, Any]]:
    """One row for each case: its answer, what it is measured by, and whether it is grounded. Where
    the model failed, the sentence that says so is both ``failed`` and the answer.
    """
    places = asyncio.Semaphore(_TOGETHER)
    done = 0

    async def one(case: Case) -> dict[str, Any]:
        nonlocal done
        async with places:
            row = await _answered(service, case)
        done += 1
        progress(done, len(cases))
        return row

    return list(await asyncio.gather(*(one(case) for case in cases)))


def summarise(rows: Sequence[dict[str, Any]], model: str) -> dict[str, Any]:
    """The report of the command contract; means are over the answers that were given, and
    ``failed`` counts the cases without one. ``token_f1`` and its like are over the cases that say
    what is expected."""
    asked = len(rows)
    rows = [row for row in rows if not row.get("failed")]
    answerable = [row for row in rows if row["answerable"]]
    expected = [row for row in answerable if row["expected"]]
    unanswerable = [row for row in rows if not row["answerable"]]
    citations = [verbatim for row in rows for verbatim in row["verbatim"]]
    right = [(row["confidence"], row["answerable"]) for row in rows]
    return {
        "n": asked,
        "failed": asked - len(rows),
        "answerable": {
            "n": len(answerable),
            **{key: _mean(expected, key) for key in ("token_f1", "contains_gold", "rouge_l")},
            "abstained": _mean(answerable, "abstained"),
        },
        "unanswerable": {"n": len(unanswerable), "abstained": _mean(unanswerable, "abstained")},
        "citations": {"n": len(citations), "verbatim": sum(citations)},
        "unsupported": _count_unsupported(rows),
        "risk_coverage": risk_coverage(right),
        "aurc": risk_area(right),
        "aurc_similarity": risk_area([(row["similarity"], row["answerable"]) for row in rows]),
        "model": model,
    }


def question_of(case: Case) -> Question:
    """The question of a case, with its own passages where it brings some."""
    passages = to_documents(case.passages) if case.passages else None
    return Question(case.question, case.history, passages=passages, asker=EVERYTHING)


async def answer_to(service: ChatService, case: Case) -> Answer:
    """The whole answer to a case."""
    async for event in service.answer(question_of(case)):
        if isinstance(event, Answered):
            return event.answer
    raise AssertionError("the service always ends with an answer or an error")


async def _answered(service: ChatService, case: Case) -> dict[str, Any]:
    while True:
        try:
            return _row(service, case, await answer_to(service, case))
        except BusyError:
            await asyncio.sleep(_AGAIN)
        except (GenerationError, QuestionError) as exc:
            nothing = Answer("", False, 0.0, [], [], "", {})
            return _row(service, case, nothing) | {"answer": str(exc), "failed": str(exc)}


def _row(service: ChatService, case: Case, answer: Answer) -> dict[str, Any]:
    said = "" if answer.abstained else answer.answer
    return {
        "id": case.id,
        "question": case.question,
        "answer": answer.answer,
        "failed": "",
        "expected": case.answers,
        "answerable": case.answerable,
        "abstained": answer.abstained,
        "cut": answer.cut,
        "confidence": answer.confidence,
        "token_f1": token_f1(said, case.answers),
        "contains_gold": contains_gold(said, case.answers),
        "rouge_l": rouge_l(said, case.answers),
        "verbatim": [
            any(text[c.start : c.end] == c.quote for text in _sources(service, case, c.path))
            for c in answer.citations
        ],
        "citations": [asdict(citation) for citation in answer.citations],
        "unsupported": [asdict(item) for item in answer.unsupported],
        "similarity": max((passage.similarity for passage in answer.passages), default=0.0),
        "unmarked_facts": _sentences_without_mark(answer),
        "passages": [passage.path for passage in answer.passages],
        "shown": [passage.as_fields() for passage in answer.passages],
    }


def _sources(service: ChatService, case: Case, path: str) -> list[str]:
    """The texts that a citation of ``path`` may point into; several given passages have one."""
    given = [passage.text for passage in case.passages or () if passage.path == path]
    return given or [service.document_text(path, EVERYTHING)]


def _count_unsupported(rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Sentences marked because no passage supports them, the answers that have one, and the
    numbers, dates and addresses in unmarked sentences that no cited span holds."""
    return {
        "sentences": sum(len(row["unsupported"]) for row in rows),
        "answers": sum(bool(row["unsupported"]) for row in rows),
        "unmarked_facts": sum(len(row["unmarked_facts"]) for row in rows),
    }


def _sentences_without_mark(answer: Answer) -> list[str]:
    """Facts that the page would show as supported although no citation holds them."""
    if answer.abstained:
        return []
    shown = answer.answer
    for item in sorted(answer.unsupported, key=lambda item: -item.start):
        shown = shown[: item.start] + shown[item.end :]
    cited = "\n".join(citation.quote for citation in answer.citations)
    digits = [token for token in _DIGITS.findall(shown) if token not in cited]
    return sorted({*missing_facts(shown, cited), *digits})


def _mean(rows: Sequence[dict[str, Any]], key: str) -> float:
    return round(sum(row[key] for row in rows) / len(rows), 4) if rows else 0.0
