"""Fetching with bounds: seconds, bytes as they come and unpacked, redirects and tries."""

import math
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from chatbot import __version__
from chatbot.importing.web.addresses import normalise
from chatbot.importing.web.connection import SlowError
from chatbot.importing.web.guard import PinnedTransport

AGENT = "PeregrineImport"
MAX_PAGE = 10_000_000  # bytes, unpacked
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_REDIRECTS = 5
_TRIES = 3
_LONGEST_KIND = 100  # characters
_PATIENCE = 30.0  # seconds that a server may ask to wait
_AGAIN = frozenset({429, 502, 503, 504})
_GZIP = frozenset({"gzip", "x-gzip"})
_GZIP_BITS = 31  # of zlib, for gzip
_GZIP_HEAD = b"\x1f\x8b"


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
        said = self.headers.get("content-type", "").partition(";")[0]
        return said.partition(",")[0].strip().lower()[:_LONGEST_KIND]

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

    def __init__(
        self, transport: PinnedTransport, seconds: float = math.inf, size: float = math.inf
    ) -> None:
        """``transport`` decides where it may connect. After ``seconds`` or ``size`` bytes nothing
        is tried again."""
        headers = {
            "User-Agent": f"{AGENT}/{__version__}",
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.5",
            "Accept-Encoding": "gzip",
        }
        self._client = httpx.Client(
            transport=transport,
            headers=headers,
            timeout=_TIMEOUT,
            trust_env=False,
            # A page must not depend on which pages were fetched before it.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )
        self.delay = 0.0
        self._answer_seconds = transport.seconds
        self._until, self._seconds, self._size = time.monotonic() + seconds, seconds, size
        self._received = 0
        self._next = 0.0
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def close(self) -> None:
        """End what is under way, and every connection."""
        self._stopped.set()
        self._client.close()

    @property
    def spent(self) -> str:
        """Which bound is reached; nothing before that."""
        if time.monotonic() > self._until:
            return f"it took {self._seconds / 60:.0f} minutes; raise --minutes"
        if self._received > self._size:
            return f"it has more than {self._size / 1e6:.0f} MB; raise --megabytes"
        return ""

    def add(self, size: int) -> None:
        """Count ``size`` bytes against the bound."""
        with self._lock:
            self._received += size

    def get(
        self,
        address: str,
        headers: dict[str, str] | None = None,
        allowed: Callable[[str], bool] = lambda address: True,
        most: int = MAX_PAGE,
        part: bool = False,
    ) -> Fetched:
        """The answer to a request; redirects are followed as far as they are ``allowed``. One of
        more than ``most`` bytes, unpacked, is refused, or with ``part`` its first ones are taken.

        Raises:
            FetchError: it cannot be reached, is too large, or leads elsewhere (:class:`LeftError`).
            ForbiddenAddressError: it is not at a public address.
        """
        for _ in range(_REDIRECTS + 1):
            answer = self._attempt(address, headers or {}, most, part)
            if answer.status not in (301, 302, 303, 307, 308):
                return answer
            following = _redirect(address, answer.headers.get("location", ""))
            if not following or not allowed(following):
                raise LeftError(following or "no address")
            if following != address:
                headers = None  # what they say was about another page
            address = following
            if said := self.spent:
                raise FetchError(said)
        raise FetchError(f"it redirects in a circle, or more than {_REDIRECTS} times")

    def _attempt(self, address: str, headers: dict[str, str], most: int, part: bool) -> Fetched:
        for attempt in range(1, _TRIES + 1):
            self._wait_turn()
            last = attempt == _TRIES or bool(self.spent)
            try:
                answer = self._once(address, headers, most, part)
            except httpx.InvalidURL as exc:
                raise FetchError("its address is not valid") from exc
            except SlowError as exc:
                raise FetchError(f"it did not come within {self._answer_seconds:.0f} s") from exc
            except httpx.HTTPError as exc:
                if last or not isinstance(exc, httpx.TransportError):
                    raise FetchError(f"it cannot be fetched ({_reason(exc)})") from exc
                self._pause(0.5 * attempt)
                continue
            if answer.status not in _AGAIN or last:
                return answer
            self._pause(_seconds(answer.headers.get("retry-after", ""), attempt))
        raise AssertionError("the last try returns or raises")

    def _once(self, address: str, headers: dict[str, str], most: int, part: bool) -> Fetched:
        with self._client.stream("GET", address, headers=headers) as answer:
            said = {name.lower(): value for name, value in answer.headers.items()}
            packed = said.get("content-encoding", "identity").strip().lower()
            if answer.status_code != 200:
                return Fetched(address, answer.status_code, b"", said)
            body = bytearray()
            for piece in _unpack(answer.iter_raw(), packed, most):
                self.add(len(piece))
                body += piece
                if len(body) > most and not part:
                    raise FetchError(f"it has more than {most / 1e6:g} MB")
                if len(body) > most:
                    break
            return Fetched(address, answer.status_code, bytes(body[:most]), said)

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
    """The bytes as they are meant, in pieces of ``most`` and one at most: a small answer can unpack
    to very much."""
    if packed in ("", "identity"):
        yield from pieces
        return
    if packed not in _GZIP:
        raise FetchError(f"it is packed as '{packed[:50]}', which was not asked for")
    unpacker = zlib.decompressobj(_GZIP_BITS)
    begun = False
    for piece in pieces:
        while piece:
            if unpacker.eof:
                if not piece.startswith(_GZIP_HEAD):
                    return  # what fills the last block
                unpacker = zlib.decompressobj(_GZIP_BITS)
            try:
                yield unpacker.decompress(piece, most + 1)
            except zlib.error as exc:
                raise FetchError("it is packed and damaged") from exc
            begun = True
            piece = unpacker.unconsumed_tail or unpacker.unused_data
    if begun and not unpacker.eof:
        raise FetchError("it is packed and was cut off")


def _seconds(said: str, attempt: int) -> float:
    """How long to wait: what Retry-After says, seconds or a date, within bounds."""
    try:
        wanted = float(said)
    except ValueError:
        try:
            wanted = parsedate_to_datetime(said).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            wanted = math.nan
    return float(attempt) if math.isnan(wanted) else min(max(wanted, 0.0), _PATIENCE)


def _reason(exc: Exception) -> str:
    return " ".join(str(exc).split())[:200] or type(exc).__name__
