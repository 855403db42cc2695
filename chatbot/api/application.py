"""The application factories: the API alone, and the API with the page and the console."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from fastapi.requests import Request
from fastapi.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from chatbot.api import check, health, openai, predict
from chatbot.api.asking import ClientLeftError
from chatbot.api.docs import ASSETS, add_docs
from chatbot.api.edge import CLIENT_LEFT, Edge, Gate
from chatbot.api.errors import add_handlers
from chatbot.api.mcp import McpEndpoint, is_installed
from chatbot.api.parts import make_parts
from chatbot.api.starting import get_ready, say_ready
from chatbot.api.tracing import add_tracing
from chatbot.api.widget import routes as widget
from chatbot.api.widget.door import PREFIX, WidgetDoor
from chatbot.api.widget.keeping import Keeper
from chatbot.service import ChatService, build_service, process_service
from chatbot.service.following import Follower
from chatbot.settings import PROJECT_ROOT, Settings

_PATHS = (
    "/predict", "/check", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/redoc",
    McpEndpoint.path,
)  # fmt: skip
_BELOW = ("/v1/", PREFIX, f"{ASSETS}/")
_CONSOLE = "/console"

_LOOK_EVERY = 5.0  # seconds
# At most so many threads beside the event loop. By default there are four more than processors,
# and answers whose passages the model reads, for a minute on a slow machine, would hold all.
_THREADS = 64

_ABOUT = """Answers from a knowledge folder, with citations.

Send `Authorization: Bearer KEY` where keys are set up (`chatbot keys add NAME`). Every response
has an `X-Request-ID`; a request may bring its own. 429 and 503 come with `Retry-After`."""


def create_api(settings: Settings, service: ChatService | None = None) -> FastAPI:
    """The API without the page; everything it needs is in ``app.state.parts``."""
    serving = service or build_service(settings, prepare=True)
    parts = make_parts(settings, serving)
    endings: list[Callable[[], None]] = []
    mcp = McpEndpoint(parts) if is_installed() else None

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        """Load models beside the event loop: health is there first, answers follow."""
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS, "beside"))
        async with AsyncExitStack() as running:
            if mcp is not None:
                await running.enter_async_context(mcp.running())
            follower = Follower(serving) if settings.watch else None
            keeping = asyncio.create_task(_keep_ready(serving, follower, parts.keeper))
            yield
            keeping.cancel()
            if follower is not None:
                await asyncio.to_thread(follower.close)
        await parts.keeper.close()
        await parts.store.close()
        serving.close()
        for end in endings:
            await asyncio.to_thread(end)

    api = FastAPI(
        title="Peregrine",
        version="1",
        description=_ABOUT,
        lifespan=lifespan,
        docs_url=None,  # its pages load scripts from another host; ours do not
        redoc_url=None,
        redirect_slashes=False,  # of its Edge, a slash more changes nothing
    )
    api.state.parts = parts
    for module in (predict, check, openai, health, widget):
        api.include_router(module.router)
    if mcp is not None:
        api.router.routes.append(Route(mcp.path, mcp))
    add_docs(api)
    add_handlers(api)

    @api.exception_handler(ClientLeftError)
    async def answer_disconnect(_: Request, exc: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(exc)}, CLIENT_LEFT)

    api.add_middleware(Gate, parts=parts)
    api.add_middleware(WidgetDoor, parts=parts)
    api.add_middleware(Edge, parts=parts)
    if settings.otel_endpoint:
        endings.append(add_tracing(api, settings.otel_endpoint))
    return api


def create_app(settings: Settings, service: ChatService | None = None) -> FastAPI:
    """The whole web application; production and tests use this one factory.

    The API is an application beside the page and not a part of it: the page answers every
    address that it does not know with itself, and an unknown address under ``/v1`` is an error.
    """
    os.environ.setdefault("CHAINLIT_APP_ROOT", str(PROJECT_ROOT))
    from chatbot.console import create_console  # Chainlit reads that variable when it is imported
    from chatbot.page.setup import mount_page

    serving = process_service(service or build_service(settings, prepare=True))
    api = create_api(settings, serving)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with api.router.lifespan_context(api):
            yield

    whole = FastAPI(title="Peregrine", lifespan=lifespan, openapi_url=None)
    whole.state.parts = api.state.parts
    mount_page(whole)
    console = create_console(settings, serving, api.state.parts.store)
    whole.add_middleware(_Beside, api=api, console=console)
    return whole


async def _keep_ready(service: ChatService, follower: Follower | None, keeper: Keeper) -> None:
    """Load, then look every few seconds for a newer index, at what could not be loaded and at what
    is kept of visits, and have the index follow its folder.

    Without it a replica that says it is not ready would get no question that tries again.
    """
    await asyncio.to_thread(get_ready, service)
    if follower is not None:
        follower.start()
    said = False
    while True:
        keeper.forget_old()
        if service.approved is not None and service.can_answer:
            await service.approved.look()  # ahead of the next question
        if service.can_answer and not said:
            say_ready(service)
            said = True
        await asyncio.sleep(_LOOK_EVERY)
        await asyncio.to_thread(service.refresh)


class _Beside:
    """Sends what is addressed to the API or the console there, and all else to the page."""

    def __init__(self, app: ASGIApp, api: ASGIApp, console: ASGIApp) -> None:
        self._page, self._api, self._console = app, api, console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._of(scope)(scope, receive, send)

    def _of(self, scope: Scope) -> ASGIApp:
        """A slash more at the end changes nothing: the page would answer a probe with itself."""
        path = scope.get("path", "").rstrip("/")
        if scope["type"] != "http":
            return self._page
        if path in _PATHS or f"{path}/".startswith(_BELOW):
            return self._api
        return self._console if f"{path}/".startswith(f"{_CONSOLE}/") else self._page
