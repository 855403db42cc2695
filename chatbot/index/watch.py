"""Keep the index up to date while the knowledge folder changes."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import watchfiles

from chatbot.errors import KnowledgeError
from chatbot.knowledge.documents import Stamp, list_folder
from chatbot.knowledge.front_matter import today

_EVERY = 0.4  # seconds between two looks; a look at 4,000 files takes about 20 ms
_AGAIN = 0.1  # after a look that found a change
_SETTLE_MS = 10  # changes this close together wake once
_RETRY = 30.0  # seconds after an update that failed
_AT_LEAST = 3600.0  # seconds until the next one without a change: what failed may work then

_Look = tuple[dict[str, Stamp], dict[str, int], str]


def watch(
    folder: Path,
    update: Callable[[], bool],
    stop: threading.Event | None = None,
    every: float = _EVERY,
    retry: float = _RETRY,
) -> None:
    """Call ``update`` now, after every change of the folder, when a new day begins, on which
    documents can begin and end, and each hour, until ``stop`` is set.

    An ``update`` that returns ``False`` failed: without a change it is called again after
    ``retry`` seconds.

    The folder is listed every so many seconds, which also works on network drives, and at once
    where the system tells of a change. A change counts once two looks agree, so a file that is
    still being copied is not read. What came and went while ``update`` ran, which may have seen
    it, is a change too: the times of the folders tell.
    """
    stop = stop or threading.Event()
    changes = _changes(folder, every, stop)
    done: _Look | None = None
    last: _Look | None = None
    again = math.inf  # by the monotonic clock
    while not stop.is_set():
        now = _look(folder)
        if time.monotonic() >= again or (now != done and (now == last or done is None)):
            done = now
            again = time.monotonic() + (_AT_LEAST if update() else retry)
        last = now
        if now == done:
            next(changes)
        else:
            stop.wait(min(every, _AGAIN))


def _changes(folder: Path, every: float, stop: threading.Event) -> Iterator[None]:
    """Goes on with each change that the system tells of, and every so many seconds without, and
    when ``stop`` is set."""
    # Gone, or more folders than may be subscribed to: not tried again, it reads the whole folder.
    with suppress(OSError, RuntimeError):
        for _ in watchfiles.watch(
            folder,
            watch_filter=None,
            step=_SETTLE_MS,
            debounce=10 * _SETTLE_MS,
            rust_timeout=max(1, round(1000 * every)),
            yield_on_timeout=True,
            stop_event=stop,
            ignore_permission_denied=True,
        ):
            yield
    while True:
        stop.wait(every)
        yield


def _look(folder: Path) -> _Look:
    """The files, the folders that hold them with the time of their last change in ns, the day."""
    try:
        listing = list_folder(folder)
        files = listing.documents | listing.audiences
        holders = {path.rpartition("/")[0] for path in files} | {""}
        return files, {name: (folder / name).stat().st_mtime_ns for name in holders}, today()
    except (KnowledgeError, OSError):  # empty or gone for a moment: 'update' says so
        return {}, {}, today()
