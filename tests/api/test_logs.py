"""Logs of requests: one JSON object a line, with conversations only when asked."""

import io
import json
import logging
from typing import Any

import pytest

from chatbot.api.logs import set_up_logging
from chatbot.settings import Settings
from tests.support.api import client_of
from tests.support.scripted import US


@pytest.mark.parametrize("allowed", [False, True])
async def test_logs_hold_conversations_only_when_asked(
    small: Settings, api: Any, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.state.parts.settings = chosen = small.model_copy(
        update={"log_conversations": allowed, "log_format": "json"}
    )
    lines = io.StringIO()
    monkeypatch.setattr("sys.stderr", lines)
    monkeypatch.setattr(logging.root, "handlers", [])
    set_up_logging(chosen)
    async with client_of(api) as client:
        await client.post("/predict", json={"question": US}, headers={"X-Request-ID": "r1"})
    try:
        raise ValueError(US)
    except ValueError:
        logging.getLogger("chatbot").exception("Failed")
    written = [json.loads(line) for line in lines.getvalue().splitlines()]
    line = next(entry for entry in written if entry["message"] == "request")
    assert line["request_id"] == "r1"
    assert (line["status"], line["caller"], line["outcome"]) == (200, "local", "answered")
    assert line["tokens"] == 13
    assert ("return a product" in lines.getvalue()) == allowed
    assert ("45 days" in lines.getvalue()) == allowed
