"""``POST /predict``: a question in, an answer with citations out."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.requests import Request
from pydantic import BaseModel, ConfigDict, Field

from chatbot.answering.answer import Answer
from chatbot.answering.events import Answered
from chatbot.answering.question import Question
from chatbot.api.access import Caller, require_caller
from chatbot.api.asking import Asking, asking, unless_gone
from chatbot.grounding.citations import Citation, Unsupported
from chatbot.memory import Turn
from chatbot.passage import PassageFields

router = APIRouter(tags=["answers"])

ERRORS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No key that counts."},
    413: {"description": "The body is too large."},
    422: {"description": "The question cannot be answered as it is."},
    429: {"description": "Too many wait already, or the key's limit is used; see Retry-After."},
    503: {"description": "No answer can be given now; see Retry-After."},
}


class PredictRequest(BaseModel):
    """The body of ``/predict``; ``history`` is the conversation before the question."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"question": "How long do EU customers have to return a product?"},
                {
                    "question": "And in the US?",
                    "history": [
                        {"role": "user", "content": "How long can EU customers return things?"},
                        {"role": "assistant", "content": "Within 30 days of delivery."},
                    ],
                },
            ]
        },
    )
    question: str
    history: Annotated[list[Turn] | None, Field(max_length=1000)] = None


class ApprovalSource(BaseModel):
    """The document that an approved answer names, and where its original is to be read."""

    path: str
    address: str


class ApprovalFields(BaseModel):
    """Who approved an answer that no model wrote, and when (ISO 8601, UTC)."""

    by: str
    at: str
    source: ApprovalSource | None


class Predicted(BaseModel):
    """The JSON of ``chatbot ask --json``; ``approved`` is set where a person approved the answer,
    which is then served word for word; ``timings`` are seconds since the request arrived at the
    service."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "answer": "Customers in the EU can return a product within 30 days.",
                    "abstained": False,
                    "confidence": 0.81,
                    "citations": [
                        {
                            "path": "returns/eu.md",
                            "start": 14,
                            "end": 70,
                            "quote": "Customers ...",
                            "passage": 1,
                            "address": "https://help.example.com/returns/eu",
                        }
                    ],
                    "passages": [],
                    "model": "bundled (Qwen2.5-Coder-1.5B-Instruct, openvino)",
                    "choices": [],
                    "timings": {"first_token": 0.4, "total": 1.2},
                    "notes": [],
                    "unsupported": [],
                    "approved": None,
                }
            ]
        },
    )
    answer: str
    abstained: bool
    confidence: float
    citations: list[Citation]
    passages: list[PassageFields]
    model: str
    choices: list[str]
    timings: dict[str, float]
    notes: list[str]
    unsupported: list[Unsupported]
    approved: ApprovalFields | None


@router.post("/predict", response_model=Predicted, responses=ERRORS)
async def predict(
    request: Request, body: PredictRequest, caller: Annotated[Caller, Depends(require_caller)]
) -> Any:
    """Answer a question from the knowledge folder, with citations, or say that it is not there."""
    async with asking(
        request, Question(body.question, body.history or [], asker=caller.asker)
    ) as asked:
        answer: Answer = await unless_gone(request, last(asked))
    return answer.as_dict()


async def last(asked: Asking) -> Answer:
    """The whole answer."""
    async for event in asked.tokens():
        if isinstance(event, Answered):
            return event.answer
    raise AssertionError("an answer ends with Answered, or raises")
