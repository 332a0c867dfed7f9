"""What is wrong with a request: errors by the path of the field."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from marshmallow.exceptions import SCHEMA, ValidationError

from costsvc.errors import BadRequestError, CostsvcError, UnknownNameError
from costsvc.limits import ERRORS, NAME_LENGTH

BODY = "body"
"""Path of errors about the whole request."""


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


class UnknownName(str):
    """The error of an unknown name."""

    __slots__ = ()


def is_unknown_name(text: str) -> bool:
    """Whether an error of a field is that of an unknown name."""
    return isinstance(text, UnknownName)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Errors of a request.

    Attributes:
        first: The first errors by the path of the field: ``strategies.0.name``.
        count: Number of errors.
    """

    first: dict[str, list[str]]
    count: int

    @classmethod
    def of(cls, errors: Iterable[tuple[str, Iterable[str]]]) -> Self:
        """The errors of some paths and texts."""
        first: dict[str, list[str]] = {}
        count = shown = 0
        for field, texts in errors:
            for text in texts:
                count += text.times if isinstance(text, Several) else 1
                if shown < ERRORS:
                    first.setdefault(field[:NAME_LENGTH], []).append(text)
                    shown += 1
        return cls(first=first, count=count)


def by_field(error: CostsvcError | ValidationError) -> dict[str, list[str]]:
    """Errors by the path of the field: ``strategies.0.name``.

    Args:
        error: Why a request was rejected.
    """
    return errors_of(error).first


def errors_of(error: CostsvcError | ValidationError) -> Errors:
    """The errors of a rejected request.

    Args:
        error: Why it was rejected.
    """
    if isinstance(error, ValidationError):
        return Errors.of(flat(error.messages))
    if isinstance(error, UnknownNameError):
        return Errors.of([(error.field, [str(error)])])
    if isinstance(error, BadRequestError):
        return Errors.of((field, [text]) for field, text in error.problems.items())
    return Errors.of(())


def flat(messages: Any, where: tuple[str, ...] = ()) -> Iterator[tuple[str, list[str]]]:
    """Messages of a schema by the path of the field: ``strategies.0.name``.

    Args:
        messages: Lists of texts in objects by field.
        where: The path of the messages.
    """
    if not isinstance(messages, Mapping):
        yield ".".join(where) or BODY, messages
        return
    for name, inner in messages.items():
        yield from flat(inner, where if name == SCHEMA else (*where, str(name)))
