"""What calibration is fitted on: searches for labelled cases, and for cases made unanswerable.

They are searched for in the whole knowledge base and in parts of it, from one document on: a
passage stands out less among two than among a thousand, and people begin with few documents.
"""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from langchain_core.embeddings import Embeddings

from chatbot.answering.conversation import ConversationSearch, Found
from chatbot.cases import Case, to_documents
from chatbot.evaluation.answers import question_of
from chatbot.evaluation.calibration import Example, fit_calibration
from chatbot.evaluation.reading import fit_reading, read_cases
from chatbot.grounding.confidence import save_calibration
from chatbot.grounding.features import FIELD
from chatbot.grounding.gate import Gate
from chatbot.index.generations import Generation
from chatbot.index.lexical import LexicalIndex
from chatbot.index.retriever import build_retriever
from chatbot.memory import to_messages
from chatbot.passage import Passage
from chatbot.service import ChatService

Progress = Callable[[int, int], None]
# (name of the file, a service over its knowledge folder, its cases)
Source = tuple[str, ChatService, Sequence[Case]]

_CROSSED = 40
_DEPTH = 60
# Sizes of the parts in documents, and how many covered questions are put to parts of each size.
_SIZES = (1, 2, 3, 5, 8, 12, 20, 40, 80, 160)
_COVERED = 40


def decisions(sources: Sequence[Source], progress: Progress) -> list[tuple[float, bool]]:
    """(confidence, answerable) of each case, as the service has it now."""
    total = sum(len(cases) for _, _, cases in sources)
    found: list[tuple[float, bool]] = []
    for _, service, cases in sources:
        for case in cases:
            sure = service.confidence(question_of(case))
            found.append((sure, case.answerable))
            progress(len(found), total)
    return found


def write_fit(
    sources: Sequence[Source], path: Path, version: str, risk: float, progress: Progress
) -> dict[str, Any]:
    """Fit a calibration on the sources and write it; returns the contract's ``threshold``,
    ``coverage`` and ``risk`` over the cases as labelled, and the ``fit`` by source.

    Raises:
        DataError: there are too few answerable or unanswerable cases.
    """
    total = sum(2 * len(cases) + len(_SIZES) for _, _, cases in sources)
    steps = itertools.count(1)

    def step() -> None:
        progress(next(steps), total)

    examples = [
        *_label(sources, step),
        *_cross(sources),
        *(example for source in sources for example in _in_parts(source, step)),
    ]
    models = sources[0][1].models
    calibration, report = fit_calibration(examples, version, models.embeddings_entry.name)
    read = [one for source in sources for one in read_cases(*source, step)]
    if read:
        reading, report["reading"] = fit_reading(read)
        calibration = replace(calibration, readings={models.llm_entry.name: reading})
    save_calibration(calibration, path)
    own = [example for example in examples if example.kind == "own"]
    judged = [(calibration.scorer(e.supplied, calibration.embeddings), e) for e in own]
    answered = [
        e.answerable
        for scorer, e in judged
        if scorer.confidence(e.features) >= scorer.threshold(risk)
    ]
    return {
        "threshold": judged[0][0].threshold(risk),
        "coverage": round(len(answered) / len(own), 4),
        "risk": round(1 - sum(answered) / len(answered), 4) if answered else 0.0,
        "fit": report,
    }


def write_reading(
    sources: Sequence[Source], path: Path, version: str, progress: Progress
) -> dict[str, Any]:
    """Fit anew what the model's reading adds, and nothing else, and write the whole calibration;
    returns the report of :func:`chatbot.evaluation.reading.fit_reading`.

    Raises:
        DataError: there are too few answerable or unanswerable cases, or the model does not read.
    """
    total = sum(len(cases) for _, _, cases in sources)
    steps = itertools.count(1)
    read = [
        one
        for source in sources
        for one in read_cases(*source, lambda: progress(next(steps), total))
    ]
    service = sources[0][1]
    reading, report = fit_reading(read)
    before = service.gate().calibration
    readings = before.readings | {service.models.llm_entry.name: reading}
    save_calibration(replace(before, version=version, readings=readings), path)
    return report


def _label(sources: Sequence[Source], step: Callable[[], None]) -> list[Example]:
    """Every case as it is, and each answerable one with its documents hidden."""
    examples: list[Example] = []
    for name, service, cases in sources:
        gate, search = service.gate(), service.conversation(_DEPTH)
        for case in cases:
            group = f"{name}:{case.id}"
            if case.passages:
                passages = service.models.with_similarity(
                    case.question, to_documents(case.passages)
                )
                examples.append(_example(gate, case, group, name, _given(case, passages), "own"))
            else:
                found = _search(search, case)
                gold = {item.path for item in case.relevant}
                rest = [p for p in found.ranked if p.metadata["path"] not in gold]
                examples.append(_example(gate, case, group, name, found, "own"))
                if case.answerable and gold and rest:
                    hidden = replace(found, ranked=_rank(rest))
                    examples.append(_example(gate, case, group, name, hidden, "hidden"))
            step()
    return examples


