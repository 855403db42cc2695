"""What is built over a generation of the index: retrievers, the gate and the chain."""

from dataclasses import replace
from itertools import zip_longest
from typing import cast

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableLambda

from chatbot.answering.chain import AnswerChain, build_chain
from chatbot.answering.conversation import ConversationSearch
from chatbot.answering.excerpts import Excerpts
from chatbot.audience import EVERYTHING, Asker
from chatbot.grounding.confidence import CALIBRATION, load_calibration
from chatbot.grounding.entailment import Entailment
from chatbot.grounding.features import FIELD
from chatbot.grounding.gate import Gate
from chatbot.grounding.likeness import Likeness
from chatbot.index.generations import Generation
from chatbot.index.kept import KeptVectors
from chatbot.index.retriever import HybridRetriever, Mode, build_retriever
from chatbot.index.stores.remote import SEARCH, RemoteSearch, open_store
from chatbot.index.views import View
from chatbot.llm.catalogue import LLMEntry
from chatbot.passage import Passage
from chatbot.prompts import Prompts
from chatbot.service.models import Models
from chatbot.settings import Settings

Retriever = Runnable[str, list[Passage]]


class Search:
    """Builds retrievers, gates and chains from the settings and the models.

    ``remote`` is the last generation with its search by a vector store elsewhere, if any.
    """

    def __init__(self, settings: Settings, prompts: Prompts, models: Models) -> None:
        """Reads the settings of the vector store and connects to nothing.

        Raises:
            ConfigurationError: a setting that the vector store needs is missing.
        """
        self._settings = settings
        self._prompts = prompts
        self._models = models
        self._vector_store = open_store(settings, models.embeddings_entry.name, SEARCH)
        self.remote: tuple[Generation, RemoteSearch] | None = None
        self._compared: Excerpts | None = None
        self._kept: KeptVectors | None = None

    @property
    def vector_store(self) -> str:
        """``ok``, or why the vector store elsewhere cannot be searched now: questions are then
        searched for by their words."""
        return (self.remote and self.remote[1].problem) or "ok"

    def retriever(
        self, generation: Generation, asker: Asker, k: int | None = None, mode: Mode = "hybrid"
    ) -> HybridRetriever:
        """The retriever of ``k`` passages that the asker may see, by default of as many as the
        settings say."""
        count = k or self._settings.passages
        candidates = max(self._settings.candidates, count)
        retriever = self._over(generation, count, candidates, mode, self._remote_search(generation))
        shown = {"view": generation.views.of(asker), "folder": self._settings.knowledge}
        return retriever.model_copy(update=shown)

    def join(self, main: HybridRetriever, documents: Generation) -> Retriever:
        """A retriever over ``main`` and ``documents``: by turns the best of each, as many as one
        would give."""
        settings = self._settings
        retriever = self._over(documents, settings.passages, settings.candidates, "hybrid")

        def search(query: str, asked: str = "") -> list[Passage]:
            found = main.search(query, asked)
            pairs = zip_longest(retriever.search(query, asked), found)
            both = [document for pair in pairs for document in pair if document is not None]
            return both[: max(len(found), settings.passages)]

        return RunnableLambda(search)

    def conversation(
        self,
        generation: Generation,
        entry: LLMEntry,
        gate: Gate,
        k: int,
        mode: Mode = "hybrid",
    ) -> ConversationSearch:
        """The search of ``k`` passages of all for a question behind a conversation; what it goes
        on from is decided by what the chain of ``entry`` would find."""
        deciding = self.retriever(generation, EVERYTHING, self._counts(entry)[1])
        return ConversationSearch(
            cast(Retriever, self.retriever(generation, EVERYTHING, k, mode)),
            gate,
            cast(Retriever, deciding.model_copy(update={"reranker": None})),
        )

    def rewrites(self, entry: LLMEntry) -> bool:
        """Whether the model of ``entry`` rewrites what is searched for a follow-up."""
        condense = self._settings.condense
        return entry.rewrites if condense == "auto" else condense == "model"

    def _counts(self, entry: LLMEntry) -> tuple[int, int]:
        """How many passages are shown at most, and how many are found for that."""
        settings = self._settings
        shown = settings.passages
        if self._excerpts(entry) is not None and "passages" not in settings.model_fields_set:
            shown = entry.excerpts or shown
        # The gate looks at the best by the fused score, wherever a reranker puts them.
        reread = settings.rerank_passages if self._models.reranker() else 0
        return shown, max(shown, FIELD, reread)

    def gate(self, generation: Generation) -> Gate:
        """What decides whether to answer from ``generation``.

        Raises:
            ConfigurationError: the calibration cannot be used.
        """
        settings = self._settings
        calibration = load_calibration(settings.calibration or CALIBRATION)
        models = self._models
        name = models.embeddings_entry.name
        reading = calibration.readings.get(models.llm_entry.name) if models.trained else None
        limits = (settings.risk, settings.refuse_below)
        return Gate(calibration, name, generation.lexical, *limits, reading)

    def chain(
        self,
        llm: BaseChatModel,
        entry: LLMEntry,
        generation: Generation,
        gate: Gate,
        asker: Asker,
        documents: Generation | None = None,
    ) -> AnswerChain:
        """The chain by which ``llm``, the model of ``entry``, answers ``asker`` from
        ``generation``, and from ``documents`` beside it; to the gate, what the asker may not see
        is not there."""
        settings = self._settings
        shown, found = self._counts(entry)
        main = self.retriever(generation, asker, found)
        view = main.view

        def over(retriever: HybridRetriever) -> Retriever:
            return (
                cast(Retriever, retriever) if documents is None else self.join(retriever, documents)
            )

        quick = main.model_copy(update={"reranker": None}) if main.reranker else None
        return build_chain(
            llm,
            over(main),
            self._prompts,
            history_tokens=settings.history_tokens,
            deciding=over(quick) if quick else None,
            gate=gate if view is None else replace(gate, vocabulary=view.lexical),
            shown=shown,
            reads=None if self._models.scripted else entry.reads,
            excerpts=self._excerpts(entry),
            condense="model" if self.rewrites(entry) else "history",
            languages=self._languages(entry, view or generation, documents),
            right=1.0 if self._models.scripted else entry.right,
        )

    def _excerpts(self, entry: LLMEntry) -> Excerpts | None:
        """The same for all questions, as it knows what it has compared; ``None`` for a model that
        reads passages whole."""
        models = self._models
        if models.scripted or not entry.excerpts:
            return None
        if self._compared is None:
            self._compared = Excerpts(models.embeddings(), self._vectors())
        return self._compared

    def likeness(self) -> Likeness | None:
        """How alike the embedding model finds two sentences; ``None`` where it was not measured
        from which cosine they may say the same."""
        least = self._models.embeddings_entry.alike
        return None if least is None else Likeness(self._vectors().of, least)

    def entailment(self) -> Entailment | None:
        """What judges whether a text says a sentence; ``None`` where nothing was trained to."""
        return self._models.entailment()

    def _vectors(self) -> KeptVectors:
        if self._kept is None:
            self._kept = KeptVectors(self._models.embeddings())
        return self._kept

    def _languages(
        self, entry: LLMEntry, generation: Generation | View, documents: Generation | None
    ) -> list[str]:
        """Those of the documents; none for a model too small to translate into them."""
        if self._models.scripted or entry.reads is not None:
            return []
        uploaded = documents.languages if documents else []
        return list(dict.fromkeys([*generation.languages, *uploaded]))

    def _over(
        self,
        generation: Generation,
        k: int,
        candidates: int,
        mode: Mode,
        nearest: RemoteSearch | None = None,
    ) -> HybridRetriever:
        return build_retriever(
            generation,
            self._models.embeddings(),
            k=k,
            candidates=candidates,
            mode=mode,
            nearest=nearest,
            reranker=self._models.reranker(),
            rerank_passages=self._settings.rerank_passages,
        )

    def _remote_search(self, generation: Generation) -> RemoteSearch | None:
        """The search by a vector store elsewhere, where the settings name one."""
        if self._vector_store is None:
            return None
        remote = self.remote
        if remote is None or remote[0] is not generation:
            search = RemoteSearch(self._vector_store, generation)
            search.open()
            remote = self.remote = (generation, search)
        return remote[1]
