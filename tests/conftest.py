"""What tests share: how they are run, the bundled tables, the application on them, and a client."""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from costsvc.reference.catalog import Catalog
from costsvc.settings import Settings
from costsvc.web.app import create_app
from costsvc.web.http import services_of

settings.register_profile("costsvc", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("costsvc")  # how long an example takes says how busy the machine is

TOGETHER = {
    "test_proxy": "test_browser",
    "test_cli": "test_validate",
    "test_fit_serving": "test_validate",
    "test_fit_training": "test_validate",
    "test_scoreboard": "test_validate",
    "test_spark_killed": "test_spark",
}
"""Modules that a worker does together, because they share what is slow to make."""
LONGEST_FIRST = (
    "test_spark",
    "test_browser",
    "test_browser_answers",
    "test_dashboards",
    "test_page",
    "test_contract",
    "test_validate",
    "test_cross_product",
)
"""Modules with which workers begin, or one of them would wait for the other at the end."""


def together(path: str) -> str:
    """What names the tests that are done by one worker."""
    module = Path(path).stem
    return TOGETHER.get(module, module)


class ByModule(LoadScopeScheduling):
    """Hands out whole modules: each of their fixtures is made once a run."""

    def add_node_collection(self, node: Any, collection: Sequence[str]) -> None:
        """Numbers the tests: schemathesis names all of its own alike, and of those only one would be run."""
        super().add_node_collection(node, [f"{name}#{place}" for place, name in enumerate(collection)])

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid.partition("::")[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByModule:
    config.option.loadscopereorder = False  # or modules with most tests would begin
    return ByModule(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        name = together(str(item.path))
        return LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=place)


@pytest.fixture(scope="session")
def app() -> Flask:
    return create_app(Settings())


@pytest.fixture(scope="session")
def catalog(app: Flask) -> Catalog:
    return services_of(app).catalog


@pytest.fixture(scope="session")
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def needs() -> Callable[[str], str]:
    """Finds a program; without it a test is skipped, or fails where CI=true says that all are there."""

    def found(binary: str) -> str:
        path = shutil.which(binary)
        if path is None:
            # a fresh machine may lack it; CI installs all of them
            give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            give_up(f"{binary} is not installed")
        return str(path)

    return found
