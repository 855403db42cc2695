"""What calibration is fitted on: searches for labelled cases, and for cases made unanswerable."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from langchain_core.documents import Document

from chatbot.cases import Case, to_documents
from chatbot.chain import search_query
from chatbot.evaluation.calibration import Example, fit_calibration
from chatbot.grounding.confidence import save_calibration
from chatbot.memory import to_messages
from chatbot.service import ChatService

Progress = Callable[[int, int], None]
# (name of the file, a service over its knowledge folder, its cases)
Source = tuple[str, ChatService, Sequence[Case]]

_CROSSED = 120
_DEPTH = 60


def decisions(sources: Sequence[Source], progress: Progress) -> list[tuple[float, bool]]:
    """(confidence, answerable) of each case, as the service has it now."""
    total = sum(len(cases) for _, _, cases in sources)
    found: list[tuple[float, bool]] = []
    for _, service, cases in sources:
        for case in cases:
            given = to_documents(case.passages) if case.passages else None
            sure = service.confidence(case.question, case.history, given)
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
    examples = [
        *_labelled(sources, progress),
        *_crossed(sources),
    ]
    calibration, report = fit_calibration(examples, version, sources[0][1].embeddings_name)
    save_calibration(calibration, path)
    own = [example for example in examples if example.kind == "own"]
    judged = [(calibration.scorer(e.given, calibration.embeddings), e) for e in own]
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


def _labelled(sources: Sequence[Source], progress: Progress) -> list[Example]:
    """Every case as it is, and each answerable one with its documents hidden."""
    total = sum(len(cases) for _, _, cases in sources)
    examples: list[Example] = []
    done = 0
    for name, service, cases in sources:
        for case in cases:
            group = f"{name}:{case.id}"
            if case.passages:
                passages = service.compared(case.question, to_documents(case.passages))
                examples.append(_example(service, case, group, name, passages, "own"))
            else:
                found = _search(service, case)
                gold = {item.path for item in case.relevant}
                rest = [p for p in found if p.metadata["path"] not in gold]
                examples.append(_example(service, case, group, name, found, "own"))
                if case.answerable and gold and rest:
                    examples.append(_example(service, case, group, name, _ranked(rest), "hidden"))
            done += 1
            progress(done, total)
    return examples


def _crossed(sources: Sequence[Source]) -> list[Example]:
    """Questions put to the documents, or the passages, of something else."""
    chance = random.Random(0)
    examples = []
    for name, service, own in sources:
        for other, elsewhere, cases in sources:
            drawn = chance.sample(list(cases), min(_CROSSED, len(cases)))
            given = [case for case in own if case.passages]
            for case in drawn:
                if case.passages and given and other == name:
                    passages = to_documents(chance.choice(given).passages or [])
                    if passages[0].page_content == case.passages[0].text:
                        continue
                    found = service.compared(case.question, passages)
                elif not case.passages and not given and elsewhere is not service:
                    found = _search(service, case)
                else:
                    continue
                group = f"{other}:{case.id}"
                examples.append(_example(service, case, group, name, found, "crossed"))
    return examples


def _search(service: ChatService, case: Case) -> list[Document]:
    query = search_query(to_messages(case.history), case.question)
    return list(service.retriever(_DEPTH).invoke(query))


def _ranked(passages: Sequence[Document]) -> list[Document]:
    """The passages with the ranks that they have among themselves."""
    ranked = [Document(p.page_content, metadata=dict(p.metadata)) for p in passages]
    for key in ("dense_rank", "lexical_rank"):
        kept = sorted((p for p in ranked if p.metadata[key]), key=lambda p: int(p.metadata[key]))
        for rank, passage in enumerate(kept, start=1):
            passage.metadata[key] = rank
    return ranked


def _example(
    service: ChatService,
    case: Case,
    group: str,
    source: str,
    found: Sequence[Document],
    kind: Any,
) -> Example:
    given = bool(case.passages)
    query = case.question if given else search_query(to_messages(case.history), case.question)
    values = service.gate().features(case.question, query, found, given)
    return Example(group, source, values, given, case.answerable and kind == "own", kind)
