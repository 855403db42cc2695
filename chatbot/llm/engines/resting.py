"""When the thread that steps a model rests, so that others have their turn.

OpenVINO's ``step()`` keeps Python's lock. Who waits for it gets one turn between two steps: a page
that asks for something, or a person who stops an answer, needs ten of them, and so ten steps.
"""

from collections.abc import Sequence

# Seconds, after pieces were passed on; longer after the first one of an answer, which has the
# longest way and for which a person waits.
_REST = 0.0003
_REST_FIRST = 0.003

# Behind a step that took so long, as those do that read a prompt, all that waited has its turns:
# so many seconds at least, a share of the step's own, and so many at most. A step is longer where
# other programs hold the processor, and so are the turns.
_LONG, _REST_LONG, _SHARE, _REST_MOST = 0.5, 0.03, 0.02, 0.2


def rest(took: float, before: Sequence[float | None], passed: Sequence[float | None]) -> float:
    """Seconds to rest behind a step of ``took`` seconds; ``before`` and ``passed`` say when the
    last pieces of each request were passed on, before the step and after it."""
    if took > _LONG:
        return min(_REST_MOST, max(_REST_LONG, _SHARE * took))
    if passed == before:
        return 0.0
    return _REST_FIRST if passed.count(None) < before.count(None) else _REST
