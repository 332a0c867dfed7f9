"""Errors as RFC 9457 problem details; the one place where a status is chosen."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

from flask import Flask, Response, request
from marshmallow.exceptions import SCHEMA, ValidationError
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
from costsvc.limits import BODY_BYTES, DRAINED_BYTES, ERRORS, NAME_LENGTH
from costsvc.web.fields import Several, is_unknown_name
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
    500: ("internal-error", "Internal error; this is a bug of the service."),
}
BUSY = "Too many comparisons and figures are queued; retry after Retry-After seconds. Estimates are not affected."
SOON_S = "1"
MEANINGS = {status: text for status, (_, text) in CODES.items()} | {503: BUSY}
"""Meaning of each status, for the documents."""
CHUNK = 65_536
BODY = "body"
"""Path of errors about the whole request."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Errors of a request.

    Attributes:
        first: The first errors by the path of the field: ``strategies.0.name``.
        count: Number of errors.
    """

    first: dict[str, list[str]]
    count: int

    @classmethod
    def of(cls, errors: Iterable[tuple[str, Iterable[str]]]) -> Self:
        """The errors of some paths and texts."""
        first: dict[str, list[str]] = {}
        count = shown = 0
        for field, texts in errors:
            for text in texts:
                count += text.times if isinstance(text, Several) else 1
                if shown < ERRORS:
                    first.setdefault(field[:NAME_LENGTH], []).append(text)
                    shown += 1
        return cls(first=first, count=count)


def problem(status: int, code: str, detail: str, errors: Errors | None = None) -> Response:
    """A problem as a response."""
    where = request.script_root + TYPE + code
    body = Problem(type=where, title=code.replace("-", " ").capitalize(), status=status, detail=detail)
    if errors and errors.first:
        body |= {"errors": errors.first, "error_count": errors.count}
    return answer(body, status, PROBLEM_JSON)


def _domain(error: CostsvcError) -> Response:
    status = STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
    response = problem(status, error.code, str(error), _errors(error))
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = SOON_S
    return response


def _invalid(error: ValidationError) -> Response:
    return problem(422, *_code_of(_errors(error)), _errors(error))


def _code_of(errors: Errors) -> tuple[str, str]:
    """Code and meaning of an invalid request: unknown names have their own."""
    texts = [text for of_field in errors.first.values() for text in of_field]
    return (UnknownNameError.code, UNKNOWN_NAME) if texts and all(map(is_unknown_name, texts)) else CODES[422]


def by_field(error: CostsvcError | ValidationError) -> dict[str, list[str]]:
    """Errors by the path of the field: ``strategies.0.name``.

    Args:
        error: Why a request was rejected.
    """
    return _errors(error).first


def _errors(error: CostsvcError | ValidationError) -> Errors:
    if isinstance(error, ValidationError):
        return Errors.of(_flat(error.messages))
    if isinstance(error, UnknownNameError):
        return Errors.of([(error.field, [str(error)])])
    if isinstance(error, BadRequestError):
        return Errors.of((field, [text]) for field, text in error.problems.items())
    return Errors.of(())


def refuse(error: HTTPException) -> Response:
    """The problem of an error of HTTP.

    Args:
        error: The error.
    """
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    _drain()
    code, detail = CODES.get(status, ("http-error", HTTPStatus(status).description))
    data: Mapping[str, Any] = getattr(error, "data", None) or {}
    errors = Errors.of(_flat(data.get("messages", {})))
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        code, detail = _code_of(errors)
    response = problem(status, code, data.get("detail", detail), errors)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after", "location"):
            response.headers[name] = value
    return response


def _flat(messages: Any, where: tuple[str, ...] = ()) -> Iterator[tuple[str, list[str]]]:
    """Messages of a schema by the path of the field: ``strategies.0.name``."""
    if not isinstance(messages, Mapping):
        yield ".".join(where) or BODY, messages
        return
    for name, inner in messages.items():
        yield from _flat(inner, where if name == SCHEMA else (*where, str(name)))


def _drain() -> None:
    """Read what the client is still sending, or it would get a broken pipe instead of the response."""
    if not request.environ.get("wsgi.input_terminated"):
        return  # this server's stream has no end of its own to read up to
    stream, left = request.environ["wsgi.input"], DRAINED_BYTES
    while left > 0 and (chunk := stream.read(CHUNK)):
        left -= len(chunk)
