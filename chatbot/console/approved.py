"""``/console/approved``: answers that the bot gives word for word, and changing them."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.requests import Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response, StreamingResponse

from chatbot.console.forms import LONGEST_SHOWN, file_of, form_of, page_of, text_of
from chatbot.console.library import current_index
from chatbot.console.parts import Console, console_of, user_of
from chatbot.console.render import back, back_to_list, page
from chatbot.console.words import say
from chatbot.desk.approval import (
    Draft,
    DraftError,
    check_draft,
    read_rows,
    read_table,
    write_table,
)
from chatbot.errors import ConflictError, UserError
from chatbot.service.approved import state_of
from chatbot.store.approved import Approved, ApprovedText
from chatbot.text.unicode import folded

router = APIRouter(prefix="/approved")

STATES = ("changed", "gone", "expired", "served", "withdrawn")
NEED_OWNER = ("changed", "gone", "expired")
_A_PAGE = 50


class ReplacesError(ConflictError):
    """Another answer to the same words would go; ``mark`` names it, as it was shown."""

    def __init__(self, sentence: str, mark: str) -> None:
        super().__init__(sentence)
        self.mark = mark


@router.get("")
async def listed(request: Request) -> HTMLResponse:
    """Those of one ``state``, or all but the withdrawn; ``find`` is in their texts, and ``page``
    counts from 1."""
    console = console_of(request)
    every, files = await console.store.approved.all(), await hashes(console)
    states = {one.id: state_of(one, files) for one in every}
    state, find = request.query_params.get("state", ""), request.query_params.get("find", "")
    words = folded(find)
    chosen = [
        one
        for one in every
        if (states[one.id] == state if state in STATES else not one.withdrawn)
        and words in folded(f"{one.question}\n{one.answer}\n{one.document}")
    ]
    last = max(1, -(-len(chosen) // _A_PAGE))
    number = page_of(request, last)
    found = list(states.values())
    return page(
        request,
        "approved.html",
        every=chosen[(number - 1) * _A_PAGE : number * _A_PAGE],
        states=states,
        counts={name: found.count(name) for name in STATES if name in found},
        state=state,
        find=find,
        number=number,
        last=last,
    )


@router.get("/new")
async def new(request: Request) -> HTMLResponse:
    """The form of a new one."""
    return await _form_page(request, None, Draft("", ""))


@router.get("/view")
async def viewed(request: Request) -> HTMLResponse:
    """The form of one."""
    found = await _found(request, request.query_params.get("id", ""))
    return await _form_page(request, found, _draft_of(found))


@router.post("/save")
async def save(request: Request) -> Response:
    """Save a new one, or what was edited of one, with its document, as they were on the page."""
    form = await form_of(request)
    console, who = console_of(request), user_of(request).name
    draft = typed_draft(form)
    known = text_of(form, "id", 40)
    found = await _found(request, known) if known else None
    try:
        text = check_draft(draft, await hashes(console))
        if found is None:
            await console.store.approved.add(text, who)
        else:
            revision = _number(text_of(form, "revision", 9))
            _check_unchanged(request, found, revision)
            if text.document == found.document:
                _check_seen(request, text, form)
            await console.store.approved.change(found.id, text, who, revision)
    except (DraftError, UserError, ConflictError) as exc:
        status = 409 if isinstance(exc, ConflictError) else 422
        return await _form_page(request, found, draft, status, sentence_of(request, exc))
    return back_to_list(request, "approved", said="approved_saved")


@router.post("/confirm")
async def confirm(request: Request) -> Response:
    """Serve it again as it is, with its document as that was on the page."""
    form = await form_of(request)
    store, found = console_of(request).store, await _found(request, text_of(form, "id", 40))
    files = await hashes(console_of(request))
    draft = _draft_of(found)
    try:
        text = check_draft(draft, files)
        _check_seen(request, text, form)
        revision = _number(text_of(form, "revision", 9))
        await store.approved.change(found.id, text, user_of(request).name, revision)
    except (DraftError, UserError, ConflictError) as exc:
        status = 409 if isinstance(exc, ConflictError) else 422
        return await _form_page(request, found, draft, status, sentence_of(request, exc))
    return back_to_list(request, "approved", said="approved_confirmed")


@router.post("/withdraw")
async def withdraw(request: Request) -> Response:
    """Serve it no more."""
    form = await form_of(request)
    revision = _number(text_of(form, "revision", 9))
    approved, who = console_of(request).store.approved, user_of(request).name
    await approved.withdraw(text_of(form, "id", 40), who, revision)
    return back_to_list(request, "approved", said="approved_withdrawn")


@router.get("/approved.csv")
async def exported(request: Request) -> StreamingResponse:
    """All that were not withdrawn."""
    console = console_of(request)
    lines = write_table(await console.store.approved.all(), await hashes(console))
    headers = {"content-disposition": 'attachment; filename="approved.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/import")
async def imported(request: Request) -> Response:
    """Take a table in, all of its rows or none."""
    form = await form_of(request)
    file, console = file_of(form, "file"), console_of(request)
    if file is None:
        raise UserError(say(request.state.language, "choose_file"))
    content = await file.read()
    try:
        rows = await asyncio.to_thread(read_rows, content)
        files = await hashes(console)
        kept = await console.store.approved.all()
        texts = await asyncio.to_thread(read_table, rows, files, kept)
    except DraftError as exc:
        raise UserError(sentence_of(request, exc)) from exc
    await console.store.approved.put_all(texts, user_of(request).name)
    return back("approved", said="approved_imported")


def typed_draft(form: FormData) -> Draft:
    """What was typed into the fields of an approved answer."""
    return Draft(
        text_of(form, "question", LONGEST_SHOWN),
        text_of(form, "answer", LONGEST_SHOWN),
        text_of(form, "document", 500),
        text_of(form, "expires_on", 40),
        text_of(form, "audience", 1000),
    )


async def hashes(console: Console) -> Mapping[str, str]:
    """Of the documents that answers come from, by path."""
    generation = await asyncio.to_thread(current_index, console.service)
    return generation.manifest.files if generation else {}


async def check_replaced(request: Request, text: ApprovedText, agreed: str) -> None:
    """Let an approved answer take the place of another one only when that was on the page:
    ``agreed`` is its mark.

    Raises:
        ReplacesError: it was not.
    """
    old = await console_of(request).store.approved.same_words(text.question)
    if old is None or old.answer == text.answer:
        return
    if agreed != (mark := f"{old.id}:{old.revision}"):
        sentence = say(
            request.state.language, "replaces_answer", by=old.approved_by, was=old.answer
        )
        raise ReplacesError(sentence, mark)


def sentence_of(request: Request, exc: Exception) -> str:
    """What is wrong, in the reader's language where it is about what was written."""
    if not isinstance(exc, DraftError):
        return str(exc)
    language = request.state.language
    return draft_sentence(language, exc)


