"""Whether the process lives, whether it can answer, and its numbers."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.requests import Request
from fastapi.responses import JSONResponse, Response

from chatbot.api.access import Caller, require_caller
from chatbot.api.parts import parts_of

router = APIRouter(tags=["operations"])


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def healthz(request: Request) -> dict[str, Any]:
    """Alive; what it can do is told by ``/readyz``."""
    service = parts_of(request).service
    preparing = service.models.preparing
    return {
        "status": "ok",
        "model": service.model_name,
        "service": service.status(),
        "index": service.generation,
        "preparing": asdict(preparing) if preparing else None,
    }


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", responses={503: {"description": "Not to be sent requests now."}})
async def readyz(request: Request) -> JSONResponse:
    """200 when questions are answered; 503 while it starts, cannot answer, or is leaving.

    A database or a vector store that does not answer, or an index that cannot be read while the
    last good one is in memory, is told of and does not count: answers go on without it.
    """
    parts = parts_of(request)
    service, leaving = parts.service, parts.drain.leaving
    ready = service.can_answer and not leaving
    body = {
        "status": "stopping" if leaving else service.status(),
        "index": service.generation,
        "serving": service.line.serving,
        "waiting": len(service.line),
        "database": parts.keys.problem or "ok",
        "vector_store": service.vector_store,
    }
    return JSONResponse(body, 200 if ready else 503)


@router.head("/metrics", include_in_schema=False)
@router.get("/metrics", response_class=Response, responses={401: {"description": "No key."}})
async def metrics(request: Request, caller: Annotated[Caller, Depends(require_caller)]) -> Response:
    """Numbers for Prometheus."""
    numbers = parts_of(request).metrics
    return Response(numbers.text(), media_type=numbers.content_type)
