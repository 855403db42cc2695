"""``POST /check``: a reply that a person wrote in, what the knowledge folder supports of it out."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.requests import Request
from pydantic import BaseModel, ConfigDict, Field

from chatbot.api.access import Caller, require_caller
from chatbot.api.asking import unless_gone
from chatbot.api.parts import Parts, parts_of
from chatbot.api.predict import ERRORS
from chatbot.audience import Asker
from chatbot.desk.checking import LONGEST, CheckedSentence, check_reply
from chatbot.grounding.citations import Citation
from chatbot.llm.stopping import stopped_when_left
from chatbot.text.unicode import require_unicode

router = APIRouter(tags=["answers"])


class Reply(BaseModel):
    """The body of ``/check``; ``question`` is what the reply answers, if it is known."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"text": "EU customers can return a product within 30 days of delivery."}]
        },
    )
    text: str = Field(max_length=LONGEST)
    question: str | None = Field(None, max_length=LONGEST)


class Judged(BaseModel):
    """A sentence of the reply; ``reason`` says why it is not supported, and ``near`` is what says
    otherwise, or what is nearest, if anything is."""

    text: str
    supported: bool
    reason: str
    citation: Citation | None = None
    near: Citation | None = None


class Checked(BaseModel):
    """The JSON of ``chatbot check --json``."""

    sentences: list[Judged]


@router.post("/check", response_model=Checked, response_model_exclude_none=True, responses=ERRORS)
async def check(
    request: Request, body: Reply, caller: Annotated[Caller, Depends(require_caller)]
) -> Any:
    """Check each sentence of a reply against the knowledge folder; no model writes anything."""
    parts = parts_of(request)
    question = body.question or ""
    require_unicode(body.text, question)
    checked = _checked(parts, body.text, question, caller.asker)
    found = await unless_gone(request, stopped_when_left(checked))
    return {"sentences": [sentence.as_dict() for sentence in found]}


async def _checked(parts: Parts, text: str, question: str, asker: Asker) -> list[CheckedSentence]:
    async with parts.embedding.turn():
        return await asyncio.to_thread(check_reply, parts.service, text, asker, question)
