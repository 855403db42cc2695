"""The line about a larger model that is made ready."""

from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from chatbot.llm.preparation import Phase, State
from chatbot.page.model import model_state


def told(state: State | None) -> dict[str, Any]:
    service: Any = SimpleNamespace(models=SimpleNamespace(preparing=state))
    client = TestClient(Starlette(routes=[model_state(service)]))
    return dict(client.get("/desk/model").json())


@pytest.mark.parametrize(
    ("phase", "over", "answers"),
    [("fetching", False, False), ("failed", True, False), ("answers", True, True)],
)
def test_the_page_can_tell_a_model_that_answers_from_one_that_will(
    phase: Phase, over: bool, answers: bool
) -> None:
    said = told(State("Large", phase, 50, 100, "The disk is full."))
    assert said["text"]
    assert (said["over"], said["answers"]) == (over, answers)


def test_where_nothing_is_made_ready_nothing_is_said() -> None:
    assert told(None) == {"text": "", "over": True, "answers": False}
