"""Errors of the domain; ``web/problems.py`` chooses their HTTP statuses."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar

LONGEST_QUOTE = 80
"""Characters of a name that a message quotes."""


class CostsvcError(Exception):
    """Base of the errors that a caller can act on."""

    code: ClassVar[str] = "error"


class SettingsError(CostsvcError):
    """A setting is unknown or unreadable; the service does not start."""

    code: ClassVar[str] = "bad-setting"


class TableError(CostsvcError):
    """A reference table contradicts its description; the service does not start."""

    code: ClassVar[str] = "bad-table"


class BadRequestError(CostsvcError):
    """A well-formed request is inconsistent or cannot be estimated.

    Attributes:
        problems: Message for each field: what its value must be.
    """

    code: ClassVar[str] = "bad-request"

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(f"{field}: {text}" for field, text in self.problems.items()))


class NotFiniteError(BadRequestError):
    """A result is not a finite number; raised when quantities are made, so that it never reaches an answer."""

    def __init__(self) -> None:
        text = "these numbers have no finite result; use less extreme ones"
        super().__init__({"body": text})


class UndrawableError(BadRequestError):
    """A figure of an answer cannot be rendered; retrying does not help."""

    def __init__(self) -> None:
        super().__init__({"body": "this figure cannot be rendered; its data and specification are available"})


class UnknownNameError(CostsvcError):
    """A request names something that a table does not have.

    Attributes:
        field: The field of the request that holds the name.
        name: The name as the caller wrote it.
        near: The nearest known names, best first.
        advice: What to do if none of them is meant.
    """

    code: ClassVar[str] = "unknown-name"

    def __init__(self, field: str, name: str, near: Sequence[str], advice: str = "") -> None:
        self.field, self.name, self.near, self.advice = field, name, tuple(near), advice
        hint = f" Nearest known: {', '.join(self.near)}." if self.near else ""
        quoted = name if len(name) <= LONGEST_QUOTE else name[:LONGEST_QUOTE] + "..."
        super().__init__(f"{quoted!r} is not known.{hint}{f' {advice}' if advice else ''}")


class BusyError(CostsvcError):
    """Too many requests of this kind are running; the same request will succeed later."""

    code: ClassVar[str] = "busy"

    def __init__(self) -> None:
        super().__init__("Figure rendering is busy; try again in a second.")


@contextmanager
def located(where: str) -> Iterator[None]:
    """Prefix the fields of errors in a part of a request with the path of the part."""
    try:
        yield
    except UnknownNameError as error:
        raise UnknownNameError(f"{where}.{error.field}", error.name, error.near, error.advice) from error
    except BadRequestError as error:
        raise BadRequestError({f"{where}.{field}": text for field, text in error.problems.items()}) from error
