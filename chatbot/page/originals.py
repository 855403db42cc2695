"""The files that answers come from, for people who may see them."""

import asyncio
import re
from pathlib import Path
from urllib.parse import quote, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from chatbot.errors import DocumentError
from chatbot.knowledge.documents import leaves
from chatbot.knowledge.drawn_page import draw_apart
from chatbot.page.access import Mode
from chatbot.page.files import DOWNLOAD
from chatbot.page.who import signed_in
from chatbot.service import ChatService
from chatbot.store import Store

_FILE, _PAGE = "/desk/original/", "/desk/page/"
_LABEL = re.compile(r"page (\d{1,5})")
_QUOTE_CHARS = 1000  # in an address
_PICTURE = {
    "cache-control": "private, max-age=600",
    "content-security-policy": "default-src 'none'",
}


def original_address(path: str) -> str:
    """Where the file of a document is to be had."""
    return _FILE + _quoted(path)


def page_address(path: str, label: str, said: str) -> str:
    """Where a page of a PDF is to be had as a picture with what was ``said`` marked; ``label`` is
    that of a passage ("page 3"). Empty for other files."""
    found = _LABEL.fullmatch(label)
    if found is None or not path.lower().endswith(".pdf"):
        return ""
    asked = urlencode({"page": found[1], "quote": said[:_QUOTE_CHARS]}, errors="replace")
    return f"{_PAGE}{_quoted(path)}?{asked}"


def _quoted(path: str) -> str:
    return quote(path, safe="/", errors="surrogateescape")


def original_files(service: ChatService, store: Store, mode: Mode) -> list[Route]:
    """``/desk/original/{path}``: the file of an indexed document, as a download, for whoever may
    see the document; and ``/desk/page/{path}?page=N&quote=...``: a page of a PDF as PNG."""
    drawing = asyncio.Semaphore(1)

    async def file_of(request: Request) -> Path:
        user = await signed_in(request, store, service.settings, mode)
        if user is None:
            raise HTTPException(401)
        path, folder = str(request.path_params["path"]), service.settings.knowledge
        known = path in service.document_paths(user.asker) and not leaves(folder, path)
        if not known or not (folder / path).is_file():
            raise HTTPException(404)
        return folder / path

    async def download(request: Request) -> Response:
        file = await file_of(request)
        return FileResponse(file, media_type="application/octet-stream", headers=DOWNLOAD)

    async def picture(request: Request) -> Response:
        file, asked = await file_of(request), request.query_params
        number = asked.get("page", "")
        if file.suffix.lower() != ".pdf" or not _LABEL.fullmatch(f"page {number}"):
            raise HTTPException(404)
        try:
            async with drawing:
                drawn = await asyncio.to_thread(
                    draw_apart, file, int(number) - 1, asked.get("quote", "")
                )
        except DocumentError as exc:
            raise HTTPException(404, str(exc)) from exc
        return Response(drawn, media_type="image/png", headers=_PICTURE)

    return [Route(_FILE + "{path:path}", download), Route(_PAGE + "{path:path}", picture)]
