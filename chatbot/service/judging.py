"""The judge of a language model: made once beside it, and loaded when somebody first asks."""

import logging
import threading
import time

from chatbot.errors import ChatbotError, reason_of
from chatbot.llm.catalogue import LLMEntry
from chatbot.llm.factory import choose_engine
from chatbot.llm.half_made import is_whole
from chatbot.llm.hardware import available_memory
from chatbot.llm.judge import Judge, judge_graph, prepare_judge
from chatbot.settings import Settings

log = logging.getLogger(__name__)

# What loading one takes, and room for other programs, in bytes.
_NEEDED_MEMORY = 2_000_000_000
_LOOK_AGAIN = 60.0  # seconds until memory is looked at again


class Judging:
    """Judges by the model that they are made of; safe to use from several threads.

    With ``patient`` whoever asks first waits until it is made, for a minute or two; without, it is
    made in the background, and until then there is none.
    """

    def __init__(self, settings: Settings, patient: bool) -> None:
        self._settings = settings
        self._patient = patient
        self._lock = threading.Lock()
        self._of: str | None = None
        self._short_until = 0.0  # by the monotonic clock: till then memory counts as too little
        self._judge: Judge | None = None
        self._making: threading.Thread | None = None
        self._stop = threading.Event()

    def of(self, entry: LLMEntry) -> Judge | None:
        """The judge of ``entry``; ``None`` where it has none, the setting says so, it is not
        ready, or there is too little memory for now. What keeps it from loading is logged once."""
        if not self._settings.judge or entry.judge is None:
            return None
        with self._lock:
            if self._of != entry.name and time.monotonic() >= self._short_until:
                self._judge = None
                if self._patient or self._is_made(entry):
                    self._load(entry)
                elif self._making is None:
                    self._making = threading.Thread(
                        target=self._make, args=(entry,), name="prepare-judge", daemon=True
                    )
                    self._making.start()
            return self._judge

    @property
    def being_made(self) -> bool:
        """Whether a judge is being made in the background."""
        return self._making is not None

    def close(self) -> None:
        """Stop what is being made, within a second."""
        self._stop.set()

    def _is_made(self, entry: LLMEntry) -> bool:
        try:
            return is_whole(judge_graph(entry, self._settings))
        except ChatbotError:
            return False

    def _load(self, entry: LLMEntry) -> None:
        free = available_memory()
        if free is not None and free < _NEEDED_MEMORY:
            if not self._short_until:
                log.warning("The judge is left out for now: %.1f GB of memory are free", free / 1e9)
            self._short_until = time.monotonic() + _LOOK_AGAIN
            return
        self._of, self._short_until = entry.name, 0.0
        try:
            if choose_engine(entry, self._settings) == "openvino":
                if not is_whole(judge_graph(entry, self._settings)):
                    log.warning("The judge of replies is made ready, once; it takes some minutes")
                graph = prepare_judge(entry, self._settings, self._stop.is_set)
                self._judge = Judge(graph, self._settings.models / str(entry.judge))
        except Exception as exc:  # whatever it is, answers go on without a judge
            _warn(exc)

    def _make(self, entry: LLMEntry) -> None:
        made = False
        try:
            if choose_engine(entry, self._settings) == "openvino":
                prepare_judge(entry, self._settings, self._stop.is_set)
                made = True
        except Exception as exc:
            if not self._stop.is_set():
                _warn(exc)
        with self._lock:
            self._of = self._of if made else entry.name
            self._making = None


def _warn(exc: Exception) -> None:
    if isinstance(exc, ChatbotError):
        log.warning("The judge is left out: %s", exc)
    else:
        log.warning("The judge is left out: %s", reason_of(exc), exc_info=exc)
