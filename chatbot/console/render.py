"""Pages from templates: everything that people or documents said is escaped."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi.requests import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse

from chatbot.console.forms import form_token
from chatbot.console.parts import console_of, user_of
from chatbot.console.words import TEXTS, say

FOLDER = Path(__file__).parent
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters["short"] = lambda value: f"{round(value, 2):g}" if value < 1e5 else value
_ENVIRONMENT.filters["percent"] = lambda share: f"{share:.0%}"
_LINE = 90  # characters of a line in a box for text, on a wide page
_MOST_LINES = 20


def _rows(text: str, least: int) -> int:
    """Lines that a box needs to show the whole text, within bounds."""
    return min(max(least, sum(1 + len(line) // _LINE for line in text.split("\n"))), _MOST_LINES)


_ENVIRONMENT.filters["rows"] = _rows
_PAGES = (
    "",
    "documents",
    "contradictions",
    "review",
    "candidates",
    "approved",
    "gaps",
    "requests",
    "keys",
    "tests",
    "training",
    "users",
    "audit",
)


def page(request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """A page of the console; templates have ``t`` for words and ``link`` for addresses. A page that
    lists something hands ``listed``, what it shows, to others as their ``list``; those lead back to
    it by ``list_link``."""
    user, language = user_of(request), request.state.language
    said = request.query_params.get("said", "")
    known = f"said_{said}" in TEXTS.by_language["en"]
    own = [(name, value) for name, value in request.query_params.items() if name != "said"]
    shared = {
        "t": lambda key, /, **named: say(language, key, **named),
        "link": link,
        "list_link": list_link,
        "day": day,
        "language": language,
        "user": user,
        "pages": [name for name in _PAGES if name != "users" or user.role == "admin"],
        "listed": urlencode(own),
        "list": request.query_params.get("list", ""),
        "here": request.url.path.removeprefix("/console").strip("/").split("/")[0],
        "token": form_token(console_of(request).key, user.name),
        "said": say(language, f"said_{said}") if known else "",
    }
    text = _ENVIRONMENT.get_template(template).render(shared | values)
    return HTMLResponse(_writable(text), status)


def refusal_page(sentence: str, language: str) -> str:
    """A page without any data, not even the console's own."""
    template = _ENVIRONMENT.get_template("refused.html")
    return template.render(sentence=sentence, language=language, back=say(language, "to_chat"))


def link(path: str, /, **query: object) -> str:
    """An address of the console: ``link("documents/view", path="a.md")``."""
    given = {
        name: _writable(str(value)) for name, value in query.items() if value not in (None, "")
    }
    address = f"/console/{path}".rstrip("/")
    return f"{address}?{urlencode(given)}" if given else address


def list_link(path: str, listed: str, /, **query: object) -> str:
    """The address of a list as it was when somebody left it: ``listed`` is its query."""
    return link(path, **{**dict(parse_qsl(listed)), **query})


def back_to_list(request: Request, path: str, /, **query: object) -> RedirectResponse:
    """To the list that a page was opened from, after its form."""
    return RedirectResponse(list_link(path, request.query_params.get("list", ""), **query), 303)


def back(path: str, /, **query: object) -> RedirectResponse:
    """To another page after a form: loading that one again sends nothing twice."""
    return RedirectResponse(link(path, **query), 303)


def day(moment: str | int) -> str:
    """A time that was kept, or one of a file in ns, to the minute in UTC."""
    if isinstance(moment, int):
        moment = datetime.fromtimestamp(moment / 1e9, UTC).isoformat()
    return moment[:16].replace("T", " ")


def _writable(text: str) -> str:
    """Names on a disk may hold bytes that are no text."""
    return text.encode("utf-8", "backslashreplace").decode()
