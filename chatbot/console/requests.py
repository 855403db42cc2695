"""``/console/requests``: what visitors of a website handed to the team."""

from fastapi import APIRouter
from fastapi.requests import Request
from starlette.responses import HTMLResponse, Response

from chatbot.console.forms import form_of, text_of
from chatbot.console.parts import console_of, user_of
from chatbot.console.render import back, page

router = APIRouter(prefix="/requests")

_SHOWN = 100


@router.get("")
async def listed(request: Request) -> HTMLResponse:
    """Those that wait, the oldest first, and those that were dealt with last."""
    console = console_of(request)
    kept, days = console.store.requests, console.settings.widget_keep_days
    waiting, done = await kept.waiting(_SHOWN), await kept.done()
    more = await kept.count() - len(waiting) if len(waiting) == _SHOWN else 0
    return page(request, "requests.html", waiting=waiting, more=more, done=done, days=days)


@router.post("")
async def dealt_with(request: Request) -> Response:
    """Somebody has answered the customer."""
    form = await form_of(request)
    kept = console_of(request).store.requests
    await kept.finish(text_of(form, "request", 100), user_of(request).name)
    return back("requests", said="request_done")
