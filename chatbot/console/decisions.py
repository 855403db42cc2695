"""``/console/review/decided``: what was decided in the review, and taking it back."""

from collections import Counter

from fastapi import APIRouter
from fastapi.requests import Request
from starlette.responses import HTMLResponse, Response

from chatbot.console.forms import form_of, page_of, text_of
from chatbot.console.parts import console_of, user_of
from chatbot.console.render import back_to_list, page
from chatbot.desk.corrections import SHOULD_REFUSE
from chatbot.text.unicode import folded

router = APIRouter(prefix="/review")

_A_PAGE = 50


@router.get("/decided")
async def list_decisions(request: Request) -> HTMLResponse:
    """Decisions of one ``status``, or all, the newest first; ``find`` is in their texts, and
    ``page`` counts from 1. Each can be taken back."""
    made = await console_of(request).store.reviews.list_decisions()
    counts = Counter(each.status for each in made)
    status, find = request.query_params.get("status", ""), request.query_params.get("find", "")
    words = folded(find)
    chosen = [
        each
        for each in made
        if status in ("", each.status)
        and words in folded(f"{each.question}\n{each.right_answer}\n{each.right_document}")
    ]
    last = max(1, -(-len(chosen) // _A_PAGE))
    number = page_of(request, last)
    return page(
        request,
        "decided.html",
        decisions=chosen[(number - 1) * _A_PAGE : number * _A_PAGE],
        counts=counts,
        status=status,
        find=find,
        number=number,
        last=last,
        refuse=SHOULD_REFUSE,
    )


@router.post("/reopen")
async def reopen_review(request: Request) -> Response:
    """Take a decision back."""
    form = await form_of(request)
    store = console_of(request).store
    withdrawn = await store.reviews.reopen(text_of(form, "item"), user_of(request).name)
    said = "reopened_withdrawn" if withdrawn else "reopened"
    return back_to_list(request, "review/decided", said=said)
