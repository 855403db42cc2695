"""Keep the index up to date while the knowledge folder changes."""

import time
from collections.abc import Callable
from pathlib import Path

from chatbot.errors import KnowledgeError
from chatbot.knowledge.documents import Stamp, list_files

_EVERY = 0.4  # seconds between two looks; a look at 4,000 files takes about 20 ms
_AGAIN = 0.1  # after a look that found a change


def watch(
    folder: Path,
    update: Callable[[], None],
    going: Callable[[], bool] = lambda: True,
    every: float = _EVERY,
) -> None:
    """Call ``update`` now and after every change of the folder, as long as ``going()``.

    The folder is listed rather than subscribed to, which also works on network drives. A change
    counts once two looks agree, so a file that is still being copied is not read.
    """
    done: dict[str, Stamp] | None = None
    last: dict[str, Stamp] | None = None
    while going():
        now = _look(folder)
        if now != done and (now == last or done is None):
            done = now
            update()
        last = now
        time.sleep(every if now == done else min(every, _AGAIN))


def _look(folder: Path) -> dict[str, Stamp]:
    try:
        return list_files(folder)
    except (KnowledgeError, OSError):  # empty or gone for a moment: 'update' says so
        return {}
