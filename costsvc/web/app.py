"""The application factory."""

from dataclasses import replace
from functools import partial

from flask import Flask

from costsvc import limits
from costsvc.services import Services
from costsvc.settings import Settings
from costsvc.web import cors, metrics, proxy
from costsvc.web.api import (
    agents,
    amortization,
    api_or_own,
    batches,
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
from costsvc.web.http import SERVICES, screen, secure, services_of
from costsvc.web.openapi import document
from costsvc.web.page import batches as batch_pages
from costsvc.web.page import filters, views
from costsvc.web.page import known as table_pages
from costsvc.web.page.suggestions import suggestions
from costsvc.web.registry import ENDPOINTS

API = (
    training,
    inference,
    batches,
    model_footprint,
    amortization,
    api_or_own,
    placement,
    change,
    schedule,
    tables,
    figures,
    exports,
    validation,
    agents,
    operations,
)
"""Modules of endpoints, in the order of the OpenAPI document."""


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application that gunicorn serves.

    Raises:
        SettingsError: If a setting is unknown or unreadable.
        TableError: If a table is not as described.
    """
    app = Flask("costsvc.web")
    app.config["MAX_CONTENT_LENGTH"] = limits.BODY_BYTES
    app.url_map.strict_slashes = False
    settings = settings or Settings.from_env()
    api = CostsvcApi(app)
    for resource in API:
        api.register_blueprint(resource.blueprint)
    for pages in (views.pages, table_pages.pages, batch_pages.pages, operations.pages):
        app.register_blueprint(pages)
    filters.register(app)
    services = Services.open(settings, suggestions, partial(document, api.spec))
    app.extensions[SERVICES] = services
    metrics.register(app, ENDPOINTS, services.catalog.version)
    app.before_request(screen)
    app.after_request(secure)
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
