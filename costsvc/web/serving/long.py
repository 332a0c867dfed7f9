"""Tell long requests from short ones: batches, comparisons of many options, figures, pages with an answer."""

import re
from typing import Any

LONG = re.compile(
    r"^/v1/comparisons/(?:amortization|placement|schedule)\b|^/(?:v1/batches|batch)\b|^/v1/.*/?figures?[/.]"
)
API = "/v1/"


def is_long(environ: dict[str, Any]) -> bool:
    """Whether a request may take so long that estimates must not wait for it.

    Args:
        environ: Its WSGI environment.
    """
    path: str = environ["PATH_INFO"]
    if path.startswith(API):
        return LONG.search(path) is not None
    # a page with a query has an answer; one without is an empty form
    return bool(environ["QUERY_STRING"]) and "." not in path
