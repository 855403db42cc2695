"""Before the routes of the widget: only pages of a key's origins are answered.

It also answers what browsers ask before a request to another origin, and lets the page read each
response, errors too. Programs can claim any origin: it protects a site's name and its visitors,
and the limits protect the service.
"""

import logging

from fastapi.requests import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.api.errors import ApiError, error_of, response_of
from chatbot.api.parts import Parts, parts_of
from chatbot.errors import StoreError
from chatbot.page.access import network_of
from chatbot.store import WidgetKey

log = logging.getLogger(__name__)

PREFIX = "/widget/"
SCRIPT = f"{PREFIX}peregrine.js"
_KEPT = "600"  # seconds for which a browser need not ask again
_HANDOFFS = 3  # a minute, of one visitor


class WidgetDoor:
    """The one middleware of the widget; what refuses a request itself stands within it."""

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        self._app, self._parts = app, parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(PREFIX) or path == SCRIPT:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        try:
            keys = await self._parts.widget_keys.keys()
        except StoreError as exc:
            await response_of(error_of(exc, 1, path), path)(scope, receive, send)
            return
        key = keys.get(path.removeprefix(PREFIX).partition("/")[0])
        if key is None or key.revoked_at or origin not in key.origins:
            await response_of(_refusal(key, origin), path)(scope, receive, send)
            return

        async def send_readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                out["Access-Control-Allow-Origin"] = origin
                out["Access-Control-Expose-Headers"] = "Retry-After"
                out.add_vary_header("Origin")
            await send(message)

        if scope["method"] == "OPTIONS":
            allowed = {
                "Access-Control-Allow-Methods": "POST",
                "Access-Control-Allow-Headers": "Content-Type",
                "Access-Control-Max-Age": _KEPT,
            }
            await Response(status_code=204, headers=allowed)(scope, receive, send_readable)
            return
        scope["state"]["widget_key"] = key
        scope["state"]["note"]["caller"] = f"widget {key.name}"
        await self._app(scope, receive, send_readable)


def _refusal(key: WidgetKey | None, origin: str) -> ApiError:
    if key is None or key.revoked_at:
        return ApiError(403, "This key of the widget is not in use.", code="key_unknown")
    return ApiError(
        403,
        f"The key '{key.name}' is not for pages of '{origin[:200]}'; make one with 'chatbot keys "
        "add NAME --origin ORIGIN'.",
        code="origin_refused",
    )


def asking_key(request: Request) -> WidgetKey:
    """The key of a question, within its visitor's limit.

    Raises:
        ApiError: 429 above it.
    """
    key = key_of(request)
    limit = key.per_minute or parts_of(request).settings.widget_questions_per_minute
    _take(request, f"ask {key.id}", limit)
    return key


def handing_key(request: Request) -> WidgetKey:
    """The key of a hand-off, within its visitor's limit.

    Raises:
        ApiError: 429 above it.
    """
    key = key_of(request)
    _take(request, f"hand {key.id}", _HANDOFFS)
    return key


def key_of(request: Request) -> WidgetKey:
    """The key that the door let in."""
    key: WidgetKey = request.state.widget_key
    return key


def _take(request: Request, what: str, limit: int) -> None:
    host = request.client.host if request.client else ""
    verdict = parts_of(request).limiter.take(f"{what} {network_of(host)}", limit)
    if not verdict.allowed:
        raise ApiError(
            429,
            f"A visitor has {limit} of these a minute; ask again in {verdict.retry_after} seconds.",
            headers={"Retry-After": str(verdict.retry_after)},
        )
