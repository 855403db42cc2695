"""``/console/audit``: who changed what and when."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import astuple

from fastapi import APIRouter
from fastapi.requests import Request
from starlette.responses import HTMLResponse, StreamingResponse

from chatbot.console.forms import number_of
from chatbot.console.parts import console_of
from chatbot.console.render import page
from chatbot.store import Store
from chatbot.store.audit import Entry
from chatbot.text.spreadsheets import UTF_8_MARK, csv_line

router = APIRouter(prefix="/audit")

_A_PAGE = 100
_AT_ONCE = 500
_COLUMNS = ("id", "at", "who", "action", "target", "detail")


@router.get("")
async def list_entries(request: Request) -> HTMLResponse:
    """The newest entries; ``before`` goes on with older ones."""
    before = number_of(request, "before")
    entries = await console_of(request).store.audit.newest(_A_PAGE + 1, before)
    more = len(entries) > _A_PAGE
    return page(request, "audit.html", entries=entries[:_A_PAGE], more=more)


@router.get("/audit.csv")
async def export_entries(request: Request) -> StreamingResponse:
    """All of it, oldest first."""
    headers = {"content-disposition": 'attachment; filename="audit.csv"'}
    store = console_of(request).store
    first = await store.audit.after(0, _AT_ONCE)  # what fails is said, while it can be
    lines = _lines(store, first)
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


async def _lines(store: Store, entries: Sequence[Entry]) -> AsyncIterator[str]:
    yield UTF_8_MARK + csv_line(_COLUMNS)
    while entries:
        yield "".join(csv_line(astuple(entry)) for entry in entries)
        entries = await store.audit.after(entries[-1].id, _AT_ONCE)
