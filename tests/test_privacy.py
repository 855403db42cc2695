"""Telemetry of libraries."""

import pytest

from chatbot.privacy import quiet_libraries, tracing_on


def test_telemetry_is_off_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_DISABLE_TELEMETRY", raising=False)
    monkeypatch.delenv("HF_HUB_DISABLE_PROGRESS_BARS", raising=False)
    monkeypatch.setenv("TRACELOOP_TELEMETRY", "true")
    quiet_libraries()
    import os

    assert os.environ["HF_HUB_DISABLE_TELEMETRY"] == "1"
    assert os.environ["TRACELOOP_TELEMETRY"] == "true"
    assert os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] == "1"  # nothing drawn into a pipe
    assert tracing_on() == {}
