"""The words of Chainlit's own page where ours fit better: people sign in with a name, a wrong
password and a pause each have a sentence, and what people have are conversations, not threads."""

import re
from typing import Any

from chainlit.config import config
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from chatbot.page.texts import say

# Buttons without words that public/page.js names, where Chainlit has no words for them.
_NAMED = ("account", "bottom", "edit", "show_password", "thread_options")
# Where Chainlit has its words, and ours for them.
_OWN = {
    "navigation.header.readme": "page_help",
    "chat.input.placeholder": "page_box",
    "chat.commands.button": "page_tools",
    "threadHistory.sidebar.filters.placeholder": "page_search",
    "threadHistory.sidebar.empty": "page_no_threads",
    "threadHistory.thread.actions.delete.description": "page_delete",
    "threadHistory.thread.actions.rename.title": "page_rename",
    "threadHistory.thread.actions.rename.description": "page_rename_about",
    "threadHistory.thread.actions.rename.inProgress": "page_renaming",
    "threadHistory.thread.actions.rename.success": "page_renamed",
}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def interface_words() -> Route:
    """The address where the page asks for its words; it stands before Chainlit's own."""
    return Route("/project/translations", _answer, methods=["GET"])


async def _answer(request: Request) -> JSONResponse:
    language = request.query_params.get("language", "")
    known = language if _LANGUAGE.fullmatch(language) else "en-US"
    return JSONResponse({"translation": with_own_words(config.load_translation(known), known)})


def with_own_words(words: dict[str, Any], language: str) -> dict[str, Any]:
    """``words`` of the page with ours. Chainlit looks an error up by its HTTP status phrase."""
    login = words["auth"]["login"]
    own = {
        "title": say(language, "sign_in"),
        "form": login["form"]
        | {
            "email": {
                "label": say(language, "sign_in_name"),
                "required": say(language, "sign_in_name_missing"),
                "placeholder": "",
            }
        },
        "errors": login["errors"]
        | {
            "Unauthorized": say(language, "sign_in_wrong"),
            "Too Many Requests": say(language, "sign_in_paused"),
            "removed": say(language, "removed"),
            "reset": say(language, "reset"),
        },
    }
    names = {name: say(language, f"name_{name}") for name in _NAMED}
    names["regenerate"] = say(language, "regenerate")
    words = words | {"auth": words["auth"] | {"login": login | own}, "peregrine": names}
    for path, key in _OWN.items():
        words = _replaced(words, path.split("."), say(language, key))
    return words


def _replaced(words: dict[str, Any], path: list[str], text: str) -> dict[str, Any]:
    """A copy of ``words`` that has ``text`` at ``path``: Chainlit may keep its own."""
    first, *rest = path
    return words | {first: _replaced(words[first], rest, text) if rest else text}