def _cross(sources: Sequence[Source]) -> list[Example]:
    """Questions put to the documents, or the passages, of something else."""
    chance = random.Random(0)
    examples = []
    for name, service, own in sources:
        gate, search = service.gate(), service.conversation(_DEPTH)
        for other, elsewhere, cases in sources:
            drawn = chance.sample(list(cases), min(_CROSSED, len(cases)))
            given = [case for case in own if case.passages]
            for case in drawn:
                if case.passages and given and other == name:
                    passages = to_documents(chance.choice(given).passages or [])
                    if passages[0].page_content == case.passages[0].text:
                        continue
                    found = _given(case, service.models.with_similarity(case.question, passages))
                elif not case.passages and not given and elsewhere is not service:
                    found = _search(search, case)
                else:
                    continue
                group = f"{other}:{case.id}"
                examples.append(_example(gate, case, group, name, found, "crossed"))
    return examples


def _in_parts(source: Source, step: Callable[[], None]) -> Iterator[Example]:
    """Questions put to random parts of a knowledge base: covered ones, as many whose documents
    are elsewhere, and as many that the whole does not cover."""
    name, service, cases = source
    searched = [case for case in cases if not case.passages]
    uncovered = [case for case in searched if not case.answerable]
    whole, embeddings = service.current_generation(), _Remembering(service.models.embeddings())
    answerable, _ = _split([case for case in searched if case.relevant], set(whole.rows))
    whole_gate, chance = service.gate(), random.Random(0)
    for size in _SIZES:
        step()
        done = 0 if answerable and size < len(whole.rows) else _COVERED
        while done < _COVERED:
            about = {item.path for item in chance.choice(answerable).relevant}
            part = _part(whole, about.union(chance.sample(list(whole.rows), size - 1)))
            covered, elsewhere = _split(answerable, set(part.rows))
            covered = chance.sample(covered, min(max(4, size // 5), len(covered)))
            done += max(1, len(covered))
            retriever = build_retriever(part, embeddings, k=_DEPTH, candidates=_DEPTH)
            gate = replace(whole_gate, vocabulary=part.lexical)
            deciding = retriever.model_copy(update={"k": FIELD})
            search = ConversationSearch(cast(Any, retriever), gate, cast(Any, deciding))
            asked = [(case, True) for case in covered]
            for others in (elsewhere, uncovered):
                drawn = chance.sample(others, min(len(covered), len(others)))
                asked += [(case, False) for case in drawn]
            for case, answered in asked:
                found = _search(search, case)
                example = _example(gate, case, f"{name}:{case.id}", name, found, "part")
                yield replace(example, answerable=answered, documents=size)


def _split(cases: Sequence[Case], paths: set[str]) -> tuple[list[Case], list[Case]]:
    """Cases all of whose documents are among ``paths``, and those of which none is."""
    gold = [(case, {item.path for item in case.relevant}) for case in cases]
    return (
        [case for case, about in gold if about <= paths],
        [case for case, about in gold if not about & paths],
    )


def _part(whole: Generation, paths: set[str]) -> Generation:
    """The index as it would be if these were all documents; in memory only."""
    kept = [path for path in whole.rows if path in paths]
    rows = [row for path in kept for row in range(*whole.rows[path])]
    chunks = [whole.chunks[row] for row in rows]
    return Generation(
        manifest=whole.manifest,
        chunks=chunks,
        texts={path: whole.texts[path] for path in kept},
        vectors=np.asarray(whole.vectors[rows]),
        lexical=LexicalIndex.build([chunk.search_text for chunk in chunks]),
    )


class _Remembering(Embeddings):
    """Embeddings of queries that are searched for again and again."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings
        self._known: dict[str, list[float]] = {}

    def embed_query(self, text: str) -> list[float]:
        if text not in self._known:
            self._known[text] = self._embeddings.embed_query(text)
        return self._known[text]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._embeddings.embed_documents(texts)


def _search(search: ConversationSearch, case: Case) -> Found:
    return search.find(to_messages(case.history), case.question)


def _given(case: Case, passages: list[Passage]) -> Found:
    return Found(case.question, passages, passages, [])


def _rank(passages: Sequence[Passage]) -> list[Passage]:
    """The passages with the ranks that they have among themselves."""
    ranked = [p.model_copy(update={"metadata": dict(p.metadata)}) for p in passages]
    for key in ("dense_rank", "lexical_rank"):
        kept = sorted((p for p in ranked if p.metadata[key]), key=lambda p: int(p.metadata[key]))
        for rank, passage in enumerate(kept, start=1):
            passage.metadata[key] = rank
    return ranked


def _example(
    gate: Gate,
    case: Case,
    group: str,
    source: str,
    found: Found,
    kind: Any,
) -> Example:
    supplied = bool(case.passages)
    values = gate.features(case.question, found.query, found.ranked, supplied)
    return Example(group, source, values, supplied, case.answerable and kind == "own", kind)
