"""Who sent a request to a page beside the conversation: the same people, known the same way."""

from chainlit.auth import get_token_from_cookies
from chainlit.auth.jwt import decode_jwt
from starlette.requests import HTTPConnection, Request

from chatbot.page.access import LOCAL, Mode
from chatbot.settings import Settings
from chatbot.store import Store, User


async def signed_in(request: Request, store: Store, settings: Settings, mode: Mode) -> User | None:
    """The user with the role that the database has now, or ``None``.

    On an open page everybody is the local admin, as in the conversation. A user who was removed
    is nobody from that moment on, whatever the browser still holds.

    Raises:
        StoreError: the database does not answer, so nobody is let in.
    """
    if mode == "open":
        return User("", LOCAL, "admin", "")
    if mode == "header":  # the guard lets it pass from trusted proxies only
        name = request.headers.get(settings.auth_header or "", "").strip()
    else:
        name = _name_in(request)
    return await store.users.get(name) if name else None


async def was_removed(connection: HTTPConnection, store: Store) -> bool:
    """Whether it carries a session of somebody who is no user any more.

    Raises:
        StoreError: the database does not answer.
    """
    name = _name_in(connection)
    return bool(name) and await store.users.get(name) is None


def _name_in(connection: HTTPConnection) -> str:
    token = get_token_from_cookies(dict(connection.cookies))
    try:
        return str(decode_jwt(token).identifier) if token else ""
    except Exception:  # forged, expired or of another key, each an exception of its own
        return ""
