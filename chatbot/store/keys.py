"""Keys of programs that use the API. Only a key's SHA-256 is kept.

A key is ``pk_<id>_<secret>``. The secret has 256 random bits, so a fast hash protects it as
well as a slow one would: there is nothing to guess.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, insert, select, update

from chatbot.audience import INTERNAL, Asker, asker_of
from chatbot.errors import UserError
from chatbot.store.audit import COMMAND_LINE, note
from chatbot.store.database import Database, now
from chatbot.store.groups import checked_groups, from_column, to_column
from chatbot.store.schema import api_keys

_NOBODY = hashlib.sha256(secrets.token_bytes(32)).hexdigest()


@dataclass(frozen=True)
class ApiKey:
    """``per_minute`` is its own limit of requests, if it has one; ``groups`` the audiences of
    documents that it sees beside public ones."""

    id: str
    name: str
    hash: str
    per_minute: int | None
    created_at: str
    revoked_at: str | None
    groups: tuple[str, ...] = (INTERNAL,)

    @property
    def asker(self) -> Asker:
        """What its program may see."""
        return asker_of(self.groups)


class KeyStore:
    """Keys in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        name: str,
        per_minute: int | None = None,
        by: str = COMMAND_LINE,
        groups: Sequence[str] = (INTERNAL,),
    ) -> tuple[ApiKey, str]:
        """A new key, and its text, which is shown once and not kept; ``by`` is for the log. It
        sees what is public, and what is for one of ``groups``.

        Raises:
            UserError: the name, the limit or a group cannot be used.
            StoreError: it was not saved.
        """
        check_key(name, per_minute)
        if any(key.name == name and not key.revoked_at for key in await self.all()):
            raise UserError(f"There is a key '{name}' already; revoke it first.")
        identifier, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        text = f"pk_{identifier}_{secret}"
        own = checked_groups(groups)
        key = ApiKey(identifier, name, _hash(text), per_minute, now(), None, own)
        values = {k: v for k, v in vars(key).items() if k != "groups"}
        row = insert(api_keys).values(**values, audiences=to_column(own))
        async with self._database.write() as connection:
            await connection.execute(row)
            await note(connection, by, "key.added", name, ", ".join(own))
        return key, text

    async def all(self) -> list[ApiKey]:
        """Every key, revoked ones too, oldest first."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(api_keys).order_by(api_keys.c.created_at))
            return [_key(dict(row)) for row in rows.mappings()]

    async def revoke(self, name_or_id: str, by: str = COMMAND_LINE) -> None:
        """End a key; running services refuse it within seconds.

        Raises:
            UserError: no key in use has that name or id.
        """
        await revoke_key(self._database, api_keys, name_or_id, by)


def _key(row: dict[str, Any]) -> ApiKey:
    return ApiKey(groups=from_column(row.pop("audiences")), **row)


def find_key(keys: dict[str, ApiKey], text: str) -> ApiKey | None:
    """The key in use (``keys`` is by id) that ``text`` is, compared in constant time."""
    parts = text.split("_", 2)
    key = keys.get(parts[1]) if len(parts) == 3 else None
    right = hmac.compare_digest(key.hash if key else _NOBODY, _hash(text))
    return key if right and key and not key.revoked_at else None


def check_key(name: str, per_minute: int | None) -> None:
    """Refuse what a key, secret or public, cannot have.

    Raises:
        UserError: the name or the limit cannot be used.
    """
    if not name.strip() or len(name) > 200 or not name.isprintable():
        raise UserError("A key's name has 1 to 200 printable characters.")
    if per_minute is not None and not 1 <= per_minute <= 1_000_000:
        raise UserError("A key's limit is 1 to 1,000,000 requests a minute.")


async def revoke_key(database: Database, table: Table, name_or_id: str, by: str) -> None:
    """End a key of a table, and note it.

    Raises:
        UserError: no key in use has that name or id.
    """
    named = (table.c.name == name_or_id) | (table.c.id == name_or_id)
    mine = named, table.c.revoked_at.is_(None)
    async with database.write() as connection:
        names = (await connection.execute(select(table.c.name).where(*mine))).scalars().all()
        await connection.execute(update(table).where(*mine).values(revoked_at=now()))
        for name in names:
            await note(connection, by, "key.revoked", name)
    if not names:
        raise UserError(f"There is no key '{name_or_id}' in use.")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
