"""What tests read from a problem."""

from typing import Any

from werkzeug.test import TestResponse


def refused(answer: TestResponse, status: int) -> dict[str, Any]:
    """The problem of an answer."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    problem: dict[str, Any] = answer.get_json()
    assert problem["status"] == status
    assert problem["type"].startswith("/docs/problems#")
    return problem


def assert_names(problem: dict[str, Any], field: str, words: str) -> None:
    assert words in problem["errors"][field][0]
