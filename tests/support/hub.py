"""A hub over real HTTP: one repository, whose transfers can break off or arrive damaged."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "org/model"


class Hub:
    """``files`` by name; ``break_after`` bytes a transfer ends; ``ranges`` says what was asked."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.break_after: int | None = None
        self.damaged = False
        self.gated = False
        self.ranges: list[str] = []
        self.endpoint = ""


@contextmanager
def running_hub(files: dict[str, bytes]) -> Iterator[Hub]:
    hub = Hub(files)

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True  # a delayed answer takes 40 ms

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, body: bool) -> None:
            path = self.path.split("?")[0]
            if hub.gated:
                self.send_response(403)
                self.send_header("X-Error-Code", "GatedRepo")
                self.end_headers()
            elif path.startswith(f"/api/models/{REPOSITORY}"):
                self._listing()
            else:
                self._file(path.rsplit("/", 1)[1], body)

        def _listing(self) -> None:
            tree = [
                {
                    "type": "file",
                    "path": name,
                    "size": len(data),
                    "oid": hashlib.sha1(data).hexdigest(),
                }
                for name, data in hub.files.items()
            ]
            siblings = [{"rfilename": name} for name in hub.files]
            whole = {"id": REPOSITORY, "sha": COMMIT, "siblings": siblings}
            text = json.dumps(tree if "/tree/" in self.path else whole).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def _file(self, name: str, body: bool) -> None:
            data = hub.files[name]
            start = 0
            if asked := self.headers.get("Range", "") if body else "":
                start = int(asked.removeprefix("bytes=").split("-")[0])
            if body:
                hub.ranges.append(asked)
            self.send_response(206 if start else 200)
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(len(data) - start))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            self.end_headers()
            if not body:
                return
            if hub.damaged:
                data = bytes(len(data))
            self.wfile.write(data[start : hub.break_after])
            if hub.break_after is not None:
                self.close_connection = True

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
