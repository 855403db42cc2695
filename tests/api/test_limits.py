"""Requests a minute, by a clock that nobody sets."""

import time

import pytest

from chatbot.api.limits import RateLimiter


def test_the_limit_does_not_follow_the_time_of_day(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    limiter = RateLimiter(lambda: now[0])
    assert [limiter.take("k", 2).allowed for _ in range(3)] == [True, True, False]
    monkeypatch.setattr(time, "time", lambda: 0.0)  # set back by decades
    now[0] += 31
    assert limiter.take("k", 2).allowed


def test_who_has_not_asked_for_a_minute_is_forgotten() -> None:
    now = [0.0]
    limiter = RateLimiter(lambda: now[0])
    for number in range(10_000):
        limiter.take(str(number), 1)
    now[0] = 30.0
    assert not limiter.take("0", 1).allowed
    assert limiter.take("late", 1).allowed
    now[0] = 61.0
    assert limiter.take("new", 1).allowed
    assert set(limiter._buckets) == {"0", "late", "new"}
