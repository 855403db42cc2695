"""The HTTP edge: health, ``/predict``, and the Chainlit page at ``/``."""

import asyncio
import errno
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.requests import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from chatbot.errors import ChatbotError, ConfigurationError, QuestionError
from chatbot.events import Answered
from chatbot.memory import Turn
from chatbot.service import ChatService, build_service, process_service
from chatbot.settings import PROJECT_ROOT, Settings


class Question(BaseModel):
    """The body of ``/predict``."""

    model_config = ConfigDict(extra="forbid")
    question: str
    history: list[Turn] = []


def create_app(settings: Settings, service: ChatService | None = None) -> FastAPI:
    """The whole web application; production and tests use this one factory."""
    os.environ.setdefault("CHAINLIT_APP_ROOT", str(PROJECT_ROOT))
    from chainlit.utils import mount_chainlit

    serving = process_service(service or build_service(settings))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        """Load models beside the event loop: the page is there first, answers follow."""
        asyncio.get_running_loop().run_in_executor(None, serving.warm_up)
        yield

    api = FastAPI(title="Peregrine", lifespan=lifespan)

    @api.get("/healthz")
    def healthz() -> dict[str, str]:
        """Alive, and whether the model is loaded."""
        return {"status": "ok", "model": serving.model_name, "service": serving.status()}

    @api.post("/predict")
    async def predict(body: Question) -> dict[str, Any]:
        """Answer a question with citations."""
        async for event in serving.answer(body.question, body.history):
            if isinstance(event, Answered):
                return event.answer.as_dict()
        raise ConfigurationError("The answer did not finish.")

    @api.exception_handler(ChatbotError)
    async def explain(_: Request, exc: Exception) -> JSONResponse:
        """A sentence with the right status code."""
        status = 422 if isinstance(exc, QuestionError) else 503
        return JSONResponse({"detail": str(exc)}, status_code=status)

    mount_chainlit(app=api, target=str(Path(__file__).with_name("app.py")), path="/")
    return api


def serve(settings: Settings) -> None:
    """Run the web application until it is stopped.

    Raises:
        ConfigurationError: the address cannot be listened on, or nobody would need to sign in
            from other machines.
    """
    import uvicorn

    from chatbot.desk.access import access_mode, check_host

    check_host(settings.host, access_mode(settings))

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as exc:
            why = "in use" if exc.errno == errno.EADDRINUSE else str(exc.strerror)
            raise ConfigurationError(
                f"Port {settings.port} on {settings.host} is not available ({why}); choose "
                "another one with --port or CHATBOT_PORT."
            ) from exc
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, log_level="warning")
