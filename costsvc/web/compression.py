"""gzip for pages and figures, which shrink to a tenth."""

import gzip

from flask import Response, request

COMPRESSIBLE = {"text/html", "image/svg+xml", "text/csv", "application/vnd.vegalite.v6+json"}
LEAST_BYTES = 1024
LEVEL = 5


def compressed(response: Response) -> Response:
    """The response in gzip, if that makes it smaller and the client accepts it.

    Args:
        response: What a view answers.
    """
    if response.mimetype not in COMPRESSIBLE or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) < LEAST_BYTES or not request.accept_encodings["gzip"]:
        return response
    response.set_data(gzip.compress(body, LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)  # the same figure in other bytes
    return response
