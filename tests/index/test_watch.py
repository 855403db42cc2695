"""A folder that is followed."""

import threading
import time

import pytest

from chatbot.index.builder import BuildReport
from chatbot.index.watch import watch
from chatbot.settings import Settings
from tests.support.index import build


def test_a_changed_folder_is_followed_until_it_is_stopped(settings: Settings) -> None:
    stop, built = threading.Event(), threading.Semaphore(0)
    builds: list[BuildReport] = []

    def update() -> bool:
        builds.append(build(settings))
        built.release()
        return True

    following = threading.Thread(target=watch, args=(settings.knowledge, update, stop, 0.01))
    following.start()
    assert built.acquire(timeout=20)
    (settings.knowledge / "new.md").write_text("# New\n\nA new one.\n")
    assert built.acquire(timeout=20)
    stop.set()
    following.join(20)
    assert not following.is_alive()
    assert [report.added for report in builds] == [2, 1]


def test_a_file_that_only_an_update_saw_does_not_stay_in_the_index(settings: Settings) -> None:
    stop, new = threading.Event(), settings.knowledge / "new.md"
    changes: list[tuple[int, int]] = []

    def update() -> bool:
        if not changes:  # after the look that called for it, and before the next one
            new.write_text("# New\n\nA new one.\n")
        report = build(settings)
        new.unlink(missing_ok=True)
        changes.append((report.added, report.removed))
        if len(changes) == 2:
            stop.set()
        return True

    following = threading.Thread(target=watch, args=(settings.knowledge, update, stop, 0.01))
    following.start()
    following.join(20)
    stop.set()
    assert changes == [(3, 0), (0, 1)]


def test_a_change_is_noticed_before_the_next_look(settings: Settings) -> None:
    class Noticed(Exception):
        pass

    def update() -> bool:
        if build(settings).added == 1:
            raise Noticed
        new = settings.knowledge / "new.md"
        threading.Timer(0.2, new.write_text, ["# New\n\nA new one.\n"]).start()
        return True

    began = time.monotonic()
    with pytest.raises(Noticed):
        watch(settings.knowledge, update, every=60)
    assert time.monotonic() - began < 30


def test_an_update_that_failed_is_tried_again_without_a_change(settings: Settings) -> None:
    stop = threading.Event()
    tries: list[float] = []

    def update() -> bool:
        tries.append(time.monotonic())
        if len(tries) == 3:
            stop.set()
        return len(tries) == 2  # the third is after a change

    threading.Timer(0.5, (settings.knowledge / "eu.md").write_text, ["# EU\n\nOther.\n"]).start()
    watch(settings.knowledge, update, stop, every=0.02, retry=0.1)
    assert len(tries) == 3
    assert tries[1] - tries[0] >= 0.1
    assert tries[2] - tries[0] >= 0.4


def test_a_new_day_is_a_change(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, days = threading.Event(), ["2031-05-01"]
    monkeypatch.setattr("chatbot.index.watch.today", lambda: days[-1])

    def update() -> bool:
        days.append(f"2031-05-0{len(days) + 1}")
        if len(days) == 4:
            stop.set()
        return True

    following = threading.Thread(target=watch, args=(settings.knowledge, update, stop, 0.01))
    following.start()
    following.join(20)
    stop.set()
    assert len(days) == 4
