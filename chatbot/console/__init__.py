"""The knowledge owner's console at ``/console``; see docs/console.md."""

from chatbot.console.application import create_console

__all__ = ["create_console"]
