"""The service: questions in, answers out as events, over models and an index."""

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from chatbot.answering.answer import Stopwatch
from chatbot.answering.conversation import ConversationSearch, only_says
from chatbot.answering.events import Event, Queued
from chatbot.answering.question import Question
from chatbot.answering.smalltalk import load_small_talk
from chatbot.answering.stream import small_talk_events, stream_answer
from chatbot.answering.wishes import answered_again
from chatbot.audience import EVERYTHING, Asker
from chatbot.errors import ChatbotError, VectorStoreError
from chatbot.grounding.confidence import UNFITTED
from chatbot.grounding.entailment import Entailment
from chatbot.grounding.gate import Gate
from chatbot.grounding.likeness import Likeness
from chatbot.index.generations import Generation, current_name
from chatbot.index.rerank import Reranker
from chatbot.index.retriever import HybridRetriever, Mode
from chatbot.passage import Passage
from chatbot.prompts import load_prompts
from chatbot.service.approved import ApprovedAnswers, approved_events
from chatbot.service.ending import Ending
from chatbot.service.live import LiveLoader
from chatbot.service.models import Models
from chatbot.service.search import Search
from chatbot.service.waiting import WaitingLine
from chatbot.service.writing import Writer
from chatbot.settings import Settings
from chatbot.store.approved import ApprovedStore

log = logging.getLogger(__name__)

# Called with (done, total) while passages are embedded.
Progress = Callable[[int, int], None]


