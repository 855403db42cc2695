"""The composition root: settings in, a service out that answers questions as events.

Nothing is loaded until :meth:`ChatService.warm_up` or the first question. The service keeps
answering from the index and adapter that it has while new ones are made and loaded, and takes
them up with the next question or search, or :meth:`ChatService.refresh`.
"""

import asyncio
import logging
import threading
import time
import weakref
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import aclosing
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.prompt_values import ChatPromptValue
from langchain_core.runnables import RunnableLambda

from chatbot.chain import AnswerChain, Prepared, build_chain, build_rewriter
from chatbot.errors import ChatbotError, IndexUnavailableError, QuestionError, VectorStoreError
from chatbot.events import (
    Answer,
    Answered,
    Event,
    Passage,
    PassagesFound,
    Queued,
    Token,
    Usage,
    passage_of,
    spoken,
)
from chatbot.grounding.check import check
from chatbot.grounding.citations import Verified
from chatbot.grounding.confidence import CALIBRATION, load_calibration
from chatbot.grounding.features import FIELD
from chatbot.grounding.gate import Gate
from chatbot.grounding.injection import copies
from chatbot.index.generations import Generation, current_name, load_current
from chatbot.index.remote import SEARCH, RemoteSearch, open_store
from chatbot.index.rerank import CrossEncoderReranker, Reranker
from chatbot.llm.adapters import Adapter, choose_adapter, read_adapter
from chatbot.llm.catalogue import Catalogue, Entry, LLMEntry, load_catalogue, require_weights
from chatbot.llm.factory import AT_ONCE, choose_engine, load_chat_model
from chatbot.llm.local import LocalChatModel
from chatbot.llm.preparation import Preparation, State
from chatbot.masking import mask_logs
from chatbot.memory import Turn, newest_turns, to_messages
from chatbot.privacy import quiet_libraries
from chatbot.prompts import load_prompts
from chatbot.settings import Settings, load_settings
from chatbot.smalltalk import load_small_talk
from chatbot.waiting import WaitingLine

log = logging.getLogger(__name__)

_STARTERS = 4
_FIRST_BUILD = 60.0  # seconds that a question waits for the first index
_TAKE_UP = 2.0  # seconds that questions wait for a newer one to load


@dataclass(frozen=True)
class Live:
    """What answers and is searched: an index with the gate and the chain over it.

    They are swapped as one value, so that none of them is ever of another generation.
    """

    generation: Generation
    gate: Gate
    chain: AnswerChain


