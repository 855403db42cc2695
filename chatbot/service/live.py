"""What answers now, and how a newer index, adapter or model takes its place without a restart."""

import gc
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel

from chatbot.answering.chain import AnswerChain
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.errors import ChatbotError, IndexUnavailableError, ModelUnavailableError, reason_of
from chatbot.grounding.gate import Gate
from chatbot.index.generations import Generation, current_name, load_current
from chatbot.llm.catalogue import LLMEntry
from chatbot.service.models import Models
from chatbot.service.search import Search
from chatbot.settings import Settings

log = logging.getLogger(__name__)

FIRST_BUILD = 60.0  # seconds that a question waits for the first index
TAKE_UP = 2.0  # seconds that questions wait for a newer one to load


@dataclass(frozen=True)
class Live:
    """What answers and is searched: an index with the gate and the chain over all of it, and the
    language model with its entry in the catalogue and its name for people.

    They are swapped as one value, so that none of them is ever of another generation.
    """

    generation: Generation
    gate: Gate
    chain: AnswerChain
    llm: BaseChatModel
    entry: LLMEntry
    model: str


class LiveLoader:
    """Loads the newest :class:`Live` and keeps the last good one; safe to ask from any thread.

    ``live`` is what answers now, and ``problem`` the sentence that says why nothing newer does.
    """

    def __init__(self, settings: Settings, models: Models, search: Search) -> None:
        self._settings = settings
        self._models = models
        self._search = search
        self.live: Live | None = None
        self.problem = ""
        self._loaded: Generation | None = None  # the newest; answers begin with it
        self._lock = threading.Lock()
        # One thread, so a load begins after the one that is under way.
        self._thread = ThreadPoolExecutor(1, "load")
        self._taking_up: Future[Live] | None = None
        self._wait_until = 0.0  # by the monotonic clock
        self._built = threading.Event()  # not set while the first index is being built
        self._built.set()

    @property
    def in_memory(self) -> Generation | None:
        """The index in memory, whether it answers already or not."""
        return self.live.generation if self.live else self._loaded

    @contextmanager
    def first_build(self) -> Iterator[None]:
        """While the first index is being built, questions wait for it."""
        self._built.clear()
        try:
            yield
        finally:
            self._built.set()

    def current(self) -> Generation:
        """The index that answers; while nothing answers yet, the newest one.

        Raises:
            IndexUnavailableError: there is no index, or it does not fit.
        """
        return self.live.generation if self.live else self._newest()

    def ready(self) -> Live:
        """The newest of all, after loading what is missing. Blocks.

        Where a newer one takes longer than ``TAKE_UP`` seconds, or failed before, the last one
        answers meanwhile.

        Raises:
            ConfigurationError, IndexUnavailableError, ModelUnavailableError: nothing can answer.
        """
        if not self._built.wait(FIRST_BUILD):
            raise IndexUnavailableError(
                "The index is being built for the first time; ask again in a moment."
            )
        with self._lock:
            if self._taking_up is None or self._taking_up.done():
                self._taking_up = self._thread.submit(self._take_up)
                self._wait_until = time.monotonic() + (0 if self.problem else TAKE_UP)
            taking_up, answering = self._taking_up, self.live
        left = max(0.0, self._wait_until - time.monotonic())
        done, _ = wait([taking_up], None if answering is None else left)
        return taking_up.result() if done or answering is None else answering

    def chain(self, live: Live, question: Question) -> AnswerChain:
        """The chain over what the asker may see, and over the documents of the conversation."""
        asker, documents = question.asker, question.documents
        if documents is None and live.generation.views.of(asker) is None:
            return live.chain
        return self._search.chain(
            live.llm, live.entry, live.generation, live.gate, asker, documents
        )

    def refresh(self) -> None:
        """Take up what is newer, or look again at what failed to load. Blocks; raises nothing."""
        try:
            self._thread.submit(self._take_up).result()
        except ChatbotError as exc:
            log.debug("%s", exc)

    def _take_up(self) -> Live:
        """Load what is newer than what is in use, if anything is; whatever fails leaves that."""
        try:
            live = self.live
            if live is None or self._models.outdated or self._behind(live.generation):
                self.live = self._load()
            self.problem = ""
        except Exception as exc:  # engines, libraries and disks each have their own
            problem = _told(exc)
            self.problem = str(problem)
            if self.live is None:
                raise problem from exc
            log.warning("Still answering from the last good index: %s", problem)
        assert self.live is not None
        return self.live

    def _load(self) -> Live:
        """Both models and the index; the language model beside what Python imports for the rest."""
        with ThreadPoolExecutor(1) as thread:
            loading = thread.submit(self._models.load_llm)
            generation = self._newest()
            generation.lexical.warm_up()
            generation.views.of(EVERYTHING)  # reads whom each document is for
            self._models.embeddings()
            llm = loading.result()
        gate = self._search.gate(generation)
        entry = self._models.llm_entry
        chain = self._search.chain(llm, entry, generation, gate, EVERYTHING)
        # An index is many objects that stay: a full collection that looks through them all again
        # and again holds every request up, by 0.2 s with 10,000 chunks.
        gc.freeze()
        return Live(generation, gate, chain, llm, entry, self._models.name)

    def _newest(self) -> Generation:
        """The newest index, loaded once."""
        if self._loaded is None or self._behind(self._loaded):
            name = self._models.embeddings_entry.name
            self._loaded = load_current(self._settings.index, name)
        return self._loaded

    def _behind(self, generation: Generation) -> bool:
        """Whether the index folder has another one."""
        newest = current_name(self._settings.index)
        if newest is None:
            raise IndexUnavailableError(
                f"The index in '{self._settings.index}' is gone; run 'chatbot index' to build it."
            )
        return newest != generation.manifest.generation


def _told(exc: Exception) -> ChatbotError:
    """The sentence about what kept something newer from loading; what has none is logged."""
    if isinstance(exc, ChatbotError):
        return exc
    log.error("The index and the models could not be loaded", exc_info=exc)
    return ModelUnavailableError(
        f"The index and the models could not be loaded ({reason_of(exc)}); the log says more."
    )
