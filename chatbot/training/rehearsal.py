"""Rehearsal: a model that learns from a few corrections practises what it already does.

Trained on some dozens of corrections alone it answers other questions worse than before. So it
also learns its own earlier answers to questions that need no people: the headings of the
knowledge base, searched for and answered as in service (pseudo-rehearsal: Robins, "Catastrophic
Forgetting, Rehearsal and Pseudorehearsal", Connection Science 1995; with a language model's own
text: Huang et al., 2024, arXiv:2403.01244).
"""

import random
from collections.abc import Iterable, Sequence
from typing import Any

from chatbot.cases import AnswerRow, Case, from_fields
from chatbot.knowledge.chunks import Chunk
from chatbot.knowledge.markdown import markdown_headings


def rehearsal_cases(chunks: Iterable[Chunk], count: int, seed: int) -> list[Case]:
    """At most ``count`` questions: titles and headings of the chunks, drawn at random; one word
    alone would ask nothing, so it stands behind its title."""
    asked: set[str] = set()
    for chunk in chunks:
        over = chunk.heading.split(" > ") if chunk.heading else []
        within = (heading.text for heading in markdown_headings(chunk.text))
        for heading in (chunk.title, *over, *within):
            alone = " " in heading or heading == chunk.title
            asked.add(heading if alone else f"{chunk.title}: {heading}")
    drawn = random.Random(seed).sample(sorted(asked), min(count, len(asked)))
    return [Case(id=f"rehearsal-{n}", question=text) for n, text in enumerate(drawn)]


def rehearsal_rows(answered: Sequence[dict[str, Any]]) -> list[AnswerRow]:
    """Rows of the answers (:func:`chatbot.evaluation.answers.answer_cases`) that every sentence
    of has a source, and that did not end at their limit."""
    return [
        AnswerRow(
            id=row["id"],
            question=row["question"],
            passages=[from_fields(passage) for passage in row["shown"]],
            answer=row["answer"],
        )
        for row in answered
        if not (row.get("failed") or row["abstained"] or row["unsupported"] or row.get("cut"))
    ]
