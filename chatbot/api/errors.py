"""Errors as programs get them: the right status, and a body that says what to do.

Under ``/v1`` the body has OpenAI's shape, so their clients raise their own exceptions; elsewhere
it is ``{"detail", "code", "request_id"}``.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.requests import Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from chatbot.api.logs import request_id
from chatbot.errors import BusyError, ChatbotError, QuestionError, StoppingError

_SERVICE_RETRY = 5
_STOPPING_RETRY = 1  # another replica answers

_TYPES = {
    401: ("authentication_error", "invalid_api_key"),
    404: ("invalid_request_error", "not_found"),
    405: ("invalid_request_error", "method_not_allowed"),
    413: ("invalid_request_error", "request_too_large"),
    429: ("rate_limit_error", "rate_limit_exceeded"),
    503: ("server_error", "unavailable"),
}


class ApiError(Exception):
    """A response other than success; ``param`` names the field that is wrong."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.param = status, message, code, param
        self.headers = headers or {}


def error_of(exc: ChatbotError, retry_after: int, path: str) -> ApiError:
    """A failure of the service as a response to a request at ``path``."""
    if isinstance(exc, BusyError):
        wait = {"Retry-After": str(retry_after)}
        return ApiError(429, str(exc), code="queue_full", headers=wait)
    if isinstance(exc, QuestionError):
        status = 400 if path.startswith("/v1/") else 422
        return ApiError(status, str(exc), code="question_unusable")
    stopping = isinstance(exc, StoppingError)
    wait = {"Retry-After": str(_STOPPING_RETRY if stopping else _SERVICE_RETRY)}
    return ApiError(503, str(exc), code="stopping" if stopping else None, headers=wait)


def body_of(error: ApiError, path: str) -> dict[str, Any]:
    """The JSON body of an error."""
    default = ("server_error" if error.status >= 500 else "invalid_request_error", None)
    kind, code = _TYPES.get(error.status, default)
    code = error.code or code
    message = _plain(error.message)
    if path.startswith("/v1/"):
        param = _plain(error.param) if error.param else None
        return {"error": {"message": message, "type": kind, "param": param, "code": code}}
    return {"detail": message, "code": code or "invalid_request", "request_id": request_id.get()}


def response_of(error: ApiError, path: str) -> JSONResponse:
    """An error as a response."""
    return JSONResponse(body_of(error, path), error.status, headers=error.headers)


def add_handlers(api: FastAPI) -> None:
    """Turn every exception of a handler into a response."""

    @api.exception_handler(ApiError)
    async def api_error(request: Request, exc: Exception) -> JSONResponse:
        assert isinstance(exc, ApiError)
        return response_of(exc, request.url.path)

    @api.exception_handler(ChatbotError)
    async def service_error(request: Request, exc: Exception) -> JSONResponse:
        assert isinstance(exc, ChatbotError)
        wait = request.app.state.parts.metrics.retry_after()
        return response_of(error_of(exc, wait, request.url.path), request.url.path)

    @api.exception_handler(RequestValidationError)
    async def invalid_request(request: Request, exc: Exception) -> JSONResponse:
        assert isinstance(exc, RequestValidationError)
        first = exc.errors()[0]
        no_json = first["type"] == "json_invalid"  # whose place is a number of characters
        param = "" if no_json else ".".join(str(part) for part in first["loc"][1:])
        where = f"'{param[:200]}'" if param else "The body"
        message = f"{where} is not usable: {first['msg'].removeprefix('Value error, ')}."
        if no_json:
            why, at = first["ctx"]["error"], first["loc"][-1]
            message = f"The body is no JSON: {why} (character {at})."
        elif first["type"] == "model_attributes_type" and not param:
            message = _no_object(request.headers.get("content-type", ""))
        status = 400 if request.url.path.startswith("/v1/") else 422
        error = ApiError(status, message, code="invalid_request", param=param[:200])
        return response_of(error, request.url.path)

    @api.exception_handler(HTTPException)
    async def http_error(request: Request, exc: Exception) -> JSONResponse:
        assert isinstance(exc, HTTPException)
        headers = dict(exc.headers or {})
        message = _unreadable(exc.__cause__) or str(exc.detail)
        error = ApiError(exc.status_code, message, headers=headers)
        return response_of(error, request.url.path)


def _no_object(content_type: str) -> str:
    """What is wrong with a body that FastAPI did not read, or that is a list or a number."""
    if "json" not in content_type.lower():
        return "A body is read with the header 'Content-Type: application/json' only; send it."
    return "The body has to be a JSON object, such as {...}."


def _unreadable(cause: BaseException | None) -> str:
    """Why FastAPI could not parse a body, which it says of all kinds alike; else nothing."""
    if isinstance(cause, UnicodeDecodeError):
        return "The body is no UTF-8 text."
    if isinstance(cause, RecursionError):
        return "The body cannot be read: too many lists or objects lie within each other."
    if isinstance(cause, ValueError):
        return "The body cannot be read: it has a number of too many digits."
    return ""


def _plain(text: str) -> str:
    """Text that can be sent: a client may have put half a character into a name."""
    return text.encode("utf-8", "replace").decode("utf-8")
