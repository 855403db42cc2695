"""Where an importer may connect: each request goes to an address that was looked up and checked
for it, so no name can lead into the network behind this machine, now or with its next answer."""

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator

import httpx

from chatbot.errors import ImportingError
from chatbot.importing.web.connection import BoundedTransport

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]
ANSWER_SECONDS = 120.0
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class ForbiddenAddressError(ImportingError):
    """A name leads to an address that is not public."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system knows them.

    Raises:
        httpx.ConnectError: it has none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        raise httpx.ConnectError(f"its name '{host}' is not known") from exc
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet, also as which it is embedded."""
    address = ipaddress.ip_address(text.partition("%")[0])
    return all(each.is_global and not each.is_multicast for each in _addresses_in(address))


def _addresses_in(address: Address) -> Iterator[Address]:
    yield address
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            yield address.ipv4_mapped
        if address.sixtofour:
            yield address.sixtofour
        if address.teredo:
            yield from address.teredo
        if address in _NAT64:
            yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


class PinnedTransport(httpx.BaseTransport):
    """Looks up and checks the host of every request, and connects to the address it checked.

    Certificates are checked against the host's name all the same. No proxy is used: behind one,
    nobody could tell where a request goes.
    """

    def __init__(
        self,
        allow_private: bool,
        look_up: Resolve = resolve,
        limit: int = 16,
        seconds: float = ANSWER_SECONDS,
    ) -> None:
        """``limit`` connections at most for each host; an answer may take ``seconds``, however
        slowly it trickles."""
        self._allow_private = allow_private
        self._look_up = look_up
        self._limit, self.seconds = limit, seconds
        self._inner: dict[str, httpx.BaseTransport] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it to the checked address of its host.

        Raises:
            ForbiddenAddressError: the host has an address that is not public.
            httpx.TransportError: it cannot be reached.
        """
        host = request.url.host
        address = self._public_address(host, request.url.port or _default(request.url))
        request.headers["Host"] = request.url.netloc.decode("ascii")
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=address)
        # One pool a host: connections are kept by address, and two names may share one.
        return self._of(host).handle_request(request)

    def close(self) -> None:
        """Close every connection."""
        for transport in self._inner.values():
            transport.close()

    def _public_address(self, host: str, port: int) -> str:
        addresses = self._look_up(host, port)
        if not self._allow_private:
            for address in addresses:
                if not is_public(address):
                    raise ForbiddenAddressError(
                        f"'{host}' is at {address}, which is no public address; add "
                        "--allow-private if it is yours."
                    )
        return addresses[0]

    def _of(self, host: str) -> httpx.BaseTransport:
        with self._lock:
            if host not in self._inner:
                self._inner[host] = BoundedTransport(self._limit, self.seconds)
            return self._inner[host]


def _default(url: httpx.URL) -> int:
    return 443 if url.scheme == "https" else 80
