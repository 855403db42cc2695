"""Files of a conversation: those handed in with a question, and reading kept ones again."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from chainlit.auth import get_current_user, get_token_from_cookies
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatbot.desk.conversation import Conversation
from chatbot.desk.uploads import index_documents, read_upload
from chatbot.errors import DocumentError, StoreError
from chatbot.service import ChatService
from chatbot.store import Store


async def take_in(
    conversation: Conversation, service: ChatService, files: list[tuple[str, Path]]
) -> tuple[list[str], dict[str, str]]:
    """Read files of (name, path) into the conversation; the names read, and why others were not."""
    read: list[str] = []
    failed: dict[str, str] = {}
    limit = service.settings.max_file_bytes
    for name, path in files:
        try:
            document = await asyncio.to_thread(read_upload, name, path, limit)
        except DocumentError as exc:
            failed[name] = str(exc)
            continue
        conversation.documents[document.path] = document
        read.append(name)
    if read:
        conversation.index = await asyncio.to_thread(_index, conversation, service)
    return read, failed


def _index(conversation: Conversation, service: ChatService) -> Any:
    documents = list(conversation.documents.values())
    return index_documents(documents, service.models.embeddings(), service.settings.chunk_chars)


async def take_in_again(
    conversation: Conversation, service: ChatService, store: Store, thread: dict[str, Any]
) -> None:
    """Index the uploads of a resumed thread from what was kept of them."""
    asked = {s["id"] for s in thread["steps"] if s.get("type") == "user_message"}
    uploads = [e for e in thread["elements"] or [] if e.get("forId") in asked]
    if not uploads:
        return
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, element in enumerate(uploads):
            kept = await store.threads.element(thread["id"], element["id"])
            path = Path(folder) / str(number)
            path.write_bytes(kept[1] if kept else b"")
            files.append((str(element["name"]), path))
        await take_in(conversation, service, files)


def kept_files(store: Store) -> Route:
    """``/desk/element/{thread}/{element}``: a kept file, as a download, for its owner only."""

    async def download(request: Request) -> Response:
        thread, element = request.path_params["thread"], request.path_params["element"]
        name = await _signed_in(request)
        try:
            author = await store.threads.author(thread)
            found = await store.threads.element(thread, element)
        except StoreError as exc:
            raise HTTPException(503, str(exc)) from exc
        if found is None or author != name:
            raise HTTPException(404)
        return Response(found[1], media_type="application/octet-stream", headers=DOWNLOAD)

    return Route("/desk/element/{thread}/{element}", download)


DOWNLOAD = {
    "content-disposition": "attachment",  # never a page of its own
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "private, no-store",
}


async def _signed_in(request: Request) -> str:
    user = await get_current_user(token=get_token_from_cookies(request.cookies) or "")
    if user is None:
        raise HTTPException(401)
    return str(user.identifier)
