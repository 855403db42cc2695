"""Around every request to the console: who may come in, how much may be sent, what browsers do.

It stands before the routes, so that no address below ``/console``, known or not, answers anybody
else, and a new page cannot forget it.
"""

import logging

from fastapi.requests import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.console.parts import Console
from chatbot.console.render import refusal_page
from chatbot.console.words import language_of, say
from chatbot.errors import StoreError, operator_sentence
from chatbot.page.who import signed_in
from chatbot.store import User

log = logging.getLogger(__name__)

OWNERS = ("owner", "admin")
ADMINS = ("admin",)
_ADMINS_ONLY = "/console/users"
_FORM_BYTES = 256 * 1024
_AROUND_FILE = 64 * 1024  # what a form has beside its file
_UPLOADS = ("/console/documents", "/console/approved/import", "/console/tests/upload")

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class Door:
    """The one middleware of the console."""

    def __init__(self, app: ASGIApp, console: Console) -> None:
        self._app, self._console = app, console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICY
                headers["Cache-Control"] = "no-store"
                headers["Referrer-Policy"] = "same-origin"
            await send(message)

        if scope["type"] != "http":
            return
        request = Request(scope)
        language = language_of(request.headers.get("accept-language", ""))
        refused = await self._refusal(request, language)
        if refused is not None:
            await refused(scope, receive, send_guarded)
            return
        await self._app(scope, _limit_body(receive, self._limit(request), language), send_guarded)

    async def _refusal(self, request: Request, language: str) -> Response | None:
        console = self._console
        try:
            user = await signed_in(request, console.store, console.settings, console.mode)
        except StoreError as exc:
            log.warning("%s", operator_sentence(exc))
            return _page(503, say(language, "database_away"), language)
        if user is None:
            by_form = console.mode in ("password", "oauth") and request.method == "GET"
            if by_form:
                return RedirectResponse("/login", 303)
            return _page(401, say(language, "sign_in"), language)
        if not may_see(user, request.url.path):
            return _page(403, say(language, "not_yours"), language)
        if _length(request.headers) > self._limit(request):
            return _page(413, say(language, "too_large"), language)
        request.state.user, request.state.language = user, language
        return None

    def _limit(self, request: Request) -> int:
        """Bytes of a body."""
        if request.url.path.startswith(_UPLOADS):
            return self._console.settings.max_file_bytes + _AROUND_FILE
        return _FORM_BYTES


def may_see(user: User, path: str) -> bool:
    """Whether a user may open an address of the console: the users are the admins' matter."""
    below = path == _ADMINS_ONLY or path.startswith(f"{_ADMINS_ONLY}/")
    return user.role in (ADMINS if below else OWNERS)


def _limit_body(receive: Receive, limit: int, language: str) -> Receive:
    """``receive`` that refuses a body above the limit, whatever its headers said."""
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit:
            raise HTTPException(413, say(language, "too_large"))
        return message

    return counted


def _length(headers: Headers) -> int:
    try:
        return int(headers.get("content-length", "0"))
    except ValueError:
        return 0


def _page(status: int, sentence: str, language: str) -> HTMLResponse:
    return HTMLResponse(refusal_page(sentence, language), status)
