"""The application factory."""

from flask import Flask

from costsvc import limits
from costsvc.services import Services
from costsvc.settings import Settings
from costsvc.web import metrics, operations, training
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
    metrics.register(app)
    api = CostsvcApi(app)
    for blueprint in (training.blueprint, operations.blueprint):
        api.register_blueprint(blueprint)
    app.extensions["openapi"] = api.spec.to_dict()
    return app
