"""Approved answers in use: which of them is served to a question, before any model is asked.

A question is answered by one if an owner approved an answer to the same words, or to a question
that the embedding model finds alike and from which it differs in nothing that decides an answer
(:mod:`chatbot.grounding.sameness`). ``benchmarks/grounding/approved.py`` measures ``ALIKE``.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from chatbot.answering.answer import Approval, Stopwatch
from chatbot.answering.events import Event
from chatbot.answering.question import Question
from chatbot.answering.smalltalk import SmallTalk
from chatbot.answering.stream import events_as_approved
from chatbot.errors import StoreError, operator_sentence
from chatbot.grounding.sameness import adds, difference
from chatbot.grounding.topics import changes_topic, goes_on, stands_alone
from chatbot.grounding.words import content_words
from chatbot.index.generations import Generation
from chatbot.memory import Turn
from chatbot.service.live import Live
from chatbot.store.approved import Approved, ApprovedStore
from chatbot.text.languages import language_of
from chatbot.text.questions import question_key

log = logging.getLogger(__name__)

# Cosine of two questions from which they may be one (docs/experiments.md).
ALIKE = 0.75
_LOOKED_AT = 8  # of those that are alike
_LEAST = 2  # words with meaning of a question that can be approved

State = Literal["served", "expired", "changed", "gone", "withdrawn"]


def state_of(approved: Approved, files: Mapping[str, str]) -> State:
    """Whether it is served over documents with these hashes, by path, or why not."""
    if approved.withdrawn:
        return "withdrawn"
    if approved.expires_on and approved.expires_on < datetime.now(UTC).date().isoformat():
        return "expired"
    if not approved.document:
        return "served"
    if approved.document not in files:
        return "gone"
    return "served" if files[approved.document] == approved.document_hash else "changed"


def can_be_approved(question: str) -> bool:
    """Whether a question says by itself what it is about: "and in the US?" does not."""
    return len(content_words(question)) >= _LEAST and not goes_on(question)


class ApprovedAnswers:
    """The approved answers of a database as one process serves them.

    They are read again when one was changed, by whichever process. While the database does not
    answer, the last known ones are served.
    """

    def __init__(self, store: ApprovedStore, embeddings: Callable[[], Embeddings]) -> None:
        self._store = store
        self._embeddings = embeddings
        self._stamp: tuple[int, int] | None = None
        self._known: list[Approved] = []
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._names: tuple[Generation, Callable[[str], bool]] | None = None

    async def look(self) -> None:
        """Read what was changed since the last look, and embed what is new."""
        try:
            stamp = await self._store.stamp()
            if stamp == self._stamp:
                return
            known = [one for one in await self._store.all() if not one.withdrawn]
        except StoreError as exc:
            log.warning("The approved answers are those of before: %s", operator_sentence(exc))
            return
        vectors = await asyncio.to_thread(self._embedded, [one.question for one in known])
        self._known, self._vectors, self._stamp = known, vectors, stamp

    async def find(self, question: Question, generation: Generation) -> Approved | None:
        """The approved answer to a question, if there is one that is served to its asker.

        A conversation's own documents, or given passages, are what its questions are about.
        """
        if question.documents is not None or question.passages is not None:
            return None
        await self.look()
        files, vectors = generation.manifest.files, self._vectors
        known = [
            one
            for one in self._known
            if question.asker.may_see(one.names) and state_of(one, files) == "served"
        ]
        if not known:
            return None
        return await asyncio.to_thread(self._match, question, known, vectors, generation)

    def _match(
        self,
        question: Question,
        known: Sequence[Approved],
        vectors: Mapping[str, NDArray[np.float32]],
        generation: Generation,
    ) -> Approved | None:
        text, key = question.text, question_key(question.text)
        same = next((one for one in known if one.key == key), None)
        if not question.history and same:
            return same
        is_name = self._name_test(generation)
        if question.history and not _is_apart(question.history, text):
            return same if same and _is_complete(question.history, text, is_name) else None
        (vector,) = self._embed([text])
        cosines = np.stack([vectors[one.question] for one in known]) @ vector
        rows: list[int] = np.argsort(-cosines)[:_LOOKED_AT].tolist()
        for row in rows:
            if cosines[row] < ALIKE:
                return None
            if difference(text, known[row].question, is_name) is None:
                return known[row]
        return None

    def _embedded(self, questions: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """A vector (d) for each, those that are known taken over. Blocks."""
        new = [text for text in dict.fromkeys(questions) if text not in self._vectors]
        vectors = self._vectors | dict(zip(new, self._embed(new) if new else [], strict=True))
        return {text: vectors[text] for text in questions}

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors (n, d) of length 1. Both sides are embedded as texts: no words for queries are
        put in front."""
        made = self._embeddings().embed_documents(list(texts))
        return np.asarray(made, dtype=np.float32)

    def _name_test(self, generation: Generation) -> Callable[[str], bool]:
        if self._names is None or self._names[0] is not generation:
            self._names = (generation, name_test(list(generation.texts.values())))
        return self._names[1]


async def approved_events(
    approved: ApprovedAnswers | None,
    question: Question,
    live: Live | None,
    texts: SmallTalk,
    watch: Stopwatch,
) -> list[Event]:
    """The events of the approved answer to a question; none where there is none, it is in another
    language than is wanted, or nothing is loaded that it could be compared by."""
    found = await approved.find(question, live.generation) if approved and live else None
    if found is None or live is None:
        return []
    if question.wanted and language_of(found.answer, question.wanted) != question.wanted:
        return []
    seen = live.generation.may_see(question.asker, found.document)
    path = found.document if seen else ""  # it may be for fewer people than the answer
    address = live.generation.manifest.addresses.get(path, "")
    approval = Approval(found.approved_by, found.approved_at, path, address)
    return events_as_approved(found.answer, approval, question, texts, watch)


def name_test(texts: Sequence[str]) -> Callable[[str], bool]:
    """Tells of a word in lower case whether the texts write it with a capital inside of sentences,
    and hardly ever without."""

    @lru_cache(maxsize=4096)
    def is_name(word: str) -> bool:
        capital = word.capitalize()
        inside = re.compile(rf"(?<=[a-z,;] ){re.escape(capital)}\b")
        plain = re.compile(rf"\b{re.escape(word)}\b")
        found = sum(len(inside.findall(text)) for text in texts if capital in text)
        if not found:
            return False
        return found > 2 * sum(len(plain.findall(text)) for text in texts if word in text)

    return is_name


def _is_apart(history: Sequence[Turn], question: str) -> bool:
    """Whether what was said before has nothing to do with a question."""
    return changes_topic([turn["content"] for turn in history], question)


def _is_complete(history: Sequence[Turn], question: str, is_name: Callable[[str], bool]) -> bool:
    """Whether a question on the topic of its conversation stands alone, and its asker said nothing
    before by which another answer would be meant."""
    asked = [turn["content"] for turn in history if turn["role"] == "user"]
    return stands_alone(question) and not any(adds(text, question, is_name) for text in asked)
