"""Keeping the index in step with the knowledge folder while the service runs."""

import logging
import threading

from chatbot.consistency.compare import compare_documents
from chatbot.errors import ChatbotError
from chatbot.index.watch import watch
from chatbot.service.chat import ChatService

log = logging.getLogger(__name__)

_EVERY = 2.0  # seconds between two looks, where the system tells of no change
_WAIT = 3600.0  # seconds that a build by another replica may take
_ENDING = 1.0  # seconds for a look under way, when the service ends


class Follower:
    """Updates the index after each change of the knowledge folder, in a thread of its own.

    Replicas that share an index take turns by the lock of the builder: who comes second finds
    nothing left to do. A kill in the middle leaves the index that was in use.
    """

    def __init__(self, service: ChatService, every: float = _EVERY) -> None:
        self._service = service
        self._every = every
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._said = ""

    def start(self) -> None:
        """Begin: the folder is compared at once, since it may have changed while nobody looked."""
        folder = self._service.settings.knowledge
        self._thread = threading.Thread(
            target=watch,
            args=(folder, self._update, self._stop, self._every),
            name="follow the folder",
            daemon=True,
        )
        self._thread.start()

    def close(self) -> None:
        """Stop looking. A build under way is not waited for."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_ENDING)

    def _update(self) -> bool:
        """Whether the index is in step; the reason why not is logged once."""
        problem = self._build()
        if problem and problem != self._said:
            log.warning("The index does not follow the knowledge folder: %s", problem)
        self._said = problem
        return not problem

    def _build(self) -> str:
        try:
            report = self._service.update_index(wait=_WAIT)
        except (ChatbotError, OSError) as exc:
            return str(exc)
        except Exception:
            log.exception("The index could not be built")
            return "it could not be built; the log says why."
        if report.added or report.changed or report.removed:
            log.info(
                "The index followed the knowledge folder: %d added, %d changed, %d removed",
                report.added,
                report.changed,
                report.removed,
            )
        return self._take_up()

    def _take_up(self) -> str:
        try:
            self._service.refresh()
            compare_documents(self._service.settings.index, self._service.current_generation())
        except (ChatbotError, OSError) as exc:
            return str(exc)
        except Exception:
            log.exception("The index could not be taken up, or the documents not be compared")
        return ""
