"""What all request schemas share."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

import marshmallow as ma

from costsvc import limits

UNKNOWN = "This field is not known; see /docs for those that are."


class Request(ma.Schema):
    """An object whose unknown fields are refused."""

    class Meta:
        """Fields come back in the order they are declared."""

        unknown = ma.RAISE

    error_messages: dict[str, str] = {  # noqa: RUF012 - the library declares it so
        "unknown": UNKNOWN,
        "type": "This must be a JSON object.",
    }

    def load(self, data: Any, **kwargs: Any) -> Any:
        """See marshmallow; an object of far too many fields is not read."""
        if isinstance(data, dict) and len(data) > len(self.fields) + limits.ERRORS:
            unknown = [name for name in islice(data, len(self.fields) + limits.ERRORS) if name not in self.fields]
            told = {name: [UNKNOWN] for name in unknown[: limits.ERRORS]}
            more = sum(name not in self.fields for name in data) - len(told)
            raise ma.ValidationError(told | {ma.exceptions.SCHEMA: [Several("Further fields are not known.", more)]})
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
    """An error for each of some fields that was given without effect."""
    return {field: [f"This has no effect {because}."] for field in fields if data.get(field) is not None}


def raise_if(errors: dict[str, Any]) -> None:
    """Refuse a request.

    Raises:
        ValidationError: If there are errors.
    """
    if errors:
        raise ma.ValidationError(errors)


def normal(said: Any) -> Any:
    """What was said with fields in alphabetical order and numbers as floats, so that equal requests look equal."""
    if isinstance(said, dict):
        return {name: normal(said[name]) for name in sorted(said) if said[name] is not None}
    if isinstance(said, list):
        return [normal(one) for one in said]
    return float(said) if isinstance(said, int) and not isinstance(said, bool) else said
