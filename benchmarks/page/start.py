"""Seconds from the start of the process to the first page, against an empty Chainlit app.

The index and the converted model exist already: this is what a restart costs. Runs alternate,
and medians are compared, because machines are shared.

    python -m benchmarks.page.start [--runs 3]
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks import ROOT

EMPTY = "import chainlit as cl\n\n@cl.on_message\nasync def answer(message):\n    pass\n"


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def seconds_to_page(command: list[str], folder: Path) -> float:
    """Start the server, fetch its page once, stop it."""
    port = free_port()
    started = time.monotonic()
    server = subprocess.Popen(
        [sys.executable, "-m", *command, "--port", str(port)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while time.monotonic() - started < 120:
            try:
                with urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                    return time.monotonic() - started
            except (URLError, OSError):
                time.sleep(0.05)
        raise SystemExit(f"{command} did not show a page within 120 s")
    finally:
        server.terminate()
        server.wait(30)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    ours: list[float] = []
    peer: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "empty.py").write_text(EMPTY, encoding="utf-8")
        for _ in range(runs):
            ours.append(seconds_to_page(["chatbot", "serve"], ROOT))
            peer.append(seconds_to_page(["chainlit", "run", "empty.py", "-h"], Path(folder)))
    mine, theirs = statistics.median(ours), statistics.median(peer)
    print(f"| Peregrine | empty Chainlit app | ratio |\n|---|---|---|\n"
          f"| {mine:.2f} s | {theirs:.2f} s | {mine / theirs:.2f} |")  # fmt: skip


if __name__ == "__main__":
    main()
