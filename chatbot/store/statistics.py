"""Numbers of what was asked: by day, and how often each document was cited."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from sqlalchemy import func, select

from chatbot.store.database import Database
from chatbot.store.records import ASKED_BACK, HANDED_OFF
from chatbot.store.schema import cited, feedback, outcomes


@dataclass
class Day:
    """The questions of one day in UTC; ``first_token`` is the median in seconds, if any."""

    answered: int = 0
    refused: int = 0
    asked_back: int = 0
    handed_off: int = 0
    up: int = 0
    down: int = 0
    first_tokens: list[float] = field(default_factory=list)

    @property
    def questions(self) -> int:
        """All that were asked."""
        return self.answered + self.refused + self.asked_back

    @property
    def first_token(self) -> float | None:
        """Half of the answers began sooner."""
        return median(self.first_tokens) if self.first_tokens else None


class Statistics:
    """Counts over the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def days(self, since: str) -> dict[str, Day]:
        """What happened on each day, such as ``2026-11-28``, from the day ``since`` on; days
        without anything are not in it."""
        found: dict[str, Day] = defaultdict(Day)
        day = func.substr(outcomes.c.created_at, 1, 10)
        counted = select(day, outcomes.c.kind, func.count()).where(outcomes.c.created_at >= since)
        began = select(day, outcomes.c.first_token).where(
            outcomes.c.created_at >= since, outcomes.c.first_token.is_not(None)
        )
        rated = func.substr(feedback.c.created_at, 1, 10)
        thumbs = select(rated, feedback.c.value, func.count()).where(feedback.c.created_at >= since)
        async with self._database.read() as connection:
            for date, kind, count in await connection.execute(
                counted.group_by(day, outcomes.c.kind)
            ):
                name = kind if kind in ("refused", ASKED_BACK, HANDED_OFF) else "answered"
                setattr(found[date], name, count)
            for date, seconds in await connection.execute(began):
                found[date].first_tokens.append(float(seconds))
            for date, value, count in await connection.execute(
                thumbs.group_by(rated, feedback.c.value)
            ):
                setattr(found[date], "up" if value else "down", count)
        return dict(found)

    async def citations(self, paths: Sequence[str]) -> Counter[str]:
        """How many kept answers cite each of these documents."""
        query = select(cited.c.path, func.count()).where(cited.c.path.in_(paths))
        query = query.group_by(cited.c.path)
        async with self._database.read() as connection:
            return Counter({str(path): int(n) for path, n in await connection.execute(query)})
