"""``/console/contradictions``: what documents say otherwise than each other, and near-copies."""

import asyncio
from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.requests import Request
from starlette.responses import HTMLResponse, Response

from chatbot.consistency.findings import Finding, read_findings
from chatbot.console.forms import form_of, page_of, text_of
from chatbot.console.parts import Console, console_of, user_of
from chatbot.console.render import back_to_list, page

router = APIRouter(prefix="/contradictions")

SHOWN = ("contradiction", "copy", "dismissed")
_A_PAGE = 50
_QUOTE = 600  # characters


@router.get("")
async def listed(request: Request) -> HTMLResponse:
    """Findings of one kind, or those put aside; ``show`` is one of ``SHOWN``."""
    console = console_of(request)
    findings = await asyncio.to_thread(read_findings, console.settings.index)
    dismissed = await console.store.dismissals.all()
    groups = {
        kind: [f for f in findings.found if f.kind == kind and f.id not in dismissed]
        for kind in ("contradiction", "copy")
    }
    groups["dismissed"] = [f for f in findings.found if f.id in dismissed]
    show = request.query_params.get("show", "")
    show = show if show in SHOWN else SHOWN[0]
    chosen = groups[show]
    last = max(1, -(-len(chosen) // _A_PAGE))
    number = page_of(request, last)
    return page(
        request,
        "contradictions.html",
        found=[_shown(f) for f in chosen[(number - 1) * _A_PAGE : number * _A_PAGE]],
        counts={name: len(groups[name]) for name in SHOWN},
        dismissed=dismissed,
        compared=bool(findings.generation),
        behind=findings.generation != (console.service.generation or findings.generation),
        show=show,
        number=number,
        last=last,
    )


@router.post("/dismiss")
async def dismissed(request: Request) -> Response:
    """Put a finding aside, for as long as both passages stay as they are."""
    form = await form_of(request)
    console, wanted = console_of(request), text_of(form, "finding")
    findings = await asyncio.to_thread(read_findings, console.settings.index)
    for finding in findings.found:
        if finding.id == wanted:
            about = f"{finding.one.path} | {finding.other.path}"
            await console.store.dismissals.dismiss(wanted, about, user_of(request).name)
            return back_to_list(request, "contradictions", show=finding.kind, said="dismissed")
    return back_to_list(request, "contradictions", said="finding_gone")


@router.post("/reopen")
async def reopened(request: Request) -> Response:
    """Have a finding stand among the others again."""
    form = await form_of(request)
    store = console_of(request).store
    await store.dismissals.reopen(text_of(form, "finding"), user_of(request).name)
    return back_to_list(request, "contradictions", show="dismissed", said="finding_reopened")


async def open_counts(console: Console) -> dict[str, int]:
    """How many findings of each kind nobody put aside; kinds without any are left out."""
    findings = await asyncio.to_thread(read_findings, console.settings.index)
    dismissed = await console.store.dismissals.all()
    kinds = [finding.kind for finding in findings.found if finding.id not in dismissed]
    return {kind: kinds.count(kind) for kind in SHOWN if kind in kinds}


def _shown(finding: Finding) -> dict[str, object]:
    """The finding, with each quote cut where it differs: before, the words, behind."""
    places = [
        {"place": place, "parts": _parts(place.quote, place.said)}
        for place in (finding.one, finding.other)
    ]
    return {"id": finding.id, "finding": finding, "places": places}


def _parts(quote: str, said: str) -> Sequence[str]:
    before, found, behind = quote[:_QUOTE].partition(said) if said else (quote[:_QUOTE], "", "")
    return before, found, behind + ("…" if len(quote) > _QUOTE else "")
