"""People who may sign in. Passwords are kept as argon2id hashes."""

import asyncio
import hashlib
import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatbot.audience import EVERYTHING, Asker, staff
from chatbot.errors import ConflictError, StoreError, UserError
from chatbot.store.audit import COMMAND_LINE, note
from chatbot.store.database import Database, now
from chatbot.store.groups import checked_groups, from_column, to_column
from chatbot.store.schema import users

ROLES = ("agent", "owner", "admin")
_SHORTEST_PASSWORD = 8
_MARK_DIGITS = 16


@dataclass(frozen=True)
class User:
    """``role``: agents ask, owners also keep the knowledge, admins also the users. ``groups`` are
    audiences of documents that an agent sees beside what is public and internal. ``mark`` is
    another one with each password, and empty where there is none."""

    id: str
    name: str
    role: str
    created_at: str
    groups: tuple[str, ...] = ()
    mark: str = ""

    @property
    def asker(self) -> Asker:
        """What the person may see."""
        return asker_with(self.role, self.groups)


def asker_with(role: str, groups: Iterable[str]) -> Asker:
    """What somebody of the staff may see: owners and admins everything."""
    return EVERYTHING if role in ("owner", "admin") else staff(groups)


class UserStore:
    """Users in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # What OWASP's password storage cheat sheet recommends: 19 MiB, two passes, one lane.
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

    async def add(
        self,
        name: str,
        password: str | None,
        role: str | None = None,
        by: str = COMMAND_LINE,
        groups: Sequence[str] | None = None,
        new: bool = False,
    ) -> User:
        """Add a user, an agent where no role is given; or unless it is to be ``new``, give an
        existing one a new password, and another role and other ``groups`` where they are given;
        ``by`` is for the log.

        Raises:
            UserError: the name, the password, the role or a group cannot be used; the last admin
                who can sign in with a password stays one.
            ConflictError: there is such a user, and it was to be a new one.
            StoreError: it was not saved.
        """
        name, role = _checked_name(name), role and _checked_role(role)
        hashed = await self._hash(password)
        old = await self.get(name)
        role = role or (old.role if old else "agent")
        kept = old.groups if old else ()
        own = kept if groups is None else checked_groups(groups)
        values = {
            "id": old.id if old else str(uuid.uuid4()),
            "name": name,
            "role": role,
            "password_hash": hashed,
            "created_at": old.created_at if old else now(),
            "audiences": to_column(own),
        }
        async with self._database.write() as connection:
            if not new:
                if role != "admin":
                    await self._keep_an_admin(connection, name)
                await connection.execute(self._database.upsert(users, values))
            elif not (await connection.execute(self._database.insert_new(users, values))).rowcount:
                raise ConflictError(f"There is a user '{name}' already.")
            detail = ", ".join([role, *own])
            await note(connection, by, "user.changed" if old else "user.added", name, detail)
        return _user(values)

    async def change(
        self,
        name: str,
        *,
        role: str | None = None,
        password: str | None = None,
        groups: Sequence[str] | None = None,
        by: str = COMMAND_LINE,
    ) -> None:
        """Give a user another role, another password or other groups; the rest stays.

        Raises:
            UserError: there is no such user, or what is given cannot be used; the last admin who
                can sign in with a password stays one.
            StoreError: it was not saved.
        """
        given = {
            "role": role and _checked_role(role),
            "password_hash": await self._hash(password),
            "audiences": None if groups is None else to_column(checked_groups(groups)),
        }
        values = {key: value for key, value in given.items() if value is not None}
        async with self._database.write() as connection:
            if role is not None and role != "admin":
                await self._keep_an_admin(connection, name)
            changed = update(users).where(users.c.name == name).values(values)
            if not (await connection.execute(changed)).rowcount:
                raise UserError(f"There is no user '{name}'.")
            what = "role" if role else "password" if groups is None else "groups"
            detail = role or ", ".join(groups or ())
            await note(connection, by, f"user.{what}", name, detail)

    async def _keep_an_admin(self, connection: AsyncConnection, name: str) -> None:
        signs_in = (users.c.role == "admin") & users.c.password_hash.is_not(None)
        admins = (await connection.execute(select(users.c.name).where(signs_in))).scalars().all()
        if list(admins) == [name]:
            raise UserError(f"'{name}' is the last admin with a password; make another one first.")

    async def _hash(self, password: str | None) -> str | None:
        if password is None:
            return None
        if len(password) < _SHORTEST_PASSWORD:
            raise UserError(f"A password has at least {_SHORTEST_PASSWORD} characters.")
        return await asyncio.to_thread(self._hasher.hash, password)

    async def ensure(self, name: str, role: str) -> User:
        """The user of that name; added without a password where there is none.

        Several pages of one new person ask for this at the same time.

        Raises:
            UserError, StoreError: as :meth:`add`.
        """
        if known := await self.get(name):
            return known
        row = {"id": str(uuid.uuid4()), "name": _checked_name(name), "role": _checked_role(role)}
        async with self._database.write() as connection:
            new = self._database.insert_new(users, row | {"created_at": now()})
            await connection.execute(new)
        found = await self.get(name)
        if found is None:
            raise StoreError(f"The user '{name}' was removed.")
        return found

    async def get(self, name: str) -> User | None:
        """The user of that name."""
        row = await self._row(name)
        return _user(row) if row else None

    async def check(self, name: str, password: str) -> User | None:
        """The user, if the password is right. Takes as long for a name that does not exist."""
        row = await self._row(name)
        known = str(row["password_hash"] or "") if row else ""
        right = await asyncio.to_thread(self._verify, known, password)
        return _user(row) if row and right else None

    async def all(self) -> list[User]:
        """Every user, by name."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(users).order_by(users.c.name))
            return [_user(dict(row)) for row in rows.mappings()]

    async def passwords(self) -> int:
        """How many users can sign in with a password."""
        query = select(func.count()).where(users.c.password_hash.is_not(None))
        async with self._database.read() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def remove(self, name: str, by: str = COMMAND_LINE) -> None:
        """Remove a user with all threads; ``by`` is for the log.

        Raises:
            UserError: there is none of that name; or somebody who is signed in, and not the
                command line, removes the last admin with a password.
        """
        async with self._database.write() as connection:
            if by != COMMAND_LINE:
                await self._keep_an_admin(connection, name)
            result = await connection.execute(delete(users).where(users.c.name == name))
            if result.rowcount:
                await note(connection, by, "user.removed", name)
        if not result.rowcount:
            raise UserError(f"There is no user '{name}'.")

    async def _row(self, name: str) -> dict[str, Any] | None:
        async with self._database.read() as connection:
            row = (await connection.execute(select(users).where(users.c.name == name))).mappings()
            found = row.first()
            return dict(found) if found else None

    @cached_property
    def _nobody(self) -> str:
        """The hash of a password that is thrown away."""
        return self._hasher.hash(secrets.token_hex())

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed or self._nobody, password) and bool(hashed)
        except (VerificationError, InvalidHashError):
            return False


def _checked_name(name: str) -> str:
    if not name.strip() or len(name) > 200 or not name.isprintable():
        raise UserError("A user's name has 1 to 200 printable characters.")
    return name


def _checked_role(role: str) -> str:
    if role not in ROLES:
        raise UserError(f"There is no role '{role}'; known are {', '.join(ROLES)}.")
    return role


def _user(row: dict[str, Any]) -> User:
    groups = from_column(row.get("audiences") or "")
    hashed = row.get("password_hash")
    mark = hashlib.sha256(hashed.encode()).hexdigest()[:_MARK_DIGITS] if hashed else ""
    return User(row["id"], row["name"], row["role"], row["created_at"], groups, mark)
