"""``/console/candidates``: answers of the staff to customers that an import found, for an owner to
accept as approved answers."""

import asyncio

from fastapi import APIRouter
from fastapi.requests import Request
from starlette.responses import HTMLResponse, Response

from chatbot.console.approved import (
    ReplacesError,
    check_replaced,
    hashes,
    sentence_of,
    typed_draft,
)
from chatbot.console.forms import form_of, number_of, page_of, text_of
from chatbot.console.parts import Console, console_of, user_of
from chatbot.console.render import back, page
from chatbot.console.words import say
from chatbot.desk.approval import Draft, DraftError, check_draft
from chatbot.desk.candidates import ImportedCandidate, read_candidates
from chatbot.errors import ConflictError
from chatbot.store.approved import ApprovedText
from chatbot.store.reviews import Decision

router = APIRouter(prefix="/candidates")

_A_PAGE = 20
_SHOWN = 5  # questions that were answered alike, and conversations


@router.get("")
async def waiting(request: Request) -> HTMLResponse:
    """What waits, in the order of the files; ``page`` is from 1."""
    return await _list(request)


@router.post("")
async def decide(request: Request) -> Response:
    """Accept one as an approved answer, as it is in the form, or reject it; then on with the page
    that it was on."""
    form = await form_of(request)
    draft = typed_draft(form)
    console, name = console_of(request), text_of(form, "item", 100)
    accepts = text_of(form, "decision") == "approve"
    waits, _ = await waiting_candidates(console)
    found = next((each for each in waits if each.id == name), None)
    try:
        if found is None:
            raise ConflictError(say(request.state.language, "candidate_gone"))
        approve: ApprovedText | None = None
        decision = Decision("rejected")
        if accepts:
            approve = check_draft(draft, await hashes(console))
            await check_replaced(request, approve, text_of(form, "replaces", 60))
            decision = Decision("accepted", "", approve.answer, approve.document)
        who = user_of(request).name
        await console.store.reviews.decide(
            found.item, decision, who, approve=approve, record=found.record
        )
    except (DraftError, ConflictError) as exc:
        status = 409 if isinstance(exc, ConflictError) else 422
        replaces = exc.mark if isinstance(exc, ReplacesError) else ""
        return await _list(request, status, name, draft, sentence_of(request, exc), replaces)
    said = "approved" if accepts else "rejected"
    return back("candidates", page=number_of(request, "page"), said=said)


async def waiting_candidates(console: Console) -> tuple[list[ImportedCandidate], list[str]]:
    """Those without a decision, and the names of files that cannot be read."""
    folder = console.settings.data / "candidates"
    found, unread = await asyncio.to_thread(read_candidates, folder)
    decided = await console.store.reviews.decided([each.id for each in found])
    return [each for each in found if each.id not in decided], unread


async def _list(
    request: Request,
    status: int = 200,
    name: str = "",
    typed: Draft | None = None,
    problem: str = "",
    replaces: str = "",
) -> HTMLResponse:
    found, unread = await waiting_candidates(console_of(request))
    last = max(1, -(-len(found) // _A_PAGE))
    number = page_of(request, last)
    shown = found[(number - 1) * _A_PAGE : number * _A_PAGE]
    if typed:  # of the one that was sent alone, with what was typed
        shown = [each for each in found if each.id == name]
    drafts = [typed or Draft(each.question, each.answer) for each in shown]
    values = {"count": len(found), "number": number, "last": last, "few": _SHOWN}
    lost = typed if typed and not shown else None
    return page(
        request,
        "candidates.html",
        status,
        shown=list(zip(shown, drafts, strict=True)),
        problem=problem,
        lost=lost,
        replaces=replaces,
        unread=unread,
        **values,
    )
