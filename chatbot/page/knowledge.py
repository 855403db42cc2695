"""What the page says of how fresh its knowledge is."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chatbot.page.access import Mode
from chatbot.page.texts import say
from chatbot.page.who import signed_in
from chatbot.service import ChatService
from chatbot.store import Store


def knowledge_state(
    service: ChatService, store: Store, mode: Mode, has_console: bool = False
) -> Route:
    """``/desk/knowledge``: ``{"text", "at", "console"}``, a line in the reader's language with
    ``{when}`` in it, and the time that stands for it in ISO 8601; both are empty while no index
    answers, and for people who are not signed in. Documents that are not for the reader are not
    counted. ``console`` is what the link to the console says, for owners and admins, else empty.

    The time is that at which the folder was read last and anything had changed.
    """

    async def tell(request: Request) -> Response:
        language = request.headers.get("accept-language", "en")
        state = {"text": "", "at": "", "console": ""}
        user = await signed_in(request, store, service.settings, mode)
        if user and service.can_answer:
            documents = len(service.document_paths(user.asker))
            listed = service.current_generation().manifest.listed / 1e9
            name, more, _ = service.model_name.partition(", ")  # less the engine and the adapter
            name += ")" if more else ""
            text = say(language, "knows", count=documents, model=name, when="{when}")
            state |= {"text": text, "at": datetime.fromtimestamp(listed, UTC).isoformat()}
        if has_console and user and user.role in ("owner", "admin"):
            state["console"] = say(language, "console")
        return JSONResponse(state, headers={"cache-control": "no-store"})

    return Route("/desk/knowledge", tell)
