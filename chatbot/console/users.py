"""``/console/users``: who may sign in. For admins; the door keeps others out."""

from fastapi import APIRouter
from fastapi.requests import Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from chatbot.console.forms import TextTooLongError, form_of, text_of
from chatbot.console.parts import console_of, user_of
from chatbot.console.render import back, page
from chatbot.console.words import say
from chatbot.errors import ConflictError, UserError
from chatbot.page.session import tell_ended
from chatbot.store import ROLES

router = APIRouter(prefix="/users")

_LONGEST = 1000


@router.get("")
async def list_users(request: Request) -> HTMLResponse:
    """Everybody, with the role."""
    console = console_of(request)
    users = await console.store.users.all()
    return page(request, "users.html", users=users, roles=ROLES, mode=console.mode)


@router.post("/add")
async def add_user(request: Request) -> Response:
    """Add a user; one who is there keeps role and password."""
    form = await form_of(request)
    users, name = console_of(request).store.users, text_of(form, "name", _LONGEST)
    password = _password(form.get("password"))
    by, groups = user_of(request).name, _groups(form)
    try:
        await users.add(name, password, text_of(form, "role"), by=by, groups=groups, new=True)
    except ConflictError as exc:
        raise UserError(say(request.state.language, "user_there", name=name)) from exc
    return back("users", said="user_added")


@router.post("/role")
async def role_changed(request: Request) -> Response:
    """Give a user another role; it counts with the next request."""
    form = await form_of(request)
    users, name = console_of(request).store.users, text_of(form, "name", _LONGEST)
    await users.change(name, role=text_of(form, "role"), by=user_of(request).name)
    return back("users", said="user_changed")


@router.post("/groups")
async def groups_changed(request: Request) -> Response:
    """Give a user other groups; they count with the next question."""
    form = await form_of(request)
    users, name = console_of(request).store.users, text_of(form, "name", _LONGEST)
    await users.change(name, groups=_groups(form), by=user_of(request).name)
    return back("users", said="user_changed")


@router.post("/password")
async def password_changed(request: Request) -> Response:
    """Give a user another password; it ends the sessions with the old one."""
    form = await form_of(request)
    users, name = console_of(request).store.users, text_of(form, "name", _LONGEST)
    password = _password(form.get("password"))
    if password is None:
        raise UserError(say(request.state.language, "password_missing"))
    await users.change(name, password=password, by=user_of(request).name)
    await tell_ended(name, "reset")
    return back("users", said="user_changed")


@router.post("/remove")
async def remove_user(request: Request) -> Response:
    """Remove a user with all conversations; nobody removes oneself."""
    form = await form_of(request)
    name, language = text_of(form, "name", _LONGEST), request.state.language
    if not text_of(form, "sure"):
        raise UserError(say(language, "tick_sure"))
    if name == user_of(request).name:
        raise UserError(say(language, "not_oneself"))
    await console_of(request).store.users.remove(name, by=user_of(request).name)
    await tell_ended(name, "removed")
    return back("users", said="user_removed")


def _groups(form: FormData) -> list[str]:
    """Names with commas between them, as they were typed."""
    return text_of(form, "groups", _LONGEST).split(",")


def _password(given: object) -> str | None:
    """As it was typed, blanks too; ``None`` where there is none."""
    if not isinstance(given, str) or not given:
        return None
    if len(given) > _LONGEST:
        raise TextTooLongError(_LONGEST)
    return given
