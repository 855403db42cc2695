"""``/console/tests``: cases that are to pass, what changed between runs, and the running job."""

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.requests import Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

from chatbot.cases import Case
from chatbot.console import casefiles
from chatbot.console.compare import Comparison, compare, earlier
from chatbot.console.forms import file_of, form_of, text_of
from chatbot.console.parts import console_of, logging_of, user_of
from chatbot.console.render import back, page
from chatbot.console.words import say
from chatbot.errors import DataError, UserError
from chatbot.store.runs import Result, Run

router = APIRouter(prefix="/tests")

_RUNS = 30
_LISTED = 200  # cases of one kind on the page


@router.get("")
async def show_tests(request: Request) -> HTMLResponse:
    """What can be run and what was; with ``run`` also what came of that one, beside the run
    ``beside`` or else the last one of the same cases."""
    console = console_of(request)
    runs = await console.store.runs.newest("tests", _RUNS)
    chosen = request.query_params.get("run", "")
    counted = await console.store.runs.correct([chosen, *(run.id for run in runs)])
    return page(
        request,
        "tests.html",
        sets=await _sets(request),
        runs=runs,
        score=lambda run: _score(counted.get(run.id, (0, 0)), run.total),
        cases=lambda about: _name(request, about),
        phase=phase_of,
        job=await console.store.runs.running(),
        shown=await _shown_run(request, chosen, runs) if chosen else None,
    )


@router.get("/state")
async def state(request: Request) -> JSONResponse:
    """The job that runs: ``{"running", "done", "total", "problem", "text"}``."""
    job = await console_of(request).store.runs.running()
    if job is None:
        return JSONResponse({"running": False, "done": 0, "total": 0, "problem": "", "text": ""})
    text = say(request.state.language, f"phase_{phase_of(job)}", done=job.done, total=job.total)
    return JSONResponse(
        {"running": True, "done": job.done, "total": job.total, "problem": "", "text": text}
    )


def phase_of(job: Run) -> str:
    """Of the running job, as a key of words: what it does now."""
    return "tests" if job.kind == "tests" else job.result.get("phase", "before")


@router.post("/run")
async def run_tests(request: Request) -> Response:
    """Begin to answer the chosen cases."""
    form = await form_of(request)
    about = text_of(form, "cases") or casefiles.ALL
    cases = await _cases(request, about)
    if not cases:
        raise UserError(say(request.state.language, "no_cases"))
    await console_of(request).runner.start_tests(cases, about, user_of(request).name)
    return back("tests", said="tests_started")


@router.post("/cancel")
async def cancel_job(request: Request) -> Response:
    """Stop the running job, whatever it is; what it found out so far stays."""
    form = await form_of(request)
    runs = console_of(request).store.runs
    job = await runs.find(text_of(form, "job"))
    if job is None:
        raise HTTPException(404)
    await runs.cancel(job.id, user_of(request).name)
    return back(job.kind, said="cancelling")


@router.post("/upload")
async def upload_cases(request: Request) -> Response:
    """Keep a file of cases."""
    file = file_of(await form_of(request), "file")
    if file is None:
        raise DataError(say(request.state.language, "choose_file"))
    settings, name = console_of(request).settings, file.filename or ""
    log = logging_of(request, "cases.uploaded", name)
    await asyncio.to_thread(casefiles.put_file, settings, name, file.file, log)
    return back("tests", said="cases_uploaded")


@router.post("/delete")
async def delete_cases(request: Request) -> Response:
    """Delete a file of cases; runs of it stay."""
    form = await form_of(request)
    if not text_of(form, "sure"):
        raise UserError(say(request.state.language, "tick_sure"))
    name = text_of(form, "name")
    log = logging_of(request, "cases.deleted", name)
    await asyncio.to_thread(casefiles.remove_file, console_of(request).settings, name, log)
    return back("tests", said="cases_deleted")


async def _sets(request: Request) -> list[casefiles.CaseSet]:
    console = console_of(request)
    files = await asyncio.to_thread(casefiles.list_files, console.settings)
    count = await console.store.reviews.count_lessons()
    return [casefiles.CaseSet(casefiles.CORRECTIONS, count), *files]


async def _cases(request: Request, about: str) -> list[Case]:
    console = console_of(request)
    found: list[Case] = []
    if about in (casefiles.ALL, casefiles.CORRECTIONS):
        found += await casefiles.corrections(console.store)
    if about == casefiles.ALL:
        found += await asyncio.to_thread(casefiles.read_all, console.settings)
    elif about != casefiles.CORRECTIONS:
        found += await asyncio.to_thread(casefiles.read_file, console.settings, about)
    return casefiles.with_distinct_ids(found)


async def _shown_run(request: Request, chosen: str, runs: Sequence[Run]) -> dict[str, Any]:
    store = console_of(request).store.runs
    run = await store.find(chosen)
    if run is None or run.kind != "tests":
        raise HTTPException(404)
    candidates = earlier(run, runs)
    beside = await store.find(request.query_params.get("beside", "")) or candidates.get("last")
    results = await store.results(run.id)
    wrong = [result for result in results if not result.correct]
    return {
        "run": run,
        "candidates": candidates,
        "others": [other for other in runs if other.id != run.id and other.done],
        "beside": beside,
        "comparison": await _compared(request, beside, results),
        "wrong": wrong[:_LISTED],
        "more": max(0, len(wrong) - _LISTED),
    }


async def _compared(
    request: Request, beside: Run | None, results: Sequence[Result]
) -> Comparison | None:
    if beside is None or beside.kind != "tests":
        return None
    return compare(await console_of(request).store.runs.results(beside.id), results)


def _score(counted: tuple[int, int], total: int) -> str:
    """``7/8``, or ``7/8 (20)`` where not all 20 cases were answered."""
    right, answered = counted
    return f"{right}/{answered}" + ("" if answered == total else f" ({total})")


def _name(request: Request, about: str) -> str:
    """A set of cases as people call it."""
    if about in (casefiles.ALL, casefiles.CORRECTIONS):
        return say(request.state.language, f"cases_{about}")
    return about
