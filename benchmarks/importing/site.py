"""A site made of Markdown files, imported twice: seconds by the clock and of this process's
processor time, words against the source, menus.

    python -m benchmarks.importing.site FOLDER [--pages 3000] [--changed 10]

The site is served by a process of its own, with menus, footers and ETags. The second import follows
after some pages have changed. Prints one line of JSON.
"""

import argparse
import json
import multiprocessing
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.queues import Queue
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from benchmarks.importing.main_text import LAYOUTS, behind, render, words
from chatbot.errors import DocumentError
from chatbot.importing.web.crawl import Bounds
from chatbot.importing.web.importer import import_site
from chatbot.knowledge.front_matter import front_matter


def sources(folder: Path, count: int) -> list[str]:
    """The files' Markdown, those with a text."""
    found = []
    for file in sorted(folder.rglob("*.md")):
        text = file.read_text(encoding="utf-8", errors="replace")
        try:
            body = render.render(text[front_matter(text).end :])
        except DocumentError:
            continue
        if sum(words(body).values()) >= 30:
            found.append(text)
        if len(found) == count:
            break
    return found


def bodies(folder: Path, count: int) -> list[str]:
    """The files as HTML, those with a text."""
    texts = sources(folder, count)
    made = (render.render(text[front_matter(text).end :]) for text in texts)
    return [f"<p>Page {number}.</p>{body}" for number, body in enumerate(made)]


def serve(
    pages: list[str], changed: int, ports: "Queue[int]", version: "Synchronized[int]"
) -> None:
    """Serve until killed; the first ``changed`` pages say how often ``version`` was raised."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            name = self.path.strip("/")
            if name == "robots.txt":
                self._send(404, b"", "")
            elif name == "sitemap.xml":
                host = self.headers["Host"]
                urls = (f"<url><loc>http://{host}/{n}</loc></url>" for n in range(len(pages)))
                self._send(200, f"<urlset>{''.join(urls)}</urlset>".encode(), "")
            elif not name.isdigit():
                self._send(404, b"", "")
            else:
                number = int(name)
                new = version.value if number < changed else 0
                tag = f'"{number}-{new}"'
                if self.headers.get("If-None-Match") == tag:
                    self._send(304, b"", tag)
                    return
                body = pages[number] + (f"<p>It was changed {new} times.</p>" if new else "")
                html = LAYOUTS[number % 2]("T", body)
                page = f"<html lang=en><head><title>T</title></head><body>{html}</body></html>"
                self._send(200, page.encode(), tag)

        def _send(self, status: int, body: bytes, tag: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            if tag:
                self.send_header("ETag", tag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None: ...  # clients are killed

    server = Server(("127.0.0.1", 0), Handler)
    ports.put(server.server_port)
    server.serve_forever()


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=3000)
    parser.add_argument("--changed", type=int, default=10)
    options = parser.parse_args()
    pages = bodies(options.folder, options.pages)
    ports: Queue[int] = multiprocessing.Queue()
    version: Synchronized[int] = multiprocessing.Value("i", 0)
    server = multiprocessing.Process(
        target=serve, args=(pages, options.changed, ports, version), daemon=True
    )
    server.start()
    address = f"http://127.0.0.1:{ports.get()}/"
    with tempfile.TemporaryDirectory() as folder:
        knowledge = Path(folder)
        seconds, processor, reports = [], [], []
        for _ in range(2):
            began, used = time.perf_counter(), time.process_time()
            report = import_site(
                knowledge, address, Bounds(pages=10**6), name="site", allow_private=True
            )
            seconds.append(round(time.perf_counter() - began, 1))
            processor.append(round(time.process_time() - used, 1))
            reports.append({k: getattr(report, k) for k in ("added", "changed", "removed")})
            version.value += 1
        figures = compared(knowledge / "imports" / "site", pages, options.changed)
    server.kill()
    times = {"seconds": seconds, "processor_seconds": processor}
    print(json.dumps({"pages": len(pages), **times, "reports": reports} | figures))


def compared(folder: Path, pages: list[str], changed: int) -> dict[str, float]:
    """Words of the documents against those of their pages."""
    kept = came = total = close = menus = 0
    files = [(n, folder / f"{n}.md") for n in range(changed, len(pages))]
    there = [(number, file) for number, file in files if file.exists()]
    for number, file in there:
        text = file.read_text()
        got = words(render.render(behind(text[front_matter(text).end :])))
        want = words(pages[number])
        kept += sum((got & want).values())
        came, total = came + sum(got.values()), total + sum(want.values())
        close += abs(sum(got.values()) / sum(want.values()) - 1) <= 0.02
        menus += any(word.startswith("zz") for word in got - want)
    return {
        "missing": len(files) - len(there),
        "words": round(came / total, 4),
        "recall": round(kept / total, 4),
        "precision": round(kept / came, 4),
        "within_2_percent": round(close / len(there), 4),
        "with_menus": menus,
    }


if __name__ == "__main__":
    main()
