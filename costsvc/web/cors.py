"""Answers that pages of other origins may read, where a setting names these origins."""

from functools import partial

from flask import Flask, Response, request

from costsvc.settings import ANY_ORIGIN

OPEN = ("/v1/", "/openapi.json", "/healthz")
"""Where an address begins that other origins may read: what programs ask for, not pages."""
DAY_S = "86400"


def register(app: Flask, origins: frozenset[str]) -> None:
    """Let pages of some origins read answers; without one, no request is looked at.

    Args:
        app: The application.
        origins: Origins; ``*`` is all.
    """
    if origins:
        app.after_request(partial(_allow, origins))


def _allow(origins: frozenset[str], response: Response) -> Response:
    if not request.path.startswith(OPEN):
        return response
    response.vary.add("Origin")
    origin = ANY_ORIGIN if ANY_ORIGIN in origins else request.headers.get("Origin")
    if origin in origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Content-Disposition, ETag, Retry-After"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "")
            response.headers["Access-Control-Allow-Headers"] = "Content-Type"
            response.headers["Access-Control-Max-Age"] = DAY_S
    return response
