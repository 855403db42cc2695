"""The three ways to sign in, of which one is registered with Chainlit."""

import logging

import chainlit as cl
from chainlit.config import config
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from chatbot.page.access import LOCAL, Mode, client_address, may_enter
from chatbot.page.who import named_by_proxy, session_user
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.tries import PAUSE

log = logging.getLogger(__name__)


class SignIn:
    """Chainlit's callbacks; each returns the user, or ``None`` for one who may not come in."""

    def __init__(self, store: Store, settings: Settings, mode: Mode) -> None:
        self._store = store
        self._settings = settings
        self._mode = mode

    def register(self) -> None:
        """Register the one of the page's mode, and take back any other."""
        config.code.password_auth_callback = config.code.header_auth_callback = None
        config.code.oauth_callback = None
        if self._mode == "password":
            cl.password_auth_callback(self.by_password)
        elif self._mode == "oauth":
            cl.oauth_callback(self.by_oauth)
        else:
            cl.header_auth_callback(self.by_header)

    async def by_password(self, name: str, password: str) -> cl.User | None:
        """A user of the database. Wrong tries are logged, and too many of them make a pause.

        Raises:
            HTTPException: 429, it is the time of the pause; the password was not looked at.
            StoreError: the database does not answer, so nobody is let in.
        """
        address, tries = client_address.get(), self._store.tries
        if not await tries.count(name, address):
            raise HTTPException(429, "Too many wrong tries.", {"Retry-After": str(int(PAUSE))})
        user = await self._store.users.check(name, password)
        if user is None:
            # A name that nobody has may be a password in the wrong field.
            known = await self._store.users.get(name)
            await self._store.audit.add(address, "signin.failed", known.name if known else "?")
            return None
        await tries.forget(name, address)
        return session_user(user)

    async def by_header(self, headers: Headers) -> cl.User | None:
        """The user whom the proxy names; on an open page everybody is the local one."""
        if self._mode == "open":
            return cl.User(identifier=LOCAL, metadata={"role": "admin"})
        name = named_by_proxy(headers, self._settings)
        return cl.User(identifier=name, metadata={"role": "agent"}) if name else None

    async def by_oauth(
        self,
        provider: str,
        token: str,
        about: dict[str, str],
        user: cl.User,
        id_token: str | None = None,
    ) -> cl.User | None:
        """The user whom the provider vouches for, if that one is expected here."""
        name = user.identifier or ""
        known = await self._store.users.get(name)
        if not may_enter(name, known is not None, self._settings.oauth_domains):
            log.warning("%s signed '%s' in, who is not a user here", provider, name)
            return None
        return cl.User(identifier=name, metadata={"role": "agent"})
