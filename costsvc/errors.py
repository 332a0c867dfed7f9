"""What can go wrong in the domain. The HTTP status of each is chosen in web/problems.py."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar

SHOWN = 80
"""Letters of a name that a message repeats."""


class CostsvcError(Exception):
    """Root of the errors that a caller can act on."""

    code: ClassVar[str] = "error"


class SettingsError(CostsvcError):
    """A setting is unknown or unreadable; the service does not start."""

    code: ClassVar[str] = "bad-setting"


class TableError(CostsvcError):
    """A reference table is not as its description says; the service does not start."""

    code: ClassVar[str] = "bad-table"


class BadRequestError(CostsvcError):
    """A well-formed request asks for something that has no answer.

    Attributes:
        problems: For each field, what is wrong with its value and what it must be.
    """

    code: ClassVar[str] = "bad-request"

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(f"{field}: {text}" for field, text in self.problems.items()))


class NotFiniteError(BadRequestError):
    """What follows from a request is no finite number; found where quantities are made, so that no text meets one."""

    def __init__(self) -> None:
        text = "these numbers have no finite result; use less extreme ones"
        super().__init__({"body": text})


class UndrawableError(BadRequestError):
    """A figure of an answer cannot be drawn, however often it is tried."""

    def __init__(self) -> None:
        super().__init__({"body": "This figure cannot be drawn; its data and its specification are available."})


class UnknownNameError(CostsvcError):
    """A request names something that a table does not have.

    Attributes:
        field: The field of the request that holds the name.
        name: The name as the caller wrote it.
        near: The nearest names that are known, best first.
        advice: What to do where none of them is meant.
    """

    code: ClassVar[str] = "unknown-name"

    def __init__(self, field: str, name: str, near: Sequence[str], advice: str = "") -> None:
        self.field, self.name, self.near, self.advice = field, name, tuple(near), advice
        hint = f" Nearest known: {', '.join(self.near)}." if self.near else ""
        shown = name if len(name) <= SHOWN else name[:SHOWN] + "..."
        super().__init__(f"{shown!r} is not known.{hint}{f' {advice}' if advice else ''}")


class BusyError(CostsvcError):
    """Too much of a kind of work is under way; the same request will be answered a little later."""

    code: ClassVar[str] = "busy"

    def __init__(self) -> None:
        super().__init__("Figure rendering is busy; try again in a second.")


@contextmanager
def located(where: str) -> Iterator[None]:
    """Let errors of a part name the field as the whole request has it."""
    try:
        yield
    except UnknownNameError as error:
        raise UnknownNameError(f"{where}.{error.field}", error.name, error.near, error.advice) from error
    except BadRequestError as error:
        raise BadRequestError({f"{where}.{field}": text for field, text in error.problems.items()}) from error
