"""What a start says: what it loads and builds, how far that is, and that it answers.

All of it are lines of the log, for people at a terminal and for programs; a progress bar would
break a log of one JSON object a line.
"""

import logging
import time
from collections.abc import Callable

from chatbot.index.generations import current_name
from chatbot.service import ChatService

log = logging.getLogger(__name__)

_EVERY = 2.0  # seconds between two lines of progress


def get_ready(service: ChatService) -> None:
    """Load models and index, building the index if there is none, and say so. Blocks."""
    if current_name(service.settings.index) is None:
        log.info("Building the first index, of '%s'", service.settings.knowledge)
    log.info("Loading %s", service.model_name)
    service.warm_up(progress_lines("Building the index: %d of %d passages"))


def say_ready(service: ChatService) -> None:
    """That questions are answered now, by what and from how much."""
    documents = len(service.current_generation().texts)
    log.info("Ready: %s answers from %d documents", service.model_name, documents)


def progress_lines(
    line: str, clock: Callable[[], float] = time.monotonic
) -> Callable[[int, int], None]:
    """Takes ``(done, total)`` and writes them into ``line``: the first, then one every few
    seconds, and the last."""
    due = float("-inf")

    def progress(done: int, total: int) -> None:
        nonlocal due
        if clock() >= due or done == total:
            due = clock() + _EVERY
            log.info(line, done, total)

    return progress
