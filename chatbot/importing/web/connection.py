"""Connections on which a whole answer has its time: a server that sends a byte now and then, or one
"100 Continue" after the other, ends no wait for the next byte, and would hold one for ever."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

_FAILURES = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
)


class SlowError(httpx.TransportError):
    """An answer did not come in its time."""


class BoundedTransport(httpx.BaseTransport):
    """Requests to one host, each answered within ``seconds`` from the first byte to the last."""

    def __init__(self, limit: int, seconds: float) -> None:
        """``limit`` connections at most."""
        self._seconds = seconds
        self._clock = _Clock()
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=limit,
            max_keepalive_connections=limit,
            keepalive_expiry=5.0,
            network_backend=_Backend(self._clock),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it; its time begins.

        Raises:
            SlowError: the answer did not come in its time.
            httpx.TransportError: it cannot be reached, or answers with what is no HTTP.
        """
        self._clock.until = time.monotonic() + self._seconds
        url = request.url
        asked = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            extensions=request.extensions,
        )
        with _translated():
            answer = self._pool.handle_request(asked)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=dict(answer.extensions),
        )

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


class _Clock(threading.local):
    """When the answer that this thread waits for has to be there; a thread waits for one."""

    until = float("inf")

    @contextmanager
    def left(self, timeout: float | None) -> Iterator[float]:
        """Seconds that a piece may take."""
        left = self.until - time.monotonic()
        try:
            yield max(0.001, left if timeout is None else min(left, timeout))
        except httpcore.TimeoutException as exc:
            if time.monotonic() < self.until:
                raise
            raise SlowError("it did not come in time") from exc
        if time.monotonic() > self.until:
            raise SlowError("it did not come in time")


class _Backend(httpcore.SyncBackend):
    def __init__(self, clock: _Clock) -> None:
        self._clock = clock

    def connect_tcp(self, *args: Any, **named: Any) -> httpcore.NetworkStream:
        return _Stream(super().connect_tcp(*args, **named), self._clock)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, clock: _Clock) -> None:
        self._inner, self._clock = inner, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with self._clock.left(timeout) as seconds:
            return self._inner.read(max_bytes, seconds)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with self._clock.left(timeout) as seconds:
            self._inner.write(buffer, seconds)

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, *args: Any, **named: Any) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(*args, **named), self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        stream = self._answer.stream
        if not isinstance(stream, Iterable):
            raise TypeError("the answer of a pool of connections is no iterable")
        with _translated():
            yield from stream

    def close(self) -> None:
        with _translated():
            self._answer.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of httpcore as the one that callers know."""
    try:
        yield
    except _FAILURES as exc:
        raise httpx.TransportError(str(exc) or type(exc).__name__) from exc
