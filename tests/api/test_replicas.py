"""Two replicas on one PostgreSQL and, where it is installed, one Milvus: what is imported beside
them, and behind nginx with the configuration that is shipped."""

import asyncio
import importlib.util
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from chatbot.index.builder import update_index
from chatbot.settings import load_settings
from chatbot.store import Store
from chatbot.store.approved import ApprovedText
from tests.support import ROOT
from tests.support.postgres import Server, find_binaries, running_server
from tests.support.scripted import US, HashedEmbeddings
from tests.support.serving import Replica, environment, free_port, running, scripted, wait_for
from tests.support.site_server import Site, page, serving

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = pytest.mark.skipif(not find_binaries(), reason="needs PostgreSQL")


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


@dataclass
class Service:
    """Two replicas, what they share, and keys of those who see everything but groups, and of the
    public."""

    replicas: tuple[Replica, Replica]
    postgres: Server
    given: dict[str, Any]
    inside: str
    public: str

    def check(self, text: str, key: str) -> list[list[dict[str, Any]]]:
        """What each replica says to whether the documents say ``text``."""
        heads = {"Authorization": f"Bearer {key}"}
        return [
            httpx.post(f"{each.url}/check", json={"text": text}, headers=heads).json()["sentences"]
            for each in self.replicas
        ]

    def ask(self, question: str, key: str) -> list[dict[str, Any]]:
        """The answer of each replica."""
        heads = {"Authorization": f"Bearer {key}"}
        return [
            httpx.post(f"{each.url}/predict", json={"question": question}, headers=heads).json()
            for each in self.replicas
        ]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("replicas")
    binaries = find_binaries()
    assert binaries
    with running_server(binaries) as postgres, _milvus(folder) as vectors:
        given = environment(folder) | vectors
        given |= {
            "CHATBOT_DATABASE": postgres.url,
            "CHAINLIT_AUTH_SECRET": "s" * 40,
            "CHATBOT_API_REQUESTS_PER_MINUTE": 100000,
        }
        inside, public = asyncio.run(_add_keys(postgres.url))
        with scripted(given) as one, scripted(given) as two:
            for replica in (one, two):
                wait_for(f"{replica.url}/readyz", replica.process)
            yield Service((one, two), postgres, given, inside, public)


@contextmanager
def _milvus(folder: Path) -> Iterator[dict[str, Any]]:
    """The settings for a server of Milvus' own protocol; none where it is not installed."""
    if not importlib.util.find_spec("milvus_lite"):
        yield {}
        return
    port = free_port()
    command = ["-m", "milvus_lite", "server", "--host", "127.0.0.1", "--port", str(port)]
    with running([*command, "--data-dir", str(folder / "milvus")], {}):
        yield {
            "CHATBOT_VECTOR_STORE": "milvus",
            "CHATBOT_MILVUS_URI": f"http://127.0.0.1:{port}",
        }


