"""Errors of the client: the service refuses a request, or does not answer."""

from collections.abc import Mapping

from costsvc.answers.operations import Problem


class ClientError(Exception):
    """Base of the client's errors."""


class NoAnswerError(ClientError):
    """The service cannot be reached, or does not answer in time."""


class ServiceError(ClientError):
    """The service refuses a request, or fails.

    Attributes:
        problem: What the service answers, as RFC 9457 describes it.
        retry_after_s: Time after which the service invites another attempt; None if it does not. [s]
    """

    def __init__(self, problem: Problem, retry_after_s: float | None = None) -> None:
        self.problem, self.retry_after_s = problem, retry_after_s
        super().__init__(problem, retry_after_s)  # all arguments, so that a process can send the error to another

    def __str__(self) -> str:
        """Status, title, detail and every error with its field."""
        lines = [f"{self.status} {self.title}: {self.detail}"]
        lines += [f"  {field}: {text}" for field, texts in self.errors.items() for text in texts]
        hidden = self.problem.get("error_count", 0) - (len(lines) - 1)
        lines += [f"  and {hidden} more"] if hidden > 0 else []
        lines += [f"  retry after {self.retry_after_s:g} s"] if self.retry_after_s is not None else []
        return "\n".join(lines)

    @property
    def status(self) -> int:
        """HTTP status."""
        return self.problem["status"]

    @property
    def title(self) -> str:
        """The kind of problem in words."""
        return self.problem["title"]

    @property
    def detail(self) -> str:
        """What went wrong."""
        return self.problem["detail"]

    @property
    def errors(self) -> Mapping[str, list[str]]:
        """Errors by path of the field: ``strategies.0.name``."""
        return self.problem.get("errors", {})

    @property
    def code(self) -> str:
        """The kind of problem in a word that stays the same: ``unknown-name``; empty if a proxy answers."""
        return self.problem["type"].partition("#")[2]
