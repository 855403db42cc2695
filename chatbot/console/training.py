"""``/console/training``: from accepted corrections to an adapter, and the way back."""

import asyncio

from fastapi import APIRouter
from fastapi.requests import Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from chatbot.console import casefiles
from chatbot.console.forms import form_of, text_of
from chatbot.console.parts import console_of, user_of
from chatbot.console.plots import line
from chatbot.console.render import back, page
from chatbot.console.tests import phase_of
from chatbot.console.words import say
from chatbot.desk.corrections import training_rows
from chatbot.errors import UserError
from chatbot.store.runs import Run

router = APIRouter(prefix="/training")

_RUNS = 20


@router.get("")
async def show_training(request: Request) -> HTMLResponse:
    """What would be learned, the adapter in use, and the trainings so far."""
    console = console_of(request)
    runs = await console.store.runs.newest("training", _RUNS)
    return page(
        request,
        "training.html",
        rows=await console.store.reviews.count_lessons(),
        adapters=await asyncio.to_thread(console.runner.trainer.adapters),
        runs=runs,
        curve=await _curve(request, runs[0]) if runs else "",
        phase=phase_of,
        job=await console.store.runs.running(),
    )


@router.post("/start")
async def start_training(request: Request) -> Response:
    """Begin; all cases that are kept judge the new adapter."""
    form, console, who = await form_of(request), console_of(request), user_of(request).name
    lessons = await console.store.reviews.lessons()
    rows = await asyncio.to_thread(training_rows, lessons)
    cases = await casefiles.corrections(console.store)
    if not rows:
        raise UserError(say(request.state.language, "nothing_to_learn"))
    cases += await asyncio.to_thread(casefiles.read_all, console.settings)
    wanted = bool(text_of(form, "install"))
    plan = await asyncio.to_thread(console.runner.trainer.plan, wanted, who)
    await console.runner.start_training(rows, casefiles.with_distinct_ids(cases), plan)
    return back("training", said="training_started")


@router.post("/resume")
async def resume_training(request: Request) -> Response:
    """Go on with a training that was stopped or killed."""
    run = await _run(request)
    await console_of(request).runner.resume_training(run.id, user_of(request).name)
    return back("training", said="training_started")


@router.post("/install")
async def install_adapter(request: Request) -> Response:
    """Take the adapter of a training into use."""
    run = await _run(request)
    await console_of(request).runner.trainer.install(run, user_of(request).name)
    return back("training", said="adapter_installed")


@router.post("/rollback")
async def roll_back(request: Request) -> Response:
    """Back to the adapter before."""
    form = await form_of(request)
    current = text_of(form, "current")
    await console_of(request).runner.trainer.roll_back(current, user_of(request).name)
    return back("training", said="rolled_back")


async def _run(request: Request) -> Run:
    """The training that a form names."""
    form = await form_of(request)
    run = await console_of(request).store.runs.find(text_of(form, "job"))
    if run is None or run.kind != "training":
        raise HTTPException(404)
    return run


async def _curve(request: Request, run: Run) -> str:
    """The mean loss by step, as points of a drawing; empty where little is known."""
    progress = await asyncio.to_thread(console_of(request).runner.trainer.progress, run.id)
    return line(progress.trained) if progress else ""
