"""Requests read strictly, the services that answer them, and responses."""

import json
from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Never

import orjson
from flask import Flask, Request, Response, current_app, request
from marshmallow import Schema
from webargs.flaskparser import FlaskParser, abort

from costsvc import __version__, limits
from costsvc.errors import BusyError
from costsvc.reference.catalog import Catalog
from costsvc.schemas.fields import looking_up_in
from costsvc.services import Services
from costsvc.web import metrics
from costsvc.web.serving.slots import BUSY

if TYPE_CHECKING:
    from costsvc.web.endpoint import Endpoint

JSON = "application/json"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load: only files of this service, and nothing inline."""
SERVICES = "costsvc"
"""Where an application keeps its services; :func:`services` reads it."""


def services() -> Services:
    """The services of the running application."""
    return services_of(current_app)


def services_of(app: Flask) -> Services:
    """The services of an application.

    Args:
        app: As :func:`~costsvc.web.app.create_app` makes it.
    """
    found: Services = app.extensions[SERVICES]
    return found


def catalog() -> Catalog:
    """The tables of the running application."""
    return services().catalog


def answer(body: Any, status: int = 200, mimetype: str = JSON) -> Response:
    """Plain data as a response."""
    return Response(orjson.dumps(body), status=status, mimetype=mimetype)


def tagged(make: Callable[[], Response]) -> Response:
    """A response that depends on its address and the versions only; not made if the client has it.

    Args:
        make: Makes the response.
    """
    text = "\n".join((__version__, catalog().version, request.full_path))
    etag = sha256(text.encode()).hexdigest()[:32]
    response = Response(status=HTTPStatus.NOT_MODIFIED) if request.if_none_match.contains_weak(etag) else make()
    if response.status_code in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
        response.set_etag(etag)
        response.headers["Cache-Control"] = "no-cache"
    return response


def revalidated(response: Response) -> Response:
    """The response with an ETag of its bytes, or 304 if the client has the same."""
    response.add_etag()
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


def private(response: Response) -> Response:
    """The response for its client only: queries and bodies are confidential, and no shared cache may keep the answer.

    Args:
        response: What a view answers.
    """
    if request.query_string or request.method == "POST":
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def secure(response: Response) -> Response:
    """The response with headers that tell a browser what it may load.

    Args:
        response: What a view answers.
    """
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if response.mimetype != JSON:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Referrer-Policy", "same-origin")
    return response


class Parser(FlaskParser):
    """Reads a JSON body strictly, and rejects unknown parameters."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": "raise"}

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """See webargs; names are looked up in the tables of the application."""
        with looking_up_in(catalog()):
            return super().parse(*args, **kwargs)

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The body as plain data; 415, 413 or 400 if it cannot be read."""
        if req.mimetype != JSON:
            abort(415)
        body = req.get_data(cache=False)
        if len(body) == limits.BODY_BYTES and req.environ["wsgi.input"].read(1):
            abort(413)  # werkzeug cuts a body without a length off at the limit
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            return _with_infinities(body) or abort(400, detail=f"The body is not valid JSON: {error}.")

    def handle_error(self, error: Any, req: Any, schema: Any, *, error_status_code: Any, error_headers: Any) -> Never:
        """Hand the messages to the problem, by field and not by location."""
        messages = next(iter(error.messages.values())) if len(error.messages) == 1 else error.messages
        abort(422, messages=messages)


PARSER = Parser()


def parameters(schema: Schema) -> dict[str, Any]:
    """The parameters of the request's query; few requests have one, and the others need no parser."""
    if not request.query_string:
        return {}
    found: dict[str, Any] = PARSER.parse(schema, request, location="query")
    return found


def respond(endpoint: "Endpoint", question: Any) -> Response:
    """The response to a request of an endpoint, in the form that its query asks for.

    Args:
        endpoint: Answers the request.
        question: The request, as the endpoint's schema reads it.
    """
    asked = parameters(endpoint.query)
    result = endpoint.estimate(question, catalog(), **({"explain": True} if asked.get("explain") else {}))
    metrics.estimated(endpoint.kind, result)
    return answer(endpoint.formed(result, asked) if asked else result)


def screen() -> None:
    """Reject a request that finds every slot taken.

    Raises:
        BusyError: If the worker marked the request so.
    """
    if request.environ.get(BUSY):
        raise BusyError


def _with_infinities(body: bytes) -> Any:
    """A body that is JSON except for NaN, Infinity or 1e400, so that the errors of its fields can name valid values.

    None if it has other errors, such as deep nesting or half a character.
    """
    try:
        data = json.loads(body.decode(), parse_int=float)
        orjson.dumps(data)
    except (ValueError, TypeError, RecursionError):
        return None
    return data
