"""Two replicas behind nginx on one PostgreSQL, with the configuration that is shipped."""

import asyncio
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from chatbot.index.builder import update_index
from chatbot.settings import load_settings
from chatbot.store import Store
from tests.support import ROOT
from tests.support.postgres import find_binaries, running_server
from tests.support.scripted import US, HashedEmbeddings
from tests.support.serving import environment, free_port, scripted, wait_for

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
needs_servers = pytest.mark.skipif(
    not (NGINX and find_binaries()), reason="needs nginx and PostgreSQL"
)


@contextmanager
def proxy(folder: Path, ports: list[int]) -> Iterator[str]:
    """nginx with the shipped template in front of ``ports``."""
    port = free_port()
    servers = " ".join(f"server 127.0.0.1:{each};" for each in ports)
    values = {
        "PEREGRINE_LISTEN": f"127.0.0.1:{port}",
        "PEREGRINE_REPLICAS": servers,
        "NGINX_LOCAL_RESOLVERS": "127.0.0.1",  # for names; there are only addresses here
    }
    text = (ROOT / "deploy" / "nginx.conf.template").read_text()
    for name, value in values.items():
        text = text.replace(f"${{{name}}}", value)
    kinds = ("proxy", "client_body", "fastcgi", "uwsgi", "scgi")
    paths = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    whole = f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
    whole += f"http {{ access_log off; {paths}\n{text} }}"
    (folder / "nginx.conf").write_text(whole)
    process = subprocess.Popen([str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@needs_servers
def test_two_replicas_are_one_service(tmp_path: Path) -> None:
    """Keys, sessions and index generations are shared; one can leave, and the database can fail,
    without a request failing."""
    binaries = find_binaries()
    assert binaries
    with running_server(binaries) as postgres:
        given = environment(tmp_path) | {
            "CHATBOT_DATABASE": postgres.url,
            "CHAINLIT_AUTH_SECRET": "s" * 40,
            "CHATBOT_API_REQUESTS_PER_MINUTE": 100000,
        }
        key = asyncio.run(_add_key(postgres.url))
        with scripted(given) as one, scripted(given) as two:
            for replica in (one, two):
                wait_for(f"{replica.url}/readyz", replica.process)
            with proxy(tmp_path, [one.port, two.port]) as url:
                wait_for(f"{url}/healthz")
                client = httpx.Client(
                    base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=20
                )
                assert httpx.post(f"{url}/predict", json={"question": US}).status_code == 401
                assert client.get("/").status_code == 200
                assert client.get("/metrics").status_code == 404
                statuses: list[int] = []
                stop = threading.Event()

                def ask() -> None:
                    while not stop.is_set():
                        statuses.append(client.post("/predict", json={"question": US}).status_code)

                asking = [threading.Thread(target=ask) for _ in range(3)]
                for thread in asking:
                    thread.start()
                try:
                    time.sleep(1)
                    served = [_answers(replica.url, key) for replica in (one, two)]
                    assert min(served) > 0  # both of them
                    postgres.stop()
                    time.sleep(4)  # longer than keys count without a look
                    ready = httpx.get(f"{one.url}/readyz")
                    assert ready.status_code == 200
                    assert "database failed" in ready.json()["database"]
                    postgres.start()
                    (Path(given["CHATBOT_KNOWLEDGE"]) / "uk.md").write_text("# UK\n\n60 days.\n")
                    _index(given)
                    for replica in (one, two):
                        _until(lambda: _ready(replica.url)["index"] == "g00000002")  # noqa: B023
                        _until(lambda: _ready(replica.url)["database"] == "ok")  # noqa: B023
                    before = len(statuses)
                    one.process.send_signal(signal.SIGTERM)
                    assert one.process.wait(timeout=30) == 0
                    time.sleep(0.5)
                    assert len(statuses) > before
                finally:
                    stop.set()
                    for thread in asking:
                        thread.join()
                assert set(statuses) == {200}


async def _add_key(url: str) -> str:
    store = Store(url)
    _, key = await store.keys.add("shop")
    await store.close()
    return key


def _ready(url: str) -> dict[str, Any]:
    body: dict[str, Any] = httpx.get(f"{url}/readyz").json()
    return body


def _until(true: Any, seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.1)


def _answers(url: str, key: str) -> float:
    numbers = httpx.get(f"{url}/metrics", headers={"Authorization": f"Bearer {key}"}).text
    name = 'peregrine_answers_total{outcome="answered"} '
    return next((float(s.split()[-1]) for s in numbers.splitlines() if s.startswith(name)), 0.0)


def _index(given: dict[str, Any]) -> None:
    """As a job elsewhere does, with the embeddings that the replicas have."""
    settings = load_settings(knowledge=given["CHATBOT_KNOWLEDGE"], index=given["CHATBOT_INDEX"])
    update_index(settings, "bundled", HashedEmbeddings)
