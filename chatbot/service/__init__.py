"""The composition root: settings in, a service out that answers questions as events.

``models`` has what is loaded by name, ``search`` builds retrievers, the gate and the chain over an
index, ``live`` holds the ones that answer and replaces them together, ``waiting`` lines questions
up, ``chat`` is the service over all of these, and ``process`` makes the one of this process.
"""

from chatbot.service.chat import ChatService
from chatbot.service.process import build_service, process_service

__all__ = ["ChatService", "build_service", "process_service"]
