"""``/widget``: the widget's script, questions with streamed answers, and requests to the team."""

import logging
import re
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.requests import Request
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask

from chatbot.answering.events import Answered, Event, Queued, Rewritten, Token
from chatbot.answering.question import Question
from chatbot.api.asking import Asking, start, unless_gone
from chatbot.api.edge import sse
from chatbot.api.errors import body_of, error_of
from chatbot.api.parts import Parts, parts_of
from chatbot.api.widget.door import SCRIPT, asking_key, handing_key
from chatbot.api.widget.shown import shown
from chatbot.api.widget.visit import LONGEST, Visit
from chatbot.audience import VISITOR
from chatbot.desk.handoff import Packet, post
from chatbot.errors import ChatbotError, HandoffError, QuestionError
from chatbot.knowledge.blocks import one_line
from chatbot.store import WidgetKey
from chatbot.store.database import now
from chatbot.text.unicode import require_unicode

log = logging.getLogger(__name__)

# Programs use the rest of the API; this part changes with the script.
router = APIRouter(prefix="/widget", include_in_schema=False)

_FILE = Path(__file__).parent / "static" / "peregrine.js"
_SCRIPT_HEADERS = {
    "Cache-Control": "public, max-age=300",
    "Access-Control-Allow-Origin": "*",  # pages that check its hash, or isolate themselves
    "Cross-Origin-Resource-Policy": "cross-origin",
}


_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    visit: str = Field("", max_length=LONGEST)


class AskBody(_Body):
    """``visit`` is what the answer before it came with."""

    question: str


def _of_mail(address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        raise ValueError("it is no e-mail address such as ann@example.com")
    return address


class HandBody(_Body):
    """What a visitor wants the team to know, and where it can answer."""

    email: Annotated[str, Field(max_length=254), AfterValidator(_of_mail)]
    name: str = Field("", max_length=200)
    message: str = Field("", max_length=4000)


@router.head(SCRIPT.removeprefix("/widget"), include_in_schema=False)
@router.get(SCRIPT.removeprefix("/widget"))
async def script() -> FileResponse:
    """What a page loads."""
    return FileResponse(_FILE, media_type="text/javascript", headers=_SCRIPT_HEADERS)


@router.post("/{key}/ask")
async def ask(
    request: Request, body: AskBody, key: Annotated[WidgetKey, Depends(asking_key)]
) -> StreamingResponse:
    """Answer a question from what is public, as server-sent events."""
    parts = parts_of(request)
    visit = parts.seal.open(body.visit, key.id)
    question = Question(body.question, asker=VISITOR, history=visit.history)
    asked = start(request, question, parts.visitors)
    try:
        # The status is right, because it has its place in line before it is sent.
        first = await unless_gone(request, asked.next())
    except BaseException:
        await asked.stop()
        raise
    stream = _Stream(parts, key, visit, question, asked)
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(stream.lines(first), media_type="text/event-stream", headers=headers)


@dataclass
class _Stream:
    """One answer on its way to a visitor."""

    parts: Parts
    key: WidgetKey
    visit: Visit
    question: Question
    asked: Asking

    async def lines(self, first: Event) -> AsyncIterator[str]:
        """The events as text; leaving stops the model.

        A piece of the answer waits for the next event, since a refusal comes as one piece in words
        for staff, and the widget has its own.
        """
        event, held = first, ""
        try:
            while not isinstance(event, Answered):
                if isinstance(event, Queued):
                    yield sse({"type": "waiting", "position": event.position})
                elif isinstance(event, Rewritten):
                    held = event.text
                    yield sse({"type": "again"})
                elif isinstance(event, Token):
                    if held:
                        yield sse({"type": "text", "text": held})
                    held = event.text
                event = await self.asked.next()
            answer = event.answer
            if held and not answer.refused:
                yield sse({"type": "text", "text": held})
            visit = self.visit.answered(self.question.text, answer.answer)
            self.parts.keeper.answered(visit.id, answer.record(self.question))
            self.parts.keeper.used(self.key.id)
            sealed = self.parts.seal.close(visit, self.key.id)
            yield sse({"type": "answer", "visit": sealed, **shown(answer)})
        except ChatbotError as exc:  # the status is sent already
            error = error_of(exc, self.parts.metrics.retry_after(), "/widget/")
            yield sse({"type": "failed", **body_of(error, "/widget/")})
        finally:
            await self.asked.stop()


@router.post("/{key}/handoff")
async def hand_off(
    request: Request, body: HandBody, key: Annotated[WidgetKey, Depends(handing_key)]
) -> JSONResponse:
    """Pass the conversation on to the team; returns what to call it by.

    It is kept before it is confirmed; the webhook gets it after that, and one that fails takes
    nothing away.
    """
    require_unicode(body.name, body.email, body.message)
    parts = parts_of(request)
    visit = parts.seal.open(body.visit, key.id)
    asked = [turn["content"] for turn in visit.history if turn["role"] == "user"]
    question = (asked[-1] if asked else body.message).strip()
    if not question:
        raise QuestionError("There is no question; say what the team can help with.")
    name = one_line(body.name)
    packet = Packet(
        question=question,
        summary=body.message.strip(),
        passages=[],
        draft="",
        handed_off_by=f"the widget '{key.name}'",
        created_at=now(),
        history=list(visit.history),
        customer=f"{name} <{body.email}>" if name else body.email,
    )
    kept = await parts.store.requests.add(key.name, asdict(packet))
    parts.keeper.handed_off(visit.id)
    parts.keeper.used(key.id)
    telling = BackgroundTask(_tell, packet, parts.settings.handoff_webhook)
    return JSONResponse({"reference": kept.reference}, background=telling)


async def _tell(packet: Packet, webhook: str | None) -> None:
    if webhook:
        try:
            await post(packet, webhook)
        except HandoffError as exc:
            log.warning("A request did not arrive at the webhook (%s); the console has it", exc)