class ChatService:
    """Answers questions from the knowledge folder; safe to use from several tasks at once.

    Nothing is loaded until :meth:`warm_up` or the first question. It keeps answering from the
    index and the model that it has while new ones are made and loaded, and takes them up with the
    next question or search, or :meth:`refresh`.
    """

    def __init__(
        self,
        settings: Settings,
        llm: BaseChatModel | None = None,
        embeddings: Embeddings | None = None,
        reranker: Reranker | None = None,
        *,
        prepare: bool = False,
    ) -> None:
        """The models are loaded by name unless they are given, as tests do.

        With ``prepare``, and if the settings name no language model, the small bundled one answers
        until :meth:`warm_up` has made the large one ready in the background.

        Raises:
            ConfigurationError: the catalogue, a prompt or a model's name is wrong, or a setting
                that the vector store needs is missing.
        """
        self.settings = settings
        self._prompts = load_prompts(settings.prompts)
        self._small_talk = load_small_talk(settings.prompts)
        self.models = Models(settings, self._prompts, llm, embeddings, reranker, prepare=prepare)
        self._search = Search(settings, self._prompts, self.models)
        self._loader = LiveLoader(settings, self.models, self._search)
        self.approved: ApprovedAnswers | None = None
        self.line = WaitingLine(self.models.at_once, settings.answers_waiting)
        self._ending = Ending()
        self.writer = Writer(settings, self._prompts, self._loader, self.line, self._ending)

    def serve_approved(self, store: ApprovedStore) -> None:
        """Answer with the approved answers of a database, too; evaluations do not."""
        self.approved = ApprovedAnswers(store, self.models.embeddings)

    @property
    def model_name(self) -> str:
        """The model that answers, for people; reading it loads nothing."""
        return self.models.name

    @property
    def generation(self) -> str | None:
        """The name of the index generation that answers."""
        live = self._loader.live
        return live.generation.manifest.generation if live else None

    @property
    def can_answer(self) -> bool:
        """Whether there are a model and an index; :meth:`status` may still name a problem."""
        return self._loader.live is not None

    @property
    def vector_store(self) -> str:
        """``ok``, or why the vector store elsewhere cannot be searched now."""
        return self._search.vector_store

    def status(self) -> str:
        """``ready``, ``starting``, or the sentence that says why not."""
        return self._loader.problem or ("ready" if self.can_answer else "starting")

    def warm_up(self, progress: Progress = lambda done, total: None) -> None:
        """Load models and index, building the index if there is none. Blocks; raises nothing:
        :meth:`status` tells, and the next question tries again."""
        try:
            if current_name(self.settings.index) is None:
                with self._loader.first_build():
                    try:
                        self.update_index(progress)
                    except VectorStoreError as exc:  # the index itself is there
                        log.warning("%s", exc)
            self._loader.ready()
        except ChatbotError as exc:
            log.warning("%s", exc)
        except Exception:  # such as a full disk under the index
            log.exception("The index could not be built")
        if self.models.preparation is not None:
            self.models.preparation.start(self._use_prepared)

    def _use_prepared(self) -> None:
        """Answer with the model that is ready now; answers under way keep theirs."""
        self.models.use_prepared()
        self.refresh()

    def stop(self) -> None:
        """End the answers under way with a :class:`StoppingError`, and begin no more. The model
        ends with the step that it is at: what threads still wait for is not read or written."""
        self._ending.end()
        threading.Thread(target=self.models.close, name="close-model", daemon=True).start()

    def close(self) -> None:
        """Stop, and with it what is made ready in the background; what has come is kept."""
        self.stop()
        if self.models.preparation is not None:
            self.models.preparation.close()

    def refresh(self) -> None:
        """Take up a newer index, or look again at what failed to load. Blocks; raises nothing."""
        self._loader.refresh()

    def update_index(self, progress: Progress = lambda done, total: None, wait: float = 0) -> Any:
        """Bring the index up to date; returns a :class:`~chatbot.index.builder.BuildReport`.

        ``progress`` gets (done, total) in chunks; ``wait`` is how many seconds a build by another
        process may still take. Blocks; takes up no new generation by itself.

        Raises:
            KnowledgeError: the folder is missing or holds nothing readable.
            IndexUnavailableError: another build is running.
            ModelUnavailableError: the embedding model is not here or does not load.
            VectorStoreError: the vector store elsewhere fails; the index itself is built.
        """
        from chatbot.index.builder import Kept, update_index

        models, kept = self.models, Kept(self._loader.in_memory)  # not read from the disk again
        name = models.embeddings_entry.name
        return update_index(self.settings, name, models.embeddings, progress, wait, kept)

    def current_generation(self) -> Generation:
        """The index that answers; while nothing answers yet, the newest one.

        Raises:
            IndexUnavailableError: there is no index, or it does not fit.
        """
        return self._loader.current()

    def retriever(
        self, asker: Asker, k: int | None = None, mode: Mode = "hybrid"
    ) -> HybridRetriever:
        """The retriever over what the asker may see of the current generation, for ``k`` passages
        (by default those of the settings). Blocks while the embedding model loads.

        Raises:
            IndexUnavailableError: there is no index, or it does not fit.
        """
        return self._search.retriever(self._loader.current(), asker, k, mode)

    def conversation(self, k: int, mode: Mode = "hybrid") -> ConversationSearch:
        """The search for ``k`` passages of all behind a conversation, as answers search where no
        model rewrites follow-ups. Blocks while the embedding model loads.

        Raises:
            ConfigurationError: the calibration cannot be used.
            IndexUnavailableError: there is no index, or it does not fit.
        """
        generation = self._loader.current()
        gate = self._search.gate(generation)
        return self._search.conversation(generation, self.models.llm_entry, gate, k, mode)

    @property
    def rewrites(self) -> bool:
        """Whether the model rewrites what is searched for a follow-up."""
        return self._search.rewrites(self.models.llm_entry)

    def likeness(self) -> Likeness | None:
        """How alike the embedding model finds sentences, where it can tell which may say the same.
        Blocks while that loads."""
        return self._search.likeness()

    def entailment(self) -> Entailment | None:
        """What judges whether a text says a sentence, where the model that answers has a judge
        that is ready. Blocks while that loads."""
        return self._search.entailment()

    def gate(self) -> Gate:
        """What decides whether to answer, over the current generation.

        Raises:
            ConfigurationError: the calibration cannot be used.
            IndexUnavailableError: there is no index, or it does not fit.
        """
        return self._search.gate(self._loader.current())

    def document_text(self, path: str, asker: Asker) -> str:
        """The text of an indexed document, into which offsets point; empty if it is gone, or not
        for the asker."""
        generation = self._loader.in_memory
        return generation.texts[path] if generation and generation.may_see(asker, path) else ""

    def document_paths(self, asker: Asker) -> list[str]:
        """The documents that answers to the asker come from; none while no index is loaded."""
        generation = self._loader.in_memory
        if generation is None:
            return []
        return sorted(path for path in generation.texts if generation.may_see(asker, path))

    def may_see(self, asker: Asker, paths: Iterable[str]) -> bool:
        """Whether the asker may see all of these documents now, and so what was kept of them; one
        that is gone is for those alone who see everything."""
        generation = self._loader.in_memory
        return asker == EVERYTHING or (
            generation is not None and all(generation.may_see(asker, path) for path in paths)
        )

    def search(
        self, query: str, asker: Asker, k: int | None = None, documents: Generation | None = None
    ) -> list[Passage]:
        """The ``k`` passages for a query that the asker may see, best first; by default as many
        as the settings say.
        ``documents`` is an index in memory that is searched beside. Blocks while models load.

        Raises:
            IndexUnavailableError: there is no index, or it does not fit.
        """
        if self.can_answer:  # a newer index is taken up as for a question
            self._loader.ready()
        main = self._search.retriever(self._loader.current(), asker, k)
        if documents is None:
            return main.search(query)
        return self._search.join(main, documents).invoke(query)

    def confidence(self, question: Question) -> float:
        """How sure it is that the passages answer, from 0 to 1; the model writes no answer.

        Raises: as :meth:`answer`.
        """
        live = self._loader.ready()
        question = self.models.compared(self._check(question))
        return self._loader.chain(live, question).prepare.invoke(question).confidence

    def reading(self, question: Question) -> tuple[float, float] | None:
        """(confidence of the search, probability that the model refuses), each from 0 to 1;
        ``None`` with a model that was not trained to refuse, and where nothing is found.

        Raises: as :meth:`answer`.
        """
        live, models = self._loader.ready(), self.models
        if not models.trained or live.entry.reads is not None:
            return None
        # Any fit has the chain read; what it makes of it does not matter here.
        gate = replace(live.gate, refuse_below=0.0, reading=live.gate.reading or UNFITTED)
        chain = self._search.chain(live.llm, live.entry, live.generation, gate, question.asker)
        prepared = chain.prepare.invoke(self.models.compared(self._check(question)))
        return None if prepared.refuses is None else (prepared.retrieval, prepared.refuses)

    async def answer(self, question: Question) -> AsyncGenerator[Event, None]:
        """Answer as events; leaving the iterator stops the model and frees its place in line.

        Raises:
            QuestionError: the question is empty or too long.
            BusyError: too many are waiting already.
            StoppingError: the service stops.
            IndexUnavailableError, ModelUnavailableError, GenerationError: see their sentences.
        """
        async with self._ending.under_way(), aclosing(self._answer(question)) as events:
            async for event in events:
                yield event

    async def _answer(self, question: Question) -> AsyncGenerator[Event, None]:
        watch = Stopwatch()
        question = self._check(question)
        begun = None
        index = self._loader.in_memory
        documents = index and (index.views.of(question.asker) or index)
        before = question.history[-1]["content"] if question.history else ""
        texts = self._small_talk
        reply = texts.reply(question.text, documents, before)
        if reply is None and only_says(question.text, before):
            reply = texts.texts[question.language()].noted
        if reply is not None:
            events = small_talk_events(reply, self.model_name)
        else:
            question = replace(question, history=texts.left_out(question.history, documents))
            question = answered_again(
                question,
                lambda text, said: texts.reply(text, documents, said) is not None,
            )
            begun = await asyncio.to_thread(self._loader.ready) if self.can_answer else None
            events = await approved_events(self.approved, question, begun, texts, watch)
        for event in events:
            yield event
        if events:
            return
        place = self.line.join()
        try:
            async for position in place.positions():
                yield Queued(position)
            watch.mark("waited")
            live = await asyncio.to_thread(self._loader.ready)
            if begun is None:  # there was nothing to compare with yet
                events = await approved_events(self.approved, question, live, texts, watch)
                for event in events:
                    yield event
                if events:
                    return
            chain = await asyncio.to_thread(self._loader.chain, live, question)
            watch.mark("ready")
            question = await asyncio.to_thread(self.models.compared, question)
            written = stream_answer(chain, question, texts, live.model, watch)
            async with aclosing(written):
                async for event in written:
                    yield event
        finally:
            place.leave()

    def _check(self, question: Question) -> Question:
        settings = self.settings
        return question.within_limits(settings.max_question_chars, settings.answer_tokens)
