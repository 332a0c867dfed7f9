"""The application factory."""

from flask import Flask

from costsvc import limits
from costsvc.reference.listing import listings
from costsvc.services import Services
from costsvc.settings import Settings
from costsvc.web import amortization, inference, known, metrics, operations, training
from costsvc.web.api import CostsvcApi


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application that gunicorn serves.

    Raises:
        SettingsError: If a setting is unknown or unreadable.
        TableError: If a table is not as described.
    """
    app = Flask("costsvc")
    app.config["MAX_CONTENT_LENGTH"] = limits.BODY_BYTES
    app.url_map.strict_slashes = False
    app.extensions["costsvc"] = Services.open(settings or Settings.from_env())
    app.extensions["listings"] = listings(app.extensions["costsvc"].catalog)
    metrics.register(app)
    api = CostsvcApi(app)
    for resource in (training, inference, amortization, known, operations):
        api.register_blueprint(resource.blueprint)
    app.extensions["openapi"] = api.spec.to_dict()
    return app
