"""What ``chatbot serve`` says while it starts, to a person at a terminal and to a log."""

import logging
import os
import pty
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from chatbot.api.server import _check_port, make_config
from chatbot.api.starting import progress_lines
from chatbot.errors import ConfigurationError
from chatbot.settings import Settings
from tests.support import ROOT
from tests.support.serving import SCRIPTED, environment, free_port


def test_a_terminal_is_told_the_address_the_building_and_the_end_of_it(tmp_path: Path) -> None:
    port, (ours, theirs) = free_port(), pty.openpty()
    env = os.environ | {name: str(value) for name, value in environment(tmp_path).items()}
    command = [sys.executable, *SCRIPTED, str(port)]
    process = subprocess.Popen(command, env=env, cwd=ROOT, stderr=theirs)
    os.close(theirs)
    shown = ""
    try:
        while "Ready" not in shown:
            shown += os.read(ours, 4096).decode()
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert f"The page and the API are at http://127.0.0.1:{port}\r\n" in shown
    first, last = shown.index("Building the first index, of "), shown.index("Ready: ")
    assert first < shown.index("Building the index: 1 of 1 passages") < last
    assert "Ready: scripted answers from 1 documents" in shown
    assert "{" not in shown


def test_progress_is_a_line_every_few_seconds(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    progress = progress_lines("%d of %d", lambda: now[0])
    with caplog.at_level(logging.INFO, "chatbot.api.starting"):
        for done in range(1, 12):
            progress(done, 11)
            now[0] += 0.5
    assert caplog.messages == ["1 of 11", "5 of 11", "9 of 11", "11 of 11"]


def test_an_idle_connection_is_not_closed_before_the_proxys_end(settings: Settings) -> None:
    given = Path(ROOT, "deploy/nginx.conf.template").read_text()
    told = re.search(r"keepalive_timeout (\d+)s", given)  # else nginx's own 60 s
    assert make_config(None, settings).timeout_keep_alive > int(told[1] if told else 60)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost", "::1", "::"])
def test_an_address_of_either_family_is_tried(host: str, settings: Settings) -> None:
    try:
        listening = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("needs IPv6")
    with listening:
        port = listening.getsockname()[1]
        _check_port(settings.model_copy(update={"host": host, "port": 0}))
        if host.startswith("::"):
            with pytest.raises(ConfigurationError, match=f"Port {port} on {host} .*in use"):
                _check_port(settings.model_copy(update={"host": host, "port": port}))


@pytest.mark.parametrize("host", ["nowhere.invalid", "a..b", "192.0.2.1"])
def test_an_address_of_another_machine_is_named(host: str, settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match=host):
        _check_port(settings.model_copy(update={"host": host}))
