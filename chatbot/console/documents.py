"""``/console/documents``: what the knowledge is made of, and changing it."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.requests import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

from chatbot.console import files
from chatbot.console.forms import file_of, form_of, page_of, text_of
from chatbot.console.library import BEHIND, STATES, File, current_index, list_library
from chatbot.console.parts import console_of, logging_of, user_of
from chatbot.console.render import back, back_to_list, page
from chatbot.console.words import say
from chatbot.errors import DocumentError
from chatbot.index.generations import Generation
from chatbot.text.unicode import folded

router = APIRouter(prefix="/documents")

_A_PAGE = 100  # files
_TEXT_CHARS = 60_000  # of a document's text on one page
_PATH_CHARS = 4096


@router.get("")
async def list_documents(request: Request) -> HTMLResponse:
    """Every file; ``state`` and ``find`` choose some of them, ``page`` counts from 1."""
    found, _ = await _library(request)
    states = Counter(file.state for file in found)
    state, find = request.query_params.get("state", ""), request.query_params.get("find", "")
    words = folded(find)
    chosen = [
        file
        for file in found
        if state in ("", file.state) and (words in folded(file.path) or words in folded(file.title))
    ]
    last = max(1, -(-len(chosen) // _A_PAGE))
    number = page_of(request, last)
    shown = chosen[(number - 1) * _A_PAGE : number * _A_PAGE]
    return page(
        request,
        "documents.html",
        files=shown,
        cited=await _cited(request, shown),
        found=len(chosen),
        number=number,
        last=last,
        counts={name: states[name] for name in STATES if states[name]},
        behind=sum(states[name] for name in BEHIND),
        state=state,
        find=find,
        folders=files.folders_of(file.path for file in found if file.state != "gone"),
        job=console_of(request).job.state,
    )


@router.get("/view")
async def view_document(request: Request) -> HTMLResponse:
    """One document: its text as the bot has it, and what can be done with it."""
    found, generation = await _library(request)
    file = _file(found, request.query_params.get("path", ""))
    text = generation.texts.get(file.path, "") if generation else ""
    parts = max(1, -(-len(text) // _TEXT_CHARS))
    part = page_of(request, parts, "part")
    shown = text[(part - 1) * _TEXT_CHARS : part * _TEXT_CHARS]
    cited = (await _cited(request, [file]))[file.path]
    values = {"file": file, "cited": cited, "text": shown, "part": part, "parts": parts}
    imported = files.is_imported(file.path)
    return page(request, "document.html", imported=imported, **values)


@router.post("/upload")
async def upload_document(request: Request) -> Response:
    """Put a new file into the folder, and index it."""
    form = await form_of(request)
    file, folder = file_of(form, "file"), text_of(form, "folder")
    if file is None:
        raise DocumentError(say(request.state.language, "choose_file"))
    if files.is_imported(folder):
        raise DocumentError(say(request.state.language, "import_folder"))
    if folder not in await asyncio.to_thread(files.folders, console_of(request).settings):
        raise DocumentError(say(request.state.language, "no_folder"))
    path = folder + files.checked_name(file.filename or "")
    path = await asyncio.to_thread(files.as_kept, console_of(request).settings, path)
    changed = await _store_file(request, path, file, replace=False)
    return back("documents/view", path=path, said="uploaded" if changed else "same_file")


@router.post("/replace")
async def replace_document(request: Request) -> Response:
    """Put another file in the place of one, and index it."""
    form = await form_of(request)
    file, path = file_of(form, "file"), text_of(form, "path", _PATH_CHARS)
    if file is None:
        raise DocumentError(say(request.state.language, "choose_file"))
    if path not in await asyncio.to_thread(files.known_paths, console_of(request).settings):
        raise HTTPException(404)
    given = files.checked_name(file.filename or "")
    if _suffix(given) != _suffix(path):
        raise DocumentError(say(request.state.language, "other_kind", suffix=_suffix(path)))
    changed = await _store_file(request, path, file, replace=True)
    said, listed = "replaced" if changed else "same_file", request.query_params.get("list", "")
    return back("documents/view", path=path, list=listed, said=said)


@router.post("/delete")
async def delete_document(request: Request) -> Response:
    """Delete a file, and have the index forget it; a second time says that it is gone."""
    form = await form_of(request)
    path = text_of(form, "path", _PATH_CHARS)
    if not text_of(form, "sure"):
        raise DocumentError(say(request.state.language, "tick_sure"))
    console = console_of(request)
    log = logging_of(request, "document.deleted", path)
    if not await asyncio.to_thread(files.remove, console.settings, path, log):
        return back_to_list(request, "documents", said="gone_already")
    console.job.start()
    return back_to_list(request, "documents", said="deleted")


@router.post("/index")
async def index(request: Request) -> Response:
    """Bring the index up to date."""
    console = console_of(request)
    await console.store.audit.add(user_of(request).name, "index.updated", "")
    console.job.start()
    return back("documents")


@router.get("/index")
async def progress(request: Request) -> JSONResponse:
    """How far the build is: ``{"running", "done", "total", "problem"}``."""
    state = console_of(request).job.state
    shown = {"running": state.running, "done": state.done, "total": state.total}
    return JSONResponse(shown | {"problem": state.problem})


async def _library(request: Request) -> tuple[list[File], Generation | None]:
    console = console_of(request)
    generation = await asyncio.to_thread(current_index, console.service)
    return await asyncio.to_thread(list_library, console.settings, generation), generation


async def _cited(request: Request, files: Sequence[File]) -> Counter[str]:
    """How often kept answers cite each; a name that is no text stands in no answer."""
    paths = [file.path for file in files if file.linkable]
    return await console_of(request).store.statistics.citations(paths)


async def _store_file(request: Request, path: str, file: UploadFile, *, replace: bool) -> bool:
    console = console_of(request)
    action = "document.replaced" if replace else "document.uploaded"
    log = logging_of(request, action, path)
    changed = await asyncio.to_thread(
        files.put, console.settings, path, file.file, replace=replace, log=log
    )
    if changed:
        console.job.start()
    return changed


def _file(found: list[File], path: str) -> File:
    """The file of that very path; nothing else of the disk can be named."""
    for file in found:
        if file.path == path and file.linkable:
            return file
    raise HTTPException(404)


def _suffix(name: str) -> str:
    return "." + name.rpartition(".")[2].lower()
