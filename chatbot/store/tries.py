"""A pause after wrong tries to sign in, over all processes.

A try is counted before the password is looked at and taken back when that is right, so that many
at once are not more than the limit.
"""

import time
from typing import Any

from sqlalchemy import case, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from chatbot.store.audit import note
from chatbot.store.database import Database
from chatbot.store.schema import sign_in_tries as tries

PAUSE = 300.0  # seconds
OF_NAME = 5  # wrong tries for a name from one address
OF_ADDRESS = 50  # from one address, whatever the names

_ANY = ""  # no user has an empty name


class SignInTries:
    """Wrong tries in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, name: str, address: str) -> bool:
        """Count a try; whether the password may be looked at.

        The pause begins with the last try that was allowed; further ones do not prolong it.
        """
        name, address = name[:200], address[:100]
        async with self._database.write() as connection:
            await connection.execute(delete(tries).where(tries.c.at < time.time() - PAUSE))
            of_name = await self._add(connection, name, address, OF_NAME)
            of_address = await self._add(connection, _ANY, address, OF_ADDRESS)
            if of_name == OF_NAME + 1 or of_address == OF_ADDRESS + 1:
                await note(connection, address, "signin.paused", address)
        return of_name <= OF_NAME and of_address <= OF_ADDRESS

    async def forget(self, name: str, address: str) -> None:
        """The try that was just counted was right."""
        name, address = name[:200], address[:100]
        mine = tries.c.address == address
        async with self._database.write() as connection:
            await connection.execute(delete(tries).where(mine, tries.c.name == name))
            taken_back = update(tries).where(mine, tries.c.name == _ANY)
            await connection.execute(taken_back.values(tries=tries.c.tries - 1))

    async def _add(self, connection: AsyncConnection, name: str, address: str, most: int) -> int:
        dialect = postgresql if self._database.kind == "postgresql" else sqlite
        new: Any = dialect.insert(tries)
        new = new.values(name=name, address=address, tries=1, at=time.time())
        counted = new.on_conflict_do_update(
            index_elements=["name", "address"],
            set_={
                "tries": tries.c.tries + 1,
                "at": case((tries.c.tries < most, new.excluded.at), else_=tries.c.at),
            },
        ).returning(tries.c.tries)
        return int((await connection.execute(counted)).scalar_one())
