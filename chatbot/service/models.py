"""The models of a service: chosen by name, loaded once, replaced when a better one is ready."""

import weakref
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from chatbot.answering.question import Question
from chatbot.errors import ChatbotError
from chatbot.grounding.entailment import Entailment
from chatbot.index.rerank import CrossEncoderReranker, Reranker
from chatbot.llm.adapters import Adapter, choose_adapter, read_adapter
from chatbot.llm.catalogue import Catalogue, Entry, LLMEntry, load_catalogue, require_weights
from chatbot.llm.factory import answers_at_once, choose_engine, load_chat_model
from chatbot.llm.local import LocalChatModel
from chatbot.llm.preparation import Preparation, State
from chatbot.passage import Passage
from chatbot.prompts import Prompts
from chatbot.service.judging import Judging
from chatbot.settings import Settings


class Models:
    """The language model, the embedding model and the reranker; each is loaded when it is needed.

    ``llm`` is the language model that is loaded, ``llm_entry`` its entry in the catalogue, and
    ``preparation`` the larger one that is made ready beside it, if one is.
    """

    def __init__(
        self,
        settings: Settings,
        prompts: Prompts,
        llm: BaseChatModel | None = None,
        embeddings: Embeddings | None = None,
        reranker: Reranker | None = None,
        *,
        prepare: bool = False,
    ) -> None:
        """Arguments as of :class:`chatbot.service.ChatService`.

        Raises:
            ConfigurationError: the catalogue or a model's name is wrong.
        """
        self._settings = settings
        self._prompts = prompts
        catalogue = load_catalogue(settings.models)
        self.llm = llm
        self.scripted = llm is not None
        self.llm_entry = self._wanted = catalogue.choose_llm(settings.llm)
        self.embeddings_entry = catalogue.choose_embeddings(settings.embeddings)
        self.reranker_entry = catalogue.choose_reranker(settings.reranker)
        self.preparation: Preparation | None = None
        self._fallback: LLMEntry | None = None  # answers where the first one does not load
        self._adapter: Path | None = None
        self._embeddings = embeddings
        self._reranker = reranker
        self._judging = Judging(settings, patient=not prepare)
        if prepare and llm is None and settings.llm is None:
            self._begin_small(catalogue)

    def _begin_small(self, catalogue: Catalogue) -> None:
        """Where the large bundled model is wanted and not ready, begin with the small one."""
        large, small = catalogue.llm.get("bundled"), catalogue.llm.get("bundled-small")
        if large is None or small is None or self.llm_entry not in (large, small):
            return
        preparation = self._preparation(large)
        if preparation.is_ready():
            self.llm_entry = self._wanted = large
            self._fallback = small
        else:
            self.llm_entry = self._wanted = small
            self.preparation = preparation

    def _preparation(self, entry: LLMEntry) -> Preparation:
        return Preparation(entry, self._settings, lambda: self._adapter_for(entry))

    @property
    def preparing(self) -> State | None:
        """How far a larger model is that is made ready in the background, if one is."""
        return self.preparation.state if self.preparation else None

    @property
    def name(self) -> str:
        """The model that answers, for people; reading it loads nothing."""
        if self.scripted:
            return "scripted"
        try:
            engine = choose_engine(self.llm_entry, self._settings)
        except ChatbotError:
            engine = "no engine"
        folder = self._adapter if self.llm else self._wanted_adapter()
        tuned = f", adapter {folder.name}" if folder else ""
        return f"{self.llm_entry.name} ({self.llm_entry.title}, {engine}{tuned})"

    @property
    def adapter(self) -> str:
        """The name of the adapter that is loaded; empty where there is none."""
        return self._adapter.name if self.llm is not None and self._adapter else ""

    @property
    def trained(self) -> bool:
        """Whether the model that is loaded learned, by an adapter, what a refusal is."""
        return self.llm is not None and self._adapter is not None

    @property
    def entries(self) -> dict[str, Entry]:
        """The catalogue entries in use, by kind."""
        used: dict[str, Entry] = {"llm": self.llm_entry, "embeddings": self.embeddings_entry}
        return used | ({"reranker": self.reranker_entry} if self.reranker_entry else {})

    @property
    def at_once(self) -> int:
        """How many answers the engine writes well together."""
        if self._settings.answers_at_once:
            return self._settings.answers_at_once
        try:
            return answers_at_once(self.llm_entry, self._settings)
        except ChatbotError:  # the first question says what is missing
            return 1

    @property
    def outdated(self) -> bool:
        """Whether another language model or adapter is to answer than the one that is loaded."""
        return self._wanted is not self.llm_entry or self._wanted_adapter() != self._adapter

    def use_prepared(self) -> None:
        """Want the larger model from now on; :meth:`load_llm` loads it."""
        assert self.preparation is not None
        self._wanted = self.preparation.entry

    def load_llm(self) -> BaseChatModel:
        """The chat model that is wanted now, with the adapter that is wanted now.

        Answers under way keep the model that they began with, and it is released after them.

        Raises:
            ModelUnavailableError: it does not load; where a larger one does not, the small one
                goes on.
        """
        entry, folder = self._wanted, self._wanted_adapter()
        if self.llm is None or folder != self._adapter or entry is not self.llm_entry:
            try:
                self.llm = self._load(entry)
            except ChatbotError as exc:
                if self.llm is None and self._fallback is not None:
                    self.preparation = self._preparation(entry)
                    self.llm_entry, self._fallback = self._fallback, None
                elif self.llm is None or self.preparation is None or entry is self.llm_entry:
                    raise
                self._wanted = self.llm_entry  # the next question does not try again
                self.preparation.tell("failed", reason=str(exc))
                return self.llm or self.load_llm()
            self.llm_entry, self._adapter = entry, folder
            if self.preparation is not None and entry is self.preparation.entry:
                self.preparation.tell("answers")
        return self.llm

    def _load(self, entry: LLMEntry) -> BaseChatModel:
        model = load_chat_model(entry, self._settings, self._adapter_for(entry))
        if isinstance(model, LocalChatModel):
            weakref.finalize(model, model.engine.close)
        return model

    def close(self) -> None:
        """Release a language model of this machine; what it writes ends with an error. Blocks for
        the step that it is at."""
        self._judging.close()
        if not self.scripted and isinstance(self.llm, LocalChatModel):
            self.llm.engine.close()

    def embeddings(self) -> Embeddings:
        """The embedding model, loaded once.

        Raises:
            ModelUnavailableError: it is not on this machine or does not load.
        """
        if self._embeddings is None:
            from chatbot.index.embeddings import load_embeddings

            entry = self.embeddings_entry
            self._embeddings = load_embeddings(require_weights(entry), entry.query_prefix)
        return self._embeddings

    def reranker(self) -> Reranker | None:
        """The reranker, loaded once; ``None`` where the settings name none.

        Raises:
            ModelUnavailableError: it is not on this machine or does not load.
        """
        entry = self.reranker_entry
        if self._reranker is None and entry is not None:
            self._reranker = CrossEncoderReranker(require_weights(entry), entry.max_tokens)
        return self._reranker

    def entailment(self) -> Entailment | None:
        """What judges whether a text says a sentence, if the model that answers has such a thing
        and it is ready. Blocks while it loads."""
        return None if self.scripted else self._judging.of(self.llm_entry)

    @property
    def judge_is_coming(self) -> bool:
        """Whether what judges sentences is being made ready, or the model that it belongs to."""
        state = self.preparation.state if self.preparation else None
        return self._judging.being_made or (state is not None and state.under_way)

    def embed(self, texts: list[str], as_queries: bool) -> tuple[list[list[float]], int]:
        """A vector of length 1 for each text, and how many tokens the texts have. Blocks."""
        from chatbot.index.embeddings import count_tokens

        embeddings = self.embeddings()
        if as_queries:
            vectors = [embeddings.embed_query(text) for text in texts]
        else:
            vectors = embeddings.embed_documents(texts)
        return vectors, count_tokens(embeddings, texts)

    def compared(self, question: Question) -> Question:
        """The question; passages that came with it have their similarity to it."""
        if question.passages is None:
            return question
        passages = self.with_similarity(question.text, question.passages)
        return replace(question, passages=passages)

    def with_similarity(self, question: str, passages: Sequence[Passage]) -> list[Passage]:
        """The passages with their cosine to the question, from -1 to 1, as retrieval has it."""
        embeddings = self.embeddings()
        query = embeddings.embed_query(question)
        vectors = embeddings.embed_documents([passage.text for passage in passages])
        cosines = [sum(a * b for a, b in zip(query, v, strict=True)) for v in vectors]
        return [
            Passage(
                page_content=p.text, metadata=p.metadata | {"similarity": cosine, "score": cosine}
            )
            for p, cosine in zip(passages, cosines, strict=True)
        ]

    def _wanted_adapter(self) -> Path | None:
        if self.scripted or self._wanted.hosted:
            return None
        return self._adapter_folder(self._wanted)

    def _adapter_folder(self, entry: LLMEntry) -> Path | None:
        settings = self._settings
        return choose_adapter(entry, settings.models, settings.data, settings.adapter)

    def _adapter_for(self, entry: LLMEntry) -> Adapter | None:
        """The adapter that ``entry`` is to answer with, checked.

        Raises:
            ModelUnavailableError: it does not belong to the model or the prompts.
        """
        folder = None if entry.hosted else self._adapter_folder(entry)
        return read_adapter(folder, entry, self._prompts) if folder else None
