"""Public keys of the widget, each for the websites that it may be shown on.

Such a key stands in a page that everybody can read. It lets a page of its origins ask about what
is public, and nothing else.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import insert, select, update

from chatbot.errors import UserError
from chatbot.store.audit import COMMAND_LINE, note
from chatbot.store.database import Database, now
from chatbot.store.keys import check_key, revoke_key
from chatbot.store.schema import widget_keys
from chatbot.text.hosts import ascii_host

_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class WidgetKey:
    """``id`` is the key itself; ``per_minute`` is its own limit of questions for a visitor, if it
    has one; ``used_at`` is when a visitor asked last, to the minute or so."""

    id: str
    name: str
    origins: list[str]
    per_minute: int | None
    created_at: str
    revoked_at: str | None
    used_at: str | None = None


class WidgetKeyStore:
    """Widget keys in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        name: str,
        origins: Sequence[str],
        per_minute: int | None = None,
        by: str = COMMAND_LINE,
    ) -> WidgetKey:
        """A new key for pages of ``origins``; ``by`` is for the log.

        Raises:
            UserError: the name, an origin or the limit cannot be used.
            StoreError: it was not saved.
        """
        check_key(name, per_minute)
        if not origins:
            raise UserError("A widget's key needs an origin, such as https://www.example.com.")
        if any(key.name == name and not key.revoked_at for key in await self.all()):
            raise UserError(f"There is a widget's key '{name}' already; revoke it first.")
        usable = list(dict.fromkeys(map(origin_of, origins)))
        key = WidgetKey(f"wk_{secrets.token_hex(12)}", name, usable, per_minute, now(), None)
        async with self._database.write() as connection:
            await connection.execute(insert(widget_keys).values(**key.__dict__))
            await note(connection, by, "key.added", name, ", ".join(usable))
        return key

    async def all(self) -> list[WidgetKey]:
        """Every key, revoked ones too, oldest first."""
        query = select(widget_keys).order_by(widget_keys.c.created_at)
        async with self._database.read() as connection:
            rows = await connection.execute(query)
            return [WidgetKey(**dict(row)) for row in rows.mappings()]

    async def used(self, identifier: str) -> None:
        """Keep that a visitor has just asked with the key.

        Raises:
            StoreError: it was not saved.
        """
        query = update(widget_keys).where(widget_keys.c.id == identifier).values(used_at=now())
        async with self._database.write() as connection:
            await connection.execute(query)

    async def revoke(self, name_or_id: str, by: str = COMMAND_LINE) -> None:
        """End a key; running services refuse it within seconds.

        Raises:
            UserError: no key in use has that name or id.
        """
        await revoke_key(self._database, widget_keys, name_or_id, by)


def origin_of(address: str) -> str:
    """An origin as browsers send it: ``https://www.example.com``, with a port unless it is the
    usual one.

    Raises:
        UserError: it is none.
    """
    wrong = UserError(
        f"'{address}' is no origin; write a website's scheme and name, such as "
        "https://www.example.com, without a path."
    )
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
        host = host if ":" in host else ascii_host(host)
    except ValueError as exc:  # UnicodeError is one
        raise wrong from exc
    usual = _PORTS.get(parts.scheme)
    beside = (parts.path.strip("/"), parts.query, parts.fragment, parts.username)
    if usual is None or not _HOST.fullmatch(host) or any(beside):
        raise wrong
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in (None, usual) else f":{port}")
