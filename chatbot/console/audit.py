"""``/console/audit``: who changed what and when."""

from collections.abc import AsyncIterator
from dataclasses import astuple

from fastapi import APIRouter
from fastapi.requests import Request
from starlette.responses import HTMLResponse, StreamingResponse

from chatbot.console.forms import number_of
from chatbot.console.parts import console_of
from chatbot.console.render import page
from chatbot.store import Store
from chatbot.text.spreadsheets import csv_line

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
    lines = _lines(console_of(request).store)
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


async def _lines(store: Store) -> AsyncIterator[str]:
    yield csv_line(_COLUMNS)
    last = 0
    while entries := await store.audit.after(last, _AT_ONCE):
        last = entries[-1].id
        yield "".join(csv_line(astuple(entry)) for entry in entries)
