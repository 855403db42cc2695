"""Who sent a request to a page beside the conversation: the same people, known the same way."""

from typing import Literal

import chainlit as cl
from chainlit.auth import get_token_from_cookies
from chainlit.auth.jwt import decode_jwt
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request

from chatbot.page.access import LOCAL, Mode
from chatbot.settings import Settings
from chatbot.store import Store, User

MARK = "mark"  # in a session's metadata: :attr:`User.mark`
# As a key of words: there is no such user any more, the password is another one, or the proxy names
# somebody else.
Ending = Literal["removed", "reset", "replaced"]


async def signed_in(request: Request, store: Store, settings: Settings, mode: Mode) -> User | None:
    """The user with the role that the database has now, or ``None``.

    On an open page everybody is the local admin, as in the conversation. A user who was removed,
    or got another password, is nobody from that moment on, whatever the browser still holds.

    Raises:
        StoreError: the database does not answer, so nobody is let in.
    """
    if mode == "open":
        return User("", LOCAL, "admin", "")
    if mode == "header":
        name = named_by_proxy(request.headers, settings)
        return await store.users.get(name) if name else None
    session = _session_in(request)
    user = await store.users.get(session.identifier) if session else None
    return user if session and not ending(session, user, mode) else None


def named_by_proxy(headers: Headers, settings: Settings) -> str:
    """Whom the proxy names; the guard lets that pass from trusted proxies only."""
    return headers.get(settings.auth_header or "", "").strip()


async def ended(
    connection: HTTPConnection, store: Store, settings: Settings, mode: Mode
) -> Ending | None:
    """Why the session that it carries is over, if it carries one. A browser keeps its session when
    the proxy lets somebody else in.

    Raises:
        StoreError: the database does not answer.
    """
    if (session := _session_in(connection)) is None:
        return None
    if mode == "header":
        same = session.identifier == named_by_proxy(connection.headers, settings)
        return None if same else "replaced"
    return ending(session, await store.users.get(session.identifier), mode)


def ending(session: cl.User, user: User | None, mode: Mode) -> Ending | None:
    """Why a session is over, whose name belongs to ``user`` now."""
    if user is None:
        return "removed"
    # Those who sign in elsewhere have no password here, or one that they do not use.
    return "reset" if mode == "password" and session.metadata.get(MARK) != user.mark else None


def session_user(user: User) -> cl.User:
    """A user as a session keeps one; another password ends it."""
    return cl.User(identifier=user.name, metadata={"role": user.role, MARK: user.mark})


def _session_in(connection: HTTPConnection) -> cl.User | None:
    token = get_token_from_cookies(dict(connection.cookies))
    try:
        return decode_jwt(token) if token else None
    except Exception:  # forged, expired or of another key, each an exception of its own
        return None
