"""A request under dotted names, as a query string or a column has them: ``overheads.failed_share``."""

from collections.abc import Iterator
from typing import Any


def pairs(request: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The names and texts that are equivalent to some JSON.

    Args:
        request: The JSON.
        name: Its path, with dots.
    """
    if isinstance(request, dict):
        named = list(request.items())
    elif isinstance(request, list) and any(isinstance(one, dict) for one in request):
        named = list(enumerate(request))
    else:
        yield name, _text(request)
        return
    for key, value in named:
        yield from pairs(value, f"{name}.{key}" if name else str(key))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