def test_what_is_imported_beside_two_replicas_is_known_to_both(service: Service) -> None:
    """One importer at a time; one that is killed lets the next one go on at once, with nothing lost
    or doubled; audiences and approved answers hold on both replicas."""
    knowledge = Path(service.given["CHATBOT_KNOWLEDGE"])
    names = [f"/{folder}/p{n}" for folder in ("open", "staff") for n in range(15)]
    with serving() as site:
        site.pages["/"] = page("Home", "<p>Welcome.</p>", tuple(names))
        for n, name in enumerate(names):
            text = f"<p>The zeppelin{n} lands at pier {n} daily.</p>"
            site.pages[name] = page(name[1:], text, ("/",))
        first = _importing(service, site)
        _until(lambda: sum(site.asked.values()) > 8, pause=0.001)
        site.answers.clear()
        second = _importing(service, site)
        assert second.wait() == 1 and second.stderr
        assert b"Another 'chatbot import' is at work" in second.stderr.read()
        assert first.poll() is None
        first.kill()
        first.wait()
        site.answers.set()
        assert _importing(service, site).wait() == 0
        address = site.address
        assert sum(site.asked[name] for name in names) <= len(names) + 4
    found = sorted(path.stem for path in (knowledge / "imports" / "acme").rglob("*.md"))
    assert found == sorted(["index", *(name.rpartition("/")[2] for name in names)])
    open_to_all = knowledge / "imports" / "acme" / "open" / ".audience"
    open_to_all.write_text("public\n")
    said = "The zeppelin3 lands at pier 3 daily."
    hidden = "The zeppelin18 lands at pier 18 daily."

    def supported(text: str, key: str) -> list[bool]:
        return [each[0]["supported"] for each in service.check(text, key)]

    _until(lambda: supported(said, service.public) == [True, True])
    assert supported(hidden, service.public) == [False, False]
    assert supported(hidden, service.inside) == [True, True]
    for each in service.check(said, service.public):
        assert each[0]["citation"]["address"] == f"{address}/open/p3"
    answers = service.ask("Where does zeppelin18 land daily?", service.public)
    assert not any("/staff/" in passage["path"] for a in answers for passage in a["passages"])
    assert [_ready(replica.url)["vector_store"] for replica in service.replicas] == ["ok", "ok"]
    asyncio.run(_approve(service.postgres.url, "Who feeds the zeppelins?", "Olga does."))
    _until(lambda: _approved(service, service.inside) == ["Olga does."] * 2)
    assert "Olga does." not in _approved(service, service.public)


def _importing(service: Service, site: Site) -> "subprocess.Popen[bytes]":
    """``chatbot import`` in a process of its own, one page at a time."""
    knowledge = str(service.given["CHATBOT_KNOWLEDGE"])
    options = ["--name", "acme", "--allow-private", "--connections", "1", "--knowledge", knowledge]
    command = [sys.executable, "-m", "chatbot", "import", "web", site.address, *options]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=ROOT)


def _approved(service: Service, key: str) -> list[str]:
    return [str(a["answer"]) for a in service.ask("Who feeds the zeppelins?", key)]


@pytest.mark.skipif(not NGINX, reason="needs nginx")
def test_two_replicas_are_one_service(service: Service, tmp_path: Path) -> None:
    """Keys, sessions and index generations are shared; one can leave, and the database can fail,
    without a request failing."""
    one, two = service.replicas
    key, postgres = service.inside, service.postgres
    with proxy(tmp_path, [one.port, two.port]) as url:
        wait_for(f"{url}/healthz")
        client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=20)
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
            old = max(_ready(replica.url)["index"] for replica in (one, two))
            (Path(service.given["CHATBOT_KNOWLEDGE"]) / "uk.md").write_text("# UK\n\n60 days.\n")
            _index(service.given)
            for replica in (one, two):
                _until(lambda: _ready(replica.url)["index"] > old)  # noqa: B023
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


async def _add_keys(url: str) -> tuple[str, str]:
    store = Store(url)
    _, inside = await store.keys.add("shop")
    _, public = await store.keys.add("site", groups=())
    await store.close()
    return inside, public


async def _approve(url: str, question: str, answer: str) -> None:
    store = Store(url)
    await store.approved.add(ApprovedText(question, answer), "olga")
    await store.close()


def _ready(url: str) -> dict[str, Any]:
    body: dict[str, Any] = httpx.get(f"{url}/readyz").json()
    return body


def _until(true: Any, seconds: float = 20, pause: float = 0.1) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(pause)


def _answers(url: str, key: str) -> float:
    numbers = httpx.get(f"{url}/metrics", headers={"Authorization": f"Bearer {key}"}).text
    name = 'peregrine_answers_total{outcome="answered"} '
    return next((float(s.split()[-1]) for s in numbers.splitlines() if s.startswith(name)), 0.0)


def _index(given: dict[str, Any]) -> None:
    """As a job elsewhere does, with the embeddings that the replicas have."""
    own = {name.removeprefix("CHATBOT_").lower(): value for name, value in given.items()}
    wanted = ("knowledge", "index", "vector_store", "milvus_uri")
    settings = load_settings(**{name: own[name] for name in wanted if name in own})
    update_index(settings, "bundled", HashedEmbeddings, wait=30)
