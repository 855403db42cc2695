"""Sessions that are over: of people who were removed, who got another password, or in whose place
the proxy names somebody else. They are out everywhere, and told so."""

import logging

from chainlit.auth import clear_auth_cookie
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from chatbot.errors import StoreError
from chatbot.page.access import Mode
from chatbot.page.texts import say
from chatbot.page.who import Ending, ended
from chatbot.settings import Settings
from chatbot.store import Store

log = logging.getLogger(__name__)

# What a person needs a user for; the page itself, signing in and its files are for everybody.
_THEIRS = ("/user", "/project/", "/desk/", "/feedback", "/ws/")
# public/page.js reads it, and the sign-in page that comes next says why.
_COOKIE = "ended"
_COOKIE_SECONDS = 60
_NOT_THEIRS = ("/project/translations", "/project/settings")


class EndedSessions:
    """Around every request of the page: a session that is over ends with its next one.

    Chainlit itself lets in whoever has a session, known or not.
    """

    def __init__(self, app: ASGIApp, store: Store, settings: Settings, mode: Mode) -> None:
        self._app, self._store, self._settings, self._mode = app, store, settings, mode

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or end its session."""
        theirs = scope.get("path", "").startswith(_THEIRS)
        if self._mode == "open" or not theirs or scope["path"].startswith(_NOT_THEIRS):
            await self._app(scope, receive, send)
            return
        why = await self._ended(HTTPConnection(scope))
        if why is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4401})
        else:
            request = Request(scope)
            spoken = request.headers.get("accept-language", "en")
            refusal = JSONResponse({"detail": say(spoken, why)}, 401)
            clear_auth_cookie(request, refusal)
            refusal.set_cookie(_COOKIE, why, max_age=_COOKIE_SECONDS, samesite="lax")
            await refusal(scope, receive, send)

    async def _ended(self, connection: HTTPConnection) -> Ending | None:
        try:
            return await ended(connection, self._store, self._settings, self._mode)
        except StoreError as exc:  # what was asked for says so itself
            log.debug("%s", exc)
            return None
