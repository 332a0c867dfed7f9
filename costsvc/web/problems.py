"""Errors as RFC 9457 problem details; the one place where a status is chosen."""

from http import HTTPStatus
from typing import Any

from flask import Flask, Response, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from costsvc.answers.operations import Problem
from costsvc.errors import (
    BadRequestError,
    BusyError,
    CostsvcError,
    NotFiniteError,
    UndrawableError,
    UnknownNameError,
)
from costsvc.limits import BODY_BYTES, DRAINED_BYTES
from costsvc.schemas.field_errors import Errors, errors_of, flat, is_unknown_name
from costsvc.web.http import answer

PROBLEM_JSON = "application/problem+json"
TYPE = "/docs/problems#"
STATUS: dict[type[CostsvcError], HTTPStatus] = {
    BadRequestError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFiniteError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UndrawableError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownNameError: HTTPStatus.UNPROCESSABLE_ENTITY,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
}
CODES: dict[int, tuple[str, str]] = {
    400: ("malformed-json", "The body is not valid JSON."),
    404: ("not-found", "No such resource; /docs lists all endpoints."),
    405: ("method-not-allowed", "Method not allowed; see the Allow header."),
    413: ("body-too-large", f"The body must not exceed {BODY_BYTES} bytes."),
    415: ("wrong-media-type", "The body must be application/json."),
    422: ("invalid-request", "The request is invalid; see errors."),
    501: ("not-installed", "Batches need the extra batch: pip install 'costsvc[batch]'."),
    500: ("internal-error", "Internal error; this is a bug of the service."),
}
BUSY = "Too many comparisons and figures are queued; retry after Retry-After seconds. Estimates are not affected."
SOON_S = "1"
MEANINGS = {status: text for status, (_, text) in CODES.items()} | {503: BUSY}
"""Meaning of each status, for the documents."""
CHUNK = 65_536
UNKNOWN_NAME = "Unknown name; errors lists the nearest known names."
BAD_REQUEST = "The request is inconsistent or cannot be estimated; see errors."
KINDS = [
    *((status, code, text) for status, (code, text) in CODES.items()),
    (422, UnknownNameError.code, UNKNOWN_NAME),
    (422, BadRequestError.code, BAD_REQUEST),
    (503, BusyError.code, BUSY),
]
"""Status, code and meaning of every problem."""


def register(app: Flask) -> None:
    """Turn every error of an application into a problem."""
    app.register_error_handler(CostsvcError, _domain)
    app.register_error_handler(ValidationError, _invalid)
    app.register_error_handler(HTTPException, refuse)


def problem(status: int, code: str, detail: str, errors: Errors | None = None) -> Response:
    """A problem as a response."""
    where = request.script_root + TYPE + code
    body = Problem(type=where, title=code.replace("-", " ").capitalize(), status=status, detail=detail)
    if errors and errors.first:
        body |= {"errors": errors.first, "error_count": errors.count}
    return answer(body, status, PROBLEM_JSON)


def _domain(error: CostsvcError) -> Response:
    status = STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
    response = problem(status, error.code, str(error), errors_of(error))
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = SOON_S
    return response


def _invalid(error: ValidationError) -> Response:
    return problem(422, *_code_of(errors_of(error)), errors_of(error))


def _code_of(errors: Errors) -> tuple[str, str]:
    """Code and meaning of an invalid request: unknown names have their own."""
    texts = [text for of_field in errors.first.values() for text in of_field]
    return (UnknownNameError.code, UNKNOWN_NAME) if texts and all(map(is_unknown_name, texts)) else CODES[422]


def refuse(error: HTTPException) -> Response:
    """The problem of an error of HTTP.

    Args:
        error: The error.
    """
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    _drain()
    code, detail = CODES.get(status, ("http-error", HTTPStatus(status).description))
    data: dict[str, Any] = getattr(error, "data", None) or {}
    errors = Errors.of(flat(data.get("messages", {})))
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        code, detail = _code_of(errors)
    response = problem(status, code, data.get("detail", detail), errors)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after", "location"):
            response.headers[name] = value
    return response


def _drain() -> None:
    """Read what the client is still sending, or it would get a broken pipe instead of the response."""
    if not request.environ.get("wsgi.input_terminated"):
        return  # this server's stream has no end of its own to read up to
    stream, left = request.environ["wsgi.input"], DRAINED_BYTES
    while left > 0 and (chunk := stream.read(CHUNK)):
        left -= len(chunk)
