"""People who were removed while they were signed in: out everywhere, and told so."""

import logging

from chainlit.auth import clear_auth_cookie
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from chatbot.errors import StoreError
from chatbot.page.access import Mode
from chatbot.page.texts import say
from chatbot.page.who import was_removed
from chatbot.store import Store

log = logging.getLogger(__name__)

# What a person needs a user for; the page itself, signing in and its files are for everybody.
_THEIRS = ("/user", "/project/", "/desk/", "/feedback", "/ws/")
# public/page.js reads it, and the sign-in page that comes next says why.
_MARK = "removed"
_MARK_SECONDS = 60
_NOT_THEIRS = ("/project/translations", "/project/settings")


class RemovedPeople:
    """Around every request of the page: a session of nobody ends with its next one.

    Chainlit itself lets in whoever has a session, known or not.
    """

    def __init__(self, app: ASGIApp, store: Store, mode: Mode) -> None:
        self._app, self._store = app, store
        self._asks = mode in ("password", "oauth")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or end its session."""
        theirs = scope.get("path", "").startswith(_THEIRS)
        if not self._asks or not theirs or scope["path"].startswith(_NOT_THEIRS):
            await self._app(scope, receive, send)
            return
        if not await self._is_of_nobody(HTTPConnection(scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4401})
        else:
            request = Request(scope)
            spoken = request.headers.get("accept-language", "en")
            ended = JSONResponse({"detail": say(spoken, "removed")}, 401)
            clear_auth_cookie(request, ended)
            ended.set_cookie(_MARK, "1", max_age=_MARK_SECONDS, samesite="lax")
            await ended(scope, receive, send)

    async def _is_of_nobody(self, connection: HTTPConnection) -> bool:
        try:
            return await was_removed(connection, self._store)
        except StoreError as exc:  # what was asked for says so itself
            log.debug("%s", exc)
            return False
