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
from costsvc.web.context import answer
from costsvc.web.request_schema import Several

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
    400: ("malformed-json", "The body is no JSON."),
    404: ("not-found", "Nothing lies at this address; /docs lists what does."),
    405: ("method-not-allowed", "This address does not answer that method; see the Allow header."),
    413: ("body-too-large", f"A body may have at most {BODY_BYTES} bytes."),
    415: ("wrong-media-type", "The body must be application/json."),
    422: ("invalid-request", "Some fields are not as they must be; see errors."),
    500: ("internal-error", "The service failed to answer; this is a fault of the service."),
}
BUSY = "Too many comparisons and figures wait already; Retry-After says when to ask again. Estimates are not held up."
SOON_S = "1"
MEANINGS = {status: text for status, (_, text) in CODES.items()} | {503: BUSY}
"""What each status means, for those who read the documents."""
CHUNK = 65_536
BODY = "body"
"""Where an error stands that is about the whole request."""
UNKNOWN_NAME = "A name is not known; errors gives the nearest ones that are."
BAD_REQUEST = "What the request says does not go together, or has no answer; see errors."
KINDS = [
    *((status, code, text) for status, (code, text) in CODES.items()),
    (422, UnknownNameError.code, UNKNOWN_NAME),
    (422, BadRequestError.code, BAD_REQUEST),
    (503, BusyError.code, BUSY),
]
"""Status, code and meaning of every problem."""


def register(app: Flask) -> None:
    """Let every error leave the application as a problem."""
    app.register_error_handler(CostsvcError, _domain)
    app.register_error_handler(ValidationError, _invalid)
    app.register_error_handler(HTTPException, _http)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """What is wrong with a request, as far as an answer tells it.

    Attributes:
        told: The first errors by the path of the field: ``strategies.0.name``.
        count: How many errors were found.
    """

    told: dict[str, list[str]]
    count: int

    @classmethod
    def of(cls, errors: Iterable[tuple[str, Iterable[str]]]) -> Self:
        """Those of some paths and texts, the first of them."""
        told: dict[str, list[str]] = {}
        count = shown = 0
        for field, texts in errors:
            for text in texts:
                count += text.times if isinstance(text, Several) else 1
                if shown < ERRORS:
                    told.setdefault(field[:NAME_LENGTH], []).append(text)
                    shown += 1
        return cls(told=told, count=count)


def problem(status: int, code: str, detail: str, errors: Errors | None = None) -> Response:
    """A problem as a response."""
    where = request.script_root + TYPE + code
    body = Problem(type=where, title=HTTPStatus(status).phrase, status=status, detail=detail)
    if errors and errors.told:
        body |= {"errors": errors.told, "error_count": errors.count}
    return answer(body, status, PROBLEM_JSON)


def _domain(error: CostsvcError) -> Response:
    status = STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
    response = problem(status, error.code, str(error), _errors(error))
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = SOON_S
    return response


def _invalid(error: ValidationError) -> Response:
    return problem(422, *CODES[422], _errors(error))


def by_field(error: CostsvcError | ValidationError) -> dict[str, list[str]]:
    """What is wrong, by the path of the field: ``strategies.0.name``.

    Args:
        error: Why a request has no answer.
    """
    return _errors(error).told


def _errors(error: CostsvcError | ValidationError) -> Errors:
    if isinstance(error, ValidationError):
        return Errors.of(_flat(error.messages))
    if isinstance(error, UnknownNameError):
        return Errors.of([(error.field, [str(error)])])
    if isinstance(error, BadRequestError):
        return Errors.of((field, [text]) for field, text in error.problems.items())
    return Errors.of(())


def _http(error: HTTPException) -> Response:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    _drain()
    code, detail = CODES.get(status, ("http-error", HTTPStatus(status).description))
    data: Mapping[str, Any] = getattr(error, "data", None) or {}
    response = problem(status, code, data.get("detail", detail), Errors.of(_flat(data.get("messages", {}))))
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after", "location"):
            response.headers[name] = value
    return response


def _flat(messages: Any, where: tuple[str, ...] = ()) -> Iterator[tuple[str, list[str]]]:
    """A schema's messages by the path of their field, as those of the domain are: ``strategies.0.name``."""
    if not isinstance(messages, Mapping):
        yield ".".join(where) or BODY, messages
        return
    for name, inner in messages.items():
        yield from _flat(inner, where if name == SCHEMA else (*where, str(name)))


def _drain() -> None:
    """Take in what the client is still sending, or it would find a broken pipe instead of the answer."""
    if not request.environ.get("wsgi.input_terminated"):
        return  # this server's stream has no end of its own to read up to
    stream, left = request.environ["wsgi.input"], DRAINED_BYTES
    while left > 0 and (chunk := stream.read(CHUNK)):
        left -= len(chunk)
