"""Base of all request schemas, and their errors about several fields."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

import marshmallow as ma

from costsvc import limits

UNKNOWN = "unknown field; see /docs for the fields of this endpoint"


class Request(ma.Schema):
    """An object that rejects unknown fields."""

    class Meta:
        """Fields come back in the order they are declared."""

        unknown = ma.RAISE

    error_messages: dict[str, str] = {  # noqa: RUF012 - the library declares it so
        "unknown": UNKNOWN,
        "type": "must be an object",
    }

    def load(self, data: Any, **kwargs: Any) -> Any:
        """See marshmallow; an object of far too many fields is not read."""
        if isinstance(data, dict) and len(data) > len(self.fields) + limits.ERRORS:
            unknown = [name for name in islice(data, len(self.fields) + limits.ERRORS) if name not in self.fields]
            errors = {name: [UNKNOWN] for name in unknown[: limits.ERRORS]}
            more = sum(name not in self.fields for name in data) - len(errors)
            raise ma.ValidationError(errors | {ma.exceptions.SCHEMA: [Several("further unknown fields", more)]})
        return super().load(data, **kwargs)


class Several(str):
    """What is wrong in the same way with several things.

    Attributes:
        times: How many they are.
    """

    times: int

    def __new__(cls, text: str, times: int) -> "Several":
        """A text that counts as so many."""
        found = super().__new__(cls, text)
        found.times = times
        return found


def refuse(data: dict[str, Any], fields: Iterable[str], because: str) -> dict[str, list[str]]:
    """An error for each of some fields that has no effect in a request.

    Args:
        data: The request.
        fields: Those without effect.
        because: Continues ``not allowed``: ``together with hours, which already fixes the run time``.
    """
    return {field: [f"not allowed {because}"] for field in fields if data.get(field) is not None}


def raise_if(errors: dict[str, Any]) -> None:
    """Reject a request.

    Raises:
        ValidationError: If there are errors.
    """
    if errors:
        raise ma.ValidationError(errors)


def normal(request: Any) -> Any:
    """A request with its fields in alphabetical order and numbers as floats, so that equal requests look equal."""
    if isinstance(request, dict):
        return {name: normal(request[name]) for name in sorted(request) if request[name] is not None}
    if isinstance(request, list):
        return [normal(one) for one in request]
    return float(request) if isinstance(request, int) and not isinstance(request, bool) else request
