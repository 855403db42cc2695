"""Who may use the page.

Four ways, chosen when the page starts: a proxy names the user in a header
(``CHATBOT_AUTH_HEADER``); an OAuth provider does (Chainlit's ``OAUTH_*`` variables); users of the
database sign in with passwords; or, with none of these, the page is open to this machine only,
under the name ``local``.
"""

import asyncio
import ipaddress
import logging
import os
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from pathlib import Path
from typing import Literal

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.errors import ConfigurationError
from chatbot.settings import Settings
from chatbot.store import Store

log = logging.getLogger(__name__)

Mode = Literal["password", "header", "oauth", "open"]
LOCAL = "local"

# Where the request comes from that is being answered: an IPv4 address, or the /64 that a host of
# IPv6 has to itself.
client_address: ContextVar[str] = ContextVar("client_address", default="")

_POLICY = (
    b"default-src 'self' data: blob: ws: wss: 'unsafe-inline' 'unsafe-eval'; "
    b"frame-ancestors 'self'; object-src 'none'; base-uri 'self'"
)


def access_mode(settings: Settings) -> Mode:
    """How people get in. Blocks for a look into the database.

    Raises:
        StoreError: the database cannot be read, so nobody is let in.
    """
    from chainlit.oauth_providers import get_configured_oauth_providers  # seconds, and for the page

    if settings.auth_header:
        return "header"
    if get_configured_oauth_providers():
        return "oauth"

    async def count() -> int:
        store = Store(settings.database_url)
        try:
            return await store.users.passwords()
        finally:
            await store.close()

    # In a thread of its own: the caller may be inside an event loop.
    with ThreadPoolExecutor(1) as pool:
        return "password" if pool.submit(asyncio.run, count()).result() else "open"


def may_enter(name: str, known: bool, domains: Sequence[str]) -> bool:
    """Whether an OAuth provider's user may come in: added before, or of an admitted domain.

    A public provider signs in anybody; being known to it says nothing.
    """
    domain = name.rpartition("@")[2].casefold()
    return known or ("@" in name and domain in {d.casefold() for d in domains})


def check_host(host: str, mode: Mode) -> None:
    """Refuse to listen to other machines while everybody would be let in.

    Raises:
        ConfigurationError: the host is not this machine and there are no users.
    """
    if mode == "open" and not is_local(host):
        raise ConfigurationError(
            f"No users are set up, so the page does not listen on {host}; add one with "
            "'chatbot users add NAME', set up single sign-on, or listen on 127.0.0.1."
        )


def is_local(host: str) -> bool:
    """Whether ``host`` is reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def provide_secret(settings: Settings) -> None:
    """Set the key that signs sessions, made once and kept readable by its owner only.

    Raises:
        ConfigurationError: it can be neither read nor written.
    """
    os.environ["CHAINLIT_AUTH_SECRET"] = secret_of(settings)


def secret_of(settings: Settings) -> str:
    """The key that signs sessions and what else is ours: ``CHAINLIT_AUTH_SECRET``, or a file.

    Raises:
        ConfigurationError: it can be neither read nor written.
    """
    if given := os.environ.get("CHAINLIT_AUTH_SECRET"):
        return given
    path = settings.data / "session.key"
    try:
        return _read_or_make(path)
    except OSError as exc:
        raise ConfigurationError(
            f"The key for sessions '{path}' cannot be read or written: {exc.strerror}."
        ) from exc


def _read_or_make(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        key = secrets.token_urlsafe(48)
        stream.write(key + "\n")
    return key


class Guard:
    """Around every request of the page.

    - The browser is told to load nothing from other hosts: this page works, and stays, on this
      machine (:mod:`chatbot.page.own_page`).
    - The header that names a user counts only from a proxy that is trusted.
    - An open page answers only to this machine's names, which keeps other sites' pages out
      whose names resolve here (DNS rebinding).
    - What is raised because the browser left in the middle of its request is no fault.
    """

    def __init__(self, app: ASGIApp, settings: Settings, mode: Mode) -> None:
        self._app = app
        self._mode = mode
        self._header = (settings.auth_header or "").lower().encode()
        self._proxies = settings.auth_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, changed or refused as above."""

        left = False

        async def receive_or_leave() -> Message:
            nonlocal left
            message = await receive()
            left = left or message["type"] == "http.disconnect"
            return message

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name.lower() for name, _ in message["headers"]}
                if b"content-security-policy" not in names:
                    message["headers"].append((b"content-security-policy", _POLICY))
                message["headers"].append((b"x-content-type-options", b"nosniff"))
            await send(message)

        if scope["type"] in ("http", "websocket"):
            if self._mode == "open" and not is_local(_host_name(scope)):
                refusal = PlainTextResponse("This page answers on this machine only.", 421)
                await refusal(scope, receive, send)
                return
            client = (scope.get("client") or ("",))[0]
            client_address.set(network_of(client))
            if self._header and client not in self._proxies:
                kept = [(k, v) for k, v in scope["headers"] if k.lower() != self._header]
                scope = {**scope, "headers": kept}
        try:
            await self._app(scope, receive_or_leave, send_with_policy)
        except Exception as exc:
            if not left:
                raise
            log.debug("A browser left: %s", type(exc).__name__)


def network_of(host: str) -> str:
    """Who shares a limit: an IPv4 address, also one written as IPv6, or the 64 bits of an IPv6
    address that name a line; what is no address as it is."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _host_name(scope: Scope) -> str:
    host = Headers(scope=scope).get("host", "")
    return host.rsplit(":", 1)[0] if not host.endswith("]") else host
