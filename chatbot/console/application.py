"""The console as an ASGI application, to stand beside the page and the API."""

import logging
import os

from fastapi import Depends, FastAPI
from fastapi.requests import Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import ASGIApp

from chatbot.console import (
    approved,
    audit,
    candidates,
    contradictions,
    decisions,
    documents,
    gaps,
    keys,
    overview,
    requests,
    review,
    tests,
    training,
    users,
)
from chatbot.console.door import Door
from chatbot.console.forms import TextTooLongError, check_form
from chatbot.console.jobs import IndexJob
from chatbot.console.likeness import Likeness
from chatbot.console.parts import Console
from chatbot.console.render import FOLDER, page
from chatbot.console.runner import Runner
from chatbot.console.words import say
from chatbot.errors import (
    ChatbotError,
    ConflictError,
    DataError,
    DocumentError,
    UserError,
    disk_sentence,
)
from chatbot.page.access import Guard, access_mode, provide_secret
from chatbot.service import ChatService
from chatbot.settings import Settings
from chatbot.store import Store

log = logging.getLogger(__name__)

_STATIC = {"console.css": "text/css", "console.js": "text/javascript"}


def create_console(settings: Settings, service: ChatService, store: Store) -> ASGIApp:
    """Everything below ``/console``, for owners and admins; it blocks for a look at who may enter.

    Raises:
        StoreError: the database cannot be read, so nobody is let in.
        ConfigurationError: the key for sessions can be neither read nor written.
    """
    mode = access_mode(settings)
    provide_secret(settings)
    key = os.environ["CHAINLIT_AUTH_SECRET"].encode()
    job, likeness = IndexJob(service), Likeness(service)
    runner = Runner(settings, service, store)
    console = Console(settings, service, store, mode, key, job, likeness, runner)
    return Guard(Door(console_routes(console), console), settings, mode)


def console_routes(console: Console) -> FastAPI:
    """The routes, without the door; every form is checked."""
    app = FastAPI(openapi_url=None, dependencies=[Depends(check_form)])
    app.state.console = console
    pages = (  # the decisions before the review, which takes any other name for a question
        overview, documents, contradictions, decisions, review, candidates, approved, gaps,
        requests, keys, tests, training, users, audit,
    )  # fmt: skip
    for module in pages:
        app.include_router(module.router, prefix="/console")
    app.add_api_route("/console/static/{name}", _static, methods=["GET"])
    app.add_exception_handler(HTTPException, _refusal_page)
    app.add_exception_handler(ChatbotError, _failure_page)
    app.add_exception_handler(OSError, _disk_page)
    return app


async def _static(name: str) -> Response:
    if name not in _STATIC:
        raise HTTPException(404)
    return FileResponse(FOLDER / "static" / name, media_type=_STATIC[name])


async def _refusal_page(request: Request, exc: Exception) -> HTMLResponse:
    assert isinstance(exc, HTTPException)
    standard = {404: "no_page", 405: "no_page"}
    key = standard.get(exc.status_code)
    sentence = say(request.state.language, key) if key else str(exc.detail)
    return page(request, "problem.html", exc.status_code, sentence=sentence, typed="")


async def _failure_page(request: Request, exc: Exception) -> HTMLResponse:
    """What failed, as a sentence."""
    sentence = str(exc)
    if isinstance(exc, TextTooLongError):
        sentence = say(request.state.language, "text_too_long", most=exc.most)
    return page(request, "problem.html", status_of(exc), sentence=sentence, typed="")


async def _disk_page(request: Request, exc: Exception) -> HTMLResponse:
    """A file or folder of the service that cannot be read or written."""
    assert isinstance(exc, OSError)
    log.warning("%s %s: %s", request.method, request.url.path, exc)
    return page(request, "problem.html", 503, sentence=disk_sentence(exc), typed="")


def status_of(exc: Exception) -> int:
    """409 where somebody was faster, 422 where what was given cannot be used, else 503."""
    if isinstance(exc, ConflictError):
        return 409
    return 422 if isinstance(exc, UserError | DocumentError | DataError) else 503
