"""How a endpoint is asked by GET: its fields as the query, beside parameters of the document that is wanted."""

from typing import Any

import marshmallow as ma
from flask import request

from costsvc.estimates.answer import Plain
from costsvc.web import query
from costsvc.web.endpoint import Endpoint

DOWNLOAD = "download"
YES = "1"


def body(endpoint: Endpoint, *others: str) -> Plain:
    """The body of the endpoint that the query asks.

    Args:
        endpoint: What is asked.
        *others: Parameters that are no fields of the request.
    """
    own = {DOWNLOAD, *others}
    return query.body((pair for pair in request.args.items(multi=True) if pair[0] not in own), endpoint.schema)


def one_of(name: str, words: tuple[str, ...], default: str) -> str:
    """The value of a parameter that takes one of a few words.

    Args:
        name: The parameter.
        words: What it may be.
        default: What it is where it was left out.

    Raises:
        ValidationError: If it is something else.
    """
    said = request.args.getlist(name) or [default]
    if any(word not in (*words, default) for word in said):
        raise ma.ValidationError({name: [f"{said[-1]!r} is not allowed; it must be {' or '.join(words)}."]})
    return said[-1]


def is_download() -> bool:
    """Whether a browser is to save what it gets.

    Raises:
        ValidationError: If the parameter says neither.
    """
    return one_of(DOWNLOAD, (YES,), "") == YES


def fields_of(endpoint: Endpoint) -> dict[str, Any]:
    """The parameter that documents the fields of a endpoint."""
    return {
        "name": "request",
        "in": "query",
        "description": f"The fields that POST {endpoint.path} takes, under dotted names",
        "style": "form",
        "explode": True,
        "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        "example": dict(query.pairs(endpoint.example)),
    }


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
    return words_of(DOWNLOAD, (YES,), "Whether a browser saves the document under a name of its own")
