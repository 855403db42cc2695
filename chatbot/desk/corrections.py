"""What people's judgements are good for: training rows and regression cases; and which texts are
about the same."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from chatbot.cases import AnswerRow, Case, GivenPassage, Relevant, from_fields
from chatbot.desk.naming import choose_document
from chatbot.store import Feedback
from chatbot.text.masking import mask

# Average cosine distance up to which questions count as one gap. Two wordings of one question
# are about 0.2 to 0.5 apart with the bundled embeddings, different topics 0.7 and more.
SAME_GAP = 0.6

# The reason on a thumbs down that means: no answer was right.
SHOULD_REFUSE = "should_refuse"


def training_rows(judgements: Sequence[Feedback]) -> list[AnswerRow]:
    """Rows to learn from: corrected answers, refusals that should have been, and praised answers,
    each of which an owner accepted (:meth:`chatbot.store.reviews.ReviewStore.lessons`).

    The passages are those that were on screen. Where the right document was not among them, the
    row teaches to refuse: from what it saw, the model could only have invented the answer.
    An approved answer had none on screen: what corrects it teaches nothing about reading.
    Addresses, phone and card numbers of people are masked; those in the passages are public.
    """
    rows = []
    for given, asked, lesson in _lessons(judgements):
        if given.answer.get("approved"):
            continue
        answer = lesson if _could_answer(given) else ""
        rows.append(
            AnswerRow(
                **asked,
                passages=_passages_on_screen(given),
                answer=answer or None,
                answerable=bool(answer),
            )
        )
    return rows


def regression_cases(judgements: Sequence[Feedback]) -> list[Case]:
    """Cases that are to pass from now on, each with the passages that were on screen.

    Where the right document was not among those, the fault was retrieval's: such a case carries
    no passages, so that it goes through retrieval again.
    """
    return [
        Case(
            **asked,
            answerable=bool(answer),
            answers=[answer] if answer else [],
            relevant=_relevant(given) if answer else [],
            passages=_passages_on_screen(given) if _could_answer(given) else None,
        )
        for given, asked, answer in _lessons(judgements)
    ]


def _lessons(judgements: Sequence[Feedback]) -> Iterator[tuple[Feedback, dict[str, Any], str]]:
    """Each judgement that says what is right: with its id, question and history, and the right
    answer (empty: a refusal), all masked."""
    for given in judgements:
        lesson = _lesson(given)
        if lesson is None:
            continue
        public = "\n".join(passage["text"] for passage in given.answer["passages"])
        asked = {
            "id": given.id,
            "question": mask(given.answer["question"], public),
            "history": [
                turn | {"content": mask(turn["content"], public)}
                for turn in given.answer["history"]
            ],
        }
        yield given, asked, mask(lesson, public)


def _lesson(given: Feedback) -> str | None:
    """The right answer, empty where a refusal is right, or ``None`` where nobody said: a question
    back is neither."""
    if given.value and given.answer.get("choices"):
        return None
    if given.value:
        return "" if given.answer["abstained"] else given.answer["answer"]
    if given.wrong == SHOULD_REFUSE:
        return ""
    return given.right_answer or None


def _could_answer(given: Feedback) -> bool:
    """Whether the right document was on screen; where none is named, it is taken to be, but with
    an approved answer there was none."""
    if given.answer.get("approved"):
        return False
    return not given.right_document or _document_on_screen(given) is not None


def _document_on_screen(given: Feedback) -> str | None:
    """The path on screen that a person means, who may type only the end of it."""
    paths = [str(passage["path"]) for passage in given.answer["passages"]]
    return choose_document(given.right_document, paths, ())


def _passages_on_screen(given: Feedback) -> list[GivenPassage]:
    return [from_fields(passage) for passage in given.answer["passages"]]


def _relevant(given: Feedback) -> list[Relevant]:
    if given.value:
        quotes = [Relevant(path=c["path"], quote=c["quote"]) for c in given.answer["citations"]]
        return list(dict.fromkeys(quotes))
    document = _document_on_screen(given) or given.right_document.strip()
    return [Relevant(path=document)] if document else []


def clusters(vectors: np.ndarray, distance: float) -> Sequence[int]:
    """A label for each row of ``vectors`` (n, d): those of one label are on average less than
    ``distance`` apart, by cosine."""
    if len(vectors) == 1:
        return [0]
    from sklearn.cluster import AgglomerativeClustering

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.where(lengths == 0, 1, lengths)
    apart = np.clip(1 - unit @ unit.T, 0, 2)  # ten times faster than SciPy's cosines
    np.fill_diagonal(apart, 0)
    clustering = AgglomerativeClustering(
        n_clusters=None, distance_threshold=distance, metric="precomputed", linkage="average"
    )
    return clustering.fit_predict(apart)  # type: ignore[no-any-return]
