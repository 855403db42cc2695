"""How often a key may ask: a token bucket for each, on a clock that nobody moves.

The libraries for this count with the time of day; there a clock that is set back keeps a key out
for as long as it was set back. ``time.monotonic`` does not move with it.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

_MANY = 10_000  # buckets, from which on full ones are dropped
_FULL_AFTER = 60.0  # seconds


@dataclass
class _Bucket:
    left: float
    at: float


@dataclass(frozen=True)
class Verdict:
    """A refused request may be repeated in ``retry_after`` seconds."""

    allowed: bool
    retry_after: int


class RateLimiter:
    """One bucket for each name: it holds one minute's requests and fills up evenly."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._many = _MANY

    def take(self, name: str, per_minute: int) -> Verdict:
        """Count a request of ``name``, if it is within its limit."""
        now = self._clock()
        if len(self._buckets) > self._many:
            self._drop_full(now)
        bucket = self._buckets.setdefault(name, _Bucket(per_minute, now))
        grown = bucket.left + (now - bucket.at) * per_minute / 60
        bucket.left, bucket.at = min(grown, per_minute), now
        allowed = bucket.left >= 1
        if allowed:
            bucket.left -= 1
        wait = 0 if allowed else math.ceil((1 - bucket.left) * 60 / per_minute)
        return Verdict(allowed, wait)

    def _drop_full(self, now: float) -> None:
        """Forget who has not asked for a minute: a new bucket is as full as theirs."""
        recent = {name: b for name, b in self._buckets.items() if now - b.at < _FULL_AFTER}
        self._buckets, self._many = recent, max(_MANY, 2 * len(recent))
