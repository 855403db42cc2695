"""The service as it runs in production, and the one of this process."""

from chatbot.privacy import quiet_libraries
from chatbot.service.chat import ChatService
from chatbot.settings import Settings, load_settings
from chatbot.text.masking import mask_logs

_process: list[ChatService] = []


def build_service(settings: Settings, *, prepare: bool = False) -> ChatService:
    """The service as it runs in production; returns at once.

    A server is to ``prepare``; a command waits for the model that is here instead.

    Raises:
        ConfigurationError: as :class:`ChatService`.
    """
    quiet_libraries()
    mask_logs()
    return ChatService(settings, prepare=prepare)


def process_service(service: ChatService | None = None) -> ChatService:
    """The one service of this process; ``service`` becomes it, else the first call builds it.

    Chainlit loads its page from a file and can hand it nothing, so the page asks here.
    """
    if service is not None:
        _process[:] = [service]
    elif not _process:
        _process.append(build_service(load_settings(), prepare=True))
    return _process[0]
