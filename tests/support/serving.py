"""Starts the service, or another server, in a process of its own."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.support import ROOT

SCRIPTED = ["-m", "tests.support.api_server"]  # with the port
LLAMA_SERVER = ["-m", "tests.support.llama_server"]  # with a port, a key and more


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(
    url: str, process: subprocess.Popen[bytes] | None = None, seconds: float = 180
) -> None:
    """Until ``url`` answers 200."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        assert process is None or process.poll() is None, "the server ended"
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{url} did not become ready")


class Replica:
    """One process; ``log`` is its stderr so far."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process, self.port, self._log = process, port, log
        self.url = f"http://127.0.0.1:{port}"

    @property
    def log(self) -> str:
        return self._log.read_text()


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, object]) -> Iterator[Replica]:
    """A server that gets its port as CHATBOT_PORT and in place of ``PORT``; killed at the end."""
    port = free_port()
    env = os.environ | {"PYTHONPATH": str(ROOT), "CHATBOT_PORT": str(port)}
    env |= {name: str(value) for name, value in environment.items()}
    with tempfile.TemporaryDirectory(prefix="peregrine-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, *(str(port) if word == "PORT" else word for word in command)],
                env=env,
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=stream,
            )
        try:
            yield Replica(process, port, log)
        finally:
            process.kill()
            process.wait()


def scripted(environment: Mapping[str, object]) -> AbstractContextManager[Replica]:
    """The service with a scripted model."""
    return running([*SCRIPTED, "PORT"], environment)


def environment(folder: Path) -> dict[str, Any]:
    knowledge = folder / "knowledge"
    knowledge.mkdir()
    (knowledge / "us.md").write_text(
        "# US returns\n\nCustomers in the US can return a product within 45 days of delivery.\n"
    )
    return {
        "CHATBOT_KNOWLEDGE": knowledge,
        "CHATBOT_INDEX": folder / "index",
        "CHATBOT_DATA": folder / "data",
    }
