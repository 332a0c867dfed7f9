"""CORS headers for the origins that a setting names."""

from functools import partial

from flask import Flask, Response, request

from costsvc.settings import ANY_ORIGIN

OPEN = ("/v1/", "/openapi.json", "/healthz")
"""Prefixes of addresses that other origins may read: the API, not the pages."""
DAY_S = "86400"


def register(app: Flask, origins: frozenset[str]) -> None:
    """Allow some origins to read responses; without any, requests are not inspected.

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
