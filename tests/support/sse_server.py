"""A server with OpenAI's API that answers from a script, by the name in the address."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STREAM = "text/event-stream"


@dataclass
class Reply:
    """What the server answers; ``body`` is sent as it is if it is bytes, else as JSON."""

    body: Any
    status: int = 200
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def chunk(content: str | None, reason: str | None = None, **more: Any) -> dict[str, Any]:
    """One event of a stream."""
    choice = {"index": 0, "delta": {"role": "assistant", "content": content}}
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "any",
            "choices": [choice | {"finish_reason": reason}], **more}  # fmt: skip


def stream(*events: dict[str, Any]) -> Reply:
    """A whole stream of these events."""
    lines = [f"data: {json.dumps(event)}\n\n" for event in events]
    return Reply("".join([*lines, "data: [DONE]\n\n"]).encode(), kind=STREAM)


@dataclass
class Script:
    """``replies`` by name: one, or a function of what was asked; ``asked`` are the requests."""

    address: str
    replies: dict[str, Reply | Callable[[dict[str, Any]], Reply]]
    asked: list[dict[str, Any]] = field(default_factory=list)

    def url(self, name: str) -> str:
        """The base address under which ``name`` is answered."""
        return f"{self.address}/{name}/v1"


@contextmanager
def scripted_server() -> Iterator[Script]:
    """Running until it is left."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            script.asked.append(asked)
            reply = script.replies[self.path.split("/")[1]]
            reply = reply if isinstance(reply, Reply) else reply(asked)
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            headers = {"Content-Type": reply.kind, "Content-Length": str(len(body))}
            for name, value in (headers | reply.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script = Script(f"http://127.0.0.1:{server.server_port}", {})
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
