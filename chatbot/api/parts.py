"""What the handlers of the API share, made once for an application."""

from dataclasses import dataclass, field

from fastapi.requests import Request

from chatbot.api.access import KeyRing
from chatbot.api.drain import Drain
from chatbot.api.limits import RateLimiter
from chatbot.api.metrics import Metrics
from chatbot.api.widget.keeping import Keeper
from chatbot.api.widget.visit import Seal
from chatbot.page.access import secret_of
from chatbot.service import ChatService
from chatbot.service.waiting import WaitingLine
from chatbot.settings import Settings
from chatbot.store import ApiKey, Store, WidgetKey


@dataclass
class Parts:
    """Collaborators of the handlers."""

    settings: Settings
    service: ChatService
    store: Store
    keys: KeyRing[ApiKey]
    widget_keys: KeyRing[WidgetKey]
    metrics: Metrics
    embedding: WaitingLine  # beside the answers' line: one batch of embeddings at a time
    visitors: WaitingLine  # before the answers' line, so that staff always find places there
    seal: Seal
    keeper: Keeper
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
        keys=KeyRing(store.keys),
        widget_keys=KeyRing(store.widget_keys),
        metrics=Metrics(service),
        embedding=WaitingLine(1, settings.answers_waiting),
        visitors=WaitingLine(settings.widget_at_once, 0),
        seal=Seal(lambda: secret_of(settings)),
        keeper=Keeper(store, settings.widget_keep_days),
    )


def parts_of(request: Request) -> Parts:
    """The collaborators of the application that serves ``request``."""
    parts: Parts = request.app.state.parts
    return parts
