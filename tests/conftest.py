"""What tests of the whole service share: the bundled tables, the application on them, and a client."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from costsvc.reference.catalog import Catalog
from costsvc.settings import Settings
from costsvc.web.app import create_app


@pytest.fixture(scope="session")
def app() -> Flask:
    return create_app(Settings())


@pytest.fixture(scope="session")
def catalog(app: Flask) -> Catalog:
    found: Catalog = app.extensions["costsvc"].catalog
    return found


@pytest.fixture(scope="session")
def client(app: Flask) -> FlaskClient:
    return app.test_client()
