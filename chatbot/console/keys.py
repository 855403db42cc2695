"""``/console/keys``: which websites may show the widget."""

from fastapi import APIRouter
from fastapi.requests import Request
from starlette.responses import HTMLResponse, Response

from chatbot.console.forms import form_of, text_of
from chatbot.console.parts import console_of, user_of
from chatbot.console.render import back, page
from chatbot.console.words import say
from chatbot.errors import UserError

router = APIRouter(prefix="/keys")

_LONGEST = 8000


@router.get("")
async def list_keys(request: Request) -> HTMLResponse:
    """All keys, those in use first, the newest first of each."""
    console = console_of(request)
    newest = reversed(await console.store.widget_keys.all())
    keys = sorted(newest, key=lambda key: key.revoked_at is not None)
    limit = console.settings.widget_questions_per_minute
    return page(request, "keys.html", keys=keys, limit=limit)


@router.post("/add")
async def add_key(request: Request) -> Response:
    """Make a key for the websites that are named, one a line."""
    form = await form_of(request)
    origins = text_of(form, "websites", _LONGEST).split()
    given = text_of(form, "per_minute", 20)
    if given and not (given.isascii() and given.isdigit()):
        raise UserError(say(request.state.language, "number_wanted"))
    limit, name = int(given) if given else None, text_of(form, "name", _LONGEST)
    by = user_of(request).name
    await console_of(request).store.widget_keys.add(name, origins, limit, by=by)
    return back("keys", said="key_added")


@router.post("/revoke")
async def revoke_key(request: Request) -> Response:
    """End a key, by its id."""
    form = await form_of(request)
    if not text_of(form, "sure"):
        raise UserError(say(request.state.language, "tick_sure"))
    keys = console_of(request).store.widget_keys
    await keys.revoke(text_of(form, "key", 100), by=user_of(request).name)
    return back("keys", said="key_revoked")
