"""A site to import from, on this machine; its pages can be changed while it runs."""

import hashlib
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Site:
    """``pages`` maps a path to its HTML, or to (status, headers, bytes)."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.pages: dict[str, str | tuple[int, dict[str, str], bytes]] = {}
        self.asked: Counter[str] = Counter()
        self.sent: list[str] = []  # what was answered with a body
        self.tags = True
        self.answers = threading.Event()  # while it is clear, questions wait
        self.answers.set()


def page(title: str, text: str, links: tuple[str, ...] = (), head: str = "") -> str:
    """A page with a menu and a footer around its text."""
    menu = "".join(f'<li><a href="{link}">Menu {link}</a></li>' for link in links)
    return f"""<!DOCTYPE html><html lang="en"><head><title>{title} - Acme</title>{head}</head>
    <body><header><a href="/">Acme</a></header><nav><ul>{menu}</ul></nav>
    <main><h1>{title}</h1>{text}</main><footer><p>Imprint of Acme</p></footer></body></html>"""


@contextmanager
def serving() -> Iterator[Site]:
    """The site while it is served."""

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True  # a delayed answer takes 40 ms
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked[self.path] += 1
            site.answers.wait(30)
            found = site.pages.get(self.path)
            if found is None:
                self._send(404, {}, b"gone")
            elif isinstance(found, tuple):
                self._send(*found)
            else:
                body = found.encode()
                tag = f'"{hashlib.sha256(body).hexdigest()[:12]}"'
                if site.tags and self.headers.get("If-None-Match") == tag:
                    self._send(304, {"ETag": tag}, b"")
                    return
                site.sent.append(self.path)
                tags = {"ETag": tag} if site.tags else {}
                self._send(200, {"Content-Type": "text/html; charset=utf-8", **tags}, body)

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None: ...  # clients are killed here

    server = Server(("127.0.0.1", 0), Handler)
    site = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
