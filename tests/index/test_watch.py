"""A folder that is followed."""

import threading
import time

import pytest

from chatbot.index.builder import BuildReport
from chatbot.index.watch import watch
from chatbot.settings import Settings
from tests.support.index import build


def test_a_changed_folder_is_followed(settings: Settings) -> None:
    looks = 0
    builds: list[BuildReport] = []

    def going() -> bool:
        nonlocal looks
        looks += 1
        if looks == 3:
            (settings.knowledge / "new.md").write_text("# New\n\nA new one.\n")
        return looks < 8

    watch(settings.knowledge, lambda: builds.append(build(settings)), going, every=0.01)
    assert [report.added for report in builds] == [2, 1]


def test_a_change_is_noticed_before_the_next_look(settings: Settings) -> None:
    class Noticed(Exception):
        pass

    def update() -> None:
        if build(settings).added == 1:
            raise Noticed
        new = settings.knowledge / "new.md"
        threading.Timer(0.2, new.write_text, ["# New\n\nA new one.\n"]).start()

    began = time.monotonic()
    with pytest.raises(Noticed):
        watch(settings.knowledge, update, every=60)
    assert time.monotonic() - began < 30
