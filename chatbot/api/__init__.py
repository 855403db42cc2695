"""The HTTP edge: the API for programs beside the Chainlit page; see docs/operations.md."""

from chatbot.api.application import create_api, create_app
from chatbot.api.server import serve

__all__ = ["create_api", "create_app", "serve"]
