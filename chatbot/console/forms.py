"""Forms that only our own pages can send.

Three things each keep another site's page from using a signed-in browser: sessions are in a cookie
that is not sent with other sites' forms (``SameSite``); browsers say where a form comes from; and
each form carries a token that only a page of ours can hold. The third also holds where the
console is open to this machine and there is no session.
"""

import hashlib
import hmac

from fastapi.requests import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from chatbot.console.parts import console_of, user_of
from chatbot.console.words import say
from chatbot.errors import UserError

TOKEN = "token"
_SAFE = ("GET", "HEAD")
MOST_FIELDS = 2000
_PART_BYTES = 200_000  # of a field that is not a file
# Characters of a field; and of one whose text a page shows again with what is wrong with it.
LONGEST, LONGEST_SHOWN = 8000, _PART_BYTES


class TextTooLongError(UserError):
    """A field has more than ``most`` characters."""

    def __init__(self, most: int) -> None:
        super().__init__(f"A text has more than {most} characters; shorten it.")
        self.most = most


def form_token(key: bytes, name: str) -> str:
    """What a form of a user's page carries. It changes with the key of sessions."""
    return hmac.new(key, f"console form\n{name}".encode(), hashlib.sha256).hexdigest()


async def check_form(request: Request) -> None:
    """Every request that changes something, before its handler.

    Raises:
        HTTPException: 403, it does not come from a page of ours.
    """
    if request.method in _SAFE:
        return
    refused = HTTPException(403, say(request.state.language, "not_our_form"))
    if not _same_origin(request):
        raise refused
    given = text_of(await form_of(request), TOKEN)
    wanted = form_token(console_of(request).key, user_of(request).name)
    if not hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode()):
        raise refused


async def form_of(request: Request) -> FormData:
    """The form of a request; it is read once."""
    return await request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=_PART_BYTES)


def text_of(form: FormData, name: str, most: int = LONGEST) -> str:
    """A field without blanks around it; empty where there is none.

    Raises:
        TextTooLongError: it has more than ``most`` characters; nothing is cut off in silence.
    """
    value = form.get(name)
    text = value.strip() if isinstance(value, str) else ""
    if len(text) > most:
        raise TextTooLongError(most)
    return text


def file_of(form: FormData, name: str) -> UploadFile | None:
    """The file of a field, if one was chosen."""
    value = form.get(name)
    return value if isinstance(value, UploadFile) and value.filename else None


def number_of(request: Request, name: str) -> int | None:
    """A whole number of the address, of at most nine digits; ``None`` for anything else."""
    given = request.query_params.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 9 else None


def page_of(request: Request, last: int, name: str = "page") -> int:
    """Which page is asked for, from 1 to ``last``."""
    return min(max(number_of(request, name) or 1, 1), last)


def _same_origin(request: Request) -> bool:
    """As far as the browser says; programs that are no browser say nothing."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or origin.rpartition("//")[2] == request.headers.get("host", "")
