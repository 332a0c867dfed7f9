"""Random requests of all kinds: as rows of columns their chains give what each gives alone."""

import marshmallow as ma
import numpy as np
import pytest

from benchmarks.random_requests import random_requests
from costsvc.errors import CostsvcError
from costsvc.model.inputs import stack
from costsvc.model.uncertainty import sample
from costsvc.schemas.inference import ServingSchema
from costsvc.schemas.training import TrainingRunSchema
from tests.model.chains.workloads import leaves, resolve, row_of

SCHEMAS = {"/v1/estimates/training": TrainingRunSchema(), "/v1/estimates/inference": ServingSchema()}
SCALED = (
    "accelerator_hours",
    "hours",
    "training_tokens_b",
    "batch_size",
    "requests_per_s",
    "pue",
    "accelerator_power_w",
)
FACTORS = (1.0, 1.01, 1.02)
REQUESTS = 400
LEAST_COMPARED = 150


def workloads(catalog):
    """Each random request three times, with numbers that differ a little, resolved."""
    for one in random_requests(REQUESTS, seed=7):
        schema = SCHEMAS.get(one.address.partition("?")[0])
        if schema is None or not isinstance(one.body, dict):
            continue
        rows = [{name: _scaled(name, value, by) for name, value in one.body.items()} for by in FACTORS]
        try:
            yield [resolve(schema.load(row), catalog) for row in rows]
        except (ma.ValidationError, CostsvcError):
            continue


def _scaled(name, value, by):
    return value * by if name in SCALED and isinstance(value, float | int) else value


@pytest.mark.filterwarnings("ignore:invalid value")
def test_random_requests_give_as_rows_what_each_gives_alone(catalog):
    compared = 0
    for resolved in workloads(catalog):
        chain = resolved[0][2]
        inputs = [(one.numbers(sample), around.numbers(sample)) for one, around, _ in resolved]
        try:
            columns = tuple(stack(side) for side in zip(*inputs, strict=True))
        except ValueError:  # a measured configuration ends between the rows, so that their shapes differ
            continue
        together = leaves(chain(*columns))
        for row, alone in enumerate(inputs):
            for name, value in leaves(chain(*alone)).items():
                np.testing.assert_allclose(row_of(together[name], row), value, rtol=1e-12, err_msg=name)
        compared += 1
    assert compared >= LEAST_COMPARED
