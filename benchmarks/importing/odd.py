"""Sites that behave oddly, imported: each ends in a clear sentence, or leaves out what is odd.

    python -m benchmarks.importing.odd [NAME ...] [--jobs 6]

Each site of ``odd_sites`` has an address of its own on this machine and is imported by a process of
its own, twice. After each import: what came is whole and no more than it should be, an error is one
sentence, nothing is left over, and time, requests and memory are within bounds. Prints a line for
each site with something wrong, then one line of JSON.
"""

import argparse
import json
import multiprocessing
import re
import resource
import socketserver
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

from benchmarks.importing.odd_answers import Odd, Served, answer
from benchmarks.importing.odd_sites import SITES, SLOW
from chatbot.errors import ImportingError
from chatbot.importing.web.crawl import Bounds
from chatbot.importing.web.guard import PinnedTransport
from chatbot.importing.web.importer import import_site
from chatbot.knowledge.documents import load_document
from chatbot.knowledge.front_matter import front_matter

_NAMES = list(SITES)
_PAGES = 60
_ANSWER = 8.0  # seconds
_LONGEST = 240.0  # seconds for both imports, on a busy machine
_MOST_MEMORY = 1_500  # MB


class _OneSite(PinnedTransport):
    """The site itself may be here; everything else has to be public."""

    def _public_address(self, host: str, port: int) -> str:
        if host.startswith("127.1."):
            return host
        return super()._public_address(host, port)


def _served(odd: Odd, path: str) -> Served:
    found = odd.pages.get(path)
    if found is None:
        found = odd.rest if odd.rest is not None else answer("gone", "404 Not Found")
    return found


class _Handler(socketserver.StreamRequestHandler):
    timeout = 20.0

    def handle(self) -> None:
        with suppress(OSError):
            path = self.rfile.readline(70_000).split(b" ")[1].decode("latin-1")
            while self.rfile.readline(70_000).strip():
                pass
            host, port = self.request.getsockname()[:2]
            third, fourth = map(int, host.split(".")[2:])
            odd = SITES[_NAMES[third * 250 + fourth - 1]]
            found = _served(odd, path)
            pieces = found(path) if callable(found) else found
            own = f"http://{host}:{port}".encode()
            for piece in [pieces] if isinstance(pieces, bytes) else pieces:
                self.wfile.write(_fitted(piece, own) if isinstance(pieces, bytes) else piece)


def _fitted(data: bytes, own: bytes) -> bytes:
    """With the site's own address; the length of the answer is that of what is sent."""
    if b"{o}" not in data:
        return data
    head, _, body = data.partition(b"\r\n\r\n")
    body = body.replace(b"{o}", own)
    head = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(body), head)
    return head + b"\r\n\r\n" + body


def serve(ports: "Queue[int]") -> None:
    """Serve all of them until killed."""

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 100

        def handle_error(self, *_: object) -> None: ...

    server = Server(("0.0.0.0", 0), _Handler)
    ports.put(server.server_address[1])
    server.serve_forever()


def imported(name: str, port: int) -> dict[str, Any]:
    """Import one site twice; what is wrong with it is in ``bad``."""
    odd, at = SITES[name], _NAMES.index(name)
    address = f"http://127.1.{at // 250}.{at % 250 + 1}:{port}/"
    bounds = Bounds(pages=_PAGES, seconds=odd.seconds, size=odd.size)
    bad: list[str] = []
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        knowledge = Path(folder)
        for turn in ("first", "second"):
            try:
                report = import_site(
                    knowledge,
                    address,
                    bounds,
                    name="it",
                    transport=_OneSite(False, seconds=_ANSWER),
                )
                said = "; ".join(failure["reason"] for failure in report.failed)
            except ImportingError as exc:
                said = str(exc)
                if "\n" in said or len(said) > 700 or not said.endswith("."):
                    bad.append(f"{turn}: no sentence: {said[:200]!r}")
            except Exception as exc:
                said = f"{type(exc).__name__}: {exc}"
                bad.append(f"{turn}: {said[:300]}")
            bad += [f"{turn}: {each}" for each in _wrong(odd, knowledge, said)]
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    if seconds > _LONGEST or memory > _MOST_MEMORY:
        bad.append(f"{seconds:.0f} s, {memory} MB")
    return {"name": name, "seconds": seconds, "memory": memory, "said": said[:300], "bad": bad}


def _wrong(odd: Odd, knowledge: Path, said: str) -> Iterator[str]:
    files = sorted((knowledge / "imports").rglob("*.md"))
    # What a bound lets in depends on the order; what is kept of the last time comes to it.
    bound = "more than" in odd.said and odd.documents > 2
    least, most = (1, 2 * odd.documents) if bound else (odd.documents, odd.documents)
    if not least <= len(files) <= most:
        names = [path.name[:40] for path in files[:8]]
        yield f"{len(files)} documents instead of {odd.documents} {names} ({said[:150]})"
    if not re.search(odd.said, said):
        yield f"'{odd.said}' is not in: {said[:300]}"
    for path in files:
        document = load_document(knowledge, path.relative_to(knowledge).as_posix(), 10**8)
        if re.search(odd.lacks, document.text):
            yield f"{path.name} holds '{odd.lacks}': {document.text[:100]!r}"
        if front_matter(path.read_text(encoding="utf-8")).audience:
            yield f"{path.name} says whom it is for"
    left = [*(knowledge / "imports").glob(".*.old")]
    left += [path for path in (knowledge / "imports").glob(".*.new") if files]
    if left:
        yield f"left over: {left}"


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--jobs", type=int, default=6)
    options = parser.parse_args()
    ports: Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(ports,), daemon=True)
    server.start()
    port = ports.get()
    names = sorted(options.names or _NAMES, key=lambda name: name not in SLOW)
    rows = []
    with multiprocessing.Pool(options.jobs, maxtasksperchild=1) as pool:
        ended = pool.imap_unordered(partial(imported, port=port), names)
        for _ in names:
            try:
                rows.append(ended.next(_LONGEST * 3))
            except multiprocessing.TimeoutError:
                left = sorted({*names} - {row["name"] for row in rows})
                rows.append({"name": left, "seconds": _LONGEST * 3, "bad": ["no end"]})
                break
            if rows[-1]["bad"] or options.names:
                print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
    server.kill()
    if rows[-1]["bad"] == ["no end"]:
        print(json.dumps(rows[-1]))
    wrong = sum(bool(row["bad"]) for row in rows)
    slowest = max(rows, key=lambda row: row["seconds"])
    largest = max(rows, key=lambda row: row.get("memory", 0))
    print(
        json.dumps(
            {
                "sites": len(rows),
                "wrong": wrong,
                "slowest": [slowest["name"], round(slowest["seconds"])],
                "most_memory": [largest["name"], largest.get("memory")],
            }
        )
    )


if __name__ == "__main__":
    main()
