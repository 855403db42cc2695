"""``/console``: what was asked and answered, how everything is, and what waits for an owner."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter
from fastapi.requests import Request
from starlette.responses import HTMLResponse

from chatbot.console.approved import NEED_OWNER, hashes
from chatbot.console.candidates import waiting_candidates
from chatbot.console.contradictions import open_counts
from chatbot.console.library import count_states
from chatbot.console.parts import Console, console_of
from chatbot.console.plots import Plot, bars
from chatbot.console.render import page
from chatbot.console.review import KINDS
from chatbot.service.approved import state_of
from chatbot.store.statistics import Day

router = APIRouter()

_DAYS = 30


@router.get("")
async def overview(request: Request) -> HTMLResponse:
    """The page that an owner begins with."""
    console = console_of(request)
    today = datetime.now(UTC).date()
    dates = [(today - timedelta(days=back)).isoformat() for back in range(_DAYS - 1, -1, -1)]
    found = await console.store.statistics.days(dates[0])
    days = {date: found.get(date, Day()) for date in dates}
    counts = await console.store.reviews.counts()
    candidates, unread = await waiting_candidates(console)
    return page(
        request,
        "overview.html",
        today=days[dates[-1]],
        month=_sum(days.values()),
        plots=_plots(days),
        waiting={kind: counts[kind] for kind in KINDS},
        candidates=len(candidates),
        unread=unread,
        approved=await _approved(console),
        requests=await console.store.requests.count(),
        findings=await open_counts(console),
        documents=await asyncio.to_thread(count_states, console.settings, console.service),
        states=_states(console),
    )


async def _approved(console: Console) -> dict[str, int]:
    """How many approved answers are not served until somebody looks at them, by why."""
    files = await hashes(console)
    states = [state_of(one, files) for one in await console.store.approved.all()]
    return {state: states.count(state) for state in NEED_OWNER if state in states}


def _sum(days: Iterable[Day]) -> Day:
    whole = Day()
    for day in days:
        for name, value in vars(day).items():
            setattr(whole, name, getattr(whole, name) + value)
    return whole


def _plots(days: dict[str, Day]) -> list[Plot]:
    """Each with its own scale, over the same days."""
    return [
        bars("questions", days, ("answered", "refused", "asked_back")),
        bars("thumbs", days, ("up", "down")),
        bars("handed_off", days, ("handed_off",)),
        bars("first_token", days, ("first_token",)),
    ]


def _states(console: Console) -> dict[str, str]:
    """Sentences and names of this process: model, index, where vectors and texts are kept."""
    service = console.service
    return {
        "service": service.status(),
        "model": service.model_name,
        "index": service.generation or "",
        "vector_store": service.vector_store,
        "database": console.store.database.kind,
    }
