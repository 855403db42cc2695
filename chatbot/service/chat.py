"""The service: questions in, answers out as events, over models and an index."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.prompt_values import ChatPromptValue

from chatbot.chain import AnswerChain, Prepared, build_rewriter
from chatbot.errors import ChatbotError, QuestionError, VectorStoreError
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
)
from chatbot.grounding.check import check
from chatbot.grounding.citations import Verified
from chatbot.grounding.gate import Gate
from chatbot.grounding.injection import copies
from chatbot.index.generations import Generation, current_name
from chatbot.index.rerank import Reranker
from chatbot.llm.catalogue import Entry
from chatbot.llm.preparation import State
from chatbot.memory import Turn, newest_turns, to_messages
from chatbot.prompts import load_prompts
from chatbot.service.live import LiveLoader
from chatbot.service.models import Models
from chatbot.service.search import Search
from chatbot.service.waiting import WaitingLine
from chatbot.settings import Settings

log = logging.getLogger(__name__)

_STARTERS = 4


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
        self.models = Models(settings, self._prompts, llm, embeddings, reranker, prepare=prepare)
        self._search = Search(settings, self._prompts, self.models)
        self._loader = LiveLoader(settings, self.models, self._search)
        self.line = WaitingLine(self.models.at_once, settings.answers_waiting)

    @property
    def preparing(self) -> State | None:
        """How far a larger model is that is made ready in the background, if one is."""
        return self.models.preparation.state if self.models.preparation else None

    @property
    def model_name(self) -> str:
        """The model that answers, for people; reading it loads nothing."""
        return self.models.name

    @property
    def embeddings_name(self) -> str:
        """The catalogue name of the embedding model."""
        return self.models.embeddings_entry.name

    @property
    def entries(self) -> dict[str, Entry]:
        """The catalogue entries in use, by kind."""
        return self.models.entries

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

    def warm_up(self, progress: Any = lambda done, total: None) -> None:
        """Load models and index, building the index if there is none. Blocks; never raises a
        :class:`ChatbotError`: :meth:`status` tells, and the next question tries again."""
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
        if self.models.preparation is not None:
            self.models.preparation.start(self._use_prepared)

    def _use_prepared(self) -> None:
        """Answer with the model that is ready now; answers under way keep theirs."""
        self.models.use_prepared()
        self.refresh()

    def close(self) -> None:
        """Stop what is made ready in the background; what has come is kept."""
        if self.models.preparation is not None:
            self.models.preparation.close()

    def refresh(self) -> None:
        """Take up a newer index, or look again at what failed to load. Blocks; raises nothing."""
        self._loader.refresh()

    def update_index(self, progress: Any = lambda done, total: None) -> Any:
        """Bring the index up to date; returns a :class:`~chatbot.index.builder.BuildReport`."""
        from chatbot.index.builder import update_index

        return update_index(self.settings, self.embeddings_name, self.embeddings, progress)

    def embeddings(self) -> Embeddings:
        """The embedding model, loaded once."""
        return self.models.embeddings()

    def current_generation(self) -> Generation:
        """The index that answers; while nothing answers yet, the newest one.

        Raises:
            IndexUnavailableError: there is no index, or it does not fit.
        """
        return self._loader.current()

    def retriever(self, k: int | None = None, mode: Any = "hybrid") -> Any:
        """The retriever over the current generation.

        Raises:
            IndexUnavailableError: there is no index, or it does not fit.
        """
        return self._search.retriever(self._loader.current(), k, mode)

    def gate(self) -> Gate:
        """What decides whether to answer, over the current generation.

        Raises:
            ConfigurationError: the calibration cannot be used.
            IndexUnavailableError: there is no index, or it does not fit.
        """
        return self._search.gate(self._loader.current())

    def document_text(self, path: str) -> str:
        """The text of an indexed document, into which offsets point; empty if it is gone."""
        generation = self._loader.loaded
        return generation.texts.get(path, "") if generation else ""

    def rewriter(self) -> Any:
        """Runnable of ``{"question", "history"}`` to a standalone question by the model."""
        return build_rewriter(self.models.load_llm(), self._prompts)

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
        if self.can_answer:  # a newer index is taken up as for a question
            self._loader.ready()
        main = self.retriever(k)
        found = main if documents is None else self._search.joined(main, documents)
        return [passage_of(document) for document in found.invoke(query)]

    def confidence(
        self, question: str, history: Sequence[Turn], given: Sequence[Document] | None = None
    ) -> float:
        """How sure it is that the passages answer, from 0 to 1; the model writes no answer.

        Raises: as :meth:`answer`.
        """
        question = self._checked(question)
        asked = self._asked(question, history, given)
        return float(self._loader.ready().chain.prepare.invoke(asked)["confidence"])

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
        llm = (await asyncio.to_thread(self._loader.ready)).llm
        budget = self.settings.history_tokens
        newest = newest_turns(to_messages(history), budget, llm.get_num_tokens)
        async with aclosing(self._write(self._prompts.render_summary(newest))) as pieces:
            async for piece in pieces:
                yield piece

    async def _write(self, prompt: ChatPromptValue) -> AsyncGenerator[str, None]:
        place = self.line.join()
        try:
            async for _ in place.positions():
                continue
            llm = (await asyncio.to_thread(self._loader.ready)).llm
            async for chunk in llm.astream(prompt):
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
        place = self.line.join()
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
        embeddings = self.models.embeddings()
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
        return self._prompts.refusal

    def _finished(self, text: str, prepared: Prepared, timings: dict[str, float]) -> Answer:
        abstained = prepared["abstain"] or _is_refusal(text)
        passages = prepared["passages"]
        secret = self._prompts.instructions
        checked, verified = text.strip(), Verified()
        if not abstained:
            checked, verified = check(checked, passages, secret, prepared["guarded"])
        if not prepared["abstain"] and (abstained or not checked):
            abstained, checked, verified = True, self._prompts.refusal, Verified()
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

    def _chain_with(self, documents: Generation | None) -> AnswerChain:
        live = self._loader.ready()
        if documents is None:
            return live.chain
        return self._search.chain(live.llm, live.generation, live.gate, documents)


def _is_refusal(text: str) -> bool:
    """Whether the model itself said, as the prompt asks, that it does not know."""
    return text.strip().lower().replace("\u2019", "'").startswith("i don't know")


def _usage(chunk: Any) -> Usage | None:
    """Tokens so far, on the chunks of a stream that tell them."""
    told = getattr(chunk, "usage_metadata", None)
    return Usage(told["input_tokens"], told["output_tokens"]) if told else None


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 4)
