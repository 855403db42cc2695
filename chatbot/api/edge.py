"""Around every request of the API: its id, its log line and its numbers, and whether it is let in.

Plain ASGI, so that a stream passes unbuffered and a client that goes away is noticed.
"""

import json
import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.api.errors import ApiError, error_of, response_of
from chatbot.api.logs import request_id
from chatbot.api.parts import Parts
from chatbot.errors import StoppingError

log = logging.getLogger(__name__)

_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_ALWAYS = ("/healthz", "/readyz", "/metrics")
CLIENT_LEFT = 499  # as nginx logs it; nobody receives it


class Edge:
    """The outermost middleware of the API."""

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        self._app = app
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with its id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Programs put a slash more at the end; sent elsewhere for it, many lose the body.
        scope = {**scope, "path": scope["path"].rstrip("/") or "/"}
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        current = given if _ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(current)
        started, status = time.perf_counter(), 0
        state = scope.setdefault("state", {})
        state["note"] = {}
        if (span := state.get("span")) is not None:
            span.set_attribute("peregrine.request_id", current)

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                out = MutableHeaders(scope=message)
                out["X-Request-ID"] = current
                out["X-Content-Type-Options"] = "nosniff"
                out.setdefault("Cache-Control", "no-store")
                if self._parts.drain.leaving:
                    out["Connection"] = "close"
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except Exception:
            log.exception("A request failed")
            if not status:
                error = ApiError(500, f"Something went wrong; the log knows it as {current}.")
                await response_of(error, scope["path"])(scope, receive, send_marked)
        finally:
            self._record(scope, status or CLIENT_LEFT, time.perf_counter() - started)
            request_id.reset(token)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        path = getattr(scope.get("route"), "path", "other")
        metrics = self._parts.metrics
        metrics.requests.labels(path, str(status)).inc()
        metrics.seconds.labels(path).observe(seconds)
        fields = {"method": scope["method"], "path": path, "status": status}
        fields |= {"seconds": round(seconds, 4)} | scope["state"]["note"]
        level = logging.DEBUG if scope["path"] in _ALWAYS else logging.INFO
        log.log(level, "request", extra={"fields": fields})


class Gate:
    """Lets a request in, unless the process is leaving or the body is above the limit. It stands
    within the widget's door: pages of other origins can read what it refuses."""

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        self._app = app
        self._drain = parts.drain
        self._most_kb = parts.settings.max_request_kb
        self._limit = self._most_kb * 1024

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            if scope["path"] in _ALWAYS:
                await self._answer(scope, receive, send_noted)
            else:
                async with self._drain.request():
                    await self._answer(scope, receive, send_noted)
        except StoppingError as exc:
            if not begun:
                error = error_of(exc, 0, scope["path"])
                await response_of(error, scope["path"])(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _length(Headers(scope=scope)) > self._limit:
            error = ApiError(413, self._too_large())
            await response_of(error, scope["path"])(scope, receive, send)
        else:
            await self._app(scope, self._bound(receive), send)

    def _bound(self, receive: Receive) -> Receive:
        """``receive`` that refuses a body above the limit, whatever its headers said."""
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit:
                raise HTTPException(413, self._too_large())
            return message

        return counted

    def _too_large(self) -> str:
        return f"A request has at most {self._most_kb} KiB."


def _length(headers: Headers) -> int:
    try:
        return int(headers.get("content-length", "0"))
    except ValueError:
        return 0


def sse(value: object) -> str:
    """A server-sent event of JSON."""
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"
