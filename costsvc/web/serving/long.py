"""Which requests take long: comparisons over many options, drawings, and pages that hold an answer."""

import re
from typing import Any

LONG = re.compile(r"^/v1/comparisons/(?:amortization|placement|schedule)\b|^/v1/.*/?figures?[/.]")
API = "/v1/"


def is_long(environ: dict[str, Any]) -> bool:
    """Whether a request may take longer than an estimate may wait.

    Args:
        environ: Its WSGI environment.
    """
    path: str = environ["PATH_INFO"]
    if path.startswith(API):
        return LONG.search(path) is not None
    # a page with a query holds an answer; one without is a form
    return bool(environ["QUERY_STRING"]) and "." not in path
