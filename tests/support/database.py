"""SQLite databases as they are after the first start, copied from one that is made once."""

import asyncio
import functools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from chatbot.store import Store

PASSWORD = "correct horse"
Person = tuple[str, str]  # name and role


def put_database(url: str, *people: Person) -> str:
    """Put one where ``url`` says, with people of one password each; gives ``url`` back."""
    file = Path(url.removeprefix("sqlite:///"))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_made(people))
    return url


@functools.cache
def _made(people: tuple[Person, ...]) -> bytes:
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:
        file = Path(folder) / "made.db"
        # A test that asks for one may have an event loop in this thread.
        thread.submit(asyncio.run, _make(f"sqlite:///{file}", people)).result()
        return file.read_bytes()


async def _make(url: str, people: tuple[Person, ...]) -> None:
    store = Store(url)
    async with store.database.write():
        pass
    for name, role in people:
        await store.users.add(name, PASSWORD, role)
    await store.close()
