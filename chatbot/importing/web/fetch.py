"""Fetching with bounds: seconds, bytes as they come and unpacked, redirects and tries."""

import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import httpx

from chatbot import __version__
from chatbot.importing.web.addresses import normalise
from chatbot.importing.web.guard import PinnedTransport

AGENT = "PeregrineImport"
MAX_PAGE = 10_000_000  # bytes, unpacked
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_WHOLE = 120.0  # seconds for one answer, however slowly it trickles
_REDIRECTS = 5
_TRIES = 3
_PATIENCE = 30.0  # seconds that a server may ask to wait
_AGAIN = frozenset({429, 502, 503, 504})
_PACKED = {"gzip": 47, "x-gzip": 47, "deflate": 47}  # zlib: gzip or zlib, by its head


class FetchError(Exception):
    """It did not come; the message completes "<address> was left out: ..."."""


class LeftError(FetchError):
    """It is elsewhere: a redirect led to ``address``, where it was not followed."""

    def __init__(self, address: str) -> None:
        super().__init__(f"it leads to {address}, which is not part of the site")
        self.address = address


@dataclass(frozen=True)
class Fetched:
    """An answer; ``address`` is where redirects ended, header names are lower-case."""

    address: str
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The media type, such as "text/html"."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """What the server says about the encoding."""
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.partition("=")
            if name.strip().lower() == "charset":
                return value.strip("\"' ")
        return ""


class Fetcher:
    """Fetches for several threads, at most one request each ``delay`` seconds."""

    def __init__(self, transport: PinnedTransport) -> None:
        """``transport`` decides where it may connect."""
        headers = {
            "User-Agent": f"{AGENT}/{__version__}",
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.5",
            "Accept-Encoding": "gzip, deflate",
        }
        self._client = httpx.Client(
            transport=transport, headers=headers, timeout=_TIMEOUT, trust_env=False
        )
        self.delay = 0.0
        self.received = 0
        self._next = 0.0
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def close(self) -> None:
        """End what is under way, and every connection."""
        self._stopped.set()
        self._client.close()

    def get(
        self,
        address: str,
        headers: dict[str, str] | None = None,
        allowed: Callable[[str], bool] = lambda address: True,
        most: int = MAX_PAGE,
    ) -> Fetched:
        """The answer to a request; redirects are followed as far as they are ``allowed``.

        Raises:
            FetchError: it cannot be reached, is too large, or leads elsewhere (:class:`LeftError`).
            ForbiddenAddressError: it is not at a public address.
        """
        for _ in range(_REDIRECTS + 1):
            answer = self._attempt(address, headers or {}, most)
            if answer.status not in (301, 302, 303, 307, 308):
                return answer
            following = _redirect(address, answer.headers.get("location", ""))
            if not following or not allowed(following):
                raise LeftError(following or "no address")
            if following != address:
                headers = None  # what they say was about another page
            address = following
        raise FetchError("it redirects in a circle")

    def _attempt(self, address: str, headers: dict[str, str], most: int) -> Fetched:
        for attempt in range(1, _TRIES + 1):
            self._wait_turn()
            try:
                answer = self._once(address, headers, most)
            except httpx.InvalidURL as exc:
                raise FetchError("its address is not valid") from exc
            except httpx.HTTPError as exc:
                if attempt == _TRIES or not isinstance(exc, httpx.TransportError):
                    raise FetchError(f"it cannot be fetched ({_reason(exc)})") from exc
                self._pause(0.5 * attempt)
                continue
            if answer.status not in _AGAIN or attempt == _TRIES:
                return answer
            self._pause(_seconds(answer.headers.get("retry-after", ""), attempt))
        raise AssertionError("the last try returns or raises")

    def _once(self, address: str, headers: dict[str, str], most: int) -> Fetched:
        with self._client.stream("GET", address, headers=headers) as answer:
            said = {name.lower(): value for name, value in answer.headers.items()}
            packed = said.get("content-encoding", "identity").strip().lower()
            body = b""
            if answer.status_code == 200:
                body = b"".join(_unpack(self._pieces(answer), packed, most))
            return Fetched(address, answer.status_code, body, said)

    def _pieces(self, answer: httpx.Response) -> Iterator[bytes]:
        until = time.monotonic() + _WHOLE
        for piece in answer.iter_raw():
            with self._lock:
                self.received += len(piece)
            if time.monotonic() > until:
                raise FetchError(f"it did not come within {_WHOLE:.0f} seconds")
            yield piece

    def _wait_turn(self) -> None:
        with self._lock:
            now = time.monotonic()
            mine, self._next = max(now, self._next), max(now, self._next) + self.delay
        self._pause(mine - now)

    def _pause(self, seconds: float) -> None:
        if (seconds > 0 and self._stopped.wait(seconds)) or self._stopped.is_set():
            raise FetchError("the import was stopped")


def _redirect(address: str, location: str) -> str:
    """Where a redirect leads; nothing where that is no address."""
    try:
        return normalise(str(httpx.URL(address).join(location)))
    except (httpx.InvalidURL, ValueError):
        return ""


def _unpack(pieces: Iterator[bytes], packed: str, most: int) -> Iterator[bytes]:
    """The bytes as they are meant; a small answer cannot unpack to more than ``most``."""
    if packed not in ("", "identity", *_PACKED):
        raise FetchError(f"it is packed as '{packed}', which was not asked for")
    unpacker = zlib.decompressobj(_PACKED[packed]) if packed in _PACKED else None
    room = most
    for piece in pieces:
        while piece:
            try:
                part = unpacker.decompress(piece, room + 1) if unpacker else piece
            except zlib.error as exc:
                raise FetchError("it is packed and damaged") from exc
            piece = unpacker.unconsumed_tail if unpacker else b""
            room -= len(part)
            if room < 0:
                raise FetchError(f"it has more than {most / 1e6:.0f} MB")
            yield part


def _seconds(said: str, attempt: int) -> float:
    """How long to wait: what Retry-After says, seconds or a date, within bounds."""
    try:
        wanted = float(said)
    except ValueError:
        try:
            wanted = parsedate_to_datetime(said).timestamp() - time.time()
        except (ValueError, TypeError):
            wanted = float(attempt)
    return min(max(wanted, 0.0), _PATIENCE)


def _reason(exc: Exception) -> str:
    return " ".join(str(exc).split())[:200] or type(exc).__name__
