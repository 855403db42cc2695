"""Approved answers: what an owner has the bot say, word for word, to questions of one meaning."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from chatbot.audience import INTERNAL, Audience
from chatbot.errors import ConflictError, UserError
from chatbot.store.audit import note
from chatbot.store.database import Database, now
from chatbot.store.schema import approved
from chatbot.text.questions import question_key


@dataclass(frozen=True)
class ApprovedText:
    """What is approved. ``document`` is the source in the knowledge folder, or empty, and
    ``document_hash`` its SHA-256 as it was read; ``expires_on`` is the last day (ISO, UTC), and
    ``audience`` names whom it is for, sorted, with commas between."""

    question: str
    answer: str
    document: str = ""
    document_hash: str = ""
    expires_on: str | None = None
    audience: str = INTERNAL


@dataclass(frozen=True)
class Approved(ApprovedText):
    """An approved answer as it is kept; ``revision`` counts its changes from 1."""

    id: str = ""
    key: str = ""
    withdrawn: bool = False
    approved_by: str = ""
    approved_at: str = ""
    revision: int = 1

    @property
    def names(self) -> Audience:
        """Whom it is for."""
        return frozenset(self.audience.split(","))

    @property
    def text(self) -> ApprovedText:
        """What is approved, alone."""
        return ApprovedText(**{name: getattr(self, name) for name in _TEXT})


_TEXT = tuple(ApprovedText.__dataclass_fields__)
_MEANWHILE = "{by} changed this answer meanwhile; nothing was saved. Open it again."
_COLUMNS = [approved.c[name] for name in Approved.__dataclass_fields__]


class ApprovedStore:
    """Approved answers in the database; each change is logged with it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Approved]:
        """Every one, withdrawn ones too, the last approved first."""
        query = select(*_COLUMNS).order_by(approved.c.approved_at.desc(), approved.c.id)
        async with self._database.read() as connection:
            return [Approved(**dict(row)) for row in (await connection.execute(query)).mappings()]

    async def stamp(self) -> tuple[int, int]:
        """Another value after each change."""
        query = select(func.count(), func.coalesce(func.sum(approved.c.revision), 0))
        async with self._database.read() as connection:
            count, changes = (await connection.execute(query.select_from(approved))).one()
        return int(count), int(changes)

    async def find(self, approved_id: str) -> Approved | None:
        """One of them."""
        async with self._database.read() as connection:
            return await _find(connection, approved.c.id == approved_id)

    async def same_words(self, question: str) -> Approved | None:
        """The one to the same words, unless it was withdrawn."""
        async with self._database.read() as connection:
            found = await _find(connection, approved.c.key == question_key(question))
        return found if found and not found.withdrawn else None

    async def add(self, text: ApprovedText, who: str) -> str:
        """Save a new one; returns its id. A withdrawn one to the same words is used again.

        Raises:
            UserError: there is an approved answer to the same words.
            StoreError: it was not saved.
        """
        async with self._database.write() as connection:
            old = await _find(connection, approved.c.key == question_key(text.question))
            if old and not old.withdrawn:
                raise UserError(
                    f"There is an approved answer to '{old.question}' already; change that one."
                )
            return await put(connection, text, who)

    async def change(self, approved_id: str, text: ApprovedText, who: str, revision: int) -> None:
        """Save what was edited or confirmed; a withdrawn one is served again.

        Raises:
            ConflictError: somebody changed it after ``revision``, or another one is to the same
                words; nothing was changed.
            StoreError: it was not saved.
        """
        async with self._database.write() as connection:
            old = await _unchanged(connection, approved_id, revision)
            same = await _find(connection, approved.c.key == question_key(text.question))
            if same and same.id != old.id:
                raise ConflictError(
                    f"There is an approved answer to '{same.question}' already; nothing was "
                    "changed."
                )
            confirmed = _is_same(old, text) and not old.withdrawn
            action = "confirmed" if confirmed else "changed"
            await _write(connection, old, text, who, f"approved.{action}")

    async def withdraw(self, approved_id: str, who: str, revision: int) -> None:
        """Serve it no more; twice is once.

        Raises:
            ConflictError: somebody changed it after ``revision``.
        """
        async with self._database.write() as connection:
            old = await _find(connection, approved.c.id == approved_id)
            if old is None or old.withdrawn:
                return
            await _unchanged(connection, approved_id, revision)
            await _withdraw(connection, old, who)

    async def put_all(self, texts: Sequence[ApprovedText], who: str) -> dict[str, int]:
        """Save all of them or none; those of the same words take the place of what is there, and
        one that says the same leaves it as it is: nobody looked at its changed source.

        Returns how many were ``added``, ``changed`` and ``unchanged``."""
        done: Counter[str] = Counter(added=0, changed=0, unchanged=0)
        async with self._database.write() as connection:
            for text in texts:
                old = await _find(connection, approved.c.key == question_key(text.question))
                if old and not old.withdrawn and _is_same(old, text):
                    done["unchanged"] += 1
                    continue
                done["changed" if old else "added"] += 1
                await put(connection, text, who)
        return dict(done)


