"""What the console's handlers share, made once for an application."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from fastapi.requests import Request

from chatbot.console.jobs import IndexJob
from chatbot.console.likeness import Likeness
from chatbot.console.runner import Runner
from chatbot.page.access import Mode
from chatbot.service import ChatService
from chatbot.settings import Settings
from chatbot.store import Store, User


@dataclass(frozen=True)
class Console:
    """Collaborators of the handlers; ``key`` signs forms."""

    settings: Settings
    service: ChatService
    store: Store
    mode: Mode
    key: bytes
    job: IndexJob
    likeness: Likeness
    runner: Runner


def console_of(request: Request) -> Console:
    """The collaborators of the application that serves ``request``."""
    console: Console = request.app.state.console
    return console


def user_of(request: Request) -> User:
    """Who sent it; the door let that one in."""
    user: User = request.state.user
    return user


def logging_of(request: Request, action: str, target: str) -> Callable[[], None]:
    """For a thread: logs a change, or raises a ``StoreError``, and then it is not made."""
    loop, audit = asyncio.get_running_loop(), console_of(request).store.audit
    who = user_of(request).name

    def log() -> None:
        asyncio.run_coroutine_threadsafe(audit.add(who, action, target), loop).result()

    return log
