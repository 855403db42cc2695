"""Read files of formats that need a parser in a process of its own.

A damaged or hostile file can make a parser loop for ever, eat all memory or crash. So one worker
process, with limits on its address space and on its processor time for each file, reads them one
by one; when it does not answer in time or dies, it is ended, the file is reported, and the next
file gets a new worker. So does the file after one that took much memory: what a parser leaves
behind must not count against the next.
"""

import atexit
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import Extracted, Place, Rows
from chatbot.knowledge.formats import extract

SECONDS = 60.0  # by the clock: other work on the machine must not fail a file
_PROCESSOR_SECONDS = 20
_MEMORY = 2_000_000_000  # bytes of address space of a worker
_FOR_A_FILE = 1_000_000_000  # bytes that one file may add to what the worker holds
_NEARLY = 0.75  # of those: where a file takes more and fails, it failed for want of memory
_TOO_MUCH = "reading it takes too much memory"
_TIRED = 1_000_000_000  # one that holds more after a file reads no other
_GOES_ON = b"goes on\n"  # what the worker says before a page that takes seconds
_lock = threading.Lock()
_worker: "_Worker | None" = None


def extract_apart(path: Path, seconds: float = SECONDS) -> Extracted:
    """The text of ``path`` (as :func:`~chatbot.knowledge.formats.extract`), by a worker.

    Raises:
        DocumentError: it cannot be read, takes longer than ``seconds``, or ends the worker.
    """
    global _worker
    with _lock:
        if _worker is None:
            _worker = _Worker()
        answer = _worker.ask(str(path.absolute()), seconds)
        if "ended" in answer or answer.get("tired"):
            _worker.end()
            _worker = None
    if "text" not in answer:
        may_pass = "ended" in answer or answer["may_pass"]
        raise DocumentError(answer.get("reason") or answer["ended"], may_pass=may_pass)
    return _to_extracted(answer)


def _to_extracted(answer: dict[str, Any]) -> Extracted:
    return Extracted(
        answer["text"],
        answer["title"],
        tuple((offset, label) for offset, label in answer["pages"]),
        tuple(Place(*values) for values in answer["headings"]),
        tuple(Rows(start, end, names, tuple(at)) for start, end, names, at in answer["tables"]),
        tuple(answer["notes"]),
        tuple(answer["records"]),
        answer["body"],
    )


def _answer(found: Extracted) -> dict[str, Any]:
    return vars(found) | {
        "headings": [(place.start, place.level, place.text) for place in found.headings],
        "tables": [(rows.start, rows.end, rows.columns, rows.at) for rows in found.tables],
    }


class _Worker:
    """A process that reads one JSON line with a path and writes one with the text."""

    def __init__(self) -> None:
        root = str(Path(__file__).resolve().parents[2])
        paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from chatbot.knowledge.apart import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": paths},
        )
        atexit.register(self.end)

    def ask(self, path: str, seconds: float) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(path).encode() + b"\n")
            self._process.stdin.flush()
            line = _line(self._process.stdout.fileno(), seconds)
            while line and line.endswith(_GOES_ON):
                line = _line(self._process.stdout.fileno(), seconds)
        except BrokenPipeError:
            line = b""
        if line is None:
            return {"ended": f"reading it takes more than {seconds:.0f} seconds"}
        if not line:
            if self._process.wait() == -signal.SIGXCPU:
                return {"ended": f"reading it takes more than {_PROCESSOR_SECONDS} seconds"}
            return {"ended": "reading it takes too much memory or crashes the reader"}
        return dict(json.loads(line.removesuffix(b"\n").rpartition(b"\n")[2]))

    def end(self) -> None:
        atexit.unregister(self.end)
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue


def _line(descriptor: int, seconds: float) -> bytes | None:
    """The next line; empty when the other end is gone, ``None`` when it is too late."""
    import time

    until = time.monotonic() + seconds
    pieces: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0.0, until - time.monotonic())):
                return None
            piece = os.read(descriptor, 1 << 20)
            if not piece:
                return b""
            pieces.append(piece)
            if piece.endswith(b"\n"):
                return b"".join(pieces)


def serve() -> None:
    """Run as the worker: read paths from stdin until it closes."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a parser prints must not get between the answers

    def begin() -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        until = int(used.ru_utime + used.ru_stime) + 1 + _PROCESSOR_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))

    def begin_page() -> None:
        """Each page whose text is recognised has the time of a file."""
        begin()
        out.write(_GOES_ON)
        out.flush()

    for line in sys.stdin.buffer:
        begin()
        answer = _read(Path(json.loads(line)), begin_page)
        answer["tired"] = _address_space() > _TIRED
        out.write(json.dumps(answer).encode() + b"\n")
        out.flush()


def _read(path: Path, begin_page: Callable[[], None]) -> dict[str, Any]:
    """The answer about a file, for which the process may take so much memory and no more."""
    held, largest = _address_space(), _largest()
    resource.setrlimit(resource.RLIMIT_AS, (min(held + _FOR_A_FILE, _MEMORY), _MEMORY))
    try:
        return _answer(extract(path.suffix.lower(), path.read_bytes(), begin_page))
    except DocumentError as exc:
        reason, may_pass = str(exc), False
    except OSError as exc:
        reason, may_pass = f"it cannot be read ({exc.strerror})", True
    except MemoryError:
        reason, may_pass = _TOO_MUCH, True
    # Parsers that get no more memory call it damage.
    if largest < _largest() > held + _NEARLY * _FOR_A_FILE:
        reason, may_pass = _TOO_MUCH, True
    return {"reason": reason, "may_pass": may_pass}


def _largest() -> int:
    """The most bytes that this process ever had; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmPeak")), 0)


def _address_space() -> int:
    """Bytes of this process; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0