async def put(
    connection: AsyncConnection, text: ApprovedText, who: str, review_id: str | None = None
) -> str:
    """Save one within a transaction, in the place of one to the same words; returns its id.
    ``review_id`` is the decision of the review that it rests on, if there is one.

    Raises:
        ConflictError: another process saved one to the same words at the same moment.
    """
    key = question_key(text.question)
    if old := await _find(connection, approved.c.key == key):
        await _write(connection, old, text, who, "approved.changed", review_id)
        return old.id
    made = {"id": str(uuid.uuid4()), "key": key, "withdrawn": False, "revision": 1}
    made["review_id"] = review_id
    by = {"approved_by": who, "approved_at": now()}
    try:
        await connection.execute(insert(approved).values(asdict(text) | made | by))
    except IntegrityError as exc:
        raise ConflictError(
            f"Somebody else approved an answer to '{text.question}' meanwhile; nothing was saved."
        ) from exc
    await note(connection, who, "approved.added", text.question, text.answer)
    return str(made["id"])


def _is_same(old: Approved, text: ApprovedText) -> bool:
    """Whether it says the same, whatever became of its document."""
    return replace(old.text, document_hash=text.document_hash) == text


async def withdraw_made_by(connection: AsyncConnection, review_id: str, who: str) -> int:
    """Serve no more what rests on a decision of the review that is taken back; returns how many
    that were."""
    mine = approved.c.review_id == review_id, approved.c.withdrawn.is_(False)
    found = (await connection.execute(select(*_COLUMNS).where(*mine))).mappings().all()
    for row in found:
        await _withdraw(connection, Approved(**dict(row)), who)
    return len(found)


async def _withdraw(connection: AsyncConnection, old: Approved, who: str) -> None:
    await _update(connection, old, {"withdrawn": True})
    await note(connection, who, "approved.withdrawn", old.question, old.answer)


async def _write(
    connection: AsyncConnection,
    old: Approved,
    text: ApprovedText,
    who: str,
    action: str,
    review_id: str | None = None,
) -> None:
    """Without ``review_id`` it rests on the person who wrote or confirmed it."""
    made = {"key": question_key(text.question), "withdrawn": False, "review_id": review_id}
    by = {"approved_by": who, "approved_at": now()}
    await _update(connection, old, asdict(text) | made | by)
    await note(connection, who, action, text.question, text.answer)


async def _update(connection: AsyncConnection, old: Approved, values: dict[str, Any]) -> None:
    changed = update(approved).where(approved.c.id == old.id, approved.c.revision == old.revision)
    values = values | {"revision": old.revision + 1}
    if not (await connection.execute(changed.values(values))).rowcount:
        raise ConflictError(_MEANWHILE.format(by="Somebody"))


async def _unchanged(connection: AsyncConnection, approved_id: str, revision: int) -> Approved:
    """The row that a form was made of.

    Raises:
        ConflictError: it is another one by now.
    """
    old = await _find(connection, approved.c.id == approved_id)
    if old is None or old.revision != revision:
        raise ConflictError(_MEANWHILE.format(by=old.approved_by if old else "Somebody"))
    return old


async def _find(connection: AsyncConnection, condition: Any) -> Approved | None:
    row = (await connection.execute(select(*_COLUMNS).where(condition))).mappings().first()
    return Approved(**dict(row)) if row else None
