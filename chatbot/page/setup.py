"""Setting the page up: who may come in, what Chainlit is told, and the page within a server."""

import asyncio
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import chainlit as cl
from chainlit import server as chainlit_server
from chainlit.config import config
from chainlit.server import app as chainlit_app
from chainlit.utils import mount_chainlit
from starlette.requests import Request
from starlette.responses import JSONResponse

from chatbot.errors import ChatbotError
from chatbot.page import access, files
from chatbot.page.data_layer import DeskDataLayer
from chatbot.page.ended import EndedSessions
from chatbot.page.handlers import Page
from chatbot.page.interface import interface_words
from chatbot.page.knowledge import knowledge_state
from chatbot.page.model import model_state
from chatbot.page.originals import original_files
from chatbot.page.own_page import without_links_elsewhere
from chatbot.page.signin import SignIn
from chatbot.page.texts import about
from chatbot.service import ChatService
from chatbot.store import Store

# What is handed in waits in a folder that ends with this process; the store keeps it.
_handed_in: list[TemporaryDirectory[str]] = []


def mount_page(server: Any) -> None:
    """Chainlit's page at ``/`` of a FastAPI application.

    Without the middleware that ``mount_chainlit`` adds: it keeps away what is outside the page's
    path, and nothing is outside of ``/``; and it raises for every browser that leaves early.
    """
    program = Path(__file__).parent.parent / "app.py"
    mount_chainlit(app=server, target=str(program), path="/")
    added = "ChainlitMiddleware"
    chainlit_app.user_middleware[:] = [
        each for each in chainlit_app.user_middleware if getattr(each.cls, "__name__", "") != added
    ]


def set_up(service: ChatService) -> None:
    """Register everything with Chainlit, over one service.

    Raises:
        StoreError: the database cannot be read, so nobody is let in.
        ConfigurationError: the key for sessions can be neither read nor written.
    """
    settings = service.settings
    mode = access.access_mode(settings)
    access.provide_secret(settings)
    store = Store(settings.database_url)
    alone = service.approved is None  # else the API and the console are beside the page
    if alone:
        service.serve_approved(store.approved)
    layer = DeskDataLayer(store, mode, service.may_see, settings.oauth_domains)
    cl.data_layer(lambda: layer)
    chainlit_app.add_middleware(EndedSessions, store=store, settings=settings, mode=mode)
    chainlit_app.add_middleware(access.Guard, settings=settings, mode=mode)
    # In front: Chainlit's last route answers every address with the page.
    chainlit_app.router.routes[:0] = [
        files.kept_files(store),
        *original_files(service, store, mode),
        model_state(service),
        knowledge_state(service, store, mode, has_console=not alone),
        interface_words(),
    ]
    chainlit_app.add_exception_handler(ChatbotError, _explain)
    # The system's choice of light or dark; Chainlit's file of settings knows only those two.
    config.ui.default_theme = "system"  # type: ignore[assignment]
    own = without_links_elsewhere(chainlit_server.get_html_template)
    chainlit_server.get_html_template = own  # type: ignore[assignment]
    # Chainlit wants a file of exactly the browser's language, such as de-CH.
    chainlit_server.get_markdown_str = about  # type: ignore[attr-defined]
    _handed_in[:] = [TemporaryDirectory(prefix="peregrine-")]
    import_module("chainlit.config").FILES_DIRECTORY = Path(_handed_in[0].name)  # type: ignore[attr-defined]
    SignIn(store, settings, mode).register()
    Page(service, store, layer, mode, has_console=not alone).register()

    async def start() -> None:
        """Load models beside the event loop: the page is there first, answers follow."""
        try:
            access.check_host(config.run.host or settings.host, mode)
        except ChatbotError as exc:
            raise SystemExit(str(exc)) from exc
        asyncio.get_running_loop().run_in_executor(None, service.warm_up)

    cl.on_app_startup(start)


async def _explain(_: Request, exc: Exception) -> JSONResponse:
    """What failed, as a sentence that the page shows."""
    return JSONResponse({"detail": str(exc)}, status_code=503)
