"""What the page says of a larger model that is made ready while the small one answers."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chatbot.llm.preparation import State
from chatbot.page.texts import say
from chatbot.service import ChatService


def model_state(service: ChatService) -> Route:
    """``/desk/model``: a line in the reader's language, and whether it is the last one.

    ``{"text", "over", "answers"}``; without text there is nothing to tell. That the large model
    ``answers`` is news only where the page said before that it would.
    """

    async def tell(request: Request) -> Response:
        state = service.models.preparing
        language = request.headers.get("accept-language", "en")
        text = sentence(state, language) if state else ""
        over = state is None or not state.under_way
        answers = state is not None and state.phase == "answers"
        shown = {"text": text, "over": over, "answers": answers}
        return JSONResponse(shown, headers={"cache-control": "no-store"})

    return Route("/desk/model", tell)


def sentence(state: State, language: str) -> str:
    """How far it is, for people."""
    share = f"{state.done / state.total if state.total else 0:.0%}"
    key = f"model_{state.phase}"
    return say(language, key, model=state.model, share=share, reason=state.reason)