class ChatService:
    """Answers questions from the knowledge folder; safe to use from several tasks at once."""

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
        catalogue = load_catalogue(settings.models)
        self._llm_entry = self._wanted_llm = catalogue.choose_llm(settings.llm)
        self.preparation: Preparation | None = None  # of the larger model, beside the small one
        self._embeddings_entry = catalogue.choose_embeddings(settings.embeddings)
        self._reranker_entry = catalogue.choose_reranker(settings.reranker)
        self._vector_store = open_store(settings, self._embeddings_entry.name, SEARCH)
        self._scripted = llm is not None
        self._llm = llm
        self._adapter: Path | None = None
        self._embeddings = embeddings
        self._reranker = reranker
        self._searched: tuple[Generation, RemoteSearch] | None = None
        self._loaded: Generation | None = None  # the newest; answers begin with it
        self._live: Live | None = None
        self._lock = threading.Lock()
        # One thread, so a load begins after the one that is under way.
        self._loader = ThreadPoolExecutor(1, "load")
        self._taking_up: Future[Live] | None = None
        self._wait_until = 0.0  # by the monotonic clock
        self._problem = ""
        self._built = threading.Event()  # not set while the first index is being built
        self._built.set()
        if prepare and llm is None and settings.llm is None:
            self._begin_small(catalogue)
        self._line = WaitingLine(self._at_once(), settings.answers_waiting)

    def _begin_small(self, catalogue: Catalogue) -> None:
        """Where the large bundled model is wanted and not ready, begin with the small one."""
        large, small = catalogue.llm.get("bundled"), catalogue.llm.get("bundled-small")
        if large is None or small is None or self._llm_entry not in (large, small):
            return
        preparation = Preparation(large, self.settings, lambda: self._adapter_for(large))
        if preparation.is_ready():
            self._llm_entry = self._wanted_llm = large
        else:
            self._llm_entry = self._wanted_llm = small
            self.preparation = preparation

    @property
    def preparing(self) -> State | None:
        """How far a larger model is that is made ready in the background, if one is."""
        return self.preparation.state if self.preparation else None

    def _prepared(self) -> None:
        """Answer with the model that is ready now; answers under way keep theirs."""
        assert self.preparation is not None
        self._wanted_llm = self.preparation.entry
        self.refresh()

    def _at_once(self) -> int:
        if self.settings.answers_at_once:
            return self.settings.answers_at_once
        try:
            return AT_ONCE[choose_engine(self._llm_entry, self.settings)]
        except ChatbotError:  # the first question says what is missing
            return 1

    @property
    def model_name(self) -> str:
        """The model that answers, for people; reading it loads nothing."""
        if self._scripted:
            return "scripted"
        try:
            engine = choose_engine(self._llm_entry, self.settings)
        except ChatbotError:
            engine = "no engine"
        folder = self._adapter if self._llm else self._wanted_adapter()
        tuned = f", adapter {folder.name}" if folder else ""
        return f"{self._llm_entry.name} ({self._llm_entry.title}, {engine}{tuned})"

    @property
    def embeddings_name(self) -> str:
        """The catalogue name of the embedding model."""
        return self._embeddings_entry.name

    @property
    def entries(self) -> dict[str, Entry]:
        """The catalogue entries in use, by kind."""
        used: dict[str, Entry] = {"llm": self._llm_entry, "embeddings": self._embeddings_entry}
        return used | ({"reranker": self._reranker_entry} if self._reranker_entry else {})

    @property
    def line(self) -> WaitingLine:
        """Who is being answered and who waits."""
        return self._line

    @property
    def generation(self) -> str | None:
        """The name of the index generation that answers."""
        return self._live.generation.manifest.generation if self._live else None

    @property
    def can_answer(self) -> bool:
        """Whether there are a model and an index; :meth:`status` may still name a problem."""
        return self._live is not None

    @property
    def vector_store(self) -> str:
        """``ok``, or why the vector store elsewhere cannot be searched now: questions are then
        searched for by their words."""
        return (self._searched and self._searched[1].problem) or "ok"

    def status(self) -> str:
        """``ready``, ``starting``, or the sentence that says why not."""
        return self._problem or ("ready" if self._live else "starting")

    def warm_up(self, progress: Any = lambda done, total: None) -> None:
        """Load models and index, building the index if there is none. Blocks; never raises a
        :class:`ChatbotError`: :meth:`status` tells, and the next question tries again."""
        try:
            if current_name(self.settings.index) is None:
                self._built.clear()
                try:
                    self.update_index(progress)
                except VectorStoreError as exc:  # the index itself is there
                    log.warning("%s", exc)
                finally:
                    self._built.set()
            self._ready()
        except ChatbotError as exc:
            log.warning("%s", exc)
        if self.preparation is not None:
            self.preparation.start(self._prepared)

    def close(self) -> None:
        """Stop what is made ready in the background; what has come is kept."""
        if self.preparation is not None:
            self.preparation.close()

    def refresh(self) -> None:
        """Take up a newer index, or look again at what failed to load. Blocks; raises nothing."""
        try:
            self._loader.submit(self._take_up).result()
        except ChatbotError as exc:
            log.debug("%s", exc)

    def update_index(self, progress: Any = lambda done, total: None) -> Any:
        """Bring the index up to date; returns a :class:`~chatbot.index.builder.BuildReport`."""
        from chatbot.index.builder import update_index

        return update_index(self.settings, self.embeddings_name, self.embeddings, progress)

    def embeddings(self) -> Embeddings:
        """The embedding model, loaded once."""
        if self._embeddings is None:
            from chatbot.index.embeddings import load_embeddings

            entry = self._embeddings_entry
            self._embeddings = load_embeddings(require_weights(entry), entry.query_prefix)
        return self._embeddings

    def embed(self, texts: list[str], as_queries: bool) -> tuple[list[list[float]], int]:
        """A vector of length 1 for each text, and how many tokens the texts have. Blocks."""
        from chatbot.index.embeddings import count_tokens

        embeddings = self.embeddings()
        if as_queries:
            vectors = [embeddings.embed_query(text) for text in texts]
        else:
            vectors = embeddings.embed_documents(texts)
        return vectors, count_tokens(embeddings, texts)

    def current_generation(self) -> Generation:
        """The index that answers; while nothing answers yet, the newest one.

        Raises:
            IndexUnavailableError: there is no index, or it does not fit.
        """
        return self._live.generation if self._live else self._newest()

    def _newest(self) -> Generation:
        """The newest index, loaded once."""
        if self._loaded is None or self._behind(self._loaded):
            self._loaded = load_current(self.settings.index, self.embeddings_name)
        return self._loaded

    def retriever(self, k: int | None = None, mode: Any = "hybrid") -> Any:
        """The retriever over the current generation.

        Raises:
            IndexUnavailableError: there is no index, or it does not fit.
        """
        return self._main_retriever(self.current_generation(), k, mode)

    def _main_retriever(
        self, generation: Generation, k: int | None = None, mode: Any = "hybrid"
    ) -> Any:
        count = k or self.settings.passages
        candidates = max(self.settings.candidates, count)
        return self._retriever_over(
            generation, count, candidates, mode, self._remote_search(generation)
        )

    def _retriever_over(
        self,
        generation: Generation,
        k: int,
        candidates: int,
        mode: Any,
        nearest: RemoteSearch | None = None,
    ) -> Any:
        from chatbot.index.retriever import build_retriever

        return build_retriever(
            generation,
            self.embeddings(),
            k=k,
            candidates=candidates,
            mode=mode,
            nearest=nearest,
            reranker=self.reranker(),
            rerank_passages=self.settings.rerank_passages,
        )

    def _remote_search(self, generation: Generation) -> RemoteSearch | None:
        """The search by a vector store elsewhere, where the settings name one."""
        if self._vector_store is None:
            return None
        searched = self._searched
        if searched is None or searched[0] is not generation:
            search = RemoteSearch(self._vector_store, generation)
            search.open()
            searched = self._searched = (generation, search)
        return searched[1]

    def reranker(self) -> Reranker | None:
        """The reranker, loaded once; ``None`` where the settings name none."""
        entry = self._reranker_entry
        if self._reranker is None and entry is not None:
            self._reranker = CrossEncoderReranker(require_weights(entry), entry.max_tokens)
        return self._reranker

    def document_text(self, path: str) -> str:
        """The text of an indexed document, into which offsets point; empty if it is gone."""
        generation = self._live.generation if self._live else self._loaded
        return generation.texts.get(path, "") if generation else ""

    def rewriter(self) -> Any:
        """Runnable of ``{"question", "history"}`` to a standalone question by the model."""
        return build_rewriter(self._model(), self._prompts)

    def confidence(
        self, question: str, history: Sequence[Turn], given: Sequence[Document] | None = None
    ) -> float:
        """How sure it is that the passages answer, from 0 to 1; the model writes no answer.

        Raises: as :meth:`answer`.
        """
        question = self._checked(question)
        asked = self._asked(question, history, given)
        return float(self._ready().chain.prepare.invoke(asked)["confidence"])

    def gate(self) -> Gate:
        """What decides whether to answer, over the current generation.

        Raises:
            ConfigurationError: the calibration cannot be used.
            IndexUnavailableError: there is no index, or it does not fit.
        """
        return self._gate_over(self.current_generation())

    def _gate_over(self, generation: Generation) -> Gate:
        calibration = load_calibration(self.settings.calibration or CALIBRATION)
        return Gate(
            calibration,
            self.embeddings_name,
            generation.lexical,
            self.settings.risk,
            self.settings.refuse_below,
        )

    def starters(self) -> list[tuple[str, str]]:
        """(label, question) pairs for an empty page, from the knowledge folder's ``.starters``."""
        try:
            lines = (self.settings.knowledge / ".starters").read_text(encoding="utf-8")
        except OSError:
            return []
        pairs = (line.split("|", 1) for line in lines.splitlines() if "|" in line)
        return [(label.strip(), question.strip()) for label, question in pairs][:_STARTERS]

    def search(
        self, query: str, k: int | None = None, documents: Generation | None = None
    ) -> list[Passage]:
        """The passages for a query, best first. Blocks while models load."""
        if self._live is not None:  # a newer index is taken up as for a question
            self._ready()
        main = self.retriever(k)
        found = main if documents is None else self._joined(main, documents)
        return [passage_of(document) for document in found.invoke(query)]

    async def draft(
        self, question: str, answer: str, tone: str, language: str
    ) -> AsyncGenerator[str, None]:
        """A reply to a customer that says what ``answer`` says, as pieces of text."""
        prompt = self._prompts.render_draft(
            question=question, answer=answer, tone=tone, language=language
        )
        async with aclosing(self._write(prompt)) as pieces:
            async for piece in pieces:
                yield piece

    async def summarise(self, history: Sequence[Turn]) -> AsyncGenerator[str, None]:
        """The newest part of a conversation in a few sentences, as pieces of text."""
        await asyncio.to_thread(self._ready)
        assert self._llm is not None
        budget = self.settings.history_tokens
        newest = newest_turns(to_messages(history), budget, self._llm.get_num_tokens)
        async with aclosing(self._write(self._prompts.render_summary(newest))) as pieces:
            async for piece in pieces:
                yield piece

    async def _write(self, prompt: ChatPromptValue) -> AsyncGenerator[str, None]:
        place = self._line.join()
        try:
            async for _ in place.positions():
                continue
            await asyncio.to_thread(self._ready)
            assert self._llm is not None
            async for chunk in self._llm.astream(prompt):
                if chunk.text:
                    yield str(chunk.text)
        finally:
            place.leave()

    async def answer(
        self,
        question: str,
        history: Sequence[Turn],
        *,
        documents: Generation | None = None,
        given: Sequence[Document] | None = None,
        max_tokens: int | None = None,
        stop: Sequence[str] = (),
    ) -> AsyncGenerator[Event, None]:
        """Answer as events; leaving the iterator stops the model and frees its place in line.

        Passages that are ``given`` take the place of retrieval.

        ``documents`` are searched beside the knowledge folder: the uploads of one conversation.
        ``max_tokens`` shortens the answer, and ``stop`` strings end it.

        Raises:
            QuestionError: the question is empty or too long.
            BusyError: too many are waiting already.
            IndexUnavailableError, ModelUnavailableError, GenerationError: see their sentences.
        """
        started = time.perf_counter()
        question = self._checked(question)
        if (reply := self._small_talk.reply(question)) is not None:
            for event in spoken(reply, self.model_name):
                yield event
            return
        place = self._line.join()
        try:
            async for position in place.positions():
                yield Queued(position)
            limits = (min(max_tokens, self.settings.answer_tokens) if max_tokens else None, stop)
            async with aclosing(
                self._answer(question, history, documents, given, started, limits)
            ) as events:
                async for event in events:
                    yield event
        finally:
            place.leave()

    async def _answer(
        self,
        question: str,
        history: Sequence[Turn],
        documents: Generation | None,
        given: Sequence[Document] | None,
        started: float,
        limits: tuple[int | None, Sequence[str]],
    ) -> AsyncGenerator[Event, None]:
        waited = _since(started)
        chain = await asyncio.to_thread(self._chain_with, documents)
        timings = {"waited": waited, "ready": _since(started)}
        asked = await asyncio.to_thread(self._asked, question, history, given)
        prepared = await chain.prepare.ainvoke(asked)
        timings["retrieved"] = _since(started)
        yield PassagesFound([passage_of(document) for document in prepared["passages"]])
        text, usage, cut = "", Usage(), False
        if prepared["abstain"]:
            text = self._declined(prepared)
            yield Token(text)
        else:
            respond = chain.respond_within(*limits)
            async with aclosing(respond.astream(prepared)) as chunks:  # type: ignore[type-var]
                async for chunk in chunks:
                    usage = _usage(chunk) or usage
                    cut = cut or chunk.response_metadata.get("finish_reason") == "length"
                    if not chunk.text:
                        continue
                    timings.setdefault("first_token", _since(started))
                    text += str(chunk.text)
                    if copies(text, self._prompts.instructions):
                        break
                    # Where somebody gave orders, nothing is shown before it is checked.
                    if not prepared["guarded"]:
                        yield Token(str(chunk.text))
        timings["total"] = _since(started)
        answer = self._finished(text, prepared, timings)
        if prepared["guarded"] and not prepared["abstain"]:
            yield Token(answer.answer)
        yield Answered(answer, usage, cut)

    def _asked(
        self, question: str, history: Sequence[Turn], given: Sequence[Document] | None
    ) -> dict[str, Any]:
        """What goes into the chain."""
        asked: dict[str, Any] = {"question": question, "history": list(history)}
        return asked if given is None else asked | {"given": self.compared(question, given)}

    def compared(self, question: str, given: Sequence[Document]) -> list[Document]:
        """The given passages with their similarity to the question, as retrieval has it."""
        embeddings = self.embeddings()
        query = embeddings.embed_query(question)
        vectors = embeddings.embed_documents([document.page_content for document in given])
        return [
            Document(
                page_content=document.page_content,
                metadata=document.metadata | {"similarity": cosine, "score": cosine},
            )
            for document, vector in zip(given, vectors, strict=True)
            for cosine in (sum(a * b for a, b in zip(query, vector, strict=True)),)
        ]

    def _declined(self, prepared: Prepared) -> str:
        """The refusal, or the question back where two topics compete."""
        if prepared["competing"]:
            return self._prompts.clarification(*prepared["competing"])
        return self._refusal(prepared)

    def _refusal(self, prepared: Prepared) -> str:
        titles = [str(passage.metadata.get("title", "")) for passage in prepared["passages"]]
        return self._small_talk.refusal(prepared["question"], self._prompts.refusal, titles)

    def _finished(self, text: str, prepared: Prepared, timings: dict[str, float]) -> Answer:
        abstained = prepared["abstain"] or _is_refusal(text)
        passages = prepared["passages"]
        secret = self._prompts.instructions
        checked, verified = text.strip(), Verified()
        if not abstained:
            checked, verified = check(checked, passages, secret, prepared["guarded"])
        if not prepared["abstain"] and (abstained or not checked):
            abstained, checked, verified = True, self._refusal(prepared), Verified()
        return Answer(
            answer=checked,
            abstained=abstained,
            confidence=round(prepared["confidence"], 4),
            citations=verified.citations,
            passages=[passage_of(document) for document in passages],
            model=self.model_name,
            timings=timings,
            notes=prepared["notes"],
            unsupported=verified.unsupported,
        )

    def _checked(self, question: str) -> str:
        question = question.strip()
        if not question:
            raise QuestionError("The question is empty; type what you want to know.")
        limit = self.settings.max_question_chars
        if len(question) > limit:
            raise QuestionError(
                f"The question has {len(question):,} characters and the limit is {limit:,}; "
                "shorten it, or ask its parts one by one."
            )
        return question

    def _ready(self) -> Live:
        """The newest generation with its chain; loads what is missing.

        Where a newer one takes longer than ``_TAKE_UP`` seconds, or failed before, the last one
        answers meanwhile.
        """
        if not self._built.wait(_FIRST_BUILD):
            raise IndexUnavailableError(
                "The index is being built for the first time; ask again in a moment."
            )
        with self._lock:
            if self._taking_up is None or self._taking_up.done():
                self._taking_up = self._loader.submit(self._take_up)
                self._wait_until = time.monotonic() + (0 if self._problem else _TAKE_UP)
            taking_up, answering = self._taking_up, self._live
        left = max(0.0, self._wait_until - time.monotonic())
        done, _ = wait([taking_up], None if answering is None else left)
        return taking_up.result() if done or answering is None else answering

    def _take_up(self) -> Live:
        """Load what is newer than what is in use, if anything is."""
        try:
            if self._live is None or self._outdated(self._live):
                self._live = self._load()
            self._problem = ""
        except ChatbotError as exc:
            self._problem = str(exc)
            if self._live is None:
                raise
            log.warning("Still answering from the last good index: %s", exc)
        return self._live

    def _load(self) -> Live:
        """Both models and the index; the language model beside what Python imports for the rest."""
        with ThreadPoolExecutor(1) as thread:
            model = thread.submit(self._model)
            generation = self._newest()
            generation.lexical.warm_up()
            self.embeddings()
            model.result()
        gate = self._gate_over(generation)
        return Live(generation, gate, self._build_chain(generation, gate))

    def _chain_with(self, documents: Generation | None) -> AnswerChain:
        live = self._ready()
        if documents is None:
            return live.chain
        return self._build_chain(live.generation, live.gate, documents)

    def _joined(self, main: Any, documents: Generation) -> Any:
        """A retriever over both: by turns the best of each, as many as one would give."""
        settings = self.settings
        retriever = self._retriever_over(
            documents, settings.passages, settings.candidates, "hybrid"
        )

        def search(query: str) -> list[Document]:
            found = main.invoke(query)
            pairs = zip_longest(retriever.invoke(query), found)
            both = [document for pair in pairs for document in pair if document is not None]
            return both[: max(len(found), settings.passages)]

        return RunnableLambda(search)

    def _build_chain(
        self, generation: Generation, gate: Gate, documents: Generation | None = None
    ) -> AnswerChain:
        condense = self.settings.condense
        if condense == "auto":
            condense = "model" if self._llm_entry.rewrites else "history"
        shown = self.settings.passages
        # The gate looks at the best by the fused score, wherever a reranker puts them.
        reread = self.settings.rerank_passages if self.reranker() else 0
        main = self._main_retriever(generation, max(shown, FIELD, reread))
        return build_chain(
            self._model(),
            main if documents is None else self._joined(main, documents),
            self._prompts,
            history_tokens=self.settings.history_tokens,
            gate=gate,
            shown=shown,
            reads=self._llm_entry.reads if not self._scripted else None,
            condense=condense,
        )

    def _wanted_adapter(self) -> Path | None:
        if self._scripted or self._wanted_llm.hosted:
            return None
        return self._adapter_folder(self._wanted_llm)

    def _adapter_folder(self, entry: LLMEntry) -> Path | None:
        settings = self.settings
        return choose_adapter(entry, settings.models, settings.data, settings.adapter)

    def _adapter_for(self, entry: LLMEntry) -> Adapter | None:
        """The adapter that ``entry`` is to answer with, checked.

        Raises:
            ModelUnavailableError: it does not belong to the model or the prompts.
        """
        folder = None if entry.hosted else self._adapter_folder(entry)
        return read_adapter(folder, entry, self._prompts) if folder else None

    def _model(self) -> BaseChatModel:
        """The chat model that is wanted now, with the adapter that is wanted now.

        Answers under way keep the model that they began with, and it is released after them.
        """
        entry, folder = self._wanted_llm, self._wanted_adapter()
        if self._llm is None or folder != self._adapter or entry is not self._llm_entry:
            try:
                self._llm = self._load_model(entry)
            except ChatbotError as exc:
                if self._llm is None or self.preparation is None or entry is self._llm_entry:
                    raise
                # The small one goes on, and the next question does not try again.
                self._wanted_llm = self._llm_entry
                self.preparation.tell("failed", reason=str(exc))
                return self._llm
            self._llm_entry, self._adapter = entry, folder
            if self.preparation is not None and entry is self.preparation.entry:
                self.preparation.tell("answers")
        return self._llm

    def _load_model(self, entry: LLMEntry) -> BaseChatModel:
        model = load_chat_model(entry, self.settings, self._adapter_for(entry))
        if isinstance(model, LocalChatModel):
            weakref.finalize(model, model.engine.close)
        return model

    def _outdated(self, live: Live) -> bool:
        """Whether a newer generation or another model or adapter is there to be taken up."""
        if self._wanted_llm is not self._llm_entry:
            return True
        return self._wanted_adapter() != self._adapter or self._behind(live.generation)

    def _behind(self, generation: Generation) -> bool:
        """Whether the index folder has another one."""
        newest = current_name(self.settings.index)
        if newest is None:
            raise IndexUnavailableError(
                f"The index in '{self.settings.index}' is gone; run 'chatbot index' to build it."
            )
        return newest != generation.manifest.generation


def build_service(settings: Settings, *, prepare: bool = False) -> ChatService:
    """The service as it runs in production; returns at once.

    A server is to ``prepare``; a command waits for the model that is here instead.
    """
    quiet_libraries()
    mask_logs()
    return ChatService(settings, prepare=prepare)


_process: list[ChatService] = []


def process_service(service: ChatService | None = None) -> ChatService:
    """The one service of this process; ``service`` becomes it, else the first call builds it.

    Chainlit loads its page from a file and can hand it nothing, so the page asks here.
    """
    if service is not None:
        _process[:] = [service]
    elif not _process:
        _process.append(build_service(load_settings(), prepare=True))
    return _process[0]


def _is_refusal(text: str) -> bool:
    """Whether the model itself said, as the prompt asks, that it does not know."""
    return text.strip().lower().replace("\u2019", "'").startswith("i don't know")


def _usage(chunk: Any) -> Usage | None:
    """Tokens so far, on the chunks of a stream that tell them."""
    told = getattr(chunk, "usage_metadata", None)
    return Usage(told["input_tokens"], told["output_tokens"]) if told else None


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 4)
