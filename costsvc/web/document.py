"""The OpenAPI document with the answers that its example requests get."""

from typing import Any

from apispec import APISpec
from flask import Flask

from costsvc.web.questions import QUESTIONS

SHOWN = 3
"""Items of a list that an example shows."""
DIGITS = ".6g"
"""Digits of an example's numbers, so that the document is the same on every processor."""


def document(app: Flask, spec: APISpec) -> dict[str, Any]:
    """The document of an application's API.

    Args:
        app: The application, whose tables the examples are answered from.
        spec: Its paths and schemas.
    """
    found: dict[str, Any] = spec.to_dict()
    for question in QUESTIONS.values():
        content = found["paths"][question.path]["post"]["responses"]["200"]["content"]["application/json"]
        content["example"] = _short(question.answer(question.example, app.extensions["costsvc"].catalog))
    return found


def _short(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {name: _short(inner) for name, inner in answer.items()}
    if isinstance(answer, list):
        return [_short(inner) for inner in answer[:SHOWN]]
    return float(format(answer, DIGITS)) if isinstance(answer, float) else answer
