"""Query parameters of GET requests: the fields of a request, and those of the document."""

from typing import Any

import marshmallow as ma
from flask import request

from costsvc.answers.request_body import RequestBody
from costsvc.report.selection import FIELD
from costsvc.schemas import query
from costsvc.web.endpoint import SHORT, VIEW, Endpoint

DOWNLOAD = "download"
YES = "1"


def body(endpoint: Endpoint, *others: str) -> RequestBody:
    """The body of the request that the query describes.

    Args:
        endpoint: The endpoint of the request.
        *others: Parameters that are not fields of the request.
    """
    own = {DOWNLOAD, *others}
    return query.body((pair for pair in request.args.items(multi=True) if pair[0] not in own), endpoint.schema)


def form(endpoint: Endpoint) -> dict[str, Any]:
    """The form of the answer that the query asks for.

    Args:
        endpoint: The endpoint of the request.

    Raises:
        ValidationError: If it is not one of an answer of the endpoint.
    """
    form = endpoint.form
    asked: dict[str, Any] = form.load({name: text for name, text in request.args.items() if name in form.fields})
    return asked


def one_of(name: str, words: tuple[str, ...], default: str) -> str:
    """The value of a parameter that takes one of several words.

    Args:
        name: The parameter.
        words: Its valid values.
        default: Its value if it is not given.

    Raises:
        ValidationError: If it has another value.
    """
    given = request.args.getlist(name) or [default]
    if any(word not in (*words, default) for word in given):
        raise ma.ValidationError({name: [f"must be {' or '.join(words)}, got {given[-1]!r}"]})
    return given[-1]


def is_download() -> bool:
    """Whether the browser saves the response as a file.

    Raises:
        ValidationError: If the parameter has another value.
    """
    return one_of(DOWNLOAD, (YES,), "") == YES


def fields_of(endpoint: Endpoint) -> dict[str, Any]:
    """The parameter that documents the fields of a endpoint."""
    return {
        "name": "request",
        "in": "query",
        "description": f"The fields of POST {endpoint.path}, under dotted names",
        "style": "form",
        "explode": True,
        "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        "example": dict(query.pairs(endpoint.example)),
    }


def form_of(endpoint: Endpoint) -> list[dict[str, Any]]:
    """The parameters that document the form of an answer."""
    said = {name: field.metadata["description"] for name, field in endpoint.form.fields.items()}
    names = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    return [
        words_of(VIEW, (SHORT,), said[VIEW]),
        {"name": FIELD, "in": "query", "description": said[FIELD], "style": "form", "explode": False, "schema": names},
    ]


def words_of(name: str, words: tuple[str, ...], description: str) -> dict[str, Any]:
    """The parameter that documents a choice of words."""
    return {
        "name": name,
        "in": "query",
        "description": description,
        "schema": {"type": "string", "enum": list(words)},
    }


def download() -> dict[str, Any]:
    """The parameter that documents a download."""
    return words_of(DOWNLOAD, (YES,), "1: the browser saves the document as a file")
