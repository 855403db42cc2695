"""A server in this process that speaks the data plane of Pinecone: enough of it for its client."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

KEY = "secret-key"
_PAGE = 100


class PineconeServer:
    """Namespaces of vectors; ``calls`` are the requests that came: (path, body)."""

    def __init__(self, dimension: int, port: int = 0) -> None:
        self.dimension = dimension
        self.namespaces: dict[str, dict[str, dict[str, Any]]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.after_upsert: Callable[[], None] = lambda: None
        self.refuse = self.closed = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            disable_nagle_algorithm = True  # a delayed answer takes 40 ms
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                url = urlsplit(self.path)
                self._say(url.path, parse_qs(url.query))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self._say(self.path, json.loads(body))

            def _say(self, path: str, body: dict[str, Any]) -> None:
                if outer.closed:  # as a server that is gone, also on connections that are open
                    self.close_connection = True
                    return
                status, said = 401, {"message": "Invalid API Key"}
                if self.headers["Api-Key"] == KEY:
                    status, said = outer.answer(path, body)
                text = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *arguments: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.closed = True
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.calls.append((path, body))
        namespace = body.get("namespace", "")
        name = namespace[0] if isinstance(namespace, list) else namespace
        rows = self.namespaces.get(name, {})
        if path == "/vectors/upsert":
            if self.refuse:
                return 403, {"message": "the project is over its quota"}
            if any(len(row["values"]) != self.dimension for row in body["vectors"]):
                return 400, {"message": "Vector dimension does not match"}
            self.namespaces.setdefault(name, {}).update({r["id"]: r for r in body["vectors"]})
            self.after_upsert()
            return 200, {"upsertedCount": len(body["vectors"])}
        if path == "/query":
            return 200, {"matches": self._nearest(rows, body), "namespace": name, "usage": {}}
        if path == "/vectors/fetch":
            found = {key: rows[key] for key in body["ids"] if key in rows}
            return 200, {"vectors": found, "namespace": name, "usage": {}}
        if path == "/vectors/delete":
            for key in list(rows) if body.get("deleteAll") else body["ids"]:
                rows.pop(key, None)
            if not rows:
                self.namespaces.pop(name, None)
            return 200, {}
        if path == "/describe_index_stats":
            counts = {n: {"vectorCount": len(r)} for n, r in self.namespaces.items()}
            return 200, {
                "namespaces": counts,
                "dimension": self.dimension,
                "indexFullness": 0.0,
                "totalVectorCount": sum(len(r) for r in self.namespaces.values()),
            }
        if path == "/vectors/list":
            return 200, self._page(rows, name, body)
        return 404, {"message": f"there is no {path}"}

    def _nearest(self, rows: dict[str, Any], body: dict[str, Any]) -> list[dict[str, Any]]:
        keys = [key for key, row in rows.items() if _fits(row, body.get("filter"))]
        if not keys:
            return []
        matrix = np.asarray([rows[key]["values"] for key in keys])
        vector = np.asarray(body["vector"])
        lengths = np.linalg.norm(matrix, axis=1) * np.linalg.norm(vector)
        scores = (matrix @ vector) / np.maximum(lengths, 1e-12)
        order = np.argsort(-scores, kind="stable")[: body["topK"]]
        return [
            {
                "id": keys[at],
                "score": float(scores[at]),
                "values": [],
                "metadata": rows[keys[at]].get("metadata", {}),
            }
            for at in order
        ]

    def _page(self, rows: dict[str, Any], name: str, body: dict[str, Any]) -> dict[str, Any]:
        keys = sorted(rows)
        first = int(body.get("paginationToken", ["0"])[0])
        page: dict[str, Any] = {
            "vectors": [{"id": key} for key in keys[first : first + _PAGE]],
            "namespace": name,
            "usage": {"readUnits": 1},
        }
        if first + _PAGE < len(keys):
            page["pagination"] = {"next": str(first + _PAGE)}
        return page


def _fits(row: dict[str, Any], wanted: dict[str, Any] | None) -> bool:
    """Whether a list in the metadata has one of the values that a filter names."""
    said = row.get("metadata", {})
    return all(set(rule["$in"]) & set(said.get(name, ())) for name, rule in (wanted or {}).items())
