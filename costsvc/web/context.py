"""What a view finds around itself."""

from typing import Any

import orjson
from flask import Response, current_app, request

from costsvc.reference.catalog import Catalog
from costsvc.services import Services

JSON = "application/json"


def services() -> Services:
    """The services of the running application."""
    found: Services = current_app.extensions["costsvc"]
    return found


def catalog() -> Catalog:
    """The tables of the running application."""
    return services().catalog


def answer(body: Any, status: int = 200, mimetype: str = JSON) -> Response:
    """Plain data as a response."""
    return Response(orjson.dumps(body), status=status, mimetype=mimetype)


def revalidated(response: Response) -> Response:
    """The response with a tag of its bytes, or 304 without them where the client has the same."""
    response.add_etag()
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response
