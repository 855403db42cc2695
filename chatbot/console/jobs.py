"""Making the index anew in the background, one build at a time."""

import logging
import threading
from dataclasses import dataclass, replace

from chatbot.consistency.compare import compare_documents
from chatbot.errors import ChatbotError, disk_sentence
from chatbot.service import ChatService

log = logging.getLogger(__name__)

_WAIT = 3600.0  # seconds that another build may take


@dataclass(frozen=True)
class JobState:
    """``done`` of ``total`` passages are embedded; ``problem`` is why the last build failed."""

    running: bool = False
    done: int = 0
    total: int = 0
    problem: str = ""


class IndexJob:
    """Builds the index and has it answer. Safe to start from any thread.

    A kill in the middle leaves the index that was in use; the next build does it again.
    """

    def __init__(self, service: ChatService) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._again = False
        self.state = JobState()

    def start(self) -> None:
        """Begin, or once more after the build that is running: it may have read the folder."""
        with self._lock:
            if self.state.running:
                self._again = True
                return
            self.state = JobState(running=True)
        threading.Thread(target=self._run, name="console index", daemon=True).start()

    def _run(self) -> None:
        while True:
            problem = self._build()
            with self._lock:
                if not self._again:
                    self.state = JobState(problem=problem)
                    break
                self._again = False
                self.state = JobState(running=True)
        if not problem:
            self._compare()

    def _build(self) -> str:
        try:
            # The service may be following the folder: whoever comes second has nothing to do.
            self._service.update_index(self._progress, _WAIT)
        except ChatbotError as exc:
            log.warning("%s", exc)
            return str(exc)
        except OSError as exc:  # the disk is full, or not ours to write to
            log.warning("The index could not be built: %s", exc)
            return disk_sentence(exc)
        except Exception:
            log.exception("The index could not be built")
            return "The index could not be built; the log says why."
        self._service.refresh()
        return ""

    def _compare(self) -> None:
        """For the page of contradictions; answers come from the new index already."""
        try:
            compare_documents(self._service.settings.index, self._service.current_generation())
        except Exception:
            log.exception("The documents could not be compared")

    def _progress(self, done: int, total: int) -> None:
        with self._lock:
            self.state = replace(self.state, done=done, total=total)
