"""Which parts of the request's address are trusted, from proxies and from clients."""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from werkzeug.middleware.proxy_fix import ProxyFix

from costsvc.report.texts.curl import PLACEHOLDER

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PROXIES = "proxies"
PREFIX = re.compile(r"(/[A-Za-z0-9][A-Za-z0-9._~-]*)*")
"""Each part begins with a letter or a digit: ``//elsewhere.example`` would be another host."""
HOST = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
SCHEMES = ("http", "https")
NEAR = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".svc", ".cluster.local")
"""Ends of names that nobody can own on the internet."""


def behind(app: Flask, proxies: int) -> None:
    """Trust the headers of the proxies in front for the client's address, the host, the scheme and the prefix.

    Args:
        app: The application.
        proxies: How many proxies there are.
    """
    app.extensions[PROXIES] = proxies
    inner = Plausible(app.wsgi_app)
    wrapped = ProxyFix(inner, x_for=proxies, x_proto=proxies, x_host=proxies, x_prefix=proxies) if proxies else inner
    app.wsgi_app = wrapped  # type: ignore[method-assign] # so that Flask's documentation has it


class Plausible:
    """An application that gets no malformed prefix, host or scheme, whoever sent it."""

    def __init__(self, inner: "WSGIApplication") -> None:
        self._inner = inner

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        prefix = environ.get("SCRIPT_NAME", "").rstrip("/")
        environ["SCRIPT_NAME"] = prefix if PREFIX.fullmatch(prefix) else ""
        if not HOST.fullmatch(environ.get("HTTP_HOST", "")):
            environ.pop("HTTP_HOST", None)
        if environ["wsgi.url_scheme"] not in SCHEMES:
            environ["wsgi.url_scheme"] = SCHEMES[0]
        return self._inner(environ, start_response)


def own_address() -> str:
    """Where a client reaches this service: a placeholder where only the client's own Host header says so.

    Behind proxies that is what they say; without one a name or an address of this machine or its network is taken.
    """
    name = urlsplit(f"//{request.host}").hostname or ""
    known = current_app.extensions[PROXIES] or _is_near(name)
    return request.root_url.rstrip("/") if known else PLACEHOLDER + request.script_root


def _is_near(name: str) -> bool:
    try:
        return ip_address(name).is_private
    except ValueError:
        return "." not in name or name.endswith(NEAR)
