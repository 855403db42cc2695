"""What the handlers of the API share, made once for an application."""

from dataclasses import dataclass, field

from fastapi.requests import Request

from chatbot.api.access import KeyRing
from chatbot.api.drain import Drain
from chatbot.api.limits import RateLimiter
from chatbot.api.metrics import Metrics
from chatbot.service import ChatService
from chatbot.service.waiting import WaitingLine
from chatbot.settings import Settings
from chatbot.store import Store


@dataclass
class Parts:
    """Collaborators of the handlers."""

    settings: Settings
    service: ChatService
    store: Store
    keys: KeyRing
    metrics: Metrics
    embedding: WaitingLine  # beside the answers' line: one batch of embeddings at a time
    limiter: RateLimiter = field(default_factory=RateLimiter)
    drain: Drain = field(default_factory=Drain)


def make_parts(settings: Settings, service: ChatService) -> Parts:
    """The collaborators of an application with these settings."""
    store = Store(settings.database_url)
    service.serve_approved(store.approved)
    return Parts(
        settings=settings,
        service=service,
        store=store,
        keys=KeyRing(store),
        metrics=Metrics(service),
        embedding=WaitingLine(1, settings.answers_waiting),
    )


def parts_of(request: Request) -> Parts:
    """The collaborators of the application that serves ``request``."""
    parts: Parts = request.app.state.parts
    return parts
