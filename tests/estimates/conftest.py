"""Requests as clients write them, answered on the bundled tables without HTTP in between."""

from collections.abc import Callable
from typing import Any

import pytest

from costsvc.estimates.comparisons.amortization import compare_strategies
from costsvc.estimates.serving import estimate_serving
from costsvc.estimates.training import estimate_training
from costsvc.reference.catalog import Catalog
from costsvc.schemas.amortization import ComparisonSchema
from costsvc.schemas.inference import ServingSchema
from costsvc.schemas.training import TrainingRunSchema

Body = dict[str, Any]
Ask = Callable[[Body], Body]


@pytest.fixture(scope="session")
def train(catalog: Catalog) -> Ask:
    schema = TrainingRunSchema()
    return lambda body: estimate_training(schema.load(body), catalog)


@pytest.fixture(scope="session")
def serve(catalog: Catalog) -> Ask:
    schema = ServingSchema()
    return lambda body: estimate_serving(schema.load(body), catalog)


@pytest.fixture(scope="session")
def compare(catalog: Catalog) -> Ask:
    schema = ComparisonSchema()
    return lambda body: compare_strategies(schema.load(body), catalog)
