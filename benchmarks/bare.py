"""A bare Flask view that returns bytes, for the speed of Flask and gunicorn alone."""

import os

from flask import Flask, Response

BODY = b"0" * int(os.environ.get("BODY_BYTES", "0"))
app = Flask("bare")


@app.post("/")
def body() -> Response:
    """Return the same bytes."""
    return Response(BODY, mimetype="application/json")


@app.get("/healthz")
def healthz() -> str:
    """Say that the process is alive."""
    return ""