def draft_sentence(language: str, exc: DraftError) -> str:
    """The sentence of a draft that cannot be saved."""
    values = {
        name: draft_sentence(language, value) if isinstance(value, DraftError) else value
        for name, value in exc.values.items()
    }
    return say(language, exc.key, **values)


def _check_unchanged(request: Request, found: Approved, revision: int) -> None:
    """Show what somebody else saved meanwhile, before it may go.

    Raises:
        ConflictError: there is such a text.
    """
    if found.revision != revision:
        values = {"by": found.approved_by, "was": found.answer}
        raise ConflictError(say(request.state.language, "approved_meanwhile", **values))


def _check_seen(request: Request, text: ApprovedText, form: FormData) -> None:
    """Whoever saves has read the document as it is.

    Raises:
        ConflictError: it is another one than when the page was made.
    """
    if text.document_hash != text_of(form, "seen", 64):
        raise ConflictError(say(request.state.language, "document_meanwhile"))


async def _found(request: Request, approved_id: str) -> Approved:
    found = await console_of(request).store.approved.find(approved_id)
    if found is None:
        raise HTTPException(404)
    return found


def _draft_of(found: Approved) -> Draft:
    last = found.expires_on or ""
    return Draft(found.question, found.answer, found.document, last, found.audience)


async def _form_page(
    request: Request, found: Approved | None, draft: Draft, status: int = 200, problem: str = ""
) -> HTMLResponse:
    files = await hashes(console_of(request))
    values: dict[str, Any] = {
        "it": found,
        "draft": draft,
        "problem": problem,
        "state": state_of(found, files) if found else "",
        "seen": files.get(found.document, "") if found else "",
    }
    return page(request, "approved_one.html", status, **values)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
