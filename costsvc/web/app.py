"""The application factory."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Flask, Response, request

from costsvc import limits
from costsvc.errors import BusyError
from costsvc.services import Services
from costsvc.settings import Settings
from costsvc.web import cors, metrics, proxy
from costsvc.web.api import (
    amortization,
    change,
    exports,
    figures,
    inference,
    model_footprint,
    operations,
    placement,
    schedule,
    tables,
    training,
    validation,
)
from costsvc.web.blueprint import CostsvcApi
from costsvc.web.context import JSON, SERVICES, services_of
from costsvc.web.openapi import document
from costsvc.web.page import filters, views
from costsvc.web.page import known as table_pages
from costsvc.web.page.suggestions import suggestions
from costsvc.web.registry import ENDPOINTS
from costsvc.web.serving.slots import BUSY

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load: only files of this service, and nothing inline."""


API = (
    figures,
    training,
    inference,
    amortization,
    placement,
    change,
    schedule,
    exports,
    model_footprint,
    tables,
    validation,
    operations,
)
"""Modules of endpoints, in the order of the OpenAPI document."""


class Service(Flask):
    """An application whose views are all plain functions."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The view itself: all views are plain functions, so the check for coroutines is skipped."""
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application that gunicorn serves.

    Raises:
        SettingsError: If a setting is unknown or unreadable.
        TableError: If a table is not as described.
    """
    app = Service("costsvc.web")
    app.config["MAX_CONTENT_LENGTH"] = limits.BODY_BYTES
    app.url_map.strict_slashes = False
    settings = settings or Settings.from_env()
    api = CostsvcApi(app)
    for resource in API:
        api.register_blueprint(resource.blueprint)
    for pages in (views.pages, table_pages.pages, operations.pages):
        app.register_blueprint(pages)
    filters.register(app)
    services = Services.open(settings, suggestions, partial(document, api.spec))
    app.extensions[SERVICES] = services
    metrics.register(app, ENDPOINTS, services.catalog.version)
    app.before_request(_refuse_where_there_is_no_room)
    app.after_request(_secured)
    cors.register(app, settings.cors_origins)
    proxy.behind(app, settings.proxies)
    return app


def reject(app: Flask, reason: str) -> None:
    """Record that newer tables were rejected.

    Args:
        app: The application, which keeps its tables.
        reason: The error of the newer ones.
    """
    app.extensions[SERVICES] = replace(services_of(app), rejected=reason)
    metrics.TABLES_REJECTED.set(1)


def _refuse_where_there_is_no_room() -> None:
    if request.environ.get(BUSY):
        raise BusyError


def _secured(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if response.mimetype != JSON:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Referrer-Policy", "same-origin")
    return response
