"""The services of the running application, and responses."""

from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, current_app, request

from costsvc import __version__
from costsvc.errors import BusyError
from costsvc.reference.catalog import Catalog
from costsvc.services import Services
from costsvc.web.serving.slots import BUSY

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


def refuse_if_busy() -> None:
    """Reject a request for which there is no slot.

    Raises:
        BusyError: If the worker marked it so.
    """
    if request.environ.get(BUSY):
        raise BusyError


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
