"""The end of ``chatbot serve``: SIGTERM lets answers finish, Ctrl-C ends them and says so."""

import asyncio
import json
import logging
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from chatbot.api.server import _is_fault
from tests.support.scripted import US
from tests.support.serving import Replica, environment, scripted, wait_for

SLOWLY = f"{US} Say it slowly."
HEAVILY = f"{US} Think heavily."
WHY = "The service is stopping and did not answer this; ask again in a moment."
AT_MOST = 5.0  # seconds


def asking(question: str, stream: bool = False) -> dict[str, Any]:
    messages = [{"role": "user", "content": question}]
    return {"model": "peregrine", "messages": messages, "stream": stream}


def lines_of(replica: Replica, question: str, begun: threading.Event) -> list[str]:
    lines: list[str] = []
    url = f"{replica.url}/v1/chat/completions"
    with httpx.stream("POST", url, json=asking(question, stream=True), timeout=40) as stream:
        for line in filter(None, stream.iter_lines()):
            lines.append(line)
            begun.set()
    return lines


@contextmanager
def answering(
    given: dict[str, Any],
) -> Iterator[tuple[Replica, ThreadPoolExecutor, Future[list[str]]]]:
    """A replica, clients, and the lines of a slow stream that has begun."""
    with scripted(given) as replica, ThreadPoolExecutor() as clients:
        wait_for(f"{replica.url}/readyz", replica.process)
        begun = threading.Event()
        stream = clients.submit(lines_of, replica, SLOWLY, begun)
        assert begun.wait(30)
        yield replica, clients, stream


def ended(replica: Replica, since: float) -> tuple[int, float]:
    return replica.process.wait(timeout=40), time.monotonic() - since


def test_sigterm_lets_answers_finish_and_refuses_new_ones(tmp_path: Path) -> None:
    given = environment(tmp_path) | {"CHATBOT_DRAIN_NOTICE": 0.5}
    with answering(given) as (replica, _, reading):
        replica.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        ready = httpx.get(f"{replica.url}/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "stopping")
        refused = httpx.post(f"{replica.url}/predict", json={"question": US})
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "1"
        lines = reading.result(timeout=30)
        assert lines[-1] == "data: [DONE]"
        said = [json.loads(line[6:])["choices"][0]["delta"].get("content") for line in lines[:-1]]
        assert "".join(filter(None, said)).split()[-1] == "word59"
        assert replica.process.wait(timeout=15) == 0
        assert '"message": "Stopping' in replica.log


@pytest.mark.parametrize("ctrl_c", [True, False])
def test_answers_that_are_not_waited_for_are_told_so(ctrl_c: bool, tmp_path: Path) -> None:
    """By Ctrl-C, and by a second SIGTERM."""
    given = environment(tmp_path) | {"CHATBOT_ANSWERS_AT_ONCE": 3}
    with answering(given) as (replica, clients, stream):
        asked: list[Future[httpx.Response]] = [
            clients.submit(httpx.post, replica.url + path, json=body, timeout=40)
            for path, body in (
                ("/predict", {"question": SLOWLY}),
                ("/predict", {"question": HEAVILY}),
                ("/v1/chat/completions", asking(SLOWLY)),
                ("/check", {"text": f"{HEAVILY} Within 45 days."}),
            )
        ]
        while not httpx.get(f"{replica.url}/readyz").json()["waiting"]:  # one of them in the line
            time.sleep(0.02)
        since = time.monotonic()
        if ctrl_c:
            replica.process.send_signal(signal.SIGINT)
        else:
            replica.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            replica.process.send_signal(signal.SIGTERM)
        status, seconds = ended(replica, since)
        for response in (each.result() for each in asked):
            assert response.status_code == 503
            assert response.headers["Retry-After"] == "1"
            assert WHY in response.text
        last = json.loads(stream.result()[-1].removeprefix("data: "))
        assert (last["error"]["code"], last["error"]["message"]) == ("stopping", WHY)
        assert status == (130 if ctrl_c else 0)
        assert seconds < AT_MOST
        assert "Traceback" not in replica.log


def test_what_the_end_cancels_is_logged_as_no_fault() -> None:
    def is_kept(raised: BaseException) -> bool:
        told = (type(raised), raised, None)
        record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, "Exception", None, told)
        return _is_fault(record)

    assert not is_kept(asyncio.CancelledError())
    assert is_kept(RuntimeError("disk"))


def test_what_outlasts_the_drain_is_told_so(tmp_path: Path) -> None:
    given = environment(tmp_path) | {"CHATBOT_DRAIN_NOTICE": 0, "CHATBOT_DRAIN_SECONDS": 0.5}
    with answering(given) as (replica, _, stream):
        since = time.monotonic()
        replica.process.send_signal(signal.SIGTERM)
        status, seconds = ended(replica, since)
        assert WHY in stream.result()[-1]
        assert status == 0
        assert seconds < 0.5 + AT_MOST
        assert "Traceback" not in replica.log
