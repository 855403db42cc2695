"""Who may use the API: programs with a key; without any keys, programs on this machine.

Keys are read from the database every few seconds. While it does not answer, the keys read last
count for some minutes, so that an outage of the database is not one of the answers.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Generic, Protocol, TypeVar

from fastapi import Security
from fastapi.requests import Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from chatbot.api.errors import ApiError
from chatbot.audience import EVERYTHING, Asker
from chatbot.errors import StoreError
from chatbot.page.access import is_local
from chatbot.store import ApiKey, find_key

log = logging.getLogger(__name__)

_FRESH = 3.0  # seconds: how soon a new or revoked key counts everywhere
_KEPT = 600.0  # seconds: how long the last reading counts while the database is away
_PATIENCE = 5.0  # seconds for a reading
# Says in the description of the API how a key is sent, so that its pages and generated clients can;
# it refuses nobody.
_BEARER = HTTPBearer(
    scheme_name="Key",
    description="Of 'chatbot keys add NAME'; without any keys, programs on this machine need none.",
    auto_error=False,
)


@dataclass(frozen=True)
class Caller:
    """Who asks; ``key`` is none for a program on this machine where no keys are set up."""

    name: str
    key: ApiKey | None

    @property
    def asker(self) -> Asker:
        """What it may see: on this machine without keys everything, as on the open page."""
        return self.key.asker if self.key else EVERYTHING


class _Named(Protocol):
    @property
    def id(self) -> str: ...


Key = TypeVar("Key", bound=_Named)


class _Keys(Protocol[Key]):
    """Where keys are kept."""

    async def all(self) -> list[Key]: ...


class KeyRing(Generic[Key]):
    """The keys of the database, by id."""

    def __init__(self, kept: _Keys[Key], clock: Callable[[], float] = time.monotonic) -> None:
        self._kept = kept
        self._clock = clock
        self._keys: dict[str, Key] | None = None
        self._read_at = self._tried_at = float("-inf")
        self._reading = asyncio.Lock()
        self.problem = ""

    async def keys(self) -> dict[str, Key]:
        """All keys, revoked ones too.

        Raises:
            StoreError: the database has not answered for minutes, or never did.
        """
        if self._clock() - self._tried_at >= _FRESH:
            async with self._reading:
                if self._clock() - self._tried_at >= _FRESH:
                    await self._read()
        if self._keys is None or self._clock() - self._read_at > _KEPT:
            self._tried_at = float("-inf")  # nobody can be let in: the next request looks again
            raise StoreError(self.problem)
        return self._keys

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                self._keys = {key.id: key for key in await self._kept.all()}
            self._read_at, self.problem = self._clock(), ""
        except (StoreError, TimeoutError) as exc:
            self.problem = str(exc) or "The database does not answer."
            log.warning("Keys could not be read: %s", self.problem)
        self._tried_at = self._clock()


async def require_caller(
    request: Request,
    _: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)] = None,
) -> Caller:
    """Who sent the request.

    Raises:
        ApiError: 401 without a key that counts; 429 above the key's limit.
        StoreError: the keys cannot be read.
    """
    parts = request.app.state.parts
    keys = await parts.keys.keys()
    caller = _caller(request, keys)
    request.state.note["caller"] = caller.name
    if caller.key:
        limit = caller.key.per_minute or parts.settings.api_requests_per_minute
        verdict = parts.limiter.take(caller.key.id, limit)
        if not verdict.allowed:
            raise ApiError(
                429,
                f"The key '{caller.name}' has used its {limit} requests a minute; ask again in "
                f"{verdict.retry_after} seconds.",
                headers={"Retry-After": str(verdict.retry_after)},
            )
    return caller


def _caller(request: Request, keys: dict[str, ApiKey]) -> Caller:
    if not keys:
        client = request.client.host if request.client else ""
        if is_local(client) and is_local(_host(request)):
            return Caller("local", None)
        raise _unknown_key(
            "No API keys are set up, so the API answers on this machine only; make one with "
            "'chatbot keys add NAME'."
        )
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    key = find_key(keys, text.strip()) if scheme.lower() == "bearer" else None
    if key is None:
        raise _unknown_key("This needs a key: send 'Authorization: Bearer KEY' with one in use.")
    return Caller(key.name, key)


def _host(request: Request) -> str:
    try:
        return request.url.hostname or ""
    except ValueError:  # a Host header that is no address
        return ""


def _unknown_key(message: str) -> ApiError:
    return ApiError(401, message, headers={"WWW-Authenticate": "Bearer"})
