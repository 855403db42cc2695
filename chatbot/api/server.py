"""Serving until a signal ends it: SIGTERM lets what is under way finish; Ctrl-C, and a second
SIGTERM, end it and tell who waits."""

import asyncio
import errno
import logging
import os
import signal
import socket
import threading
from types import FrameType
from typing import Any

from chatbot.api.application import create_app
from chatbot.api.logs import set_up_logging
from chatbot.errors import ConfigurationError
from chatbot.service import ChatService
from chatbot.settings import Settings

log = logging.getLogger(__name__)

# Seconds for connections to close once nothing is under way; page sockets stay open by design.
_CLOSING = 1
# Seconds from the decision to end until the process is gone. A thread may be at a document or a
# long reply for a minute, and Python waits for each; what a step of the model holds up comes on
# top.
_LAST = 3.5
_INTERRUPTED = 130  # the exit status after Ctrl-C, as of a shell
# Seconds that an idle connection stays open. Who closes first must be the client: a proxy keeps one
# for 60 s, and a request that comes while this process is busy with a step of the model, longer
# than uvicorn's own 5 s, would find it closed.
_IDLE = 75
# Without IPv6, "localhost" may still have an address of it.
_NOT_HERE = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


def serve(settings: Settings, service: ChatService | None = None) -> None:
    """Run the web application until it is stopped.

    Raises:
        ConfigurationError: the address cannot be listened on, or nobody would need to sign in
            from other machines.
    """
    from chatbot.page.access import access_mode, check_host

    check_host(settings.host, access_mode(settings))
    _check_port(settings)
    set_up_logging(settings)
    log.info("Starting")  # what is imported now takes seconds
    app = create_app(settings, service)
    _draining_server(make_config(app, settings), app.state.parts, settings).run()


def make_config(app: Any, settings: Settings) -> Any:
    """How uvicorn serves ``app``."""
    import uvicorn

    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=_CLOSING,
    )


def _draining_server(config: Any, parts: Any, settings: Settings) -> Any:
    import uvicorn

    class DrainingServer(uvicorn.Server):
        """uvicorn closes its socket at once on SIGTERM; here, proxies are told first."""

        _loop: asyncio.AbstractEventLoop
        _stopping: asyncio.Task[None] | None = None
        _ends = False  # a signal more, and nothing is waited for

        async def _serve(self, sockets: list[socket.socket] | None = None) -> None:
            self._loop = asyncio.get_running_loop()
            await super()._serve(sockets)

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                log.info("The page and the API are at %s", _address(settings.host, self.servers))

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            if not self.started or self._ends:
                super().handle_exit(sig, frame)
                return
            orderly = sig == signal.SIGTERM and not parts.drain.leaving
            self._ends = not orderly
            parts.drain.leaving = True
            self._loop.call_soon_threadsafe(self._begin, None if orderly else sig)

        def _begin(self, sig: int | None) -> None:
            if self._stopping is not None:
                self._stopping.cancel()
            self._stopping = self._loop.create_task(
                self._drain() if sig is None else self._end(sig)
            )

        async def _drain(self) -> None:
            log.info("Stopping: new requests are refused, those under way finish")
            line = parts.service.line
            done = await parts.drain.finish(
                settings.drain_notice,
                settings.drain_seconds,
                lambda: bool(line.serving or len(line)),
            )
            if not done:
                log.warning("Stopping with work under way: %s s are over", settings.drain_seconds)
            await self._end(signal.SIGTERM)

        async def _end(self, sig: int) -> None:
            log.info("Stopping: what is under way ends")
            logging.getLogger("uvicorn.error").addFilter(_is_fault)
            status = _INTERRUPTED if sig == signal.SIGINT else 0
            _leave_after(_LAST, status)
            await parts.drain.end(parts.service.stop)
            if status:
                super().handle_exit(sig, None)
            self.should_exit = True  # and not as killed by SIGTERM: this end is orderly

    return DrainingServer(config)


def _is_fault(record: logging.LogRecord) -> bool:
    """Not what was cancelled because the service ends: a file that a slow browser still loads."""
    kind = record.exc_info[0] if record.exc_info else None
    return kind is None or not issubclass(kind, asyncio.CancelledError)


def _leave_after(seconds: float, status: int) -> None:
    """End the process then, if it is still there, whatever its threads are doing."""

    def leave() -> None:
        log.warning("Stopped with threads at work")
        logging.shutdown()
        os._exit(status)

    watch = threading.Timer(seconds, leave)
    watch.daemon = True
    watch.start()


def _address(host: str, servers: list[Any]) -> str:
    """Where to look: the port may have been left to the system (0)."""
    port = servers[0].sockets[0].getsockname()[1]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _check_port(settings: Settings) -> None:
    """That the address can be listened on; of a name that has several, those that this machine has.

    Raises:
        ConfigurationError: it cannot.
    """
    host, port = settings.host, settings.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as exc:
        raise ConfigurationError(
            f"'{host}' is no address of this machine; choose another one with --host or "
            "CHATBOT_HOST."
        ) from exc
    failed: list[OSError] = []
    for family, kind, protocol, _, address in found:
        try:
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:  # as asyncio listens
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind(address)
        except OSError as exc:
            failed.append(exc)
    if len(failed) < len(found) and all(exc.errno in _NOT_HERE for exc in failed):
        return
    why = "in use" if failed[0].errno == errno.EADDRINUSE else str(failed[0].strerror)
    raise ConfigurationError(
        f"Port {port} on {host} is not available ({why}); choose another one with --port or "
        "CHATBOT_PORT."
    ) from failed[0]
